"""Production on its nodes: idle, at the autoscalers' maximum, during a rollout, and with drained nodes."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from components.validation import capacity_sums
from tests.cluster.conftest import Figures
from tests.cluster.stand import observe, sums
from tests.cluster.stand.drain import drain, healthy_by_budget
from tests.cluster.stand.metrics import QUIET_PERCENT
from tests.cluster.stand.nodes import cordon
from tests.cluster.stand.rollout import image_of, new_images, roll_out
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES, PRODUCTION

MAXIMUM = 6
"""Maximum of the autoscalers."""
BUSY_PERCENT = 200
DRAINED = 3
SECONDS = 120


def _ready(prod: Stand) -> int:
    return sum(map(observe.ready, observe.pods_of(prod.api, "nova")))


@pytest.fixture(scope="package")
def busy(prod: Stand, figures: Figures) -> Iterator[Stand]:
    """Production under a load that takes all autoscalers to their maximum."""
    observe.forget_refusals(prod.api, "nova")
    prod.metrics.percent, start = BUSY_PERCENT, time.monotonic()
    wait_for("every service at its maximum", lambda: _ready(prod) == MAXIMUM * len(NAMES), SECONDS)
    figures.seconds("prod: time until all autoscalers are at their maximum", time.monotonic() - start)
    prod.settle("production")
    yield prod
    prod.metrics.percent = QUIET_PERCENT


@pytest.fixture
def drained(prod: Stand) -> Iterator[list[str]]:
    """The nodes with the most pods of services, for a test to drain; uncordoned afterwards.

    Several nodes, because one node has only one pod of each service, which no budget protects.
    """
    hosts = Counter(str(pod["spec"]["nodeName"]) for pod in observe.pods_of(prod.api, "nova"))
    nodes = [node for node, _ in hosts.most_common(DRAINED)]
    yield nodes
    for node in nodes:
        cordon(prod.api, node, cordoned=False)
    prod.settle("production")


def test_production_runs_on_the_nodes_in_the_stack_file(prod: Stand) -> None:
    nodes = prod.api.items("/api/v1/nodes")
    pods = observe.pods_of(prod.api, "nova")
    assert [node["metadata"]["labels"]["node.kubernetes.io/instance-type"] for node in nodes] == ["m6i.2xlarge"] * 6
    assert all(observe.ready(pod) for pod in pods)
    for name in NAMES:
        own = [pod for pod in pods if pod["metadata"]["labels"]["app.kubernetes.io/name"] == name]
        assert PRODUCTION.replicas <= len(own) <= MAXIMUM, name


def test_the_autoscalers_maximum_fits_into_quota_and_nodes(busy: Stand, figures: Figures) -> None:
    pods = observe.pods_of(busy.api, "nova")
    figures.note("prod: services at the autoscalers' maximum", capacity_sums.describe(observe.load_of(pods)))
    assert observe.load_of(pods) == sums.steady(busy.config, "production")
    assert observe.refused(busy.api, "nova") == []


def test_everything_rolls_out_at_the_autoscalers_maximum(busy: Stand, figures: Figures) -> None:
    rollout = roll_out(busy, "production", new_images(busy, "production", "v9.9.9"), refresh=True)
    figures.seconds("prod: commit of all images to healthy at the maximum, by refresh", rollout.seconds)
    figures.note("prod: services at the peak, measured", capacity_sums.describe(rollout.peak))
    figures.note(
        "prod: services at the peak, the program's sum", capacity_sums.describe(sums.peak(busy.config, "production"))
    )
    assert rollout.refused == []
    assert rollout.after == {name: {image_of(busy, name, "v9.9.9")} for name in NAMES}
    assert sums.within(rollout.peak, sums.peak(busy.config, "production"))


def test_drained_nodes_leave_every_service_above_its_budget(prod: Stand, drained: list[str], figures: Figures) -> None:
    budgets = prod.api.items("/apis/policy/v1/namespaces/nova/poddisruptionbudgets")
    required = {budget["metadata"]["name"]: int(budget["status"]["desiredHealthy"]) for budget in budgets}
    assert required.keys() == healthy_by_budget(prod.api, "nova").keys() >= set(NAMES)
    start = time.monotonic()
    fewest = drain(prod.api, drained, "nova", SECONDS)
    figures.seconds(f"prod: {len(drained)} nodes drained at once, time", time.monotonic() - start)
    assert {name: fewest[name] for name in required if fewest[name] < required[name]} == {}
