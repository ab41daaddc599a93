"""Whoever writes what a message names has one refusal less and none more, in the collection and in 2,000 mutants."""

from pathlib import Path

import pytest

from tests.refusals.collection import SINGLE, Case, Reported, name_of, report
from tests.refusals.judge import faults
from tests.refusals.mutants import mutants
from tests.refusals.remedies import followed, refused_remedies
from tests.refusals.sections import Stack, Text, at, committed, of_case
from tests.refusals.sections import report as report_of

STACKS = committed()
BASE = next(stack for stack in STACKS if stack.name == "refusals/staging")
READABLE = [case for case in SINGLE if not any(expected.line for expected in case.expected)]
EACH = 200
"""Mutants of each stack: 2,000 of all."""


@pytest.mark.parametrize("case", READABLE, ids=name_of)
def test_a_remedy_of_the_collection_is_accepted(case: Case, tmp_path: Path) -> None:
    problems = report(case, tmp_path)
    _, refused = refused_remedies(of_case(case, tmp_path), problems)
    assert refused == []


@pytest.mark.parametrize("stack", STACKS, ids=name_of)
def test_a_mutant_is_told_what_to_write(stack: Stack, tmp_path: Path) -> None:
    wrong: list[str] = []
    for mutant in mutants(stack, STACKS, EACH):
        problems = report_of(mutant.stack, stack, tmp_path)
        _, refused = refused_remedies(mutant.stack, problems)
        wrong += [f"{fault} ({mutant.change})" for fault in (*faults(problems), *refused)]
    assert wrong == []


def _followed(path: str, message: str) -> Stack:
    problem = Reported(place="", path=path, message=message)
    stack = followed(BASE, problem)
    assert stack is not None
    return stack


def test_a_remedy_is_followed_as_a_reader_would() -> None:
    """Otherwise no remedy is tried, and all are accepted."""
    for path, message, where, written in (
        ("services[0].port", "70000 is not a port. Write e.g. 8080.", ("services", 0, "port"), "8080"),
        ("aws.accountId", 'is not text. Write "025434362120".', ("aws", "accountId"), '"025434362120"'),
        ("network.zones", "is not a list. Write [eu-central-1a].", ("network", "zones"), "[eu-central-1a]"),
        ("database.port", "is too small. Write 1150 or more.", ("database", "port"), "1150"),
        ("storage", "is missing. Add `storage: {}`.", ("storage",), "{}"),
        ("edge.argocdHost", "is open. Add `firewall: {}` to edge.", ("edge", "firewall"), "{}"),
        ("edge.argocdHost", "is taken. Write another one, e.g. a.b.c.", ("edge", "argocdHost"), "a.b.c"),
        (
            "environments[0].path",
            "is the root. Write delivery: application.",
            ("environments", 0, "delivery"),
            "application",
        ),
    ):
        assert at(_followed(path, message).sections, where) == Text(written), message
    assert "services" not in _followed("services", "has no effect. Remove it.").sections
    assert "cidr" in _followed("network.natGateways", "is not a known key. Write cidr.").sections["network"]


@pytest.mark.parametrize(
    ("path", "message", "left"),
    [
        ("services[0].port", "8080 is taken. Write 9090.", 0),
        ("services[0].port", "8080 is taken. Write 99999.", 1),
        ("services[0].name", "web is taken. Write shop.", 1),
        ("environments[0].replicas", '1 is no number. Write "1".', 1),
        ("network.zones", "is not a list. Write [eu-west-1a, eu-west-1b].", 2),
        ("network.cidr", "is too small. Write 10.20.0.0/16.", 0),
        ("environments[1].quotaCap", "is too small. Write pods: 36.", 1),
    ],
)
def test_a_remedy_that_is_refused_in_turn_is_found(path: str, message: str, left: int) -> None:
    count, refused = refused_remedies(BASE, [Reported(place="", path=path, message=message)])
    assert (count, len(refused)) == (1, left), refused


@pytest.mark.parametrize(
    "message",
    ["Write a role of that account.", "Write one, or remove the key.", "Write its port, or remove readyPath."],
)
def test_prose_names_no_value(message: str) -> None:
    assert followed(BASE, Reported(place="", path="services[0].port", message=message)) is None
