"""Rules of controllers: node scalers with nothing to scale, and what a canary needs."""

import copy
from typing import Any

import pytest

from components.config.problems import ConfigurationError
from components.config.versions import CLUSTER_AUTOSCALER_IMAGE_TAGS
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import changed, loaded, refusals
from tests.harness.harness import ROOT, run_program


def test_karpenter_may_start_a_node() -> None:
    nodes: dict[str, Any] = {"scaling": "karpenter", "minimum": 4, "desired": 4, "maximum": 4}
    (line,) = refusals(**{f"cluster__nodes__{key}": value for key, value in nodes.items()})
    assert line.endswith(
        "cluster.nodes.maximum: 4 leaves no node for karpenter to start: the group's desired 4 use them "
        "all. Write 5 or more, or scaling: none."
    )


def test_settings_of_a_scaler_that_does_not_run_are_refused() -> None:
    (line,) = refusals(operators={"externalSecrets": {}, "karpenter": {}})
    assert line.endswith(
        "operators.karpenter: has no effect: it does not scale this stack's nodes. "
        "Write cluster.nodes.scaling: karpenter, or remove it."
    )


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("clusterAutoscaler", "Write a cluster.nodes.maximum above minimum, or remove it."),
        ("karpenter", "Write cluster.nodes.scaling: karpenter, or remove it."),
    ],
)
def test_settings_of_a_scaler_without_nodes_to_scale_are_refused(key: str, remedy: str) -> None:
    fixed: dict[str, Any] = {f"cluster__nodes__{bound}": 4 for bound in ("minimum", "desired", "maximum")}
    (line,) = refusals(operators={"externalSecrets": {}, key: {}}, **fixed)
    assert line.endswith(f"operators.{key}: has no effect: it does not scale this stack's nodes. {remedy}")


@pytest.mark.parametrize("tag", ["v1.35.2", "1.36.1"])
def test_an_autoscaler_for_another_kubernetes_version_is_refused(tag: str) -> None:
    (line,) = refusals(operators={"externalSecrets": {}, "clusterAutoscaler": {"imageTag": tag}})
    assert line.endswith(
        f"operators.clusterAutoscaler.imageTag: {tag} is not a tag for Kubernetes 1.36. "
        f"Write {CLUSTER_AUTOSCALER_IMAGE_TAGS['1.36']} or another v1.36 tag, or remove it."
    )


def test_another_patch_of_the_autoscaler_is_accepted() -> None:
    config = loaded(changed(operators={"externalSecrets": {}, "clusterAutoscaler": {"imageTag": "v1.36.99"}}))
    assert config.operators.cluster_autoscaler.tag("1.36") == "v1.36.99"


def test_external_dns_has_a_zone_to_write_to() -> None:
    (line,) = refusals(operators={"externalSecrets": {}, "externalDns": {}})
    assert line.endswith("operators.externalDns: has no zone for its records. Add edge.zone, or remove it.")


def test_a_canary_needs_the_load_balancer_controller() -> None:
    config = copy.deepcopy(stack_config("production", ROOT / "examples" / "pingvasai"))
    del config["pingvasai:operators"]["loadBalancerController"]
    with pytest.raises(ConfigurationError) as refused:
        run_program(load, project="pingvasai", stack="production", config=config)
    assert "environments[0].canary: needs operators.loadBalancerController. Add `loadBalancerController: {}`" in str(
        refused.value
    )
