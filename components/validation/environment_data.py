"""Rules of `databasePrefix` and `cacheDatabase`: names that PostgreSQL accepts, and none of another environment."""

from collections.abc import Iterator
from contextlib import suppress

from components.account.rds_postgres import RESERVED_PREFIXES
from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan, plan_environments
from components.validation.rule import Path, Rule, each_environment, known, title

LONGEST_DATABASE_NAME = 63
RESERVED_DATABASES = frozenset({"postgres", "template0", "template1", "rdsadmin"})


@each_environment
def reserved_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No database, nor the user of the same name, takes a name of PostgreSQL, RDS or the master user."""
    database = plan.config.database
    if database is None:
        return
    reserved = [
        name
        for name in plan.databases.names
        if name in {*RESERVED_DATABASES, database.username} or name.startswith(RESERVED_PREFIXES)
    ]
    if reserved:
        owner = "the master user" if reserved[0] == database.username else "PostgreSQL or RDS"
        yield Problem(
            path=(*here, "databasePrefix"),
            message=f"results in a database and user {reserved[0]!r}, a name reserved for {owner}. {_own_prefix(plan)}",
        )


@each_environment
def unused_data_keys(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """An environment has a database prefix or a cache number only where it uses the stack's own database or cache."""
    config, environment = plan.config, plan.settings
    # Where services need a database and none is written, the missing section is reported instead.
    awaited = config.cluster is not None and config.database is None and any(s.database for s in config.services)
    if environment.database_prefix is not None and not plan.uses_database and not awaited:
        yield _unused_data_key((*here, "databasePrefix"), "database", in_stack=config.database is not None)
    if environment.cache_database is not None and not plan.uses_cache:
        yield _unused_data_key((*here, "cacheDatabase"), "cache", in_stack=config.cache is not None)


def _unused_data_key(path: Path, section: str, *, in_stack: bool) -> Problem:
    message = (
        f"cannot be combined with {section}InNamespace: the environment uses either the stack's own {section} or one "
        "in its namespace. Remove one of the two."
        if in_stack
        else f"has no effect: this stack has no section {section}. Remove it; a {section} that the application "
        f"repository runs is described by {section}InNamespace."
    )
    return Problem(path=path, message=message)


@each_environment
def database_prefix(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """An environment with databases on the stack's instance has a prefix, and names that PostgreSQL accepts."""
    if plan.uses_database and plan.settings.database_prefix is None:
        yield Problem(path=(*here, "databasePrefix"), message=f"is missing. {_own_prefix(plan)}")
    owner, name = max(_databases(plan).items(), key=lambda database: len(database[1]), default=("", ""))
    excess = len(name) - LONGEST_DATABASE_NAME
    if excess > 0:
        shorter = "1 character shorter" if excess == 1 else f"{excess} characters shorter"
        yield Problem(
            path=(*here, "databasePrefix"),
            message=f"results in the database {name!r} for {owner}, which has {len(name)} characters; PostgreSQL "
            f"allows {LONGEST_DATABASE_NAME}. Write a prefix that is at least {shorter}.",
        )


@each_environment
def cache_number(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """An environment that uses the stack's cache has a number there."""
    if plan.uses_cache and plan.settings.cache_database is None:
        yield Problem(
            path=(*here, "cacheDatabase"),
            message=f"is missing. Write an unused number, e.g. {_free_number(plan.config)}.",
        )


def separate_databases(config: PlatformConfig) -> Iterator[Problem]:
    """Environments that share a database instance never share a database."""
    owners: dict[str, str] = {}
    for index, plan in enumerate(plan_environments(config)):
        own = title(config, index)
        for name in _databases(plan).values():
            if owners.setdefault(name, own) != own:
                yield Problem(
                    path=("environments", index, "databasePrefix"),
                    message=f"results in {name!r}, which is a database of {owners[name]}. {_own_prefix(plan)}",
                )
                break


def separate_caches(config: PlatformConfig) -> Iterator[Problem]:
    """Environments that share a cache never share a number in it."""
    numbers: dict[int, str] = {}
    for index, plan in enumerate(plan_environments(config)):
        number = plan.settings.cache_database
        if not plan.uses_cache or number is None:
            continue
        if number in numbers:
            yield Problem(
                path=("environments", index, "cacheDatabase"),
                message=f"{number} is the cache database of {numbers[number]}. Write {_free_number(config)}.",
            )
        numbers[number] = title(config, index)


def _own_prefix(plan: EnvironmentPlan) -> str:
    """The remedy: a prefix with the environment's name, if that can be read."""
    with suppress(BrokenField):
        return f"Write e.g. {plan.config.system.name}_{plan.name}_."
    return "Write a prefix that no other environment has."


def _databases(plan: EnvironmentPlan) -> dict[str, str]:
    """Names of an environment's databases by their owner: a service, or the key of the shared one."""
    shared = plan.databases.shared
    return {**plan.databases.by_service, **({} if shared is None else {"secrets.sharedDatabase": shared})}


def _free_number(config: PlatformConfig) -> int:
    """The lowest cache database that no environment has."""
    taken = {number for _, number in known(config.environments, lambda environment: environment.cache_database)}
    return next(number for number in range(len(taken) + 1) if number not in taken)


RULES: tuple[Rule, ...] = (
    reserved_names,
    unused_data_keys,
    database_prefix,
    cache_number,
    separate_databases,
    separate_caches,
)
