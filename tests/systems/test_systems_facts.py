"""Tiketi and PingvasAI: every cell of the tables and every fact of the text stands where its check says."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any, cast

import pytest

from components.validation.load import load
from tests.facts import pingvasai, pingvasai_text, tiketi, tiketi_text
from tests.facts.systems import SOME, Check, Fact, Shown, Table
from tests.harness.config import stack_config
from tests.harness.harness import ROOT, Run, run_program
from tests.systems.example_runs import example

EXAMPLES = ROOT / "examples"
DOCUMENT = ROOT / "docs" / "application-repository.md"
SYSTEMS: Mapping[str, ModuleType] = {"tiketi": tiketi, "pingvasai": pingvasai}
PROSE: Mapping[str, Sequence[Fact]] = {"tiketi": tiketi_text.PROSE, "pingvasai": pingvasai_text.PROSE}


def run(system: str, stack: str) -> Run:
    """The committed stack under mocks."""
    return example(f"{system}/{stack}")


@cache
def settings(system: str, stack: str) -> dict[str, Any]:
    """The validated configuration, keys as in YAML; what is not set is left out."""
    found: list[dict[str, Any]] = []

    def read() -> None:
        found.append(load().model_dump(mode="json", by_alias=True, exclude_none=True))

    run_program(read, project=system, stack=stack, config=stack_config(stack, EXAMPLES / system))
    return found[0]


def at(node: object, path: Sequence[str]) -> Iterator[object]:
    """What stands at a path; nothing where a key is missing."""
    if not path:
        yield node
        return
    first, rest = path[0], path[1:]
    if isinstance(node, dict):
        entries = cast("dict[str, object]", node)
        for child in entries.values() if first == "*" else [entries[first]] if first in entries else []:
            yield from at(child, rest)
    elif isinstance(node, list | tuple):
        items = cast("Sequence[object]", node)
        for child in items if first == "*" else [items[int(first)]]:
            yield from at(child, rest)


def section(title: str) -> str:
    """Text under a heading of the documentation, with single spaces."""
    texts = [text for text in DOCUMENT.read_text().split("\n## ")[1:] if text.split("\n", 1)[0] == title]
    assert len(texts) == 1, f"{DOCUMENT.name} has {len(texts)} sections called {title}"
    return " ".join(texts[0].split())


def found(system: str, stack: str, check: Check) -> list[object]:
    path = check.path.split()
    if check.shown is Shown.CATALOGUE:
        return list(at(settings(system, stack), path))
    if not check.kind:
        return list(at(run(system, stack).outputs, path))
    name = None if check.name is None else check.name.format(stage=stack)
    resources = [r for r in run(system, stack).all(check.kind) if name in (None, r.name)]
    return [value for resource in resources for value in at(resource.inputs, path)]


def distinct(values: Sequence[object]) -> list[str]:
    return sorted({json.dumps(value, sort_keys=True, default=str) for value in values})


def hold(system: str, stack: str, check: Check) -> None:
    if check.shown is Shown.DOCS:
        text = section(check.path)
        assert [words for words in check.values if str(words) not in text] == []
        return
    values = found(system, stack, check)
    if check.values == (SOME,):
        assert values, f"{stack}: nothing stands at {check.kind} {check.name or ''} {check.path}"
    else:
        assert distinct(values) == distinct(check.values), f"{stack}: {check.kind} {check.name or ''} {check.path}"


CELLS = [
    pytest.param(system, stack, cell, id=f"{system}-{line}-{stack}")
    for system, facts in SYSTEMS.items()
    for line, cells in facts.TABLE.items()
    for stack, cell in cells.items()
]
FACTS = [
    pytest.param(system, stack, fact.checks, id=f"{system}-{fact.what}-{stack}")
    for system, facts in PROSE.items()
    for fact in facts
    for stack in fact.stacks
]
SERVICES = [
    pytest.param("tiketi", stack, tiketi.service_checks(stack, *service), id=f"tiketi-{service[0]}-{stack}")
    for stack in tiketi.STAGES
    for service in tiketi.SERVICES
]


@pytest.mark.parametrize(("system", "stack", "checks"), [*CELLS, *SERVICES, *FACTS])
def test_what_the_description_says_is_shown(system: str, stack: str, checks: Sequence[Check]) -> None:
    assert checks
    for check in checks:
        hold(system, stack, check)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_cell_of_a_table_is_left_out(system: str) -> None:
    facts = SYSTEMS[system]
    table = cast("Table", facts.TABLE)
    assert tuple(table) == facts.ROWS
    assert {tuple(cells) for cells in table.values()} == {facts.STAGES}


@pytest.mark.parametrize("system", SYSTEMS)
def test_most_facts_are_in_the_plan(system: str) -> None:
    facts = SYSTEMS[system]
    cells = [cell for cells in cast("Table", facts.TABLE).values() for cell in cells.values()]
    checks = [check for cell in cells for check in cell]
    checks += [check for fact in PROSE[system] for check in fact.checks]
    in_plan = [check for check in checks if check.shown in (Shown.PLAN, Shown.APPLICATION)]
    assert len(in_plan) > 0.7 * len(checks)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_check_that_asks_for_something_else_fails(system: str) -> None:
    stack = SYSTEMS[system].STAGES[0]
    table: Table = SYSTEMS[system].TABLE
    for check in (check for cells in table.values() for check in cells[stack]):
        wrong = Check(shown=check.shown, values=("something else",), path=check.path, kind=check.kind, name=check.name)
        with pytest.raises(AssertionError):
            hold(system, stack, wrong)


FLOWING = {
    "AWS_ACCOUNT_ID": "accountId",
    "AWS_REGION": "region",
    "CLUSTER_URL": "clusterEndpoint",
    "DB_HOST": "databaseAddress",
    "REDIS_HOST": "cacheEndpoint",
    "CERTIFICATE_ARN": "certificateArn",
    "FIREWALL_ARN": "firewallArn",
}
"""What people edited by hand: key of `platform-outputs`, and the output with the same value."""


@pytest.mark.parametrize(("system", "stack"), [("tiketi", "prod"), ("pingvasai", "production")])
def test_values_that_people_typed_flow_from_what_was_made(system: str, stack: str) -> None:
    made = run(system, stack)
    values = made.named(f"{stack}-platform-outputs").inputs["data"]
    assert {key: values[key] for key in FLOWING} == {key: made.outputs[name] for key, name in FLOWING.items()}
    assert values["REPOSITORY_URL"] == SYSTEMS[system].REPOSITORY_URL


def test_a_local_cluster_gets_nothing_of_aws() -> None:
    kinds = {resource.type.split(":")[0] for resource in run("tiketi", "dev").resources}
    assert kinds == {"kubernetes", "platform", "pulumi"}
    providers = {r.type for r in run("tiketi", "dev").resources if r.type.startswith("pulumi:providers:")}
    assert providers == {"pulumi:providers:kubernetes"}


def test_what_others_have_edited_on_a_cluster_that_exists_is_a_conflict() -> None:
    assert "enablePatchForce" not in run("tiketi", "dev").one("pulumi:providers:kubernetes").inputs


def test_the_broker_evicts_nothing() -> None:
    for stack in pingvasai.STAGES:
        group = run("pingvasai", stack).one("aws:elasticache/parameterGroup:ParameterGroup").inputs["parameters"]
        assert {"name": "maxmemory-policy", "value": "noeviction"} in group


def test_production_takes_what_the_account_has_once() -> None:
    """Made by the first stack of each system, taken by the others, under the same address."""
    for system, first, others in (
        ("tiketi", "staging", ["prod"]),
        ("pingvasai", "development", ["staging", "production"]),
    ):
        made = run(system, first).outputs["registryUrls"]
        assert len(run(system, first).all("aws:ecr/repository:Repository")) == len(set(made.values()))
        for stack in others:
            assert run(system, stack).all("aws:ecr/repository:Repository") == []
            assert run(system, stack).outputs["registryUrls"] == made


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_two_stacks_of_a_system_share_a_network(system: str) -> None:
    networks = [run(system, stack).all("aws:ec2/vpc:Vpc") for stack in SYSTEMS[system].STAGES]
    ranges = [network[0].inputs["cidrBlock"] for network in networks if network]
    assert len(set(ranges)) == len(ranges)
