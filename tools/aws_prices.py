"""The tables of `components/cost` from AWS's public price list: `python -m tools.aws_prices FOLDER` writes them there.

The list has a file for each service and region; it needs no account. That of EC2 has hundreds of megabytes a region, so
files are read line by line, and a row is kept only if it prices something that the program can create. A price by
volume is that of the first step.

Source: AWS Billing user guide, "Using the AWS Price List Bulk API"; the columns are those of its CSV files.
"""

import argparse
import csv
import io
import re
import sys
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from components.account.offers import Service, offered, offers
from components.cost.prices import EVERYWHERE, Hours
from components.sizing.database_sizes import DATABASE_CLASSES
from components.sizing.instance_types import INSTANCE_TYPES, rows

LIST = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws"
GLOBAL = "AmazonRoute53"
"""A service that has one file for all regions."""
HEADER = "SKU"
"""First column of the row with the columns' names, below a few lines about the file."""
OTHER_NAMES = {"Usage Type": "usageType", "Operation": "operation"}
"""Columns that were renamed."""
TIMEOUT_SECONDS = 60

Row = Mapping[str, str]
Open = Callable[[str], Iterable[str]]
"""Lines of the file at a URL."""


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One rate of `rates.csv`, and how the list names it."""

    name: str
    unit: str
    service: str
    usage: str
    """Usage type without the region's prefix, which us-east-1 does not always have."""
    where: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values of further columns."""
    units: int = 1
    """The unit here, as a number of the list's."""


APPLICATION = {"operation": "LoadBalancing:Application"}
LINUX = {"Operating System": "Linux"}
POSTGRES = {"Database Engine": "PostgreSQL"}
RATES = (
    Rate(name="alarms.metric", unit="month", service="AmazonCloudWatch", usage="CW:AlarmMonitorUsage"),
    Rate(name="alb.hours", unit="hour", service="AWSELB", usage="LoadBalancerUsage", where=APPLICATION),
    Rate(name="alb.lcu", unit="LCU-hour", service="AWSELB", usage="LCUUsage", where=APPLICATION),
    Rate(name="codebuild.large", unit="minute", service="CodeBuild", usage="Build-Min:Linux:g1.large"),
    Rate(name="codebuild.medium", unit="minute", service="CodeBuild", usage="Build-Min:Linux:g1.medium"),
    Rate(name="codebuild.small", unit="minute", service="CodeBuild", usage="Build-Min:Linux:g1.small"),
    Rate(name="ebs.gp3", unit="GB-month", service="AmazonEC2", usage="EBS:VolumeUsage.gp3"),
    Rate(name="ec2.credits", unit="vCPU-hour", service="AmazonEC2", usage="CPUCredits:t3", where=LINUX),
    Rate(name="ecr.storage", unit="GB-month", service="AmazonECR", usage="TimedStorage-ByteHrs"),
    Rate(name="eks.extended", unit="hour", service="AmazonEKS", usage="AmazonEKS-Hours:extendedSupport"),
    Rate(name="eks.standard", unit="hour", service="AmazonEKS", usage="AmazonEKS-Hours:perCluster"),
    Rate(
        name="elasticache.backup", unit="GB-month", service="AmazonElastiCache", usage="BackupUsage",
        where={"Product Family": "Storage Snapshot"},
    ),
    Rate(name="endpoint.data", unit="GB", service="AmazonVPC", usage="VpcEndpoint-Bytes"),
    Rate(name="endpoint.hours", unit="hour", service="AmazonVPC", usage="VpcEndpoint-Hours"),
    Rate(name="ipv4.hours", unit="hour", service="AmazonVPC", usage="PublicIPv4:InUseAddress"),
    Rate(name="kms.key", unit="month", service="awskms", usage="KMS-Keys"),
    Rate(name="kms.requests", unit="10,000 requests", service="awskms", usage="KMS-Requests", units=10_000),
    Rate(name="logs.ingest", unit="GB", service="AmazonCloudWatch", usage="DataProcessing-Bytes"),
    Rate(name="logs.storage", unit="GB-month", service="AmazonCloudWatch", usage="TimedStorage-ByteHrs"),
    Rate(name="nat.data", unit="GB", service="AmazonEC2", usage="NatGateway-Bytes"),
    Rate(name="nat.hours", unit="hour", service="AmazonEC2", usage="NatGateway-Hours"),
    Rate(name="rds.backup", unit="GB-month", service="AmazonRDS", usage="RDS:ChargedBackupUsage", where=POSTGRES),
    Rate(name="rds.credits", unit="vCPU-hour", service="AmazonRDS", usage="CPUCredits:db.t4g", where=POSTGRES),
    Rate(name="rds.gp3", unit="GB-month", service="AmazonRDS", usage="RDS:GP3-Storage", where=POSTGRES),
    Rate(
        name="rds.gp3MultiAz", unit="GB-month", service="AmazonRDS", usage="RDS:Multi-AZ-GP3-Storage", where=POSTGRES
    ),
    Rate(name="route53.queries", unit="million queries", service=GLOBAL, usage="DNS-Queries", units=1_000_000),
    Rate(name="route53.zone", unit="month", service=GLOBAL, usage="HostedZone"),
    Rate(name="s3.requests", unit="1,000 writes", service="AmazonS3", usage="Requests-Tier1", units=1_000),
    Rate(name="s3.storage", unit="GB-month", service="AmazonS3", usage="TimedStorage-ByteHrs"),
    Rate(name="secrets.entry", unit="month", service="AWSSecretsManager", usage="AWSSecretsManager-Secrets"),
    Rate(
        name="secrets.requests", unit="10,000 requests", service="AWSSecretsManager",
        usage="AWSSecretsManagerAPIRequest", units=10_000,
    ),
    Rate(
        name="sns.https", unit="million messages", service="AmazonSNS", usage="DeliveryAttempts-HTTP", units=1_000_000
    ),
    Rate(
        name="sqs.requests", unit="million requests", service="AWSQueueService", usage="Requests-Tier1",
        units=1_000_000,
    ),
    Rate(name="transfer.out", unit="GB", service="AWSDataTransfer", usage="DataTransfer-Out-Bytes"),
    Rate(name="transfer.zones", unit="GB", service="AWSDataTransfer", usage="DataTransfer-Regional-Bytes"),
    Rate(name="waf.acl", unit="month", service="awswaf", usage="WebACLV2"),
    Rate(
        name="waf.requests", unit="million requests", service="awswaf", usage="RequestV2-Tier1", units=1_000_000
    ),
    Rate(name="waf.rule", unit="month", service="awswaf", usage="RuleV2"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Types:
    """One table of hours: which rows of which service it has."""

    service: str
    usage: str
    """What stands before the type in the usage type."""
    where: Mapping[str, str]
    names: frozenset[str]
    """What the program can create."""
    about: str


HOURS: Mapping[Hours, Types] = {
    Hours.EC2: Types(
        service="AmazonEC2",
        usage="BoxUsage:",
        where={
            **LINUX, "Tenancy": "Shared", "CapacityStatus": "Used", "Pre Installed S/W": "NA",
            "operation": "RunInstances",
        },
        names=frozenset(INSTANCE_TYPES),
        about="Linux",
    ),
    Hours.RDS: Types(
        service="AmazonRDS",
        usage="InstanceUsage:",
        where={**POSTGRES, "Deployment Option": "Single-AZ"},
        names=frozenset(DATABASE_CLASSES),
        about="PostgreSQL in one zone",
    ),
    Hours.ELASTICACHE: Types(
        service="AmazonElastiCache",
        usage="NodeUsage:",
        where={"Cache Engine": "Valkey"},
        names=offered(Service.ELASTICACHE, None),
        about="Valkey",
    ),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The rows of one file of the list that charge on demand, and the day on which it was published."""

    date: str
    page: str
    rows: Iterator[Row]


@dataclass
class Found:
    """What has been read so far."""

    hours: dict[Hours, dict[str, dict[str, Decimal]]] = field(default_factory=lambda: {table: {} for table in Hours})
    rates: dict[tuple[str, str], tuple[str, str, str]] = field(
        default_factory=dict[tuple[str, str], tuple[str, str, str]]
    )
    """Price, day and page, by rate and region."""
    dates: set[str] = field(default_factory=set[str])


def read(lines: Iterable[str], page: str) -> Offer:
    """The file's rows on demand in US dollars. ValueError for a file of another format."""
    reader = csv.reader(lines)
    about: dict[str, str] = {}
    for cells in reader:
        if cells and cells[0] == HEADER:
            columns = [OTHER_NAMES.get(cell, cell) for cell in cells]
            return Offer(date=about.get("Publication Date", "")[:10], page=page, rows=_on_demand(reader, columns))
        about[cells[0] if cells else ""] = cells[1] if len(cells) > 1 else ""
    raise ValueError(f"{page}: has no row that begins with {HEADER}: its format has changed.")


def _on_demand(reader: Iterator[list[str]], columns: Sequence[str]) -> Iterator[Row]:
    for cells in reader:
        row = dict(zip(columns, cells, strict=False))
        if row.get("TermType") == "OnDemand" and row.get("Currency") == "USD" and Decimal(row["PricePerUnit"]) > 0:
            yield row


def collect(found: Found, region: str, service: str, offer: Offer) -> None:
    """Add what a file has for a region: hours of types, and rates in their first step."""
    tables = [(table, types) for table, types in HOURS.items() if types.service == service]
    rates = [rate for rate in RATES if rate.service == service]
    steps: dict[str, Decimal] = {}
    found.dates.add(offer.date)
    for row in offer.rows:
        usage = _without_prefix(row["usageType"], region)
        for table, types in tables:
            name = row.get("Instance Type", "")
            if name in types.names and usage.startswith(types.usage) and _matches(row, types.where):
                found.hours[table].setdefault(name, {})[region] = Decimal(row["PricePerUnit"])
        for rate in rates:
            begins = Decimal(row.get("StartingRange") or 0)
            if usage == rate.usage and _matches(row, rate.where) and begins <= steps.get(rate.name, begins):
                steps[rate.name] = begins
                usd = _plain(Decimal(row["PricePerUnit"]) * rate.units)
                found.rates[rate.name, region] = (usd, offer.date, offer.page)


def _without_prefix(usage: str, region: str) -> str:
    """`NatGateway-Hours` of `APN1-NatGateway-Hours`, and `KMS-Keys` of `eu-west-1-KMS-Keys`.

    Other prefixes stay, as in `ExtendedSupportYr3-NodeUsage:…`, which is another charge.
    """
    return re.sub(rf"^({re.escape(region)}|[A-Z]+[0-9]*)-(?=\w)", "", usage) if usage not in _UNPREFIXED else usage


_UNPREFIXED = frozenset(rate.usage for rate in RATES)
"""Usage types of us-east-1 that look as if they had a prefix, such as `KMS-Keys`."""


def _matches(row: Row, where: Mapping[str, str]) -> bool:
    """Whether the row has these values; an empty cell stands for all of them."""
    return all(row.get(column) in (value, "", None, "Any") for column, value in where.items())


def _plain(usd: Decimal) -> str:
    """Without zeros at the end, and never as a power of ten."""
    text = f"{usd:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def fetched(open_: Open, regions: Sequence[str], *, tell: Callable[[str], object]) -> Found:
    """Everything that the list has for the regions."""
    found = Found()
    services = sorted({rate.service for rate in RATES})
    for region in regions:
        for service in services:
            if service != GLOBAL:
                page = f"{LIST}/{service}/current/{region}/index.csv"
                tell(page)
                collect(found, region, service, read(open_(page), page))
    page = f"{LIST}/{GLOBAL}/current/index.csv"
    tell(page)
    collect(found, EVERYWHERE, GLOBAL, read(open_(page), page))
    return found


def keep(found: Found, folder: Path, regions: Sequence[str]) -> list[str]:
    """Take over what is there for other regions, and rates that are not in the list; the names of those."""
    for table in Hours:
        for row in rows(folder / f"{table}.csv"):
            for region, usd in row.items():
                if region not in ("type", *regions) and usd:
                    found.hours[table].setdefault(row["type"], {})[region] = Decimal(usd)
    missing = {rate.name for rate in RATES} - {name for name, _ in found.rates}
    for row in rows(folder / "rates.csv"):
        if row["rate"] in missing or row["region"] not in (EVERYWHERE, *regions):
            found.rates.setdefault((row["rate"], row["region"]), (row["usd"], row["date"], row["page"]))
    return sorted(missing)


def tables(found: Found, folder: Path, regions: Sequence[str]) -> Mapping[str, str]:
    """Content of each file by its name. The first line of one says which regions were refreshed, if not all."""
    source = f"AWS's price list, {max(found.dates)}. Generated by `make prices`."
    every = sorted(offers().zones)
    partly = "" if set(regions) == set(every) else f" {', '.join(regions)}: {source}"
    about = {f"{table}.csv": f"# USD per hour, on demand, {HOURS[table].about}. {source}" for table in Hours}
    about["rates.csv"] = f"# USD. `all`: the same in every region. {source}"
    if partly:
        about = {name: _first_line(folder / name) + partly for name in about}
    files = {f"{table}.csv": _hours(found.hours[table], every) for table in Hours} | {"rates.csv": _rates(found)}
    return {name: f"{about[name]}\n{content}" for name, content in files.items()}


def _first_line(file: Path) -> str:
    with file.open(encoding="utf-8") as lines:
        return next(lines).rstrip("\n")


def _hours(prices: Mapping[str, Mapping[str, Decimal]], regions: Sequence[str]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["type", *regions])
    for name in sorted(prices):
        table.writerow([name, *(_plain(prices[name][region]) if region in prices[name] else "" for region in regions)])
    return text.getvalue()


def _rates(found: Found) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["rate", "unit", "region", "usd", "date", "page"])
    units = {rate.name: rate.unit for rate in RATES}
    for (name, region), (usd, day, page) in sorted(found.rates.items()):
        table.writerow([name, units[name], region, usd, day, page])
    return text.getvalue()


def download(url: str) -> Iterator[str]:
    """Lines of a file of the list, as they arrive."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 the list's own https URL
        yield from io.TextIOWrapper(answer, encoding="utf-8", newline="")


def main(arguments: Sequence[str] | None = None, open_: Open = download) -> int:
    """Write the tables, and name the rates that are not in the list and stay as they are."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws_prices", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the tables: components/cost")
    parser.add_argument("--region", action="append", help="refresh only this one; may be repeated (default: all)")
    options = parser.parse_args(arguments)
    regions: list[str] = options.region or sorted(offers().zones)
    found = fetched(open_, regions, tell=lambda page: sys.stderr.write(f"{page}\n"))
    for name in keep(found, options.folder, regions):
        sys.stderr.write(f"{name}: not in the price list under the name in tools/aws_prices.py; its rows are kept.\n")
    for name, content in tables(found, options.folder, regions).items():
        (options.folder / name).write_text(content, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
