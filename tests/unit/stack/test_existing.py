"""What the program asks AWS before it creates anything: components/stack/existing.py."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.cluster.node_group import NodeNumbers
from components.config.platform import PlatformConfig
from components.stack import existing
from tests.harness.config_samples import changed, loaded
from tests.harness.harness import run_program

CLUSTER = "nova-staging"
LOG_GROUP = "/aws/eks/nova-staging/cluster"
NOTHING: dict[str, Mapping[str, Any]] = {
    "aws:ec2/getVpcs:getVpcs": {"ids": []},
    "aws:cloudwatch/getLogGroups:getLogGroups": {"logGroupNames": []},
    "aws:eks/getClusters:getClusters": {"names": []},
}
NO_NODES = {"aws:eks/getNodeGroups:getNodeGroups": {"names": list[str]()}}
SCALED: dict[str, Mapping[str, Any]] = {
    **NOTHING,
    "aws:eks/getClusters:getClusters": {"names": ["other", CLUSTER]},
    "aws:eks/getNodeGroups:getNodeGroups": {"names": ["nodes"]},
    "aws:eks/getNodeGroup:getNodeGroup": {"scalingConfigs": [{"minSize": 3, "desiredSize": 5, "maxSize": 6}]},
}
STAGING = loaded(changed())
FOUND = existing.Existing(reachable=True, cluster_log_group=False, nodes=None)
MISSING = existing.Existing(reachable=False, cluster_log_group=False, nodes=None)


def ask(config: PlatformConfig, answers: Mapping[str, Mapping[str, Any]]) -> existing.Existing | None:
    found: list[existing.Existing | None] = []

    def program() -> None:
        found.append(existing.ask(config, aws.Provider("aws", region="ap-northeast-1")))

    run = run_program(program, outputs=answers)
    assert all(invoked.provider for invoked in run.invokes), "default providers are off"
    return found[0]


def require(config: PlatformConfig, found: existing.Existing | None, *, preview: bool) -> None:
    run_program(lambda: existing.require_reachable(config, found, "nova"), preview=preview)


def test_before_the_first_up_there_is_nothing() -> None:
    assert ask(STAGING, NOTHING) == MISSING


def test_the_stacks_vpc_is_found_by_its_name() -> None:
    assert ask(STAGING, {**NOTHING, "aws:ec2/getVpcs:getVpcs": {"ids": ["vpc-1"]}}) == FOUND


def test_a_cluster_is_reachable_even_if_its_vpc_has_another_name() -> None:
    answer = ask(STAGING, {**NOTHING, "aws:eks/getClusters:getClusters": {"names": [CLUSTER]}, **NO_NODES})
    assert answer == FOUND


@pytest.mark.parametrize(("name", "found"), [(LOG_GROUP, True), (f"{LOG_GROUP}-2", False)])
def test_a_log_group_of_the_control_plane_is_found(name: str, found: bool) -> None:
    answer = ask(STAGING, {**NOTHING, "aws:cloudwatch/getLogGroups:getLogGroups": {"logGroupNames": [name]}})
    assert answer is not None
    assert answer.cluster_log_group is found


def test_the_numbers_of_an_autoscaled_group_are_found() -> None:
    answer = ask(STAGING, SCALED)
    assert answer is not None
    assert answer.nodes == NodeNumbers(minimum=3, desired=5, maximum=6)


def test_without_an_autoscaler_nobody_asks_for_the_numbers() -> None:
    answer = ask(loaded(changed(cluster__nodes__scaling="none")), SCALED)
    assert answer is not None
    assert answer.nodes is None


def test_a_first_up_that_cannot_reach_the_cluster_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match=r"(?s)private endpoint.*publicAccessCidrs\[0\].*docs/first-up\.md"):
        require(STAGING, MISSING, preview=False)


@pytest.mark.parametrize(
    ("config", "found", "preview"),
    [
        (STAGING, MISSING, True),
        (STAGING, FOUND, False),
        (loaded(changed(cluster__publicAccessCidrs=["203.0.113.7/32"])), MISSING, False),
        (STAGING, None, False),
    ],
    ids=["a preview", "a later up", "an open endpoint", "another cluster"],
)
def test_nothing_else_is_refused(config: PlatformConfig, found: existing.Existing | None, preview: bool) -> None:
    require(config, found, preview=preview)
