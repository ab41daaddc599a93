"""What runs on staging's nodes, against the sums that quotas and the capacity guard are made from."""

from components import fit
from components.argocd_pods import argocd_pods
from components.capacity import total
from components.operator_pods import PLATFORM_NAMESPACE, operator_pods
from components.system_pods import SYSTEM_PODS
from tests.cluster.conftest import Figures
from tests.cluster.staging.conftest import BUILT
from tests.cluster.stand import observe, sums
from tests.cluster.stand.pods import ONCE, SYSTEM_NAMESPACE
from tests.cluster.stand.rollout import Rollout, image_of
from tests.cluster.stand.stand import Stand
from tests.nova_facts import NAMES, PEAK, STEADY


def test_16_pods_run_on_the_nodes_of_the_stack_file(staging: Stand) -> None:
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


def test_pods_of_both_environments_are_what_the_program_counts(staging: Stand) -> None:
    for environment in staging.config.environments:
        pods = observe.pods_of(staging.api, environment.namespace)
        assert observe.load_of(pods) == sums.steady(staging.config, environment.name), environment.name


def test_system_pods_and_controllers_are_scheduled_as_the_program_counts_them(staging: Stand) -> None:
    config = staging.config
    assert config.cluster is not None
    long_lived = [group for group in argocd_pods(config.argocd) if not group.name.endswith(ONCE)]
    expected = {
        SYSTEM_NAMESPACE: total(SYSTEM_PODS, len(staging.nodes)),
        config.argocd.namespace: total(long_lived),
        PLATFORM_NAMESPACE: total(operator_pods(config.operators, config.cluster.nodes.scaler)),
    }
    for namespace, load in expected.items():
        pods = observe.pods_of(staging.api, namespace)
        assert observe.load_of(pods) == load, namespace
        assert all(observe.ready(pod) for pod in pods), namespace


def test_a_commit_of_all_images_is_rolled_out_to_the_end(staging: Stand, rolled_out: Rollout) -> None:
    assert rolled_out.after == {name: {image_of(staging, name, BUILT)} for name in NAMES}
    assert all(rolled_out.before[name] != rolled_out.after[name] for name in NAMES)


def test_no_pod_is_refused_while_everything_rolls(rolled_out: Rollout) -> None:
    assert rolled_out.refused == []


def test_the_peak_of_a_rollout_is_what_the_program_reckons_with(
    staging: Stand, rolled_out: Rollout, figures: Figures
) -> None:
    reckoned, measured = sums.peak(staging.config, "staging"), rolled_out.peak
    figures.note("staging: services at the peak, measured", fit.describe(measured))
    figures.note("staging: services at the peak, the program's sum", fit.describe(reckoned))
    assert reckoned.pods == PEAK.pods
    assert sums.within(measured, reckoned), (measured, reckoned)
    # Every Deployment had a new pod beside its former ones: the sum above is no idle bound.
    assert measured.pods >= STEADY.pods + len(NAMES)


def test_the_nodes_hold_everything_at_the_peak(staging: Stand, rolled_out: Rollout, figures: Figures) -> None:
    nodes = fit.node_fit(staging.config)
    assert nodes is not None
    figures.note("staging: all pods at the peak, measured", fit.describe(rolled_out.on_nodes))
    figures.note("staging: all pods at the peak, the program's sum (dev rolling too)", fit.describe(nodes.needed))
    figures.note(f"staging: {nodes.nodes} x {nodes.instance_type} hold", fit.describe(nodes.held))
    measured = rolled_out.on_nodes
    assert measured.pods <= nodes.needed.pods
    assert measured.cpu_request <= nodes.needed.cpu_request
    assert measured.memory_request <= nodes.needed.memory_request


def test_dev_rolls_out_beside_staging(staging: Stand, dev_rolled_out: Rollout, figures: Figures) -> None:
    figures.note("dev: services at the peak, measured", fit.describe(dev_rolled_out.peak))
    figures.note("dev: services at the peak, the program's sum", fit.describe(sums.peak(staging.config, "dev")))
    assert dev_rolled_out.refused == []
    assert dev_rolled_out.after == {name: {image_of(staging, name, "dev-2")} for name in NAMES}
    assert sums.within(dev_rolled_out.peak, sums.peak(staging.config, "dev"))


def test_a_git_revert_brings_the_former_images_back(rolled_out: Rollout, rolled_back: Rollout) -> None:
    assert rolled_back.before == rolled_out.after
    assert rolled_back.after == rolled_out.before
    assert rolled_back.refused == []
