"""Bad input that looks almost right."""

from typing import Any

import pytest

from tests.harness.config_samples import refusals


def test_karpenter_may_start_a_node() -> None:
    nodes: dict[str, Any] = {"scaling": "karpenter", "minimum": 4, "desired": 4, "maximum": 4}
    (line,) = refusals(**{f"cluster__nodes__{key}": value for key, value in nodes.items()})
    assert line.endswith(
        "cluster.nodes.maximum: 4 leaves no node for karpenter to start: the group's desired 4 use them "
        "all. Write 5 or more, or scaling: none."
    )


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
