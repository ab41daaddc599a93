"""Rules of `database`, `cache` and `storage`, and of the keys by which environments share them."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import plan_environments
from components.validation.rule import Path, Rule

RESERVED_DATABASES = frozenset({"postgres", "template0", "template1", "rdsadmin"})
RESERVED_PREFIXES = ("pg_", "rds_")
"""Prefixes of names that PostgreSQL and RDS keep for their own roles."""
RESERVED_DATABASE_USERS = frozenset({"postgres", "admin", "administrator", "root", "rdsadmin", "master"})
LONGEST_DATABASE_NAME = 63
LONGEST_ROLE_NAME = 64
STORAGE_ROLE_SUFFIX = len("-storage-0a1b2c3")
"""The end of the role's name, whose last part Pulumi adds. The bucket's name is shorter, and so within its limit."""


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
    """The user name is not an obvious guess, the storage can grow, backup and maintenance are apart."""
    database = config.database
    if database is None:
        return
    if database.username in RESERVED_DATABASE_USERS:
        yield Problem(
            path=("database", "username"),
            message=f"{database.username!r} is reserved, or the first name that an attacker tries. "
            "Write e.g. platform_admin.",
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
    """The section and the services that use buckets come together; each bucket's role has a name that IAM accepts."""
    services = [service.name for service in config.services if service.storage]
    if config.cluster is not None and config.storage is None and services:
        yield Problem(
            path=("storage",), message=f"is missing, and {services[0]} has `storage: true`. Add `storage: {{}}`."
        )
    if config.storage is not None and not services:
        yield Problem(path=("storage",), message="has no effect: no service has `storage: true`. Remove it.")
    if not config.creates_buckets:
        return
    longest = LONGEST_ROLE_NAME - STORAGE_ROLE_SUFFIX - len(f"{config.prefix}-")
    for index, environment in enumerate(config.environments):
        if len(environment.name) > longest:
            yield Problem(
                path=("environments", index, "name"),
                message=f"makes the name of the bucket's role longer than {LONGEST_ROLE_NAME} characters. "
                f"Write at most {longest} characters.",
            )


def reserved_names(config: PlatformConfig) -> Iterator[Problem]:
    """No database, nor the user of the same name, takes a name of PostgreSQL, RDS or the master user."""
    if config.database is None:
        return
    for index, plan in enumerate(plan_environments(config)):
        for name in plan.databases.names:
            if name in {*RESERVED_DATABASES, config.database.username} or name.startswith(RESERVED_PREFIXES):
                owner = "the master user" if name == config.database.username else "PostgreSQL or RDS"
                yield Problem(
                    path=("environments", index, "databasePrefix"),
                    message=f"results in a database and user {name!r}, a name reserved for {owner}. "
                    f"Write e.g. {config.system.name}_{plan.name}_.",
                )


def unused_keys(config: PlatformConfig) -> Iterator[Problem]:
    """An environment has a database prefix or a cache number only where it uses the stack's own database or cache."""
    for index, environment in enumerate(config.environments):
        for key, value, section, settings, used in (
            (
                "databasePrefix",
                environment.database_prefix,
                "database",
                config.database,
                config.uses_database(environment),
            ),
            ("cacheDatabase", environment.cache_database, "cache", config.cache, config.uses_cache(environment)),
        ):
            if value is None or used:
                continue
            if settings is None:
                message = (
                    f"has no effect: this stack has no section {section}. Remove it; a {section} that the application "
                    f"repository runs is described by {section}InNamespace."
                )
            else:
                message = (
                    f"cannot be combined with {section}InNamespace: the environment uses either the stack's own "
                    f"{section} or one in its namespace. Remove one of the two."
                )
            yield Problem(path=("environments", index, key), message=message)


def separate_data(config: PlatformConfig) -> Iterator[Problem]:
    """Environments that share a database instance or a cache never share data."""
    owners: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for index, plan in enumerate(plan_environments(config)):
        environment, here = plan.settings, ("environments", index)
        if plan.uses_database and environment.database_prefix is None:
            yield Problem(
                path=(*here, "databasePrefix"), message=f"is missing. Write e.g. {config.system.name}_{plan.name}_."
            )
        if plan.uses_cache and environment.cache_database is None:
            yield Problem(path=(*here, "cacheDatabase"), message=f"is missing. Write an unused number, e.g. {index}.")
        shared = plan.databases.shared
        databases = {**plan.databases.by_service, **({} if shared is None else {"secrets.sharedDatabase": shared})}
        for service, name in databases.items():
            yield from _database_name((*here, "databasePrefix"), service, name)
            if owners.get(name, plan.name) != plan.name:
                yield Problem(
                    path=(*here, "databasePrefix"),
                    message=f"results in {name!r}, which is a database of environment {owners[name]}. "
                    "Write another prefix.",
                )
            owners[name] = plan.name
        number = environment.cache_database
        if plan.uses_cache and number is not None:
            if number in numbers:
                yield Problem(
                    path=(*here, "cacheDatabase"),
                    message=f"{number} is the cache database of environment {numbers[number]}. Write another number.",
                )
            numbers[number] = plan.name


def _database_name(path: Path, service: str, name: str) -> Iterator[Problem]:
    if len(name) > LONGEST_DATABASE_NAME:
        excess = len(name) - LONGEST_DATABASE_NAME
        yield Problem(
            path=path,
            message=f"results in the database {name!r} for {service}, which has {len(name)} characters; PostgreSQL "
            f"allows {LONGEST_DATABASE_NAME}. Write a prefix that is at least {excess} characters shorter.",
        )


RULES: tuple[Rule, ...] = (database, cache, storage, reserved_names, unused_keys, separate_data)
