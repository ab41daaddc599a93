"""What AWS offers: regions, zones, types of each service by region, engine versions, retention of logs.

A table in the repository instead of API calls: a refusal must not depend on the caller's credentials, and it comes
before the first call to AWS. `tools/aws_offers.py` makes the table, offers.json, from AWS's published data. It is read
when it is first needed.
"""

import difflib
import functools
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

TABLE = Path(__file__).parent / "offers.json"
EVERYWHERE = "all"
"""In place of a list of regions: every one, except those that follow with a hyphen."""


Groups = Mapping[str, Mapping[str, str]]
"""Types by region, in short: by family (`m7g`, `db.m7g`) and some of its sizes (`large xlarge`), the regions that have
them (`us-east-1 eu-west-1`, or `all -me-south-1`)."""


class Service(StrEnum):
    """A service with types that differ by region; the value is its key in the table."""

    EC2 = "ec2"
    RDS_POSTGRES = "rdsPostgres"
    ELASTICACHE = "elasticache"


class Offers(BaseModel):
    """The table, as it is in its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    about: str
    source: str
    """Package with its version, and the day of its data."""
    log_retention_days: tuple[int, ...]
    postgres_versions: tuple[str, ...]
    """`17.6`, oldest first; of the majors that they belong to, RDS also takes the number alone and chooses a minor."""
    valkey_versions: tuple[str, ...]
    zones: Mapping[str, str]
    """Letters of the zones, by region."""
    types: Mapping[Service, Groups]


@functools.cache
def offers() -> Offers:
    """The table."""
    return Offers.model_validate_json(TABLE.read_bytes())


def zones(region: str) -> tuple[str, ...]:
    """Names of the zones of a region, which include those that only some accounts have; KeyError for another one."""
    return tuple(f"{region}{letter}" for letter in offers().zones[region])


def offered(service: Service, region: str | None) -> frozenset[str]:
    """Names of the types that a service has in a region; with None those that it has anywhere."""
    return types_in(offers().types[service], region)


def types_in(groups: Groups, region: str | None) -> frozenset[str]:
    """Names of the types that a region has; with None those that any has."""
    return frozenset(
        f"{family}.{size}"
        for family, by_sizes in groups.items()
        for sizes, regions in by_sizes.items()
        if region is None or _includes(regions.split(), region)
        for size in sizes.split()
    )


def _includes(regions: Collection[str], region: str) -> bool:
    return f"-{region}" not in regions if EVERYWHERE in regions else region in regions


def closest(name: str, names: Collection[str]) -> str:
    """The most similar of at least one name."""
    return difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
