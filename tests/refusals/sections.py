"""A stack's sections as plain data, changed at a path, and written as a project and a stack file.

The project file keeps the sections that are right, which are read once; the stack file has only what was changed.
"""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from components.validation.load import checked as checked_data
from tests.harness.config import load_project, stack_config
from tests.harness.harness import ROOT
from tests.refusals.collection import FOLDER, STACK, Case, Part, Reported, checked, folder_of, project_folder

MARKER = "\N{LOZENGE}"
"""Stands in the data for text that is written into the file as it is."""


@dataclass(frozen=True)
class Text:
    """A value as it is written in a file, for example `17.10` or `0x1F`."""

    yaml: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A project's name and what its stack has."""

    name: str
    project: str
    sections: Mapping[str, Any]
    """By key without the project's name; other keys as they are."""

    @property
    def stack(self) -> str:
        """The stack's own name."""
        return self.name.rpartition("/")[2]


def _stack(folder: Path, stack: str) -> Stack:
    project = str(load_project(folder)["name"])
    values = stack_config(stack, folder)
    sections = {key.removeprefix(f"{project}:"): value for key, value in values.items()}
    name = stack if folder == ROOT else f"{folder.name}/{stack}"
    return Stack(name=name, project=project, sections=sections)


def committed() -> list[Stack]:
    """Every committed stack, and the base of the collection."""
    folders = (ROOT, ROOT / "examples" / "tiketi", ROOT / "examples" / "pingvasai", FOLDER)
    return [
        _stack(folder, file.name.split(".")[1]) for folder in folders for file in sorted(folder.glob("Pulumi.*.yaml"))
    ]


def of_case(case: Case, folder: Path) -> Stack:
    """What a case that can be read has, with the base's other sections."""
    return _stack(folder_of(case, folder), STACK)


def at(value: Any, path: Sequence[Part]) -> Any:
    """The value at a path; KeyError, IndexError or TypeError if there is none."""
    for part in path:
        value = value[part]
    return value


def changed(stack: Stack, path: Sequence[Part], value: object) -> Stack:
    """With a value at a path; a map that is missing on the way is added."""
    return Stack(name=stack.name, project=stack.project, sections=_with(dict(stack.sections), path, value))


def _with(container: Any, path: Sequence[Part], value: object) -> Any:
    """A copy that shares everything outside the path."""
    part, *below = path
    if isinstance(container, list):
        items = cast("list[Any]", container)
        index = int(part)
        return [*items[:index], _with(items[index], below, value) if below else value, *items[index + 1 :]]
    entries = cast("dict[Part, Any]", container) if isinstance(container, dict) else {}
    inner = entries.get(part)
    return {**entries, part: _with(inner, below, value) if below else value}


def without(stack: Stack, path: Sequence[Part]) -> Stack:
    """Without the key or item at a path."""
    sections = copy.deepcopy(dict(stack.sections))
    del at(sections, path[:-1])[path[-1]]
    return Stack(name=stack.name, project=stack.project, sections=sections)


def renamed(stack: Stack, path: Sequence[Part], key: str) -> Stack:
    """With another key in place of a path's last."""
    value = at(stack.sections, path)
    return changed(without(stack, path), [*path[:-1], key], value)


def _yaml(value: object) -> str:
    """In flow style on one line."""
    texts: list[str] = []

    def plain(part: object) -> Any:
        if isinstance(part, Text):
            texts.append(part.yaml)
            return f"{MARKER}{len(texts) - 1}{MARKER}"
        if isinstance(part, dict):
            return {key: plain(item) for key, item in cast("dict[str, object]", part).items()}
        return [plain(item) for item in cast("list[object]", part)] if isinstance(part, list) else part

    written = json.dumps(plain(value), ensure_ascii=False)
    for number, text in enumerate(texts):
        written = written.replace(f'"{MARKER}{number}{MARKER}"', text)
    return written


def judged(stack: Stack) -> list[Reported]:
    """What the program says about a stack's data, in a third of the command's time."""
    own = {key: plain(value) for key, value in stack.sections.items() if not key.startswith("pulumi:")}
    _, problems = checked_data(own)
    return [Reported(place="", path=problem.where, message=problem.message) for problem in problems]


def plain(value: object) -> Any:
    """Data in which texts are replaced by what YAML reads."""
    if isinstance(value, Text):
        reader: Any = YAML(typ="safe")
        return reader.load(value.yaml)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in cast("dict[str, object]", value).items()}
    return [plain(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def report(stack: Stack, right: Stack, folder: Path) -> list[Reported]:
    """What the command says about a stack; what it has in common with the `right` one is in the project's file."""
    common = {key: value for key, value in right.sections.items() if key in stack.sections}
    project = f"name: {right.project}\nruntime: python\nconfig:\n" + "".join(
        f"  {key}:\n    value: {_yaml(value)}\n" for key, value in common.items()
    )
    own = {key: value for key, value in stack.sections.items() if key not in common or value != common[key]}
    text = "config:\n" + "".join(f"  {_key(key, right)}: {_yaml(value)}\n" for key, value in own.items())
    own_folder = project_folder(folder, text if own else "config: {}\n", project, right.stack)
    return checked(own_folder, right.stack)


def _key(name: str, stack: Stack) -> str:
    return name if ":" in name else f"{stack.project}:{name}"
