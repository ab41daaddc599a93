"""The monthly cost before and after, from the stack's output `monthlyCost`."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from tools.review.preview import Json

NONE = "none"
TOTAL = "a month"
"""The row of the whole stack, after those of its components."""


def changed(before: Json, after: Json) -> list[tuple[str, str, str]]:
    """Component, old and new US dollars a month of each that changes, and then of the whole stack."""
    old, new = dict(_sums(before)), dict(_sums(after))
    names = sorted({*old, *new}, key=lambda name: (name == TOTAL, name))
    return [(name, old.get(name, NONE), new.get(name, NONE)) for name in names if old.get(name) != new.get(name)]


def _sums(outputs: Json) -> Iterator[tuple[str, str]]:
    cost = _mapping(outputs.get("monthlyCost"))
    for component, usd in _mapping(cost.get("byComponent")).items():
        yield str(component), _dollars(usd)
    if "usd" in cost:
        about = "about " if cost.get("estimate") is True else ""
        missing = cast("list[Any]", cost.get("withoutPrice") or [])
        yield TOTAL, f"{about}{_dollars(cost['usd'])}" + (f", {len(missing)} without a price" if missing else "")


def _dollars(usd: Any) -> str:
    return f"${usd:,.2f}" if isinstance(usd, int | float) else str(usd)


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}
