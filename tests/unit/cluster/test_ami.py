"""Settings that follow from instance type and operating system: sizing/instance_types.py and cluster/ami.py."""

import base64

import pytest

from components.cluster.ami import ami_type, user_data, volumes
from components.config.types import AmiFamily
from components.sizing.instance_types import INSTANCE_TYPES, pods_without_prefixes


@pytest.mark.parametrize(
    ("family", "instance_type", "expected"),
    [
        (AmiFamily.AL2023, "t3.medium", "AL2023_x86_64_STANDARD"),
        (AmiFamily.AL2023, "t4g.medium", "AL2023_ARM_64_STANDARD"),
        (AmiFamily.BOTTLEROCKET, "m6a.large", "BOTTLEROCKET_x86_64"),
        (AmiFamily.BOTTLEROCKET, "c7g.large", "BOTTLEROCKET_ARM_64"),
    ],
)
def test_ami_type_follows_family_and_architecture(family: AmiFamily, instance_type: str, expected: str) -> None:
    assert ami_type(family, instance_type) == expected


def test_bottlerockets_system_volume_keeps_its_size() -> None:
    assert volumes(AmiFamily.BOTTLEROCKET, 80) == {"/dev/xvda": None, "/dev/xvdb": 80}


def test_user_data_has_the_format_of_the_operating_system() -> None:
    mime = base64.b64decode(user_data(AmiFamily.AL2023, 110)).decode()
    assert 'boundary="//"' in mime
    assert mime.count("\n--//\n") == 1
    assert mime.endswith("\n--//--\n")
    assert "Content-Type: application/node.eks.aws\n\n---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig" in mime
    toml = base64.b64decode(user_data(AmiFamily.BOTTLEROCKET, 110)).decode()
    assert toml == "[settings.kubernetes]\nmax-pods = 110\n"


@pytest.mark.parametrize(
    ("instance_type", "pods"),
    [
        ("t3.small", 11),
        ("t3a.small", 8),
        ("t3.medium", 17),
        ("t3.large", 35),
        ("t3.xlarge", 58),
        ("t4g.2xlarge", 58),
        ("m6i.large", 29),
        ("m5.xlarge", 58),
        ("c7g.4xlarge", 234),
    ],
)
def test_pods_per_node_match_awss_list(instance_type: str, pods: int) -> None:
    assert pods_without_prefixes(instance_type) == pods


@pytest.mark.parametrize(
    ("instance_type", "vcpu", "gib"),
    [
        ("t3.medium", 2, 4),
        ("t3.2xlarge", 8, 32),
        ("c6i.xlarge", 4, 8),
        ("m7i.2xlarge", 8, 32),
        ("r7g.4xlarge", 16, 128),
    ],
)
def test_vcpus_and_memory_match_awss_list(instance_type: str, vcpu: int, gib: int) -> None:
    assert (INSTANCE_TYPES[instance_type].vcpu, INSTANCE_TYPES[instance_type].memory_mib) == (vcpu, gib * 1024)
