"""What AWS offers: regions with their zones, types of each service by region, engine versions, retention of logs.

A table instead of API calls: the result must not depend on the caller's credentials, and what AWS does not have is
refused before the first call to it. `tools/aws_offers.py` generates the table, offers.json, from AWS's published data.
It is read when it is first needed.
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
"""In place of a list of regions: every region, except those that follow with a hyphen."""

Groups = Mapping[str, Mapping[str, str]]
"""Regions (`us-east-1 eu-west-1`, or `all -me-south-1`) by family (`m7g`, `db.m7g`) and sizes (`large xlarge`)."""


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
    """`major.minor`, oldest first. RDS also accepts a major alone and chooses its minor."""
    valkey_versions: tuple[str, ...]
    """`major.minor`, oldest first."""
    zones: Mapping[str, str]
    """Letters of the zones, by region."""
    types: Mapping[Service, Groups]


@functools.cache
def offers() -> Offers:
    """The table."""
    return Offers.model_validate_json(TABLE.read_bytes())


def zones(region: str) -> tuple[str, ...]:
    """Names of a region's zones, some of which only some accounts have; KeyError for an unknown region."""
    return tuple(f"{region}{letter}" for letter in offers().zones[region])


@functools.cache
def offered(service: Service, region: str | None) -> frozenset[str]:
    """Names of a service's types in a region; None: in any region."""
    return types_in(offers().types[service], region)


def types_in(groups: Groups, region: str | None) -> frozenset[str]:
    """Names of the types in a region; None: in any region."""
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
    """The name that is most similar to a misspelt one; `names` is not empty."""
    return difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
