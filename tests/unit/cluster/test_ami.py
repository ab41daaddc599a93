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
        (AmiFamily.AL2023, "g5.xlarge", "AL2023_x86_64_NVIDIA"),
        (AmiFamily.BOTTLEROCKET, "g4dn.xlarge", "BOTTLEROCKET_x86_64_NVIDIA"),
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
        ("m6g.medium", 8),
        ("m8g.24xlarge", 737),
        ("c7i-flex.2xlarge", 58),
        ("i4i.24xlarge", 437),
        ("d3.xlarge", 10),
        ("g4dn.xlarge", 29),
        ("g5.48xlarge", 345),
        ("r6in.32xlarge", 394),
        ("g6e.24xlarge", 492),
        ("p5.48xlarge", 100),
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
        ("m5.24xlarge", 96, 384),
        ("m8g.large", 2, 8),
        ("m7i-flex.xlarge", 4, 16),
        ("c5n.large", 2, 5.25),
        ("t4g.small", 2, 2),
        ("g4dn.xlarge", 4, 16),
        ("g5.48xlarge", 192, 768),
        ("i4i.32xlarge", 128, 1024),
        ("x2iedn.xlarge", 4, 128),
        ("z1d.large", 2, 16),
    ],
)
def test_vcpus_and_memory_match_awss_list(instance_type: str, vcpu: int, gib: float) -> None:
    assert (INSTANCE_TYPES[instance_type].vcpu, INSTANCE_TYPES[instance_type].memory_mib) == (vcpu, gib * 1024)
