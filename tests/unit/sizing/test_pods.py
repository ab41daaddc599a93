"""Sizes of containers as charts take them, and the sums of a pod."""

from hypothesis import given
from hypothesis import strategies as st

from components.sizing.pods import ContainerSize, Workload

SMALL = ContainerSize(cpu=10, memory=32, cpu_limit=250, memory_limit=64)
LARGE = ContainerSize(cpu=1500, memory=1024, cpu_limit=2000, memory_limit=2048)
UNLIMITED = ContainerSize(cpu=100, memory=64)


def test_a_size_is_written_in_the_api_servers_notation() -> None:
    assert LARGE.resources == {
        "limits": {"cpu": "2", "memory": "2Gi"},
        "requests": {"cpu": "1500m", "memory": "1Gi"},
    }


def test_only_limits_that_are_set_are_written() -> None:
    assert UNLIMITED.resources == {"requests": {"cpu": "100m", "memory": "64Mi"}}
    memory_only = ContainerSize(cpu=100, memory=64, memory_limit=128)
    assert memory_only.resources["limits"] == {"memory": "128Mi"}


def test_a_pod_has_the_sum_of_its_containers() -> None:
    group = Workload(name="pair", pods=2, containers={"a": SMALL, "b": LARGE}).group
    assert (group.name, group.pods, group.per_node) == ("pair", 2, False)
    assert (group.cpu_request, group.memory_request) == (1510, 1056)
    assert (group.cpu_limit, group.memory_limit) == (2250, 2112)


def test_a_container_without_a_limit_adds_none() -> None:
    group = Workload(name="pair", pods=1, containers={"a": SMALL, "b": UNLIMITED}).group
    assert (group.cpu_limit, group.memory_limit) == (250, 64)


def test_a_daemon_set_has_its_pods_on_every_node() -> None:
    group = Workload(name="agent", pods=1, containers={"agent": SMALL}, per_node=True).group
    assert group.load(3).pods == 3


@given(st.lists(st.tuples(st.integers(1, 4000), st.integers(1, 8192)), min_size=1, max_size=4))
def test_init_containers_do_not_add_to_a_pod(sizes: list[tuple[int, int]]) -> None:
    containers = {f"c{n}": ContainerSize(cpu=cpu, memory=memory) for n, (cpu, memory) in enumerate(sizes)}
    plain = Workload(name="pod", pods=1, containers=containers)
    with_init = Workload(name="pod", pods=1, containers=containers, init_containers={"init": SMALL})
    assert with_init.group == plain.group
