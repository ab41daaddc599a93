"""Data stores: PostgreSQL on RDS and the cache on ElastiCache."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from components.account.offers import offers
from components.config.base import Section
from components.config.types import (
    LogRetentionDays,
    TransitEncryption,
    UtcWindow,
    WeeklyWindow,
    matching,
    possible_port,
    within,
)
from components.config.versions import BOOTSTRAP_IMAGE, VALKEY_VERSION


def _version(
    product: str, majors: tuple[str, ...], known: Callable[[], Sequence[str]], *, major_alone: bool = False
) -> AfterValidator:
    """A validator for versions `major.minor` that AWS offers, of these majors; `known` returns them oldest first.

    `major_alone`: AWS chooses the minor version if only the major is given.
    """

    def check(version: str) -> str:
        major, _, minor = version.partition(".")
        supported = [offered for offered in known() if offered.partition(".")[0] in majors]
        of_major = [offered for offered in supported if offered.startswith(f"{major}.")]
        if not of_major:
            meant = re.fullmatch(rf"\D*(?P<meant>({'|'.join(majors)})(\.\d+)?)", version)
            example = f'e.g. "{supported[-1]}"' if meant is None else f'"{meant["meant"]}"'
            raise ValueError(f"{version!r} is not a {product} {' or '.join(majors)} version. Write {example}.")
        if version not in of_major and not (major_alone and version == major):
            nearest = _nearest(minor, of_major)
            raise ValueError(f'AWS does not offer {product} {version}, but {_listed(of_major)}. Write "{nearest}".')
        return version

    return AfterValidator(check)


def _nearest(minor: str, versions: Sequence[str]) -> str:
    """The version with the nearest minor, the newer of two; the newest of all if `minor` is not a number."""
    if not minor.isdecimal():
        return versions[-1]
    return min(reversed(versions), key=lambda version: abs(int(version.partition(".")[2]) - int(minor)))


def _listed(versions: Sequence[str]) -> str:
    return " and ".join([*([", ".join(versions[:-1])] if versions[:-1] else []), versions[-1]])


PostgresVersion = Annotated[
    str, _version("PostgreSQL", ("17", "18"), lambda: offers().postgres_versions, major_alone=True)
]
ValkeyVersion = Annotated[str, _version("Valkey", ("8",), lambda: offers().valkey_versions)]
MasterUser = Annotated[
    str,
    matching(
        r"^[a-z][a-z0-9_]{0,15}$",
        "a user name of 1-16 lower-case letters, digits and underscores that starts with a letter",
        "platform_admin",
    ),
]
DatabasePort = Annotated[int, within(1150, 65535, "a port that RDS accepts", 5432)]
"""Source of both: RDS's CreateDBInstance."""
SMALLEST_STORAGE_GIB, LARGEST_STORAGE_GIB = 20, 65536
SnapshotName = Annotated[
    str,
    matching(
        r"^(arn:aws:rds:[a-z0-9-]+:[0-9]{12}:snapshot:)?(rds:)?[a-zA-Z](-?[a-zA-Z0-9]+)*$",
        "the name or ARN of a snapshot of RDS",
        "shop-staging-database-final-0a1b2c3d",
    ),
]
_TAG = r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
Image = Annotated[
    str,
    matching(
        rf"^[a-z0-9][A-Za-z0-9_./:-]*({_TAG}|({_TAG})?@sha256:[0-9a-f]{{64}})$",
        "an image with a tag, a digest or both",
        BOOTSTRAP_IMAGE,
    ),
    AfterValidator(possible_port),
]


def _not_boolean(value: object) -> object:
    """Python takes `true` for 1, which is one of the choices."""
    if isinstance(value, bool):
        raise ValueError(f"{str(value).lower()} is not a number. Write 60.")
    return value


class DatabaseConfig(Section):
    """One RDS PostgreSQL instance with access from the nodes only."""

    engine_version: PostgresVersion = Field(
        description="PostgreSQL version at creation, in quotes; AWS upgrades minor versions.", examples=["17"]
    )
    instance_class: str = Field(description="RDS instance class.", examples=["db.t4g.medium"])
    storage_gib: int = Field(
        default=SMALLEST_STORAGE_GIB,
        ge=SMALLEST_STORAGE_GIB,
        le=LARGEST_STORAGE_GIB,
        description="Initial storage in GiB (gp3).",
    )
    max_storage_gib: int = Field(
        default=100,
        le=LARGEST_STORAGE_GIB,
        description="Limit of storage autoscaling in GiB, at least 10 % above `storageGib`.",
    )
    username: MasterUser = Field(default="platform_admin", description="Master user; AWS manages its password.")
    port: DatabasePort = Field(default=5432, description="Port of the instance.")
    multi_az: bool = Field(default=True, description="Runs a standby in another zone.")
    backup_retention_days: int = Field(default=14, ge=7, le=35, description="Days of point-in-time recovery.")
    backup_window: UtcWindow = Field(default="17:00-18:00", description="Daily backup window, UTC.")
    maintenance_window: WeeklyWindow = Field(
        default="sun:18:30-sun:19:30",
        description="Weekly maintenance window, UTC; must not overlap the backup window.",
    )
    apply_immediately: bool = Field(
        default=False,
        description="Applies changes at once, even if they interrupt the database, instead of in the maintenance "
        "window.",
    )
    deletion_protection: bool = Field(default=True, description="AWS refuses to delete the instance.")
    final_snapshot: bool = Field(default=True, description="Creates a snapshot when the instance is deleted.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the stack instead of AWS's own."
    )
    performance_insights: bool = Field(default=True, description="Query-level load metrics, kept for 7 days.")
    enhanced_monitoring_seconds: Annotated[Literal[0, 1, 5, 10, 15, 30, 60], BeforeValidator(_not_boolean)] = Field(
        default=60, description="Interval of operating system metrics in seconds; 0 turns them off."
    )
    log_retention_days: LogRetentionDays = Field(default=30, description="Retention of the logs, in days.")
    major_upgrade: bool = Field(
        default=False,
        description="Upgrades the instance to another major version if `engineVersion` names one, in the maintenance "
        "window unless `applyImmediately` is true. Only for the time of an upgrade (upgrades.md).",
    )
    restore_from: SnapshotName | None = Field(
        default=None,
        description="Snapshot from which the instance is created; another one replaces the instance (restore.md). "
        "The key stays for as long as the instance lives: without it, the instance would be replaced by an empty one.",
        examples=["shop-staging-database-final-0a1b2c3d"],
    )
    bootstrap_image: Image = Field(
        default=BOOTSTRAP_IMAGE,
        description="Image with `sh` and a `psql` of the engine's version or later, for the Job that creates databases "
        "and users.",
    )


class CacheConfig(Section):
    """One ElastiCache replication group (Valkey) with access from the nodes only."""

    engine_version: ValkeyVersion = Field(
        default=VALKEY_VERSION,
        description="Valkey version at creation, in quotes; AWS upgrades it within its major version.",
    )
    node_type: str = Field(description="ElastiCache node type.", examples=["cache.t4g.small"])
    replicas: int = Field(
        default=1, ge=0, le=5, description="Replicas in addition to the primary; failover needs at least one."
    )
    multi_az: bool = Field(default=True, description="Replicas in other zones, with automatic failover.")
    transit_encryption: TransitEncryption = Field(
        default=TransitEncryption.REQUIRED,
        description="`required`: rediss:// with a password; `preferred`: TLS or plaintext, no password; `off`: "
        "plaintext redis://.",
    )
    snapshot_retention_days: int = Field(default=7, ge=1, le=35, description="Retention of daily snapshots, in days.")
    snapshot_window: UtcWindow = Field(default="17:00-18:00", description="Daily snapshot window, UTC.")
    maintenance_window: WeeklyWindow = Field(
        default="sun:18:30-sun:19:30",
        description="Weekly maintenance window, UTC; must not overlap the snapshot window.",
    )
    apply_immediately: bool = Field(
        default=False,
        description="Applies changes at once, even if they interrupt the cache, instead of in the maintenance window.",
    )
    max_memory_policy: Literal["noeviction", "allkeys-lru", "allkeys-lfu", "volatile-lru", "volatile-ttl"] = Field(
        default="noeviction", description="Eviction policy when memory is full; a message broker must not evict."
    )
    final_snapshot: bool = Field(default=True, description="Creates a snapshot when the cache is deleted.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts with a key of the stack instead of AWS's own."
    )
    log_retention_days: LogRetentionDays = Field(default=30, description="Retention of the slow log, in days.")
