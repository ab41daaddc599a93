"""Refuses types that AWS does not offer in the stack's region, or that this program cannot use."""

import difflib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from components.account.offers import Service, offered
from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.sizing.database_sizes import DATABASE_CLASSES
from components.sizing.instance_types import INSTANCE_TYPES
from components.validation.rule import Path

MOST_TRIED = 100
"""Types that are tried as a remedy, the closest ones first."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of type, and which of the types that AWS offers the program can use."""

    service: Service
    name: str
    """With its article: `an RDS instance class`."""
    usable: Callable[[str], bool]
    unusable: str
    """Why the program cannot use the others; follows the type's name."""


NODE = Kind(
    service=Service.EC2,
    name="an EC2 instance type",
    usable=INSTANCE_TYPES.__contains__,
    unusable="cannot be a node: it has less than 2 GiB, is older than Nitro, or has hardware that the AMI does not "
    "support",
)
DATABASE = Kind(
    service=Service.RDS_POSTGRES,
    name="an RDS instance class for PostgreSQL",
    usable=DATABASE_CLASSES.__contains__,
    unusable="does not run the versions of PostgreSQL that this program supports",
)
CACHE = Kind(
    service=Service.ELASTICACHE,
    name="an ElastiCache node type",
    usable=lambda name: not name.startswith("cache.r6gd."),
    unusable="needs data tiering, which this cache does not have",
)


def usable(kind: Kind, config: PlatformConfig) -> frozenset[str]:
    """Names of the types that the program can use in the stack's region, or in any region if it cannot be read."""
    return _usable_in(kind, _region(config))


@cache
def _usable_in(kind: Kind, region: str | None) -> frozenset[str]:
    return frozenset(filter(kind.usable, offered(kind.service, region)))


@cache
def _by_similarity(kind: Kind, name: str) -> list[str]:
    """Names of the types that the program can use in any region, the closest to this one first."""
    names = sorted(_usable_in(kind, None))
    return difflib.get_close_matches(name, names, n=len(names), cutoff=0.0)


def unavailable(
    kind: Kind,
    name: str,
    path: Path,
    config: PlatformConfig,
    *,
    related: Callable[[str], bool] = lambda _: True,
    alike: Callable[[str], bool] = lambda _: True,
) -> Iterator[Problem]:
    """A problem if the type is not one of those. It suggests the closest of the `related` ones that is also `alike`.

    `alike` may be slow: only the closest ones are asked.
    """
    available = usable(kind, config)
    if name in available:
        return
    if name in offered(kind.service, _region(config)):
        wrong = f"{name!r} {kind.unusable}"
    elif name in offered(kind.service, None):
        wrong = f"{name!r} is not offered in {_region(config)}"
    else:
        wrong = f"{name!r} is not {kind.name}"
    likely = (other for other in _by_similarity(kind, name) if other in available and related(other))
    tried = itertools.islice(likely, MOST_TRIED)
    remedy = next((f"Write e.g. {other}." for other in tried if alike(other)), "Write another one.")
    yield Problem(path=path, message=f"{wrong}. {remedy}")


def _region(config: PlatformConfig) -> str | None:
    try:
        return None if config.aws is None else config.aws.region
    except BrokenField:
        return None
