"""What changed between two sets of inputs, and whether it takes a new resource.

Only inputs are compared, never outputs: a value that the cloud computes is no reason for a change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sandbox.providers.wire import UNKNOWN, Json, Value, reveal

Path: TypeAlias = tuple[str | int, ...]
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Kind(StrEnum):
    """What happened to one property."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass(frozen=True)
class Change:
    """One changed property; `replaces` if the cloud cannot change it in place."""

    path: Path
    kind: Kind
    replaces: bool

    @property
    def key(self) -> str:
        """The path as the engine writes it: `vpcConfig.subnetIds[0]`, `tags["kubernetes.io/role"]`."""
        return show(self.path)


def compare(old: Json, new: Json, forced: Collection[str]) -> list[Change]:
    """Every difference between old and new inputs; `forced` names the properties that force a replacement.

    A forced property is a dotted path and covers everything below it; `*` covers everything.
    """
    patterns = [tuple(pattern.split(".")) for pattern in forced]
    return [Change(path, kind, _forces(path, kind, patterns)) for path, kind in _walk((), reveal(old), reveal(new))]


def show(path: Path) -> str:
    """A path in the engine's notation."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            shown += f".{step}" if shown else step
        else:
            shown += f'["{step}"]'
    return shown


def _walk(path: Path, old: Value, new: Value) -> list[tuple[Path, Kind]]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            change
            for key in sorted({*old, *new} - {"__defaults"})
            for change in _member((*path, key), key in old, key in new, old.get(key), new.get(key))
        ]
    if isinstance(old, list) and isinstance(new, list):
        longest = max(len(old), len(new))
        return [
            change
            for place in range(longest)
            for change in _member(
                (*path, place),
                place < len(old),
                place < len(new),
                old[place] if place < len(old) else None,
                new[place] if place < len(new) else None,
            )
        ]
    return [] if old == new and new != UNKNOWN else [(path, Kind.UPDATE)]


def _member(path: Path, had: bool, has: bool, old: Value, new: Value) -> list[tuple[Path, Kind]]:
    """Compare one entry; null and absent are the same."""
    had, has = had and old is not None, has and new is not None
    if had and has:
        return _walk(path, old, new)
    if had != has:
        return [(path, Kind.DELETE if had else Kind.ADD)]
    return []


def _forces(path: Path, kind: Kind, patterns: Sequence[tuple[str, ...]]) -> bool:
    names = tuple(step for step in path if isinstance(step, str))
    for pattern in patterns:
        if pattern == ("*",) or names[: len(pattern)] == pattern:
            return True
        # an object that is unknown as a whole may change the forced property below it
        if kind is Kind.UPDATE and pattern[: len(names)] == names:
            return True
    return False
