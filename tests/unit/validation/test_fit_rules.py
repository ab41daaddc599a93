"""What the sums of the capacity guard are made of, and bad input that looks almost right."""

from typing import Any

import pytest

from components.argocd.pods import argocd_pods
from components.cluster.addon_pods import SYSTEM_PODS
from components.environments.plan import plan_environments
from components.sizing.capacity import Load
from components.validation import capacity_sums
from tests.harness.config_samples import changed, loaded, refusals
from tests.harness.harness import ROOT


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_what_is_placed_on_nodes_is_what_the_sums_show(stack: str) -> None:
    config = loaded(changed(stack), stack)
    sums = capacity_sums.node_fit(config, plan_environments(config))
    assert sums is not None
    shown = [load for what, load in sums.parts if not what.endswith(capacity_sums.STEADY)]
    assert sums.needed == sum(shown, Load())


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_argo_cd_and_the_systems_own_pods_need_room_on_the_nodes(stack: str) -> None:
    config = loaded(changed(stack), stack)
    sums = capacity_sums.node_fit(config, plan_environments(config))
    assert sums is not None
    expected = {group.name for group in (*argocd_pods(config.argocd), *SYSTEM_PODS)}
    assert expected <= {group.name for group in sums.groups}


def test_the_readme_shows_the_refusal_that_three_small_nodes_get() -> None:
    (line,) = refusals(cluster__nodes__instanceType="t3.medium", cluster__nodes__desired=3)
    page = " ".join((ROOT / "README.md").read_text().split())
    needed = line[: line.index(" pods, ", line.index("needed are ")) + len(" pods,")]
    assert f"{needed} …{line[line.index(' Write ') :]}" in page


def test_karpenter_may_start_a_node() -> None:
    nodes: dict[str, Any] = {"scaling": "karpenter", "minimum": 4, "desired": 4, "maximum": 4}
    (line,) = refusals(**{f"cluster__nodes__{key}": value for key, value in nodes.items()})
    assert line.endswith(
        "cluster.nodes.maximum: 4 leaves no node for karpenter to start: the group's desired 4 use them "
        "all. Write 5 or more, or scaling: none."
    )


def test_every_group_that_a_refusal_offers_holds_karpenter() -> None:
    """One t3.2xlarge has the room: its second pod would have no node."""
    nodes: dict[str, Any] = {"scaling": "karpenter", "minimum": 1, "desired": 2, "prefixDelegation": True}
    (line,) = refusals(**{f"cluster__nodes__{key}": value for key, value in nodes.items()})
    assert line.endswith("or 2 x t3.2xlarge (desired: 2).")


def test_no_environment_lives_with_argo_cd() -> None:
    (line,) = refusals(environments__0__namespace="argocd")
    assert "environments[0].namespace: 'argocd' is reserved." in line


def test_addresses_of_services_may_not_lie_inside_the_vpc() -> None:
    (line,) = refusals(cluster__serviceCidr="10.20.128.0/20")
    assert "cluster.serviceCidr: 10.20.128.0/20 overlaps network.cidr 10.20.0.0/16." in line


@pytest.mark.parametrize("version", ["^10.9.0", "~10.9.0", "10.9", "10.x.0"])
def test_a_range_is_no_version_of_the_chart(version: str) -> None:
    (line,) = refusals(argocd={"highAvailability": False, "chartVersion": version})
    assert f"argocd.chartVersion: {version!r} is not an exact version." in line
