"""Right stacks with one thing changed, as a slip of the hand, another tool's habit or a copied line changes it."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tests.refusals.collection import Part
from tests.refusals.sections import Stack, Text, at, changed, renamed, without

Path = tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A stack with one thing changed, and in words what."""

    stack: Stack
    change: str


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    entries = cast("dict[Any, Any]", value).items() if isinstance(value, dict) else ()
    items = enumerate(cast("list[Any]", value)) if isinstance(value, list) else ()
    children = [*entries, *items]
    for key, child in children:
        yield from _leaves(child, (*path, key))
    if not children:
        yield path


def _misspelt(text: str, rng: random.Random) -> str:
    """With one character less, more, changed or moved, or in another case."""
    if not text:
        return "x"
    place = rng.randrange(len(text))
    before, here, after = text[:place], text[place], text[place + 1 :]
    return rng.choice(
        (
            before + after,
            before + here + here + after,
            before + rng.choice("aeions-_.1") + after,
            before + after[:1] + here + after[1:],
            text.upper(),
            text.capitalize(),
            text.replace("-", "_"),
            f" {text}",
        )
    )


def _wrong_type(value: Any, rng: random.Random) -> object:
    if isinstance(value, bool):
        return rng.choice((Text("yes"), Text("off"), str(value).lower(), int(value), [value]))
    if isinstance(value, int | float):
        return rng.choice((str(value), "many", [value], {"value": value}, True, value + 0.5))
    if isinstance(value, str):
        return rng.choice((12, 1.5, True, [value], {"value": value}, Text("0123"), Text("1_000"), Text("2026-01-31")))
    return rng.choice(("some", 3, True))


def _other_unit(value: Any, rng: random.Random) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        number = re.fullmatch(r"(\d+)(\D{0,3})", value)
        if number is None:
            return None
        value = number[1]
    return f"{value}{rng.choice(('M', 'MB', 'Gi', ' Mi', 'g', 'd', ' days', '%', 'm', ' m', 's', 'k'))}"


def _times_a_thousand(value: Any, _: random.Random) -> object:
    return value * 1000 if isinstance(value, int | float) and not isinstance(value, bool) else None


def _negative(value: Any, _: random.Random) -> object:
    return -value - 1 if isinstance(value, int | float) and not isinstance(value, bool) else None


def _empty(_: Any, rng: random.Random) -> object:
    return rng.choice((Text("null"), "", [], {}, 0))


def _misspelt_value(value: Any, rng: random.Random) -> object:
    return _misspelt(value, rng) if isinstance(value, str) else None


VALUES: tuple[Callable[[Any, random.Random], object], ...] = (
    _wrong_type,
    _misspelt_value,
    _misspelt_value,
    _other_unit,
    _times_a_thousand,
    _negative,
    _empty,
)


def mutants(stack: Stack, others: Sequence[Stack], count: int) -> Iterator[Mutant]:
    """The same ones in each run. `others` are stacks from which values are copied."""
    rng = random.Random(stack.name)
    leaves = list(_leaves(stack.sections))
    copied = [at(other.sections, path) for other in others for path in _leaves(other.sections)]
    made = 0
    while made < count:
        path = rng.choice(leaves)
        mutant = _mutant(stack, path, copied, rng)
        if mutant is not None and mutant.stack.sections != stack.sections:
            made += 1
            yield mutant


def _mutant(stack: Stack, path: Path, copied: Sequence[object], rng: random.Random) -> Mutant | None:
    value, key, kind = at(stack.sections, path), path[-1], rng.randrange(len(VALUES) + 4)
    where = ".".join(map(str, path))
    if kind < len(VALUES):
        new = VALUES[kind](value, rng)
        return None if new is None else Mutant(stack=changed(stack, path, new), change=f"{where}: {value!r} -> {new!r}")
    match kind - len(VALUES):
        case 0:
            new = rng.choice(copied)
            return Mutant(stack=changed(stack, path, new), change=f"{where}: {value!r} -> {new!r}")
        case 1:
            return Mutant(stack=without(stack, path), change=f"{where}: removed")
        case 2 if isinstance(key, str):
            new = _misspelt(key, rng).replace(".", "_")  # no key has a point
            return Mutant(stack=renamed(stack, path, new), change=f"{where}: -> {new}")
        case 3 if isinstance(key, int):
            items = at(stack.sections, path[:-1])
            return Mutant(stack=changed(stack, path[:-1], [*items, value]), change=f"{where}: twice")
        case _:
            return None
