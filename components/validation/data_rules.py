"""Rules of the database and of the cache."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan

RESERVED_DATABASES = frozenset({"postgres", "template0", "template1", "rdsadmin"})
RESERVED_BEGINNINGS = ("pg_", "rds_")
"""Of names that PostgreSQL and RDS keep for their own roles."""
RESERVED_DATABASE_USERS = frozenset({"postgres", "admin", "administrator", "root", "rdsadmin", "master"})


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _overlap(daily: str, weekly: str) -> bool:
    """Whether a daily window `hh:mm-hh:mm` meets a weekly one `ddd:hh:mm-ddd:hh:mm` on any day."""
    day = 24 * 60
    start, end = (_minutes(part) for part in daily.split("-"))
    first, last = (_minutes(part.split(":", 1)[1]) for part in weekly.split("-"))
    mine = {minute % day for minute in range(start, end if end > start else end + day)}
    other = {minute % day for minute in range(first, last if last > first else last + day)}
    return bool(mine & other)


def database(config: PlatformConfig) -> Iterator[Problem]:
    """A user name that is not guessed first, room for the storage to grow, backup and maintenance apart."""
    database = config.database
    if database is None:
        return
    if database.username in RESERVED_DATABASE_USERS:
        yield Problem(
            path=("database", "username"),
            message=f"{database.username!r} is reserved or the first that is guessed. Write e.g. platform_admin.",
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


def database_names(config: PlatformConfig) -> Iterator[Problem]:
    """Names of databases, which are also those of their users, that are nobody else's."""
    if config.database is None:
        return
    for index, environment in enumerate(config.environments):
        for name in EnvironmentPlan(config, environment).databases.names:
            if name in {*RESERVED_DATABASES, config.database.username} or name.startswith(RESERVED_BEGINNINGS):
                owner = "the master user" if name == config.database.username else "PostgreSQL or RDS"
                yield Problem(
                    path=("environments", index, "databasePrefix"),
                    message=f"makes the database and user {name!r}, a name of {owner}. "
                    f"Write e.g. {config.system.name}_{environment.name}_.",
                )


def cache(config: PlatformConfig) -> Iterator[Problem]:
    """A replica where another zone must take over, snapshot and maintenance apart."""
    cache = config.cache
    if cache is None:
        return
    if cache.multi_az and cache.replicas == 0:
        yield Problem(
            path=("cache", "replicas"), message="0 replicas, and multiAz wants one. Write 1, or multiAz: false."
        )
    if _overlap(cache.snapshot_window, cache.maintenance_window):
        yield Problem(
            path=("cache", "maintenanceWindow"),
            message=f"{cache.maintenance_window} overlaps snapshotWindow {cache.snapshot_window}. Move one of them.",
        )
