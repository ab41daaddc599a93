"""Rules of controllers: node scalers with nothing to scale, and what a canary needs."""

from typing import Any

import pytest

from components.config.versions import CLUSTER_AUTOSCALER_IMAGE_TAGS
from tests.harness.config_samples import ABSENT, changed, loaded, refusals, wrong
from tests.systems import refused_examples


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
        "Remove it, or write cluster.nodes.scaling: karpenter."
    )


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("clusterAutoscaler", "Remove it, or write a cluster.nodes.maximum above minimum."),
        ("karpenter", "Remove it, or write cluster.nodes.scaling: karpenter."),
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
        f"Write {CLUSTER_AUTOSCALER_IMAGE_TAGS['1.36']}, or remove it."
    )


def test_another_patch_of_the_autoscaler_is_accepted() -> None:
    config = loaded(changed(operators={"externalSecrets": {}, "clusterAutoscaler": {"imageTag": "v1.36.99"}}))
    assert config.operators.cluster_autoscaler.tag("1.36") == "v1.36.99"


def test_external_dns_has_a_zone_to_write_to() -> None:
    (line,) = refusals(operators={"externalSecrets": {}, "externalDns": {}})
    assert line.endswith("operators.externalDns: has no zone for its records. Remove it, or add edge.zone.")


@pytest.mark.parametrize(
    ("key", "message"),
    [
        (
            "loadBalancerController",
            "is missing; it creates the load balancers of `edge`. Add `loadBalancerController: {}`.",
        ),
        (
            "rollouts",
            "is missing, and the canary of environment production needs it. Add `rollouts: {}`, or remove the canary.",
        ),
        (
            "prometheus",
            "is missing, and the canary of environment production needs it. Add `prometheus: {}`, or remove "
            "the canary.",
        ),
    ],
)
def test_each_controller_that_a_canary_needs_is_named_once(key: str, message: str) -> None:
    lines = refused_examples.refusals("pingvasai", "production", {f"operators {key}": ABSENT})
    assert lines == [f"operators.{key}: {message}"]
    assert refused_examples.accepted("pingvasai", "production", {f"operators {key}": {}})


def test_a_node_group_that_cannot_be_read_hides_only_its_own_rule() -> None:
    nodes: dict[str, Any] = {"scaling": "karpenter", "minimum": 1, "desired": 1, "maximum": "many"}
    lines = wrong(**{f"cluster__nodes__{key}": value for key, value in nodes.items()})
    assert any(line.startswith("cluster.nodes.desired: 1 is too few for karpenter's") for line in lines)
