"""Rules of the cluster: version, nodes, roles and public access."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong
from tests.unit.validation.samples import Refusal, refused

PLATFORM_ADMIN = "arn:aws:iam::025434362120:role/platform-admin"
ROLE_ELSEWHERE = "arn:aws:iam::111111111111:role/a"
NO_VERSION = 'is not one of "1.35", "1.36". Write "1.36".'
REFUSALS: tuple[Refusal, ...] = (
    ("cluster.version", "1.34", None, f"'1.34' {NO_VERSION}"),
    ("cluster.version", 1.36, None, f"1.36 {NO_VERSION}"),
    ("cluster.nodes.minimum", 5, "cluster.nodes", "minimum 5, desired 4 and maximum 6 contradict each other."),
    (
        "cluster.nodes.instanceType",
        "t3.lagre",
        None,
        "'t3.lagre' is not an EC2 instance type. Write e.g. t3.large.",
    ),
    ("cluster.publicAccessCidrs", ["0.0.0.0/0"], "cluster.publicAccessCidrs[0]", "0.0.0.0/0 opens the API server"),
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
        f"{ROLE_ELSEWHERE} is not a role of account 025434362120.",
    ),
    (
        "cluster.deployerRoleArns",
        [PLATFORM_ADMIN],
        "cluster.deployerRoleArns[0]",
        "platform-admin already has access.",
    ),
    (
        "cluster.smokeTesterRoleArns",
        [PLATFORM_ADMIN],
        "cluster.smokeTesterRoleArns[0]",
        "platform-admin already has access.",
    ),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


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
