"""The tables of prices: what is in them, and what stands in for a price that is missing."""

import csv
import re
from decimal import Decimal
from itertools import pairwise

import pytest

from components.account.offers import Service, offered, offers
from components.cost.prices import BASE_REGION, EVERYWHERE, FOLDER, Hours, Price, hour, rate
from components.sizing.database_sizes import DATABASE_CLASSES
from components.sizing.instance_types import INSTANCE_TYPES, rows

SERVICES = {Hours.EC2: Service.EC2, Hours.RDS: Service.RDS_POSTGRES, Hours.ELASTICACHE: Service.ELASTICACHE}
RATES = list(rows(FOLDER / "rates.csv"))


def test_a_price_of_the_region_is_no_estimate() -> None:
    assert hour(Hours.EC2, "m6i.xlarge", "ap-northeast-2") == Price(usd=Decimal("0.236"), unit="hour")
    assert hour(Hours.RDS, "db.m7g.large", "ap-northeast-2") == Price(usd=Decimal("0.2344"), unit="hour")
    assert hour(Hours.ELASTICACHE, "cache.t4g.micro", "ap-northeast-1") == Price(usd=Decimal("0.02"), unit="hour")
    assert rate("nat.hours", "ap-northeast-1") == Price(usd=Decimal("0.062"), unit="hour")


def test_a_rate_of_all_regions_is_no_estimate() -> None:
    assert rate("eks.standard", "sa-east-1") == Price(usd=Decimal("0.1"), unit="hour")


def test_a_missing_price_follows_from_the_family_in_that_region() -> None:
    missing = next(
        name
        for name in sorted(offered(Service.EC2, "eu-west-2"))
        if (found := hour(Hours.EC2, name, "eu-west-2")) is not None and found.estimate
    )
    found, base = hour(Hours.EC2, missing, "eu-west-2"), hour(Hours.EC2, missing, BASE_REGION)
    assert found is not None
    assert base is not None
    assert Decimal("0.9") < found.usd / base.usd < Decimal("1.6")


def test_a_missing_rate_follows_from_what_ec2_costs_there() -> None:
    found = rate("nat.hours", "sa-east-1")
    assert found is not None
    assert found.estimate
    assert Decimal("1.4") < found.usd / Decimal("0.045") < Decimal("1.8")


@pytest.mark.parametrize("name", ["db.m9g.large", "db.no.such"])
def test_a_type_without_any_price_has_none(name: str) -> None:
    assert hour(Hours.RDS, name, "us-east-1") is None
    assert hour(Hours.RDS, name, "eu-west-1") is None


def test_a_region_of_which_nothing_is_known_has_only_the_prices_of_all_regions() -> None:
    assert hour(Hours.EC2, "m6i.xlarge", "ap-southeast-6") is None
    assert rate("nat.hours", "ap-southeast-6") is None
    assert rate("ipv4.hours", "ap-southeast-6") == Price(usd=Decimal("0.005"), unit="hour")


def test_an_unknown_rate_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError):
        rate("nat.hour", "us-east-1")


@pytest.mark.parametrize("table", list(Hours))
def test_tables_have_only_what_the_program_can_offer(table: Hours) -> None:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        assert next(lines).startswith("# USD per hour")
        header, *body = csv.reader(lines)
    types = {row[0] for row in body}
    usable = {Hours.EC2: set(INSTANCE_TYPES), Hours.RDS: set(DATABASE_CLASSES)}
    assert types <= usable.get(table, offered(SERVICES[table], None))
    assert set(header[1:]) == set(offers().zones)
    assert all(re.fullmatch(r"\d+(\.\d+)?", cell) for row in body for cell in row[1:] if cell)


def test_each_rate_has_a_date_a_page_and_a_region_once() -> None:
    for row in RATES:
        assert row["region"] in {*offers().zones, EVERYWHERE}
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["date"])
        assert row["page"].startswith("https://")
        assert Decimal(row["usd"]) > 0
    places = [(row["rate"], row["region"]) for row in RATES]
    assert len(set(places)) == len(places)
    assert all(one["rate"] <= other["rate"] for one, other in pairwise(RATES))


def test_a_rate_has_one_unit_and_is_known_in_us_east_1() -> None:
    units = {(row["rate"], row["unit"]) for row in RATES}
    assert len(units) == len({name for name, _ in units})
    for name, _ in units:
        found = rate(name, BASE_REGION)
        assert found is not None
        assert not found.estimate


def test_larger_sizes_of_a_family_cost_more() -> None:
    sizes = ["t3.medium", "t3.large", "t3.xlarge", "t3.2xlarge"]
    prices = [hour(Hours.EC2, name, "ap-northeast-1") for name in sizes]
    known = [price.usd for price in prices if price is not None]
    assert len(known) == len(sizes)
    assert known == sorted(known)
