"""Quotas and capacity before and after, from the stack's outputs `quotas` and `capacity`."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from tools.review.preview import Json

NONE = "none"


def changed(before: Json, after: Json) -> list[tuple[str, str, str]]:
    """Name, old and new value of each number that changes, in the order of the outputs."""
    old, new = dict(_numbers(before)), dict(_numbers(after))
    return [
        (name, old.get(name, NONE), new.get(name, NONE))
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]


def _numbers(outputs: Json) -> Iterator[tuple[str, str]]:
    for environment, quota in _items(outputs.get("quotas")):
        for resource, value in _items(_mapping(quota).get("hard")):
            yield f"quota of {environment}: {resource}", str(value)
    capacity = _mapping(outputs.get("capacity"))
    if "nodes" in capacity:
        yield "nodes", str(capacity["nodes"])
    for row in cast("list[Json]", capacity.get("rows") or [])[-2:]:
        # The last row's name repeats the nodes.
        what = "nodes hold" if row["what"].endswith(" hold") else str(row["what"])
        yield what, f"{row['pods']} pods, {row['cpu']} CPU, {row['memory']}"
    for limit in ("addresses", "connections"):
        if numbers := _mapping(capacity.get(limit)):
            yield limit, f"{numbers['needed']} of {numbers['held']}"


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    yield from _mapping(value).items()
