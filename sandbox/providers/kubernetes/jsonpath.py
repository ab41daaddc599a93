"""The part of JSONPath that `pulumi.com/waitFor` is written in: `{.status.conditions[?(@.type=="Ready")].status}`.

Names, indexes, `[*]` and filters that compare one path with one literal; kubectl's braces around the whole are needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.providers.wire import Value

_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z_][\w-]*)
      | \[(?P<index>-?\d+)\]
      | \[(?P<all>\*)\]
      | \[(?P<quote>['"])(?P<key>.*?)(?P=quote)\]
      | \[\?\s*\(?\s*@(?P<path>[^=!<>()]*?)\s*==\s*(?P<literal>'[^']*'|"[^"]*"|[\w.+-]+)\s*\)?\]
    """,
    re.VERBOSE,
)
_EXPRESSION = re.compile(r"\{\s*(?P<path>(?:[^{}'\"]|'[^']*'|\"[^\"]*\")+?)\s*\}(?:=(?P<value>.*))?", re.DOTALL)
_Selector = Callable[[Value], list[Value]]


@dataclass(frozen=True)
class Expression:
    """A path in braces, and the value that it must have (empty: it must be there)."""

    shown: str
    path: tuple[_Selector, ...]
    value: str

    def select(self, root: Value) -> list[Value]:
        """Everything that the path leads to."""
        return _walk(self.path, root)


def parse(text: str) -> Expression:
    """Read `{.path}` or `{.path}=value`. Raises ValueError that says what is wrong."""
    match = _EXPRESSION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} must be {{.path}} or {{.path}}=value")
    value = match["value"]
    if value is not None and (not value or value.startswith("{") or "=" in value):
        raise ValueError(f"{text!r}: after the path comes `=` and one plain value")
    return Expression(text, _path(match["path"].removeprefix("$")), value or "")


def show(value: Value) -> str:
    """A plain value as Kubernetes' tools print it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(text: str) -> tuple[_Selector, ...]:
    steps: list[_Selector] = []
    place = 0
    while place < len(text):
        match = _STEP.match(text, place)
        if match is None:
            raise ValueError(f"{text!r}: not understood from {text[place:]!r} on")
        steps.append(_selector(match))
        place = match.end()
    return tuple(steps)


def _selector(match: re.Match[str]) -> _Selector:
    if match["index"] is not None:
        index = int(match["index"])
        return lambda at: at[index : index + 1 or None] if isinstance(at, list) else []
    if match["all"]:
        return _members
    if match["literal"] is not None:
        inner, literal = _path(match["path"]), match["literal"].strip("'\"")
        return lambda at: [item for item in _members(at) if literal in map(show, _walk(inner, item))]
    key = match["name"] or match["key"]
    return lambda at: [at[key]] if isinstance(at, dict) and key in at else []


def _members(at: Value) -> list[Value]:
    if isinstance(at, dict):
        return list(at.values())
    return list(at) if isinstance(at, list) else []


def _walk(path: tuple[_Selector, ...], root: Value) -> list[Value]:
    found = [root]
    for step in path:
        found = [item for at in found for item in step(at)]
    return found
