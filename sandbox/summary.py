"""The summary after a plan: the number of resources of each kind, what they cost, and whether everything fits.

It knows no component. A list of flat mappings in an output becomes a table, as do flat mappings side by side; an output
with `fits` gets one plain line.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard, cast

from rich import box
from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from components.cost.resource_types import unknown
from sandbox.plan import Report
from sandbox.values import UNKNOWN

Flat = Mapping[str, Any]
COST = "monthlyCost"
"""The output with lines on the cost; the others of it are for tools."""
VERDICTS = {"quotas": ("quota", "fits", "does not fit"), "capacity": ("nodes", "fit", "do not fit")}


def summary(report: Report) -> Iterator[RenderableType]:
    """The parts of the summary of a successful run."""
    yield from ("", kinds(report.kinds))
    for output in VERDICTS:
        if output in report.outputs:
            yield from (Text(output, style="bold"), *rendered(report.outputs[output]))
    if costs := list(cost(report)):
        yield from ("", Text(COST, style="bold"), *costs, "")
    for line in verdicts(report.outputs):
        yield Text(line, style="bold")


def cost(report: Report) -> Iterator[Text]:
    """What the stack costs, in its own words, and types of resources whose price nobody has looked up."""
    output = report.outputs.get(COST)
    if isinstance(output, Mapping):
        yield from (Text(_text(line)) for line in cast("Flat", output).get("summary", ()))
    if types := unknown(report.kinds):
        yield Text(f"not in the estimate, because their price is not known: {', '.join(types)}")


def kinds(counts: Mapping[str, int]) -> Table:
    """Resources by package and family (`aws:ec2/vpc:Vpc` is of package aws, family ec2)."""
    packages: dict[str, dict[str, int]] = {}
    for kind, count in counts.items():
        package, _, rest = kind.partition(":")
        module, _, name = rest.partition(":")
        family = name if module in ("index", package) else module.split("/")[0]
        families = packages.setdefault(package, {})
        families[family] = families.get(family, 0) + count
    table = Table("package", Column("resources", justify="right"), "by family", box=box.SIMPLE_HEAD)
    for package, families in sorted(packages.items()):
        most_first = sorted(families.items(), key=lambda item: (-item[1], item[0]))
        table.add_row(package, str(sum(families.values())), ", ".join(f"{name} {count}" for name, count in most_first))
    table.add_row("total", str(sum(counts.values())), style="bold")
    return table


def rendered(value: Any) -> Iterator[RenderableType]:
    """Render any output: scalars as lines, lists of flat mappings and flat mappings side by side as tables."""
    if not isinstance(value, Mapping):
        yield _rows(value) if _is_rows(value) else Text(_text(value))
        return
    columns: dict[str, Flat] = {}
    for key, item in cast(Flat, value).items():
        if _is_flat(item):
            columns[key] = item
        elif _is_rows(item):
            yield _rows(item)
        elif isinstance(item, Mapping):
            yield Text(key, style="bold")
            yield from rendered(item)
        else:
            yield Text(f"{key}: {_text(item)}")
    if columns:
        yield _side_by_side(columns)


def verdicts(outputs: Flat) -> list[str]:
    """One line for each output with `fits`, naming the parts that do not fit."""
    lines: list[str] = []
    for output, (what, good, bad) in VERDICTS.items():
        parts = dict(_fits(outputs.get(output), ""))
        failing = [name for name, fits in parts.items() if fits is False]
        if failing:
            names = ", ".join(filter(None, failing))
            lines.append(f"{what}: {bad}" + (f" ({names})" if names else ""))
        elif parts:
            known = all(fits is True for fits in parts.values())
            lines.append(f"{what}: {good}" if known else f"{what}: not known before up")
    return lines


def _fits(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if value == UNKNOWN:
        yield name, value
    if isinstance(value, Mapping):
        for key, item in cast(Flat, value).items():
            if key == "fits":
                yield name, item
            elif isinstance(item, Mapping):
                yield from _fits(item, key)


def _is_flat(value: Any) -> TypeGuard[Flat]:
    return isinstance(value, Mapping) and not any(
        isinstance(item, (Mapping, list)) for item in cast(Flat, value).values()
    )


def _is_rows(value: Any) -> TypeGuard[list[Flat]]:
    rows = cast(list[Any], value) if isinstance(value, list) else []
    return bool(rows) and all(_is_flat(row) for row in rows)


def _rows(rows: Sequence[Flat]) -> Table:
    """Table of a list of flat mappings, a column for each key; names come first, because the engine sorts the keys."""
    keys = dict.fromkeys(key for row in rows for key in row)
    columns = sorted(keys, key=lambda key: not _names(rows, key))
    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*(_text(row.get(column, "")) for column in columns))
    return table


def _names(rows: Sequence[Flat], key: str) -> bool:
    return all(isinstance(row.get(key), str) and not str(row[key])[:1].isdigit() for row in rows)


def _side_by_side(columns: Mapping[str, Flat]) -> Table:
    """Table of flat mappings: a column for each mapping, a row for each of their keys."""
    table = Table("", *columns, box=box.SIMPLE_HEAD)
    for key in dict.fromkeys(key for column in columns.values() for key in column):
        table.add_row(key, *(_text(column.get(key, "")) for column in columns.values()))
    return table


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(item) for item in cast(list[Any], value))
    return str(value)
