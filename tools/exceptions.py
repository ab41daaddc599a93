"""The table of exceptions, tools/exceptions.yaml, and its page: `python -m tools.exceptions > docs/exceptions.md`."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from ruamel.yaml import YAML

TABLE = Path(__file__).with_suffix(".yaml")
PAGE = Path("docs/exceptions.md")

INTRODUCTION = """# Exceptions

Generated from `tools/exceptions.yaml` by `make docs`. Do not edit.

What stays weaker than it could be, on purpose: why, and what would end it. A line without a stack is true for staging
and prod. *Control* is the nearest one in the owner's list of controls (*RDS-12*), in the CIS benchmark of EKS or in AWS
Security Hub (*FSBP* is its standard of best practices). *Noticed by* says what fails when a line is no longer true: a
check of [checkov](https://www.checkov.io), which `make checkov` expects to fail, or a test.
"""

FALSE_ALARMS = """## False alarms

Checks of checkov that fail although nothing is weaker.
"""


class Row(BaseModel):
    """What the lines of all tables have. `checks`: pattern of the resources by checkov's id of the check that fails."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    checks: Mapping[str, str] = {}
    stacks: tuple[str, ...] = ("staging", "prod")
    why: str

    def excuses(self, stack: str, check: str, resource: str) -> bool:
        """Whether the check may fail for the resource."""
        return stack in self.stacks and check in self.checks and fnmatchcase(resource, self.checks[check])


class Weakness(Row):
    """One exception. Checks, or a test, fail when it ends."""

    control: str = ""
    weaker: str
    ends: str
    where: str
    """A file, from the project's root."""
    test: str = ""
    """`<file>::<test>`, from `tests/`."""


class FalseAlarm(Row):
    """A check that fails although nothing is weaker."""


class Exceptions(BaseModel):
    """The whole table; exceptions by area."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    areas: Mapping[str, tuple[Weakness, ...]]
    false_alarms: tuple[FalseAlarm, ...]

    @property
    def weaknesses(self) -> Sequence[Weakness]:
        """The exceptions of all areas."""
        return [weakness for area in self.areas.values() for weakness in area]

    @property
    def rows(self) -> Sequence[Row]:
        """Everything that may excuse a check."""
        return [*self.weaknesses, *self.false_alarms]


@cache
def exceptions() -> Exceptions:
    """The committed table."""
    content: Any = YAML(typ="safe").load(TABLE)
    return Exceptions.model_validate(content)


def render() -> str:
    """The page as Markdown."""
    lines = [INTRODUCTION]
    for area, weaknesses in exceptions().areas.items():
        lines += [f"## {area}", "", *_table("what is weaker | control | why | what would end it | noticed by")]
        lines += [*(_weakness(row) for row in weaknesses), ""]
    lines += [FALSE_ALARMS, *_table("check | resources | why it is false")]
    lines += [
        _line(check, f"`{row.checks[check]}`", row.why) for row in exceptions().false_alarms for check in row.checks
    ]
    return "\n".join([*lines, ""])


def _table(head: str) -> Iterator[str]:
    yield f"| {head} |"
    yield "|---" * len(head.split("|")) + "|"


def _weakness(row: Weakness) -> str:
    stack = f"{row.stacks[0].capitalize()}: " if len(row.stacks) == 1 else ""
    weaker = f"{stack}{row.weaker} ([{Path(row.where).name}](../{row.where}))"
    file, _, name = row.test.partition("::")
    test = [f"[{name}](../tests/{file})"] if row.test else []
    return _line(weaker, row.control or "-", row.why, row.ends, ", ".join([*row.checks, *test]))


def _line(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"


if __name__ == "__main__":
    sys.stdout.write(render())
