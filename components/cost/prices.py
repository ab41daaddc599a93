"""What AWS charges: hours of instance types and other rates by region, in US dollars without tax and discounts.

Tables instead of API calls: a preview needs no network and no credentials. Each table names its sources and their
dates in its first line, the other rates in each row; `tools/aws_prices.py` replaces all of them. They are read when a
price is first needed.

Where a region's own price is missing, the one of us-east-1 is multiplied by what the region adds: that of types of the
same family, or else the median of all EC2 types in both regions. Such a price is an estimate.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from statistics import median

from components.sizing.instance_types import rows

FOLDER = Path(__file__).parent
BASE_REGION = "us-east-1"
"""The region with most prices."""
EVERYWHERE = "all"
"""In place of a region: the same price in each."""

Table = Mapping[str, Mapping[str, Decimal]]
"""Price by region, by type or rate."""


class Hours(StrEnum):
    """Tables of hours on demand; the value is the file's name."""

    EC2 = "ec2"
    """Linux."""
    RDS = "rds"
    """PostgreSQL in one zone; with Multi-AZ it is twice as much."""
    ELASTICACHE = "elasticache"
    """Valkey, one node."""


@dataclass(frozen=True, kw_only=True)
class Price:
    """US dollars for one unit."""

    usd: Decimal
    unit: str
    """`hour`, `month`, `GB-month`, `GB` or what else is counted; GB-month: one GB for a month."""
    estimate: bool = False
    """Whether it is another region's, with a factor."""


def hour(table: Hours, name: str, region: str) -> Price | None:
    """An hour of an instance type; None for a type, or a region, without a price."""
    prices = _hours(table)
    usd = prices.get(name, {}).get(region)
    if usd is not None:
        return Price(usd=usd, unit="hour")
    base, added = prices.get(name, {}).get(BASE_REGION), _factor(prices, name, region)
    return None if base is None or added is None else Price(usd=base * added, unit="hour", estimate=True)


def rate(name: str, region: str) -> Price | None:
    """A rate by its name in `rates.csv`; None in a region of which the table has nothing. KeyError for another name."""
    unit, prices = _rates()[name]
    usd = prices.get(region, prices.get(EVERYWHERE))
    if usd is not None:
        return Price(usd=usd, unit=unit)
    base, added = prices.get(BASE_REGION), _median_factor(region)
    return None if base is None or added is None else Price(usd=base * added, unit=unit, estimate=True)


def _factor(prices: Table, name: str, region: str) -> Decimal | None:
    """What a region adds to the price of a type in us-east-1."""
    family = f"{name.rpartition('.')[0]}."
    return _median_ratio(prices, region, family) or _median_factor(region)


@functools.cache
def _median_factor(region: str) -> Decimal | None:
    return _median_ratio(_hours(Hours.EC2), region)


def _median_ratio(prices: Table, region: str, prefix: str = "") -> Decimal | None:
    """The median of the ratios of the types that have a price in both regions; None without any."""
    ratios = [
        by_region[region] / by_region[BASE_REGION]
        for name, by_region in prices.items()
        if name.startswith(prefix) and region in by_region and BASE_REGION in by_region
    ]
    return median(ratios) if ratios else None


@functools.cache
def _hours(table: Hours) -> Table:
    return {
        row["type"]: {region: Decimal(usd) for region, usd in row.items() if usd and region != "type"}
        for row in rows(FOLDER / f"{table}.csv")
    }


@functools.cache
def _rates() -> Mapping[str, tuple[str, Mapping[str, Decimal]]]:
    """Unit, and price by region, of each rate."""
    table: dict[str, tuple[str, dict[str, Decimal]]] = {}
    for row in rows(FOLDER / "rates.csv"):
        table.setdefault(row["rate"], (row["unit"], {}))[1][row["region"]] = Decimal(row["usd"])
    return table
