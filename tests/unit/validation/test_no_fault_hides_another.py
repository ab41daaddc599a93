"""One decision, one rule: a fault in network, cluster, registry or ci hides none in another field."""

from typing import Any

import pytest

from tests.harness.config_samples import wrong

NONSENSE = {"!": "!"}
FAULTS: dict[str, tuple[str, Any]] = {
    "network.cidr": ("network__cidr", "8.8.0.0/16"),
    "network.zones[1]": ("network__zones", ["ap-northeast-1a", "ap-northeast-1e"]),
    "network.natGateways": ("network__natGateways", "both"),
    "cluster.serviceCidr": ("cluster__serviceCidr", "8.9.0.0/16"),
    "cluster.nodes.minimum": ("cluster__nodes__minimum", 9),
    "cluster.nodes.diskGib": ("cluster__nodes__diskGib", "big"),
    "cluster.nodes.instanceType": ("cluster__nodes__instanceType", "t3.lagre"),
    "cluster.adminRoleArns[0]": ("cluster__adminRoleArns", ["admin"]),
    "cluster.deployerRoleArns[0]": ("cluster__deployerRoleArns", ["arn:aws:iam::111111111111:role/a"]),
    "cluster.publicAccessCidrs[0]": ("cluster__publicAccessCidrs", ["0.0.0.0/0"]),
    "cluster.privateAccessCidrs[0]": ("cluster__privateAccessCidrs", ["8.8.0.0/16"]),
    "ci.deployRole.githubEnvironment": ("ci__deployRole__githubEnvironment", "*"),
    "ci.previewRole.name": ("ci__previewRole__name", "github-actions-role"),
    "repository.url": ("repository__url", "https://github.com/owner"),
    "registry.keepTagged": ("registry__keepTagged", 5),
    "environments[0].ingressCidrs[0]": ("environments__0__ingressCidrs", ["0.0.0.0/0"]),
    "system.tags.Owner": ("system__tags", {"Owner": "me"}),
}


def reported(changes: dict[str, Any]) -> set[str]:
    return {line.partition(": ")[0] for line in wrong(**changes)}


def test_all_faults_are_reported_at_once() -> None:
    assert reported(dict(FAULTS.values())) == {*FAULTS}


@pytest.mark.parametrize("unreadable", FAULTS)
def test_a_field_that_cannot_be_read_hides_no_other_fault(unreadable: str) -> None:
    path, _ = FAULTS[unreadable]
    others = {place for place in FAULTS if place != unreadable}
    assert others <= reported({**dict(FAULTS.values()), path: NONSENSE})
