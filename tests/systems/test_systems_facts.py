"""Tiketi and PingvasAI: every cell of the description's tables and every fact of its text is shown by its check."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any, cast

import pytest

from tests.facts import pingvasai, pingvasai_text, tiketi, tiketi_text
from tests.facts.systems import SOME, Check, Fact, Shown, Table
from tests.harness.config import stack_config
from tests.harness.config_samples import loaded
from tests.harness.harness import ROOT, Run
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
    """The validated configuration with the keys of the stack file; keys without a value are omitted."""
    config = loaded(stack_config(stack, EXAMPLES / system), stack, system)
    return config.model_dump(mode="json", by_alias=True, exclude_none=True)


def at(node: object, path: Sequence[str]) -> Iterator[object]:
    """The values at a path; none where a key is missing."""
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
    """Text under a heading of the documentation, with whitespace collapsed."""
    texts = [text for text in DOCUMENT.read_text().split("\n## ")[1:] if text.split("\n", 1)[0] == title]
    assert len(texts) == 1, f"{DOCUMENT.name} has {len(texts)} sections called {title}"
    return " ".join(texts[0].split())


def actual(system: str, stack: str, check: Check) -> list[object]:
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


def verify(system: str, stack: str, check: Check) -> None:
    if check.shown is Shown.DOCS:
        text = section(check.path)
        assert [words for words in check.values if str(words) not in text] == []
        return
    values = actual(system, stack, check)
    if check.values == (SOME,):
        assert values, f"{stack}: no value at {check.kind} {check.name or ''} {check.path}"
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
def test_the_description_is_implemented(system: str, stack: str, checks: Sequence[Check]) -> None:
    assert checks
    for check in checks:
        verify(system, stack, check)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_cell_of_a_table_has_a_check(system: str) -> None:
    facts = SYSTEMS[system]
    table = cast("Table", facts.TABLE)
    assert tuple(table) == facts.ROWS
    assert {tuple(cells) for cells in table.values()} == {facts.STAGES}


@pytest.mark.parametrize("system", SYSTEMS)
def test_most_facts_are_checked_in_the_plan(system: str) -> None:
    facts = SYSTEMS[system]
    cells = [cell for cells in cast("Table", facts.TABLE).values() for cell in cells.values()]
    checks = [check for cell in cells for check in cell]
    checks += [check for fact in PROSE[system] for check in fact.checks]
    in_plan = [check for check in checks if check.shown in (Shown.PLAN, Shown.APPLICATION)]
    assert len(in_plan) > 0.7 * len(checks)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_check_with_another_value_fails(system: str) -> None:
    stack = SYSTEMS[system].STAGES[0]
    table: Table = SYSTEMS[system].TABLE
    for check in (check for cells in table.values() for check in cells[stack]):
        wrong = Check(shown=check.shown, values=("something else",), path=check.path, kind=check.kind, name=check.name)
        with pytest.raises(AssertionError):
            verify(system, stack, wrong)


PASSED_ON = {
    "AWS_ACCOUNT_ID": "accountId",
    "AWS_REGION": "region",
    "CLUSTER_URL": "clusterEndpoint",
    "DB_HOST": "databaseAddress",
    "REDIS_HOST": "cacheEndpoint",
    "CERTIFICATE_ARN": "certificateArn",
    "FIREWALL_ARN": "firewallArn",
}
"""Values that people used to copy by hand: key of `platform-outputs`, and the output with the same value."""


@pytest.mark.parametrize(("system", "stack"), [("tiketi", "prod"), ("pingvasai", "production")])
def test_platform_outputs_equal_the_stacks_outputs(system: str, stack: str) -> None:
    outputs = run(system, stack).outputs
    values = run(system, stack).named(f"{stack}-platform-outputs").inputs["data"]
    assert {key: values[key] for key in PASSED_ON} == {key: outputs[name] for key, name in PASSED_ON.items()}
    assert values["REPOSITORY_URL"] == SYSTEMS[system].REPOSITORY_URL


def test_a_local_cluster_gets_no_aws_resources() -> None:
    kinds = {resource.type.split(":")[0] for resource in run("tiketi", "dev").resources}
    assert kinds == {"kubernetes", "platform", "pulumi", "tls"}
    providers = {r.type for r in run("tiketi", "dev").resources if r.type.startswith("pulumi:providers:")}
    assert providers == {"pulumi:providers:kubernetes", "pulumi:providers:tls"}


def test_edits_by_others_on_an_existing_cluster_are_conflicts() -> None:
    assert "enablePatchForce" not in run("tiketi", "dev").one("pulumi:providers:kubernetes").inputs


def test_the_cache_of_the_broker_evicts_nothing() -> None:
    for stack in pingvasai.STAGES:
        group = run("pingvasai", stack).one("aws:elasticache/parameterGroup:ParameterGroup").inputs["parameters"]
        assert {"name": "maxmemory-policy", "value": "noeviction"} in group


def test_production_uses_the_repositories_of_the_first_stack() -> None:
    """The first stack of each system creates them, the others use them, at the same address."""
    for system, first, others in (
        ("tiketi", "staging", ["prod"]),
        ("pingvasai", "development", ["staging", "production"]),
    ):
        urls = run(system, first).outputs["registryUrls"]
        assert len(run(system, first).all("aws:ecr/repository:Repository")) == len(set(urls.values()))
        for stack in others:
            assert run(system, stack).all("aws:ecr/repository:Repository") == []
            assert run(system, stack).outputs["registryUrls"] == urls


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_two_stacks_of_a_system_share_a_network(system: str) -> None:
    networks = [run(system, stack).all("aws:ec2/vpc:Vpc") for stack in SYSTEMS[system].STAGES]
    ranges = [network[0].inputs["cidrBlock"] for network in networks if network]
    assert len(set(ranges)) == len(ranges)
