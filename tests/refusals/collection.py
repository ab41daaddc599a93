"""The collection: stack files with mistakes, each with the keys that must be reported in its first lines.

`# expect: services[2].port` is a key, spelt as in messages. `(secret)` after it: the message must not show the value;
`(key)`: the message is about the key, whatever its value. `# expect: line 4`: the file cannot be read from there on.
Each file is the whole stack file next to Pulumi.yaml, which has every section; a section in both is the stack file's.
"""

import contextlib
import io
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from components.validation.__main__ import main

FOLDER = Path(__file__).parent
STACK = "staging"
STACK_FILE = f"Pulumi.{STACK}.yaml"
OTHER, OTHER_FILE = "other-stack", "Pulumi.prod.yaml"
"""The class of mistakes against another stack of the project, and that stack's file."""
FIVE = "five"
"""The folder of the files with five mistakes."""
_EXPECT = re.compile(r"# expect: (?:line (?P<line>\d+)|(?P<path>.+?)(?: \((?P<note>secret|key)\))?)")
_PART = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")

Part = str | int


class Named(Protocol):
    """Something with a name."""

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What must be reported of one mistake."""

    path: str
    """Of the key, as messages have it; empty for a file that cannot be read."""
    line: int
    """0 if it follows from the path."""
    note: str


@dataclass(frozen=True, kw_only=True)
class Case:
    """One file of the collection."""

    name: str
    """`<class>/<file>`."""
    text: str
    expected: tuple[Expected, ...]

    @property
    def kind(self) -> str:
        """The class of the mistake."""
        return self.name.split("/")[0]


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One problem, as `python -m components.validation --json` prints it."""

    place: str
    path: str
    message: str


def _expected(text: str) -> tuple[Expected, ...]:
    matches = [match for line in text.splitlines() if (match := _EXPECT.fullmatch(line)) is not None]
    return tuple(
        Expected(path=match["path"] or "", line=int(match["line"] or 0), note=match["note"] or "") for match in matches
    )


def read(file: Path) -> Case:
    """A file of the collection."""
    text = file.read_text()
    return Case(name=f"{file.parent.name}/{file.stem}", text=text, expected=_expected(text))


CASES = [read(file) for file in sorted(FOLDER.glob("*/*.yaml"))]
SINGLE = [case for case in CASES if case.kind != FIVE]
FIVES = [case for case in CASES if case.kind == FIVE]
PROJECT = (FOLDER / "Pulumi.yaml").read_text()


def name_of(named: Named) -> str:
    """What pytest prints of a parameter."""
    return named.name


def project_folder(folder: Path, text: str, project: str = PROJECT, stack: str = STACK) -> Path:
    """The folder, with the project's file and this stack file."""
    (folder / "Pulumi.yaml").write_text(project)
    (folder / f"Pulumi.{stack}.yaml").write_text(text)
    return folder


def checked(folder: Path, stack: str = STACK) -> list[Reported]:
    """What the command says about the stack in a folder, without a process of its own."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = main(["--stack", stack, "--project", str(folder), "--json"])
    problems = [
        Reported(place=problem["place"], path=problem["path"], message=problem["message"])
        for problem in cast("list[dict[str, str]]", json.loads(printed.getvalue()))
    ]
    assert status == int(bool(problems))
    return problems


def report(case: Case, folder: Path) -> list[Reported]:
    """What the command says about a case, in an empty folder."""
    return checked(folder_of(case, folder))


def folder_of(case: Case, folder: Path) -> Path:
    """The folder, with the files of a case; the project's other stack is there if the case is about it."""
    other = folder / OTHER_FILE
    other.unlink(missing_ok=True)
    if case.kind == OTHER:
        shutil.copyfile(FOLDER / OTHER_FILE, other)
    return project_folder(folder, case.text)


def parts(path: str) -> list[Part]:
    """The keys and indices of a path."""
    first, _, below = path.partition(".")
    if ":" in first:
        return [path]
    if first == "exceptions" and below:
        return [first, below]  # whose keys are paths
    return [int(number) if number else key for number, key in _PART.findall(path)]


def _child(node: Any, part: Part) -> tuple[int, Any] | None:
    """Line and value of an entry; a section's key may have the project's name before it."""
    if isinstance(node, MappingNode):
        for key, value in cast("list[tuple[Any, Any]]", node.value):
            if key.value in (part, f"shop:{part}"):
                return key.start_mark.line + 1, value
    elif isinstance(node, SequenceNode) and isinstance(part, int):
        for item in cast("list[Any]", node.value)[part : part + 1]:
            return item.start_mark.line + 1, item
    return None


def located(text: str, path: Sequence[Part], *, project: bool = False) -> tuple[int, str | None] | None:
    """Line of a path in a stack file, or of the deepest part that exists; and its text, None if it is no scalar.

    None if the file does not have the section.
    """
    reader: Any = YAML()
    found = _child(reader.compose(text), "config")
    line, value = 0, None
    node: Any = None if found is None else found[1]
    for depth, part in enumerate(path):
        found = _child(node, part)
        if found is None:
            value = None
            break
        line, node = found
        value = str(cast("Any", node).value) if isinstance(node, ScalarNode) else None
        if project and depth == 0:
            below = _child(node, "value")
            node = None if below is None else below[1]
    return (line, value) if line else None


def place(case: Case, expected: Expected) -> str:
    """`FILE:LINE` of what is wrong."""
    if expected.line:
        return f"{STACK_FILE}:{expected.line}"
    path = parts(expected.path)
    here = located(case.text, path)
    if here is not None:
        return f"{STACK_FILE}:{here[0]}"
    there = located(PROJECT, path, project=True)
    return STACK_FILE if there is None else f"Pulumi.yaml:{there[0]}"
