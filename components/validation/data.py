"""Rules of `database`, `cache` and `storage`."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.validation.offered import CACHE, DATABASE, unavailable
from components.validation.rule import Rule

RESERVED_DATABASE_USERS = frozenset({"postgres", "admin", "administrator", "root", "rdsadmin", "master"})


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _overlap(daily: str, weekly: str) -> bool:
    """Whether a daily window `hh:mm-hh:mm` overlaps a weekly one `ddd:hh:mm-ddd:hh:mm` on any day."""
    day = 24 * 60
    start, end = (_minutes(part) for part in daily.split("-"))
    first, last = (_minutes(part.split(":", 1)[1]) for part in weekly.split("-"))
    daily_minutes = {minute % day for minute in range(start, end if end > start else end + day)}
    weekly_minutes = {minute % day for minute in range(first, last if last > first else last + day)}
    return bool(daily_minutes & weekly_minutes)


def database(config: PlatformConfig) -> Iterator[Problem]:
    """The user name is hard to guess, the storage can grow, and the backup and maintenance windows do not overlap."""
    database = config.database
    if database is None:
        return
    if database.username in RESERVED_DATABASE_USERS:
        yield Problem(
            path=("database", "username"),
            message=f"{database.username!r} is reserved or too easy to guess. Write e.g. platform_admin.",
        )
    if database.max_storage_gib <= database.storage_gib:
        yield Problem(
            path=("database", "maxStorageGib"),
            message=f"{database.max_storage_gib} leaves no room to grow above storageGib {database.storage_gib}. "
            f"Write at least {database.storage_gib * 11 // 10 + 1}.",
        )
    if _overlap(database.backup_window, database.maintenance_window):
        yield Problem(
            path=("database", "maintenanceWindow"),
            message=f"{database.maintenance_window} overlaps backupWindow {database.backup_window}. Move one of them.",
        )


def instance_class(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the instance class, and its memory is known."""
    if config.database is not None:
        yield from unavailable(DATABASE, config.database.instance_class, ("database", "instanceClass"), config)


def node_type(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the node type."""
    if config.cache is not None:
        yield from unavailable(CACHE, config.cache.node_type, ("cache", "nodeType"), config)


def cache(config: PlatformConfig) -> Iterator[Problem]:
    """A cache in several zones has a replica to fail over to; snapshot and maintenance are apart."""
    cache = config.cache
    if cache is None:
        return
    if cache.multi_az and cache.replicas == 0:
        yield Problem(
            path=("cache", "replicas"), message="is 0, and multiAz needs a replica. Write 1, or multiAz: false."
        )
    if _overlap(cache.snapshot_window, cache.maintenance_window):
        yield Problem(
            path=("cache", "maintenanceWindow"),
            message=f"{cache.maintenance_window} overlaps snapshotWindow {cache.snapshot_window}. Move one of them.",
        )


def storage(config: PlatformConfig) -> Iterator[Problem]:
    """`storage` is set if and only if a service uses a bucket."""
    services = [service.name for service in config.services if service.storage]
    if config.cluster is not None and config.storage is None and services:
        yield Problem(
            path=("storage",), message=f"is missing, and {services[0]} has `storage: true`. Add `storage: {{}}`."
        )
    if config.storage is not None and not services:
        yield Problem(path=("storage",), message="has no effect: no service has `storage: true`. Remove it.")


RULES: tuple[Rule, ...] = (database, instance_class, cache, node_type, storage)
