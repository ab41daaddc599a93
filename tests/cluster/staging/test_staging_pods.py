"""The pods on staging's nodes equal the totals from which quotas and the capacity check are computed."""

from components.argocd.pods import argocd_pods
from components.cluster.addon_pods import SYSTEM_PODS
from components.controllers.pods import controller_pods
from components.kubernetes.names import PLATFORM_NAMESPACE
from components.sizing.capacity import total
from tests.cluster.stand import observe, sums
from tests.cluster.stand.pods import ONCE, SYSTEM_NAMESPACE
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, STEADY


def test_16_pods_run_on_the_nodes_in_the_stack_file(staging: Stand) -> None:
    pods = observe.pods_of(staging.api, "nova")
    nodes = staging.api.items("/api/v1/nodes")
    assert len(pods) == STEADY.pods
    assert all(observe.ready(pod) for pod in pods)
    assert {pod["spec"]["nodeName"] for pod in pods} <= {node["metadata"]["name"] for node in nodes}
    assert [node["metadata"]["labels"]["node.kubernetes.io/instance-type"] for node in nodes] == ["t3.large"] * 4


def test_the_pods_of_a_service_are_in_different_zones(staging: Stand) -> None:
    zones = {
        node["metadata"]["name"]: node["metadata"]["labels"]["topology.kubernetes.io/zone"]
        for node in staging.api.items("/api/v1/nodes")
    }
    for name in NAMES:
        label = f"app.kubernetes.io/name={name}"
        pods = staging.api.items("/api/v1/namespaces/nova/pods", labelSelector=label)
        assert len({zones[pod["spec"]["nodeName"]] for pod in pods}) == 2, name


def test_pods_of_both_environments_equal_the_programs_totals(staging: Stand) -> None:
    for environment in staging.config.environments:
        pods = observe.pods_of(staging.api, environment.namespace)
        assert observe.load_of(pods) == sums.steady(staging.config, environment.name), environment.name


def test_system_pods_and_controllers_equal_the_programs_totals(staging: Stand) -> None:
    config = staging.config
    assert config.cluster is not None
    long_lived = [group for group in argocd_pods(config.argocd) if not group.name.endswith(ONCE)]
    expected = {
        SYSTEM_NAMESPACE: total(SYSTEM_PODS, len(staging.nodes)),
        config.argocd.namespace: total(long_lived),
        PLATFORM_NAMESPACE: total(controller_pods(config.operators, config.cluster.nodes.scaler)),
    }
    for namespace, load in expected.items():
        pods = observe.pods_of(staging.api, namespace)
        assert observe.load_of(pods) == load, namespace
        assert all(observe.ready(pod) for pod in pods), namespace
