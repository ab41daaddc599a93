"""A section that is wrong by itself: everything else is still checked, and what rests on it is left alone.

A rule names the sections that it reads. One that reads another meets nothing, or somebody's default, where that section
is broken: a traceback, or a refusal of what the person did not write.
"""

import contextlib
import copy
import functools
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest
from pydantic import ValidationError

from components.config.platform import PlatformConfig
from components.config.problems import Problem, problems_of
from components.validation.capacity import capacity_problems
from components.validation.load import checked
from components.validation.rules import RULES, SUMS, Rule
from components.validation.section_rules import possible
from tests.harness.config import load_project, stack_config
from tests.harness.config_samples import ABSENT
from tests.harness.harness import ROOT

STACKS = {
    f"{folder.name}/{file.name.split('.')[1]}": (folder, file.name.split(".")[1])
    for folder in (ROOT, *(place for place in sorted((ROOT / "examples").iterdir()) if place.is_dir()))
    for file in sorted(folder.glob("Pulumi.*.yaml"))
}
"""Folder of the project and name of the stack, of every committed stack and example."""
ALIASES = {name: str(field.alias) for name, field in PlatformConfig.model_fields.items()}
SOME = 10
"""Of the configurations to sum up: each takes as long as all rules together."""
NONSENSE = ("!", -1, [{"!": "!"}], {"!": "!"})


@functools.cache
def _committed(stack: str) -> dict[str, Any]:
    folder, name = STACKS[stack]
    prefix = f"{load_project(folder)['name']}:"
    return {k.removeprefix(prefix): v for k, v in stack_config(name, folder).items() if k.startswith(prefix)}


def sections_of(stack: str) -> dict[str, Any]:
    """A committed stack's sections as plain data, to be changed."""
    return copy.deepcopy(_committed(stack))


class Recording(PlatformConfig):
    """A configuration that notes which of its sections are read."""

    def __getattribute__(self, name: str) -> Any:
        if name in ALIASES:
            READ.add(ALIASES[name])
        return super().__getattribute__(name)


READ: set[str] = set()


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
    children = entries.items() if entries else enumerate(cast("list[Any]", value) if isinstance(value, list) else ())
    if path:
        yield path
    for key, child in children:
        yield from _leaves(child, (*path, key))


def _at(value: Any, path: Sequence[str | int]) -> Any:
    return functools.reduce(lambda found, key: found[key], path, value)


def _others(value: Any) -> tuple[Any, ...]:
    """Values in place of a leaf; most are refused, and those that are not lead rules to where they would not be."""
    if isinstance(value, bool):
        return (not value,)
    return (1, 50) if isinstance(value, int) else ("other",) if isinstance(value, str) else ()


def _variants(stack: str) -> Iterator[dict[str, Any]]:
    """A stack; the same without each key, with each value another, and with each section of the other stacks."""
    sections = sections_of(stack)
    yield sections
    for path in _leaves(sections):
        *above, key = path
        for value in (ABSENT, *_others(_at(sections, path))):
            found = copy.deepcopy(sections)
            if value is not ABSENT:
                _at(found, above)[key] = value
            elif isinstance(key, str):
                del _at(found, above)[key]
            yield found
    for other in STACKS:
        yield from ({**sections, name: section} for name, section in _committed(other).items())


@functools.cache
def _readable(stack: str) -> tuple[Recording, ...]:
    found: list[Recording] = []
    for sections in _variants(stack):
        with contextlib.suppress(ValidationError):
            found.append(Recording.model_validate_json(json.dumps(sections)))
    return tuple(found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.check.__module__}.{rule.check.__name__}")
def test_a_rule_names_every_section_that_it_reads(rule: Rule) -> None:
    for stack in STACKS:
        for config in _readable(stack):
            seen = possible(config)
            READ.clear()
            list(rule.check(seen))
            assert rule.reads >= READ, (stack, sorted(READ - rule.reads))


def test_the_sums_name_every_section_that_they_rest_on() -> None:
    for stack in STACKS:
        for config in _readable(stack)[::SOME]:
            if any(rule.decides_sums and list(rule.check(config)) for rule in RULES):
                continue  # then nothing is summed up
            READ.clear()
            list(capacity_problems(config))
            assert SUMS >= READ, (stack, sorted(READ - SUMS))


def _refused(sections: dict[str, Any]) -> list[Problem]:
    config, problems = checked(sections)
    assert config is None
    return problems


@pytest.mark.parametrize("stack", STACKS)
def test_a_section_of_nonsense_is_refused_and_nothing_else_is_said_of_it(stack: str) -> None:
    sections = sections_of(stack)
    for name, value in itertools.product(sections, NONSENSE):
        wrong = {found.where for found in _refused({**sections, name: value})}
        assert wrong
        assert all(where.startswith(name) for where in wrong), (name, value, wrong)


@pytest.mark.parametrize("stack", STACKS)
def test_two_broken_sections_are_both_told(stack: str) -> None:
    sections = sections_of(stack)
    for one, other in itertools.pairwise(sections):
        wrong = {str(found.path[0]) for found in _refused({**sections, one: {"!": 1}, other: {"!": 1}})}
        assert wrong == {one, other}


@pytest.mark.parametrize("stack", STACKS)
def test_a_broken_key_is_told_wherever_it_stands(stack: str) -> None:
    sections = sections_of(stack)
    for path in _leaves(sections):
        changed = copy.deepcopy(sections)
        _at(changed, path[:-1])[path[-1]] = {"!": 1}
        with pytest.raises(ValidationError) as refused:
            PlatformConfig.model_validate_json(json.dumps(changed))
        assert {found.path[0] for found in problems_of(refused.value, PlatformConfig)} == {path[0]}
