"""docs/new-system.md read as a script: the files it shows, the changes it makes to them, commands and their output.

A reader runs what stands in its fenced blocks, so the tests do the same. What a block is stands in its first line:
`yaml title=PATH` is a whole file, `diff title=PATH` changes one, `console` is a command and what it prints, with
`status=N` where it fails.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/new-system.md"
FENCE = re.compile(r"^```(?P<language>\w+)(?P<attributes>(?: \w+=\S+)*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
REST = "…"
"""Stands for text that is left out: alone on a line for any lines, inside one for the rest of it."""


@dataclass(frozen=True)
class File:
    """A file as the reader writes it."""

    path: str
    text: str

    def apply(self, folder: Path) -> None:
        """Write it; its folder exists."""
        (folder / self.path).write_text(self.text, encoding="utf-8")


@dataclass(frozen=True)
class Change:
    """Lines of a file that the reader replaces."""

    path: str
    before: str
    after: str

    def apply(self, folder: Path) -> None:
        """Replace the lines; AssertionError unless they are there once."""
        file = folder / self.path
        text = file.read_text(encoding="utf-8")
        assert text.count(self.before) == 1, f"{self.path} does not have once:\n{self.before}"
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")


@dataclass(frozen=True)
class Command:
    """A command, its exit status, and what it prints."""

    line: str
    status: int
    output: tuple[str, ...]


Step = File | Change | Command


def steps(page: str) -> list[Step]:
    """All steps of a page, in order. ValueError for a block that is none of the three."""
    return [_step(found["language"], _attributes(found["attributes"]), found["text"]) for found in FENCE.finditer(page)]


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
            raise ValueError(f"a block of {language} with {attributes} is no step:\n{text}")


def _side(diff: str, sign: str) -> str:
    """The lines of one side; what has no sign is on both."""
    return "".join(line[1:] for line in diff.splitlines(keepends=True) if line[0] in (sign, " "))


def missing(expected: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The first lines of `expected` that `printed` does not have, or what it says after the last; none when right.

    Spaces at both ends and empty lines do not count. Lines between two `…` follow one another.
    """
    said = [line.strip() for line in printed if line.strip()]
    runs = _runs(expected)
    position, anywhere = 0, False
    for number, run in enumerate(runs, start=1):
        if run == [REST]:
            anywhere = True
            continue
        latest = len(said) - len(run)
        earliest = latest if anywhere and number == len(runs) else position
        starts = range(earliest, latest + 1) if anywhere else range(position, position + 1)
        found = next((start for start in starts if _same(run, said[start:])), None)
        if found is None:
            return run
        position, anywhere = found + len(run), False
    return [] if anywhere else said[position:]


def _runs(expected: Sequence[str]) -> list[list[str]]:
    """Expected lines, cut before and after each line that is only `…`."""
    runs: list[list[str]] = []
    for line in (line.strip() for line in expected if line.strip()):
        if line != REST and runs and runs[-1] != [REST]:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _same(run: Sequence[str], said: Sequence[str]) -> bool:
    return len(said) >= len(run) and all(
        re.fullmatch(re.escape(line).replace(re.escape(REST), ".*"), there)
        for line, there in zip(run, said, strict=False)
    )
