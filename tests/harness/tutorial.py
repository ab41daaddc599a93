"""docs/new-system.md as a script: its files, changes to them, commands and their output.

The tests run its fenced blocks as a reader does. The first line of a block gives its kind: `yaml title=PATH` is a whole
file, `diff title=PATH` changes one, `console` is a command with its output, and with `status=N` if it fails.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/new-system.md"
FENCE = re.compile(r"^```(?P<language>\w+)(?P<attributes>(?: \w+=\S+)*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
REST = "…"
"""Omitted text: alone on a line, any lines; inside a line, any text."""


@dataclass(frozen=True)
class File:
    """A file that the reader writes."""

    path: str
    text: str

    def apply(self, folder: Path) -> None:
        """Write the file; its folder exists."""
        (folder / self.path).write_text(self.text, encoding="utf-8")


@dataclass(frozen=True)
class Change:
    """Lines of a file that the reader replaces."""

    path: str
    before: str
    after: str

    def apply(self, folder: Path) -> None:
        """Replace the lines; AssertionError unless they occur exactly once."""
        file = folder / self.path
        text = file.read_text(encoding="utf-8")
        assert text.count(self.before) == 1, f"{self.path} does not contain exactly once:\n{self.before}"
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")


@dataclass(frozen=True)
class Command:
    """A command, its exit status and its output."""

    line: str
    status: int
    output: tuple[str, ...]


Step = File | Change | Command


def steps(page: str) -> list[Step]:
    """All steps of a page, in order. ValueError for a block of another kind."""
    return [_step(block["language"], _attributes(block["attributes"]), block["text"]) for block in FENCE.finditer(page)]


def _attributes(text: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in text.split())


def _step(language: str, attributes: dict[str, str], text: str) -> Step:
    match language, attributes:
        case "yaml", {"title": path}:
            return File(path, text)
        case "diff", {"title": path}:
            return Change(path, _side(text, "-"), _side(text, "+"))
        case "console", _:
            first, *output = text.splitlines()
            return Command(first.removeprefix("$ "), int(attributes.get("status", 0)), tuple(output))
        case _:
            raise ValueError(f"a block of {language} with {attributes} is not a step:\n{text}")


def _side(diff: str, sign: str) -> str:
    """The lines of one side; lines without a sign are on both."""
    return "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in (sign, " "))


def missing(expected: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The first expected lines that are not in `printed`, or the extra lines at its end; empty if both match.

    Surrounding spaces and empty lines are ignored. Lines between two `…` must be consecutive.
    """
    actual = [line.strip() for line in printed if line.strip()]
    runs = _runs(expected)
    position, anywhere = 0, False
    for number, run in enumerate(runs, start=1):
        if run == [REST]:
            anywhere = True
            continue
        latest = len(actual) - len(run)
        earliest = latest if anywhere and number == len(runs) else position
        starts = range(earliest, latest + 1) if anywhere else range(position, position + 1)
        match = next((start for start in starts if _same(run, actual[start:])), None)
        if match is None:
            return run
        position, anywhere = match + len(run), False
    return [] if anywhere else actual[position:]


def _runs(expected: Sequence[str]) -> list[list[str]]:
    """Expected lines, split before and after each line that is only `…`."""
    runs: list[list[str]] = []
    for line in (line.strip() for line in expected if line.strip()):
        if line != REST and runs and runs[-1] != [REST]:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _same(run: Sequence[str], actual: Sequence[str]) -> bool:
    return len(actual) >= len(run) and all(
        re.fullmatch(re.escape(expected).replace(re.escape(REST), ".*"), line)
        for expected, line in zip(run, actual, strict=False)
    )
