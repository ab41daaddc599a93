"""Production on its own nodes: at rest, at the autoscalers' maximum, while everything rolls, and without a node."""

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
"""Of the autoscalers."""
BUSY_PERCENT = 200
DRAINED = 3
SECONDS = 120


def _ready(prod: Stand) -> int:
    return sum(map(observe.ready, observe.pods_of(prod.api, "nova")))


@pytest.fixture(scope="package")
def busy(prod: Stand, figures: Figures) -> Iterator[Stand]:
    """Production under a load that its autoscalers answer with all that they may."""
    observe.forget_refusals(prod.api, "nova")
    prod.metrics.percent, begun = BUSY_PERCENT, time.monotonic()
    wait_for("every service at its maximum", lambda: _ready(prod) == MAXIMUM * len(NAMES), SECONDS)
    figures.seconds("prod: all autoscalers at their maximum after", time.monotonic() - begun)
    prod.settle("production")
    yield prod
    prod.metrics.percent = QUIET_PERCENT


@pytest.fixture
def emptied(prod: Stand) -> Iterator[list[str]]:
    """The nodes with most of the services' pods, to be emptied; open again afterwards.

    One node holds one pod of a service, which no budget has to keep: several at once need the budgets.
    """
    hosts = Counter(str(pod["spec"]["nodeName"]) for pod in observe.pods_of(prod.api, "nova"))
    nodes = [node for node, _ in hosts.most_common(DRAINED)]
    yield nodes
    for node in nodes:
        cordon(prod.api, node, closed=False)
    prod.settle("production")


def test_production_runs_on_the_nodes_of_the_stack_file(prod: Stand) -> None:
    nodes = prod.api.items("/api/v1/nodes")
    pods = observe.pods_of(prod.api, "nova")
    assert [node["metadata"]["labels"]["node.kubernetes.io/instance-type"] for node in nodes] == ["m6i.2xlarge"] * 6
    assert all(observe.ready(pod) for pod in pods)
    for name in NAMES:
        found = [pod for pod in pods if pod["metadata"]["labels"]["app.kubernetes.io/name"] == name]
        assert PRODUCTION.replicas <= len(found) <= MAXIMUM, name


def test_the_autoscalers_maximum_fits_into_quota_and_nodes(busy: Stand, figures: Figures) -> None:
    pods = observe.pods_of(busy.api, "nova")
    figures.note("prod: services at the autoscalers' maximum", capacity_sums.describe(observe.load_of(pods)))
    assert observe.load_of(pods) == sums.steady(busy.config, "production")
    assert observe.refused(busy.api, "nova") == []


def test_everything_rolls_at_the_autoscalers_maximum(busy: Stand, figures: Figures) -> None:
    rollout = roll_out(busy, "production", new_images(busy, "production", "v9.9.9"), refresh=True)
    figures.seconds("prod: tag of all images to healthy at the maximum, by refresh", rollout.seconds)
    figures.note("prod: services at the peak, measured", capacity_sums.describe(rollout.peak))
    figures.note(
        "prod: services at the peak, the program's sum", capacity_sums.describe(sums.peak(busy.config, "production"))
    )
    assert rollout.refused == []
    assert rollout.after == {name: {image_of(busy, name, "v9.9.9")} for name in NAMES}
    assert sums.within(rollout.peak, sums.peak(busy.config, "production"))


def test_drained_nodes_leave_every_service_above_its_budget(prod: Stand, emptied: list[str], figures: Figures) -> None:
    budgets = prod.api.items("/apis/policy/v1/namespaces/nova/poddisruptionbudgets")
    wanted = {budget["metadata"]["name"]: int(budget["status"]["desiredHealthy"]) for budget in budgets}
    assert wanted.keys() == healthy_by_budget(prod.api, "nova").keys() >= set(NAMES)
    begun = time.monotonic()
    fewest = drain(prod.api, emptied, "nova", SECONDS)
    figures.seconds(f"prod: {len(emptied)} nodes at once drained after", time.monotonic() - begun)
    assert {name: fewest[name] for name in wanted if fewest[name] < wanted[name]} == {}
