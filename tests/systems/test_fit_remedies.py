"""Pods without a node, pools without connections: the refusal names what fits, and the next run takes it."""

import re
from typing import Any

import pytest

from tests.systems.refused_examples import ABSENT, accepted, refusals

SMALL_POOLS = {"services 0 database connections": 1, "services 1 database connections": 1}
ENOUGH = {"database instanceClass": "db.m7g.4xlarge"}


def remedy(changes: dict[str, Any], system: str = "pingvasai", stack: str = "production") -> str:
    (line,) = refusals(system, stack, changes)
    return line.rpartition("Write ")[2]


@pytest.mark.parametrize("given", [{"maxReplicas": 400}, {"maxReplicas": ABSENT, "replicas": 450}])
def test_where_no_group_holds_the_pods_the_largest_number_is_named(given: dict[str, Any]) -> None:
    many = {f"environments 0 {key}": value for key, value in given.items()} | SMALL_POOLS | ENOUGH
    key = "maxReplicas" if "replicas" not in given else "replicas"
    found = re.fullmatch(
        rf"environments\[0\]\.{key}: (\d+), or environments\[0\]\.{key}: (\d+) with 100 x m6i\.4xlarge "
        r"\(desired: 100, maximum: 100\)\.",
        remedy(many),
    )
    assert found is not None
    here, there = int(found[1]), int(found[2])
    group = {f"cluster nodes {part}": value for part, value in (
        ("instanceType", "m6i.4xlarge"), ("desired", 100), ("maximum", 100)
    )}  # fmt: skip
    for nodes, number in (({}, here), (group, there)):
        accepted("pingvasai", "production", {**many, **nodes, f"environments 0 {key}": number})
        assert refusals("pingvasai", "production", {**many, **nodes, f"environments 0 {key}": number + 1})


def test_a_pod_larger_than_every_node_is_told_of_the_largest() -> None:
    huge = {"cpuRequest": "500", "memoryRequest": "1Gi", "cpuLimit": "500", "memoryLimit": "2Gi"}
    (line,) = refusals("pingvasai", "production", {"resourceClasses large": huge})
    assert line.endswith(
        "One pod of pingvasai-api (production) or of pingvasai-worker (production) is larger than every node that is "
        "known: r6i.4xlarge leaves 15.70 CPU and 118.4 GiB. Write smaller resources."
    )


def test_another_family_is_named_where_the_own_one_does_not_hold_it() -> None:
    many = {"environments 0 maxReplicas": 200, "database instanceClass": "db.m6g.4xlarge"}
    many |= {f"services {index} database connections": 1 for index in range(5)}
    groups = remedy({**many, "cluster nodes instanceType": "t3.medium", "environments 0 resourceClass": "large"},
                    "tiketi", "staging").rstrip(".").split(" or ")  # fmt: skip
    assert groups
    for group in groups:
        found = re.fullmatch(r"(\d+) x ([\w.]+) \(desired: \1, maximum: (\d+)\)", group)
        assert found is not None
        nodes = {"instanceType": found[2], "desired": int(found[1]), "maximum": int(found[3])}
        keys = {f"cluster nodes {key}": value for key, value in nodes.items()}
        accepted("tiketi", "staging", {**many, **keys, "environments 0 resourceClass": "large"})


def test_a_group_that_is_named_leaves_karpenter_a_node_to_start() -> None:
    given = {"cluster nodes scaling": "karpenter", "environments 0 maxReplicas": 30, **SMALL_POOLS}
    first = remedy(given).split(" or ")[0]
    found = re.fullmatch(r"(\d+) x m6i\.2xlarge \(desired: (\d+), maximum: (\d+)\)", first)
    assert found is not None
    assert int(found[3]) == int(found[2]) + 1
    nodes = {"cluster nodes desired": int(found[2]), "cluster nodes maximum": int(found[3])}
    accepted("pingvasai", "production", {**given, **nodes})


def test_the_smallest_class_and_the_largest_pool_that_hold_the_connections_are_named() -> None:
    many = {"services 0 database connections": 40, "services 1 database connections": 40}
    assert remedy(many) == "db.m7g.2xlarge, or services[].database.connections: 13 at most."
    accepted("pingvasai", "production", {**many, "database instanceClass": "db.m7g.2xlarge"})
    assert (
        "Write db.m7g.2xlarge"
        in refusals("pingvasai", "production", {**many, "database instanceClass": "db.m7g.xlarge"})[0]
    )
    pools = dict.fromkeys(many, 13)
    accepted("pingvasai", "production", pools)
    assert refusals("pingvasai", "production", dict.fromkeys(many, 14))


def test_where_no_class_holds_the_connections_the_largest_pool_is_named_with_it() -> None:
    many = {f"services {index} database connections": 1000 for index in range(5)}
    assert remedy(many, "tiketi", "staging") == "services[].database.connections: 222 at most, with db.m6g.4xlarge."
    fewer = {f"services {index} database connections": 222 for index in range(5)}
    accepted("tiketi", "staging", {**fewer, "database instanceClass": "db.m6g.4xlarge"})


def test_no_group_is_named_whose_nodes_find_no_addresses() -> None:
    """A /19 has 3,057 addresses for nodes: 35 of an m6i.2xlarge take 60 each, 16 of an m6i.4xlarge 240."""
    small = {"network cidr": "10.62.0.0/19", "environments 0 maxReplicas": 60, **SMALL_POOLS}
    assert remedy(small) == "35 x m6i.2xlarge (desired: 35, maximum: 35)."
