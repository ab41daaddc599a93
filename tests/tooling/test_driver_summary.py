"""The summary after a plan."""

from typing import Any

import pytest
from rich.console import Console

from sandbox.plan import Report, Result
from sandbox.summary import rendered, summary, verdicts

QUOTAS: dict[str, Any] = {
    "dev": {
        "namespace": "nova-dev",
        "fits": True,
        "hard": {"pods": 36, "cpu": "4"},
        "peak": {"pods": 32, "cpu": "3.6"},
    },
    "staging": {"namespace": "nova", "fits": True, "hard": {"pods": 40}, "peak": {"pods": 32}},
}
CAPACITY: dict[str, Any] = {
    "fits": True,
    "nodes": "3 x t3.large",
    "rows": [{"cpu": "3600m", "pods": 32, "what": "services"}, {"cpu": "1", "pods": 7, "what": "argocd"}],
}


def text(*parts: Any) -> list[str]:
    console = Console(width=100, highlight=False)
    with console.capture() as capture:
        for part in parts:
            console.print(part)
    return [" ".join(line.split()) for line in capture.get().splitlines() if line.strip(" ─")]


def test_resources_are_counted_by_package_and_family() -> None:
    kinds = {
        "aws:ec2/vpc:Vpc": 1,
        "aws:ec2/subnet:Subnet": 6,
        "aws:iam/role:Role": 9,
        "kubernetes:core/v1:Namespace": 2,
        "pulumi:pulumi:Stack": 1,
        "eks:index:Cluster": 1,
    }
    lines = text(*summary(Report(result=Result.SUCCEEDED, kinds=kinds)))
    assert lines == [
        "package resources by family",
        "aws 16 iam 9, ec2 7",
        "eks 1 Cluster 1",
        "kubernetes 2 core 2",
        "pulumi 1 Stack 1",
        "total 20",
    ]


def test_a_list_of_flat_mappings_is_a_table_with_names_first() -> None:
    assert text(*rendered(CAPACITY)) == [
        "fits: yes",
        "nodes: 3 x t3.large",
        "what cpu pods",
        "services 3600m 32",
        "argocd 1 7",
    ]


def test_flat_mappings_side_by_side_are_a_table() -> None:
    assert text(*rendered(QUOTAS["dev"])) == [
        "namespace: nova-dev",
        "fits: yes",
        "hard peak",
        "pods 36 32",
        "cpu 4 3.6",
    ]


def test_each_environment_has_a_heading() -> None:
    lines = text(*rendered(QUOTAS))
    assert lines.index("dev") < lines.index("namespace: nova-dev") < lines.index("staging")


def test_rows_with_different_keys_leave_cells_empty() -> None:
    assert text(*rendered([{"what": "a", "pods": 1}, {"what": "b", "cpu": "2"}])) == ["what pods cpu", "a 1", "b 2"]


def test_an_unknown_output_is_shown_as_unknown() -> None:
    assert text(*rendered("[unknown]")) == ["[unknown]"]


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ({}, []),
        ({"endpoint": "x"}, []),
        ({"quotas": QUOTAS, "capacity": CAPACITY}, ["quota: fits", "nodes: fit"]),
        ({"quotas": {**QUOTAS, "dev": {"fits": False}}}, ["quota: does not fit (dev)"]),
        ({"capacity": {**CAPACITY, "fits": False}}, ["nodes: do not fit"]),
        ({"quotas": {"dev": {"fits": "[unknown]"}}}, ["quota: not known before up"]),
        ({"capacity": "[unknown]"}, ["nodes: not known before up"]),
        ({"quotas": {}}, []),
    ],
)
def test_each_verdict_is_one_line(outputs: dict[str, Any], expected: list[str]) -> None:
    assert verdicts(outputs) == expected


def test_the_verdicts_end_the_summary() -> None:
    cost = {"usd": 1, "summary": ["$1.00 a month"]}
    report = Report(result=Result.SUCCEEDED, outputs={"capacity": CAPACITY, "quotas": QUOTAS, "monthlyCost": cost})
    assert text(*summary(report))[-2:] == ["quota: fits", "nodes: fit"]


def test_the_cost_is_told_in_the_stacks_own_words() -> None:
    cost = {"usd": 1234.5, "summary": ["$1,234.50 a month in eu-west-1", "most of it: nodes $1,000.00"]}
    lines = text(*summary(Report(result=Result.SUCCEEDED, outputs={"monthlyCost": cost})))
    assert lines[-3:] == ["monthlyCost", "$1,234.50 a month in eu-west-1", "most of it: nodes $1,000.00"]


def test_a_resource_without_a_known_price_is_named() -> None:
    kinds = {"aws:neptune/cluster:Cluster": 1, "aws:ec2/vpc:Vpc": 1, "kubernetes:core/v1:Pod": 3}
    lines = text(*summary(Report(result=Result.SUCCEEDED, kinds=kinds)))
    assert lines[-1] == "not in the estimate, because their price is not known: aws:neptune/cluster:Cluster"
