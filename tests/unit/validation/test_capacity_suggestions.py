"""Suggestions for what does not fit: the smallest node group, database class or cap, which the next run accepts."""

import re
from typing import Any

import pytest

from components.config.files import StackFiles
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.environments.plan import plan_environments
from components.validation.capacity_suggestions import suggest_database_class, suggest_nodes
from components.validation.capacity_sums import node_fit
from components.validation.offered import Kind
from tests.harness.config_samples import changed, loaded
from tests.harness.config_samples import refusals as staging_refusals
from tests.harness.harness import ROOT
from tests.systems.refused_examples import accepted, refusals

SMALL_POOLS = {"services 0 database connections": 1, "services 1 database connections": 1}
OTHER_FAMILY = {
    "environments 0 maxReplicas": 200,
    "environments 0 resourceClass": "large",
    "database instanceClass": "db.m6g.4xlarge",
    "cluster nodes instanceType": "t3.medium",
    **{f"services {index} database connections": 1 for index in range(5)},
}
KARPENTER = {"cluster nodes scaling": "karpenter", "environments 0 maxReplicas": 30, **SMALL_POOLS}
FEW_ADDRESSES = {"network cidr": "10.62.0.0/19", "environments 0 maxReplicas": 60, **SMALL_POOLS}
GROUP = re.compile(
    r"(?P<desired>\d+) x (?P<instanceType>[\w.]+) \(desired: (?P=desired)(?:, maximum: (?P<maximum>\d+))?\)"
)


def suggestion(system: str, stack: str, changes: dict[str, Any]) -> str:
    (line,) = refusals(system, stack, changes)
    return line.rpartition("Write ")[2].removesuffix(".")


def groups(text: str) -> list[dict[str, Any]]:
    """Changes that apply each of the suggested groups."""
    found = [GROUP.fullmatch(part) for part in text.split(" or ")]
    return [
        {
            f"cluster nodes {key}": value if key == "instanceType" else int(value)
            for key, value in match.groupdict().items()
            if value is not None
        }
        for match in found
        if match is not None
    ]


@pytest.mark.parametrize(
    ("system", "stack", "changes"),
    [
        ("tiketi", "staging", OTHER_FAMILY),
        ("pingvasai", "production", KARPENTER),
        ("pingvasai", "production", FEW_ADDRESSES),
    ],
)
def test_each_suggested_group_is_accepted_and_one_node_fewer_is_not(
    system: str, stack: str, changes: dict[str, Any]
) -> None:
    text = suggestion(system, stack, changes)
    suggested = groups(text)
    assert len(suggested) == len(text.split(" or ")) <= 2
    for group in suggested:
        accepted(system, stack, {**changes, **group})
        with pytest.raises(ConfigurationError):
            accepted(system, stack, {**changes, **group, "cluster nodes desired": group["cluster nodes desired"] - 1})


def test_the_next_larger_type_is_suggested_only_if_it_has_fewer_cores() -> None:
    (line,) = staging_refusals(cluster__nodes__instanceType="t3.medium", cluster__nodes__desired=3)
    assert line.endswith("Write 8 x t3.medium (desired: 8, maximum: 8) or 4 x t3.large (desired: 4).")
    (line,) = staging_refusals(cluster__nodes__minimum=1, cluster__nodes__desired=2)
    assert re.search(r" Write \d x t3\.large \(desired: \d\)\.$", line)


def test_the_readme_shows_the_refusal_of_three_small_nodes() -> None:
    (line,) = staging_refusals(cluster__nodes__instanceType="t3.medium", cluster__nodes__desired=3)
    line = line.replace("Pulumi.staging.yaml", StackFiles(folder=ROOT, stack="staging").place(("cluster", "nodes")))
    page = " ".join((ROOT / "README.md").read_text().split())
    needed = line[: line.index(" pods, ", line.index("the peak needs ")) + len(" pods,")]
    assert f"{needed} …{line[line.index(' Write ') :]}" in page


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ({"minimum": 1}, "Write 1 x t3.2xlarge (desired: 1)."),
        ({"minimum": 3}, "Write 3 x t3.2xlarge (desired: 3)."),
        ({"minimum": 1, "scaling": "karpenter"}, "Write 2 x t3.2xlarge (desired: 2)."),
    ],
)
def test_no_suggested_group_is_smaller_than_minimum_and_karpenter_allow(nodes: dict[str, Any], expected: str) -> None:
    nodes |= {"instanceType": "t3.2xlarge", "prefixDelegation": True}
    config = loaded(changed(**{f"cluster__nodes__{key}": value for key, value in nodes.items()}))
    fit = node_fit(config, plan_environments(config))
    assert config.cluster is not None
    assert fit is not None
    assert suggest_nodes(config, config.cluster, fit) == expected


def test_a_suggested_group_leaves_karpenter_a_node_to_start() -> None:
    (group, *_) = groups(suggestion("pingvasai", "production", KARPENTER))
    assert group["cluster nodes maximum"] == group["cluster nodes desired"] + 1


def test_no_group_is_suggested_whose_nodes_have_no_addresses() -> None:
    """A /19 has 3,057 addresses for nodes: 35 of an m6i.2xlarge take 60 each, 16 of an m6i.4xlarge 240."""
    assert suggestion("pingvasai", "production", FEW_ADDRESSES) == "35 x m6i.2xlarge (desired: 35, maximum: 35)"


def test_a_network_too_small_for_every_group_is_reported() -> None:
    changes = {**FEW_ADDRESSES, "environments 0 maxReplicas": 200}
    (line,) = refusals("pingvasai", "production", changes)
    assert line.endswith("The private subnets are too small for the nodes. Write a larger network.cidr.")


def test_pods_that_no_group_holds_are_reported() -> None:
    many = {"environments 0 maxReplicas": 500, "environments 0 resourceClass": "large", **SMALL_POOLS}
    many |= {"database instanceClass": "db.m7g.4xlarge", "cluster nodes instanceType": "t3.2xlarge"}
    (line,) = refusals("pingvasai", "production", many)
    assert line.endswith("No group of at most 100 nodes fits. Move environments to stacks of their own.")


def test_a_pod_larger_than_every_node_is_named_with_the_largest_node() -> None:
    huge = {"cpuRequest": "500", "memoryRequest": "1Gi", "cpuLimit": "500", "memoryLimit": "2Gi"}
    (line,) = refusals("pingvasai", "production", {"resourceClasses large": huge})
    assert line.endswith(
        "A pod of pingvasai-api (production) or of pingvasai-worker (production) is larger than a node of any common "
        "type: m6i.metal leaves 127.42 CPU and 477.8 GiB. Write smaller resources."
    )


def test_the_smallest_class_of_the_family_that_allows_the_connections_is_suggested() -> None:
    many = {"services 0 database connections": 40, "services 1 database connections": 40}
    assert suggestion("pingvasai", "production", many) == "db.m7g.2xlarge"
    accepted("pingvasai", "production", {**many, "database instanceClass": "db.m7g.2xlarge"})
    smaller = {**many, "database instanceClass": "db.m7g.xlarge"}
    assert suggestion("pingvasai", "production", smaller) == "db.m7g.2xlarge"


def test_a_class_of_another_family_is_suggested_where_the_own_one_does_not_suffice() -> None:
    many = {"services 0 database connections": 60, "services 1 database connections": 60}
    changes = {**many, "database instanceClass": "db.t4g.2xlarge"}
    name = suggestion("pingvasai", "production", changes)
    assert not name.startswith("db.t4g.")
    accepted("pingvasai", "production", {**changes, "database instanceClass": name})


def test_connections_that_no_class_allows_are_reported() -> None:
    many = {f"services {index} database connections": 1000 for index in range(5)}
    (line,) = refusals("tiketi", "staging", many)
    assert line.endswith("No class allows more than 4995. Write smaller pools (services[].database.connections).")


def test_a_suggested_cap_is_accepted() -> None:
    cap = {"pods": 40, "cpuRequest": "40", "memoryRequest": "40Gi"}
    text = suggestion("pingvasai", "production", {"environments 0 quotaCap": cap})
    match = re.fullmatch(r'\{pods: (\d+), cpuRequest: "(\w+)", memoryRequest: (\w+)\}', text)
    assert match is not None
    needed = {"pods": int(match[1]), "cpuRequest": match[2], "memoryRequest": match[3]}
    accepted("pingvasai", "production", {"environments 0 quotaCap": needed})


def test_nodes_are_suggested_of_a_type_that_the_region_has() -> None:
    changes = {
        "cluster nodes instanceType": "t3.medium",
        "environments 0 maxReplicas": 200,
        "environments 0 resourceClass": "large",
        "database instanceClass": "db.m6g.4xlarge",
        **SMALL_POOLS,
    }
    assert suggestion("pingvasai", "production", changes).partition(" (")[0] == "54 x c6i.4xlarge"
    elsewhere = {"aws region": "eu-south-2", "network zones": ["eu-south-2a", "eu-south-2b", "eu-south-2c"]}
    assert suggestion("pingvasai", "production", changes | elsewhere).partition(" (")[0] == "54 x c7i.4xlarge"


def test_a_database_class_is_suggested_that_the_region_has(monkeypatch: pytest.MonkeyPatch) -> None:
    def two(_kind: Kind, _config: PlatformConfig) -> frozenset[str]:
        return frozenset({"db.m7g.4xlarge", "db.m7g.8xlarge"})

    config = loaded(changed())
    assert suggest_database_class(config, "db.t4g.2xlarge", 4000) == "Write db.m6g.4xlarge."
    monkeypatch.setattr("components.validation.capacity_suggestions.usable", two)
    assert suggest_database_class(config, "db.t4g.2xlarge", 4000) == "Write db.m7g.4xlarge."
