"""The estimate in words and as an output of the stack (pure)."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from components.config.platform import PlatformConfig
from components.cost.estimate import Estimate, Item, monthly
from components.cost.prices import Price
from components.cost.savings import savings

BIGGEST = 4
"""Components in the summary."""
NOTHING = "AWS charges nothing for this stack: it has no section aws."


def dollars(usd: Decimal) -> str:
    """`$1,234.50`."""
    return f"${_cents(usd):,.2f}"


def unit_price(price: Price | None) -> str:
    """`$0.062 per GB`; `price unknown` without one."""
    if price is None:
        return "price unknown"
    usd = f"{price.usd:.6f}".rstrip("0").rstrip(".")
    return f"{'about ' if price.estimate else ''}${usd} per {price.unit}"


def summary(config: PlatformConfig) -> list[str]:
    """The short report: the sum, what costs most, the budget, what could be saved, what has no price."""
    estimate = monthly(config)
    return [NOTHING] if estimate is None else list(_summary(config, estimate))


def _summary(config: PlatformConfig, estimate: Estimate) -> Iterator[str]:
    about = "about " if estimate.is_estimate else ""
    yield f"{about}{dollars(estimate.total)} a month in {estimate.region}, plus what is charged by use"
    biggest = sorted(estimate.by_component.items(), key=lambda item: -item[1])[:BIGGEST]
    if biggest:
        yield f"most of it: {', '.join(f'{component} {dollars(usd)}' for component, usd in biggest)}"
    if config.alarms is not None and config.alarms.monthly_budget_usd is not None:
        yield _compared(estimate.total, config.alarms.monthly_budget_usd)
    if estimate.without_price:
        yield f"without a price, and in no sum: {', '.join(_named(item) for item in estimate.without_price)}"
    # A protected stack has its redundancy on purpose.
    verb = "would save" if config.protect else "saves"
    for saving in savings(config):
        yield f"{saving.what} {verb} {dollars(saving.monthly_usd)} ({saving.setting})"


def _named(item: Item) -> str:
    return f"{item.count} x {item.what} ({item.component})"


def _compared(total: Decimal, budget: int) -> str:
    percent = round(100 * total / budget)
    text = f"{percent} % of the budget of ${budget:,} (alarms.monthlyBudgetUsd)"
    return text if total <= budget else f"{text}: more than the budget, before anything that is charged by use"


def output(config: PlatformConfig) -> dict[str, object]:
    """The stack's output `monthlyCost`. Sums are in US dollars, rounded to cents."""
    estimate = monthly(config)
    if estimate is None:
        return {"usd": 0, "summary": [NOTHING]}
    return {
        "usd": _cents(estimate.total),
        "region": estimate.region,
        "estimate": estimate.is_estimate,
        "byComponent": {component: _cents(usd) for component, usd in estimate.by_component.items()},
        "byUse": [f"{item.component}: {item.what}, {unit_price(item.price)}" for item in estimate.by_use],
        "withoutPrice": [_named(item) for item in estimate.without_price],
        "summary": list(_summary(config, estimate)),
    }


def _cents(usd: Decimal) -> float:
    return float(usd.quantize(Decimal("0.01"), ROUND_HALF_UP))


def full(config: PlatformConfig) -> Iterator[str]:
    """Every line of the estimate, as a table of text."""
    estimate = monthly(config)
    if estimate is None:
        yield NOTHING
        return
    rows = [
        (item.component, item.what, f"{item.count:,}", unit_price(item.price), dollars(item.monthly_usd))
        for item in estimate.lines
    ]
    rows += [(component, "sum", "", "", dollars(usd)) for component, usd in estimate.by_component.items()]
    rows.append(("total", "", "", "", dollars(estimate.total)))
    yield from _table(("component", "what", "number", "price", "USD a month"), rows)
    yield ""
    yield "By use, in no sum:"
    yield from (f"  {item.component}: {item.what}, {unit_price(item.price)}" for item in estimate.by_use)
    yield ""
    yield from _summary(config, estimate)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
    for row in (header, *rows):
        first, second, *numbers = (
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join((first, second, *numbers)).rstrip()
