"""Rules of the cluster: version, nodes, roles and public access."""

from typing import Any

import pytest

from components.config.versions import ADDON_VERSIONS
from tests.harness.config_samples import wrong
from tests.unit.validation.samples import Refusal, refused

PLATFORM_ADMIN = "arn:aws:iam::025434362120:role/platform-admin"
OWN_ROLE = "arn:aws:iam::025434362120:role/a"
ROLE_ELSEWHERE = "arn:aws:iam::111111111111:role/a"
NO_VERSION = 'is not one of "1.35", "1.36". Write "1.36".'
REFUSALS: tuple[Refusal, ...] = (
    ("cluster.version", "1.34", None, f"'1.34' {NO_VERSION}"),
    ("cluster.version", 1.36, None, f"1.36 {NO_VERSION}"),
    ("cluster.nodes.minimum", 5, None, "5 is above desired 4. Write e.g. 4."),
    ("cluster.nodes.maximum", 3, None, "3 is below desired 4. Write 4 or more."),
    (
        "cluster.nodes.instanceType",
        "t3.lagre",
        None,
        "'t3.lagre' is not an EC2 instance type. Write e.g. t3.large.",
    ),
    (
        "cluster.addons",
        {"kubeProxy": "v1.35.3-eksbuild.18"},
        "cluster.addons.kubeProxy",
        f"v1.35.3-eksbuild.18 is not a version for Kubernetes 1.36. Write {ADDON_VERSIONS['1.36'].kube_proxy}, or",
    ),
    (
        "cluster.publicAccessCidrs",
        [f"203.0.113.{number}/32" for number in range(41)],
        None,
        "has too many entries. Keep at most 40.",
    ),
    ("cluster.publicAccessCidrs", ["0.0.0.0/0"], "cluster.publicAccessCidrs[0]", "0.0.0.0/0 opens the API server"),
    (
        "cluster.publicAccessCidrs",
        ["203.0.113.0/24", "198.0.0.0/15"],
        "cluster.publicAccessCidrs[1]",
        "198.0.0.0/15 opens the API server to 131072 addresses. It must be a range of your offices or runners, /16 or "
        "smaller. Write e.g. 198.51.100.0/24.",
    ),
    ("cluster.publicAccessCidrs", ["10.0.0.0/8"], "cluster.publicAccessCidrs[0]", "10.0.0.0/8 has no addresses on the"),
    ("cluster.publicAccessCidrs", ["127.0.0.0/8"], "cluster.publicAccessCidrs[0]", "127.0.0.0/8 has no addresses on"),
    ("cluster.publicAccessCidrs", ["203.0.113.7"], "cluster.publicAccessCidrs[0]", "203.0.113.7 has no prefix length."),
    ("cluster.publicAccessCidrs", ["203.0.113.0/24", "203.0.113.0/24"], None, "203.0.113.0/24 is listed twice."),
    (
        "cluster.privateAccessCidrs",
        ["10.9.0.0/16", "0.0.0.0/0"],
        "cluster.privateAccessCidrs[1]",
        "0.0.0.0/0 is not a private range",
    ),
    (
        "cluster.privateAccessCidrs",
        ["100.64.0.0/16", "203.0.113.0/24"],
        "cluster.privateAccessCidrs[1]",
        "203.0.113.0/24 is not a private range",
    ),
    (
        "cluster.privateAccessSecurityGroupIds",
        ["bastion"],
        "cluster.privateAccessSecurityGroupIds[0]",
        "'bastion' is not the id of a security group.",
    ),
    ("cluster.nodes.egressPorts", [443, 22, 22], None, "22 is listed twice."),
    ("cluster.adminRoleArns", ["admin"], "cluster.adminRoleArns[0]", "'admin' is not the ARN of an IAM role."),
    (
        "cluster.adminRoleArns",
        [ROLE_ELSEWHERE],
        "cluster.adminRoleArns[0]",
        f"{ROLE_ELSEWHERE} is not a role of account 025434362120. Write e.g. {OWN_ROLE}.",
    ),
    (
        "cluster.deployerRoleArns",
        [PLATFORM_ADMIN],
        "cluster.deployerRoleArns[0]",
        "platform-admin already has access by adminRoleArns. Remove it.",
    ),
    (
        "cluster.smokeTesterRoleArns",
        [PLATFORM_ADMIN],
        "cluster.smokeTesterRoleArns[0]",
        "platform-admin already has access by adminRoleArns. Remove it.",
    ),
    (
        "cluster.smokeTesterRoleArns",
        ["arn:aws:iam::025434362120:role/nova-staging-smoke"],
        "cluster.smokeTesterRoleArns[0]",
        "nova-staging-smoke already has access by ci.smokeRole. Remove it.",
    ),
    (
        "cluster.adminRoleArns",
        [PLATFORM_ADMIN, "arn:aws:iam::025434362120:role/nova-staging-deploy"],
        "cluster.adminRoleArns[1]",
        "nova-staging-deploy already has access by ci.deployRole. Remove it.",
    ),
    (
        "cluster.adminRoleArns",
        ["arn:aws:iam::025434362120:role/nova-staging-deploy"],
        "cluster.adminRoleArns[0]",
        "nova-staging-deploy already has access by ci.deployRole. Write the ARN of another role.",
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("cluster.nodes.minimum", 4),
        ("cluster.addons", {"kubeProxy": "v1.36.9-eksbuild.1"}),
        ("cluster.publicAccessCidrs", [f"203.0.113.{number}/32" for number in range(40)]),
        ("cluster.nodes.maximum", 4),
        ("cluster.publicAccessCidrs", ["198.51.0.0/16", "203.0.113.7/32"]),
        ("cluster.privateAccessCidrs", ["100.64.0.0/10", "10.0.0.0/8"]),
        ("cluster.adminRoleArns", [PLATFORM_ADMIN, OWN_ROLE]),
    ],
)
def test_the_neighbouring_value_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


def test_a_role_of_another_account_that_is_already_listed_is_removed() -> None:
    (line,) = wrong(cluster__adminRoleArns=[OWN_ROLE, ROLE_ELSEWHERE])
    assert line.endswith("is not a role of account 025434362120. Remove it.")


@pytest.mark.parametrize("broken", [{"aws__accountId": 7}, {"cluster__adminRoleArns": ["admin"]}])
def test_access_is_checked_without_the_field_that_cannot_be_read(broken: dict[str, Any]) -> None:
    lines = wrong(**broken, cluster__deployerRoleArns=[OWN_ROLE, OWN_ROLE], cluster__nodes__minimum=9)
    assert "cluster.deployerRoleArns[1]: a already has access by deployerRoleArns. Remove it." in lines
    assert "cluster.nodes.minimum: 9 is above desired 4. Write e.g. 4." in lines


@pytest.mark.parametrize(
    ("ports", "written"), [([22], "[443, 22]"), ([], "[443]"), ([80, 22], "[443, 80, 22]"), ([443], None)]
)
def test_nodes_reach_https(ports: list[int], written: str | None) -> None:
    expected = f"cluster.nodes.egressPorts: does not include 443, which images and AWS's APIs need. Write {written}."
    assert wrong(cluster__nodes__egressPorts=ports) == ([] if written is None else [expected])


def test_high_availability_needs_three_nodes() -> None:
    (line,) = wrong(argocd__highAvailability=True, cluster__nodes__minimum=2)
    assert line == (
        "cluster.nodes.minimum: 2 is too few for argocd.highAvailability, whose Redis needs 3 nodes. Write 3 or more."
    )


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ("m4.xlarge", "m5.xlarge"),
        ("r4.xlarge", "r5.xlarge"),
        ("hpc7g.4xlarge", "c7g.4xlarge"),
        ("a1.xlarge", "t4g.xlarge"),
    ],
)
def test_a_type_of_the_same_architecture_is_offered(given: str, offered: str) -> None:
    (line,) = wrong(cluster__nodes__instanceType=given)
    assert line.endswith(f"Write e.g. {offered}.")
