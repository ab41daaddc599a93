"""The sums behind quotas and refusals: what Nova's services need, what a node holds, what finds no node."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.environments.plan import EnvironmentPlan
from components.sizing import quantities
from components.sizing.capacity import (
    Load,
    NodeCapacity,
    PodGroup,
    hard,
    node_capacity,
    pods_per_node,
    quota,
    rolling_peak,
    total,
    unschedulable,
)
from tests.harness.config_samples import changed, loaded

GIB = 1024


def group(name: str, pods: int, cpu: int, memory: int, *, per_node: bool = False) -> PodGroup:
    return PodGroup(
        name=name,
        pods=pods,
        cpu_request=cpu,
        memory_request=memory,
        cpu_limit=cpu * 2,
        memory_limit=memory * 2,
        per_node=per_node,
    )


@cache
def staging() -> tuple[PodGroup, ...]:
    config = loaded(changed("staging"))
    here = next(e for e in config.environments if e.name == "staging")
    return EnvironmentPlan(config, here).pods


def test_staging_needs_what_the_steady_row_says() -> None:
    expected = Load(pods=16, cpu_request=1800, memory_request=6656, cpu_limit=9000, memory_limit=15 * GIB)
    assert total(staging()) == expected


def test_staging_needs_twice_as_much_while_everything_rolls() -> None:
    expected = Load(pods=32, cpu_request=3600, memory_request=13 * GIB, cpu_limit=18000, memory_limit=30 * GIB)
    assert rolling_peak(staging()) == expected


def test_a_quota_is_the_peak_and_its_headroom_in_the_api_servers_notation() -> None:
    assert hard(quota(staging(), 10)) == {
        "limits.cpu": "19800m",
        "limits.memory": "33Gi",
        "pods": "36",
        "requests.cpu": "4",
        "requests.memory": "14720Mi",
    }


def test_a_quota_without_headroom_is_the_peak() -> None:
    assert hard(quota(staging(), 0)) == {
        "limits.cpu": "18",
        "limits.memory": "30Gi",
        "pods": "32",
        "requests.cpu": "3600m",
        "requests.memory": "13Gi",
    }


def test_a_quota_of_nothing_is_nothing() -> None:
    assert set(hard(quota([], 10)).values()) == {"0"}


SIZE = st.integers(0, 4000)
GROUPS = st.lists(st.builds(group, st.sampled_from("abc"), st.integers(0, 50), SIZE, SIZE), max_size=8)


@given(GROUPS, st.integers(0, 100))
@settings(max_examples=60)
def test_a_quota_is_never_below_the_peak(groups: list[PodGroup], headroom: int) -> None:
    peak, written = rolling_peak(groups), hard(quota(groups, headroom))
    assert quantities.millicores(written["requests.cpu"]) >= peak.cpu_request
    assert quantities.mebibytes(written["requests.memory"]) >= peak.memory_request
    assert quantities.millicores(written["limits.cpu"]) >= peak.cpu_limit
    assert quantities.mebibytes(written["limits.memory"]) >= peak.memory_limit
    assert quantities.millicores(written["pods"]) >= peak.pods * 1000


@given(GROUPS, GROUPS)
@settings(max_examples=30)
def test_loads_add_up_in_any_order(some: list[PodGroup], more: list[PodGroup]) -> None:
    assert total([*some, *more]) == total(some) + total(more) == total([*more, *some])
    assert rolling_peak(some) == total(some) * 2


def test_a_daemon_set_counts_once_for_each_node() -> None:
    daemon = group("cni", 1, 50, 100, per_node=True)
    assert total([daemon, group("web", 2, 10, 20)], nodes=3) == Load(
        pods=5, cpu_request=170, memory_request=340, cpu_limit=340, memory_limit=680
    )


@pytest.mark.parametrize(
    ("kind", "prefixes", "pods"),
    [
        ("t3.small", False, 11),
        ("t3.medium", False, 17),
        ("t3.large", False, 35),
        ("m6i.2xlarge", False, 58),
        ("t3.medium", True, 110),
        ("m6i.2xlarge", True, 110),
        ("t3a.small", False, 8),
        ("t3a.small", True, 98),  # two interfaces of four addresses: three prefixes of 16 each, beside its own address
    ],
)
def test_a_node_holds_the_pods_that_its_interfaces_address(kind: str, prefixes: bool, pods: int) -> None:
    assert pods_per_node(kind, prefix_delegation=prefixes) == pods


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("t3.medium", NodeCapacity(pods=17, cpu=1930, memory=3349)),
        ("t3.large", NodeCapacity(pods=35, cpu=1930, memory=7042)),
        ("m6i.2xlarge", NodeCapacity(pods=58, cpu=7910, memory=30136)),
    ],
)
def test_a_node_leaves_what_the_kubelet_does_not_keep(kind: str, expected: NodeCapacity) -> None:
    assert node_capacity(kind, prefix_delegation=False) == expected


def test_more_pods_on_a_node_cost_memory() -> None:
    few, many = (node_capacity("t3.large", prefix_delegation=prefixes) for prefixes in (False, True))
    assert few.memory - many.memory == 11 * (110 - 35)


NODE = NodeCapacity(pods=4, cpu=1000, memory=1000)


@pytest.mark.parametrize(
    ("groups", "nodes", "missing"),
    [
        ([], 0, ()),
        ([group("a", 2, 500, 500)], 1, ()),
        ([group("a", 3, 500, 500)], 1, ("a",)),
        ([group("a", 3, 500, 500)], 2, ()),
        ([group("cpu", 1, 1001, 1)], 9, ("cpu",)),
        ([group("memory", 1, 1, 1001)], 9, ("memory",)),
        ([group("pods", 5, 0, 0)], 1, ("pods",)),
        ([group("pods", 5, 0, 0)], 2, ()),
        # The sums suffice (1800 of 2000), but no node has 600 left for the third pod.
        ([group("large", 3, 600, 600)], 2, ("large",)),
        # The large pods are placed before the small ones share a node.
        ([group("small", 2, 100, 100), group("large", 2, 900, 900)], 2, ()),
        ([group("daemon", 1, 300, 300, per_node=True), group("a", 2, 700, 700)], 2, ()),
        ([group("daemon", 1, 300, 300, per_node=True), group("a", 2, 701, 700)], 2, ("a",)),
        ([group("daemon", 1, 1001, 1, per_node=True)], 3, ("daemon",)),
        ([group("daemon", 5, 1, 1, per_node=True), group("off", 0, 1, 1)], 3, ("daemon",)),
        ([group("a", 1, 1, 1)], 0, ("a",)),
    ],
)
def test_what_finds_no_node_is_named(groups: list[PodGroup], nodes: int, missing: tuple[str, ...]) -> None:
    assert unschedulable(groups, NODE, nodes) == missing


PLACED = st.lists(
    st.builds(
        group,
        st.sampled_from("abcdef"),
        st.integers(0, 6),
        st.integers(0, 700),
        st.integers(0, 700),
        per_node=st.sampled_from([False, False, True]),
    ),
    max_size=6,
)


@given(PLACED, st.integers(1, 6))
@settings(max_examples=100)
def test_nothing_fits_when_the_sums_do_not(groups: list[PodGroup], nodes: int) -> None:
    needed = total(groups, nodes)
    sums_fit = (
        needed.pods <= NODE.pods * nodes
        and needed.cpu_request <= NODE.cpu * nodes
        and needed.memory_request <= NODE.memory * nodes
    )
    assert sums_fit or unschedulable(groups, NODE, nodes)


@given(PLACED, st.integers(1, 6))
@settings(max_examples=60)
def test_one_more_node_never_makes_anything_unschedulable(groups: list[PodGroup], nodes: int) -> None:
    assert set(unschedulable(groups, NODE, nodes + 1)) <= set(unschedulable(groups, NODE, nodes))


@given(PLACED, st.integers(1, 6))
@settings(max_examples=30)
def test_the_order_of_the_groups_does_not_matter(groups: list[PodGroup], nodes: int) -> None:
    named = [group(f"{n}", g.pods, g.cpu_request, g.memory_request) for n, g in enumerate(groups)]
    assert unschedulable(named, NODE, nodes) == unschedulable(named[::-1], NODE, nodes)
