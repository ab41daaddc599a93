"""A section that cannot be read is reported, and so is everything else that is wrong; its consequences are not.

A rule that read None, or a default, in place of a broken section would end in a traceback, or refuse what is right.
"""

import copy
import functools
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

import pytest
from pydantic import ValidationError

from components.config.platform import PlatformConfig
from components.config.problems import Problem, refusals_of
from components.validation.load import checked
from tests.harness.config import load_project, stack_config
from tests.harness.harness import ROOT

STACKS = {
    f"{folder.name}/{file.name.split('.')[1]}": (folder, file.name.split(".")[1])
    for folder in (ROOT, *(place for place in sorted((ROOT / "examples").iterdir()) if place.is_dir()))
    for file in sorted(folder.glob("Pulumi.*.yaml"))
}
"""Folder of the project and name of the stack, of every committed stack and example."""
NONSENSE = ("!", -1, ["!"])


@functools.cache
def _committed(stack: str) -> dict[str, Any]:
    folder, name = STACKS[stack]
    prefix = f"{load_project(folder)['name']}:"
    return {k.removeprefix(prefix): v for k, v in stack_config(name, folder).items() if k.startswith(prefix)}


def sections_of(stack: str) -> dict[str, Any]:
    """A committed stack's sections as plain data, to be changed."""
    return copy.deepcopy(_committed(stack))


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    entries = cast("dict[Any, Any]", value) if isinstance(value, dict) else {}
    children = entries.items() if entries else enumerate(cast("list[Any]", value) if isinstance(value, list) else ())
    if path:
        yield path
    for key, child in children:
        yield from _leaves(child, (*path, key))


def _at(value: Any, path: Sequence[str | int]) -> Any:
    return functools.reduce(lambda section, key: section[key], path, value)


def _refused(sections: dict[str, Any]) -> list[Problem]:
    config, problems = checked(sections)
    assert config is None
    return problems


@pytest.mark.parametrize("stack", STACKS)
def test_a_broken_section_is_refused_without_consequences(stack: str) -> None:
    sections = sections_of(stack)
    for name, value in itertools.product(sections, NONSENSE):
        wrong = {reported.where for reported in _refused({**sections, name: value})}
        assert wrong
        assert all(where.startswith(name) for where in wrong), (name, value, wrong)


@pytest.mark.parametrize("stack", STACKS)
def test_two_broken_sections_are_both_reported(stack: str) -> None:
    sections = sections_of(stack)
    for one, other in itertools.pairwise(sections):
        wrong = {str(reported.path[0]) for reported in _refused({**sections, one: -1, other: -1})}
        assert wrong == {one, other}


@pytest.mark.parametrize("stack", STACKS)
def test_a_misspelt_key_has_no_consequences(stack: str) -> None:
    sections, misspelt = sections_of(stack), 0
    for path in (path for path in _leaves(sections) if isinstance(path[-1], str)):
        changed = copy.deepcopy(sections)
        section, wrong = _at(changed, path[:-1]), f"{path[-1]}x"
        section[wrong] = section.pop(path[-1])
        _, problems = checked(changed)
        # Names of classes and variables are free.
        if problems and problems[0].message == f"is not a known key. Write {path[-1]}.":
            misspelt += 1
            assert {problem.path for problem in problems} <= {(*path[:-1], wrong), path}, (path, problems)
    assert misspelt > len(sections)


@pytest.mark.parametrize("stack", STACKS)
def test_a_broken_key_is_reported_wherever_it_is(stack: str) -> None:
    sections = sections_of(stack)
    for path in _leaves(sections):
        changed = copy.deepcopy(sections)
        _at(changed, path[:-1])[path[-1]] = {"!": 1}
        with pytest.raises(ValidationError) as refused:
            PlatformConfig.model_validate_json(json.dumps(changed))
        assert {reported.path[0] for reported in refusals_of(refused.value, PlatformConfig, changed)} == {path[0]}
