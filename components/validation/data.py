"""Rules of `database`, `cache` and `storage`."""

import re
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches

from pydantic.alias_generators import to_camel

from components.account.offers import closest
from components.account.rds_postgres import RESERVED_PREFIXES, rds_postgres
from components.config.base import BrokenField
from components.config.catalogue import ServiceConfig
from components.config.data import LARGEST_STORAGE_GIB, SMALLEST_STORAGE_GIB, CacheConfig, DatabaseConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.versions import BOOTSTRAP_IMAGE
from components.environments.plan import EnvironmentPlan, plan_environments
from components.sizing.database_sizes import max_connections
from components.validation.capacity_sums import needed_connections
from components.validation.offered import CACHE, DATABASE, unavailable, usable
from components.validation.rule import Path, Rule, each_environment, each_service, known
from components.validation.windows import DAY, Window, window

GUESSABLE_USERS = frozenset({"postgres", "administrator", "root", "master"})
SIMILAR = 0.6
"""Similarity above which an unknown extension counts as a misspelt one."""
SHORTEST_RDS, SHORTEST_ELASTICACHE = 30, 60
"""Minutes of a window. Sources: RDS's CreateDBInstance; ElastiCache's user guide on maintenance and backup windows."""
_POSTGRES_IMAGE = re.compile(r"(?:.*/)?[^/:@]*postgres[^/:@]*:([0-9]+)[^/@]*(?:@.*)?")
IN_NAMESPACE = "resources: {cpuRequest: 100m, memoryRequest: 256Mi, cpuLimit: 500m, memoryLimit: 512Mi}"


def username(config: PlatformConfig) -> Iterator[Problem]:
    """The master user's name is not reserved, and hard to guess."""
    if config.database is None:
        return
    name = config.database.username
    reserved = name in rds_postgres().reserved_users or name.startswith(RESERVED_PREFIXES)
    if reserved or name in GUESSABLE_USERS:
        wrong = "is reserved by PostgreSQL or RDS" if reserved else "is easy to guess"
        yield Problem(path=("database", "username"), message=f"{name!r} {wrong}. Write platform_admin.")


def storage_limit(config: PlatformConfig) -> Iterator[Problem]:
    """Storage can grow by 10 % at least. Source: RDS's user guide, "storage autoscaling"."""
    if config.database is None:
        return
    storage, limit = config.database.storage_gib, config.database.max_storage_gib
    least = -(-storage * 11 // 10)
    if least > LARGEST_STORAGE_GIB:
        most = max(limit * 10 // 11, SMALLEST_STORAGE_GIB)
        yield Problem(
            path=("database", "storageGib"),
            message=f"{storage} leaves no room to grow: maxStorageGib {limit} must be 10 % more, and at most "
            f"{LARGEST_STORAGE_GIB}. Write {most} or less.",
        )
    elif limit < least:
        yield Problem(
            path=("database", "maxStorageGib"),
            message=f"{limit} leaves no room to grow: RDS needs 10 % more than storageGib {storage}. "
            f"Write {least} or more.",
        )


def database_windows(config: PlatformConfig) -> Iterator[Problem]:
    """Backup and maintenance windows are long enough and apart."""
    if config.database is not None:
        yield from _windows("database", config.database, "backup_window", SHORTEST_RDS, "RDS")


def cache_windows(config: PlatformConfig) -> Iterator[Problem]:
    """Snapshot and maintenance windows are long enough and apart."""
    if config.cache is not None:
        yield from _windows("cache", config.cache, "snapshot_window", SHORTEST_ELASTICACHE, "ElastiCache")


def _windows(
    section: str, settings: DatabaseConfig | CacheConfig, daily_field: str, shortest: int, service: str
) -> Iterator[Problem]:
    windows = {field: _readable(settings, field) for field in (daily_field, "maintenance_window")}
    refused = False
    for field, given in windows.items():
        if given is None or shortest <= given.length <= DAY:
            continue
        refused = True
        other = next(other for name, other in windows.items() if name != field)
        fitting = Window(given.start, shortest, given.weekly)
        if other is not None and other.length <= DAY and fitting.overlaps(other):
            fitting = fitting.after(other, shortest) or fitting
        wrong = f"is shorter than the {shortest} minutes that {service} needs"
        yield Problem(
            path=(section, to_camel(field)),
            message=f"{given.text} {'is longer than a day' if given.length > DAY else wrong}. Write {fitting.text}.",
        )
    daily, weekly = windows.values()
    if not refused and daily is not None and weekly is not None and weekly.overlaps(daily):
        yield _overlap(section, daily_field, daily, weekly, shortest)


def _readable(settings: DatabaseConfig | CacheConfig, field: str) -> Window | None:
    with suppress(BrokenField):
        return window(str(getattr(settings, field)))
    return None


def _overlap(section: str, daily_field: str, daily: Window, weekly: Window, shortest: int) -> Problem:
    moved = weekly.after(daily, shortest)
    if moved is not None:
        message = f"{weekly.text} overlaps {to_camel(daily_field)} {daily.text}. Write {moved.text}."
        return Problem(path=(section, "maintenanceWindow"), message=message)
    free = Window(daily.start, shortest, weekly=False).after(weekly, shortest) or Window(daily.start, shortest, False)
    message = f"{daily.text} leaves no room for maintenanceWindow {weekly.text}. Write {free.text}."
    return Problem(path=(section, to_camel(daily_field)), message=message)


def bootstrap_image(config: PlatformConfig) -> Iterator[Problem]:
    """The image's psql is not older than the engine, as far as its tag shows."""
    if config.database is None:
        return
    tag = _POSTGRES_IMAGE.fullmatch(config.database.bootstrap_image)
    engine = int(config.database.engine_version.partition(".")[0])
    if tag is not None and int(tag[1]) < engine:
        default = _POSTGRES_IMAGE.fullmatch(BOOTSTRAP_IMAGE)
        default_has = f" The default has psql {default[1]}." if default else ""
        yield Problem(
            path=("database", "bootstrapImage"),
            message=f"has psql {tag[1]}, which is older than engineVersion {config.database.engine_version}."
            f"{default_has} Remove it.",
        )


def instance_class(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the instance class, and it runs the versions of PostgreSQL that the program supports."""
    if config.database is None or config.database.instance_class in usable(DATABASE, config):
        return
    # Only a remedy needs the large classes, which take longer to find than everything else here.
    yield from unavailable(
        DATABASE,
        config.database.instance_class,
        ("database", "instanceClass"),
        config,
        related=_large_classes(config).__contains__,
    )


def _large_classes(config: PlatformConfig) -> frozenset[str]:
    """Classes that allow the connections of the services; all of them if none does, or if that cannot be read."""
    classes = usable(DATABASE, config)
    with suppress(BrokenField, KeyError):
        needed = needed_connections(plan_environments(config))
        return frozenset(name for name in classes if max_connections(name) >= needed) or classes
    return classes


def node_type(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the node type."""
    if config.cache is not None:
        yield from unavailable(CACHE, config.cache.node_type, ("cache", "nodeType"), config)


def cache_replicas(config: PlatformConfig) -> Iterator[Problem]:
    """A cache in several zones has a replica to fail over to."""
    if config.cache is not None and config.cache.multi_az and config.cache.replicas == 0:
        yield Problem(
            path=("cache", "replicas"), message="is 0, and multiAz needs a replica. Write 1, or multiAz: false."
        )


@each_service
def extensions(config: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """RDS has the extensions of a database on the stack's instance."""
    if config.database is None or service.database is None:
        return
    names, offered = service.database.extensions, rds_postgres().extensions
    for position, name in enumerate(names):
        if name in rds_postgres().preloaded_extensions:
            yield Problem(
                path=(*here, "database", "extensions", position),
                message=f"{name} has to be preloaded by the instance's parameter group, and this program preloads "
                "nothing. Remove it.",
            )
            continue
        repeated = name in offered
        if repeated and name not in names[:position]:
            continue
        near = [] if repeated else get_close_matches(name, sorted(offered), n=1, cutoff=SIMILAR)
        remedy = f"Write {near[0]}" if near else "Remove it"
        if near and near[0] in names:
            remedy = f"Remove it: {near[0]} is there already"
        yield Problem(
            path=(*here, "database", "extensions", position),
            message=f"{name!r} is {'listed twice' if repeated else 'not an extension of RDS for PostgreSQL'}. "
            f"{remedy}.",
        )


def missing_database(config: PlatformConfig) -> Iterator[Problem]:
    """On EKS, the services' databases are on the stack's instance, or each environment has its own."""
    if config.cluster is None or config.database is not None:
        return
    users = [name for _, name in known(config.services, lambda service: service.database and service.name) if name]
    if users and any(environment.database_in_namespace is None for environment in config.environments):
        size = closest("db.t4g.medium", sorted(_large_classes(config)))
        yield Problem(
            path=("database",),
            message=f'is missing, and {users[0]} has a database. Add `database: {{engineVersion: "17", instanceClass: '
            f"{size}}}`, or databaseInNamespace for each environment.",
        )


def missing_cache(config: PlatformConfig) -> Iterator[Problem]:
    """On EKS, a cache that a service asks for is the stack's, or each environment has its own."""
    if config.cluster is None or config.cache is not None:
        return
    users = [name for _, name in known(config.services, _asks_for_cache) if name]
    if users and any(environment.cache_in_namespace is None for environment in config.environments):
        node = closest("cache.t4g.micro", sorted(usable(CACHE, config)))
        yield Problem(
            path=("cache",),
            message=f"is missing, and {users[0]} has `cache: true`. Add `cache: {{nodeType: {node}}}`, "
            "or cacheInNamespace for each environment.",
        )


def _asks_for_cache(service: ServiceConfig) -> str | None:
    """Its name if `cache: true` is written; by default a service only may use one."""
    return service.name if "cache" in service.model_fields_set and service.cache else None


@each_environment
def missing_stores(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """On an existing cluster, each environment runs the database and the cache that its services ask for."""
    if not plan.config.local:
        return
    environment, services = plan.settings, plan.config.services
    for key, store, example, users in (
        (
            "databaseInNamespace",
            environment.database_in_namespace,
            "app: postgres, port: 5432",
            [name for _, name in known(services, lambda service: service.database and service.name) if name],
        ),
        (
            "cacheInNamespace",
            environment.cache_in_namespace,
            "app: valkey, port: 6379",
            [name for _, name in known(services, _asks_for_cache) if name],
        ),
    ):
        if store is None and users:
            yield Problem(
                path=(*here, key),
                message=f"is missing: {users[0]} needs it, and an existing cluster (kubeconfig) has no other. "
                f"Write e.g. {{{example}, {IN_NAMESPACE}}}.",
            )


def missing_storage(config: PlatformConfig) -> Iterator[Problem]:
    """Services with `storage` have buckets on EKS."""
    users = [name for _, name in known(config.services, lambda service: service.storage and service.name) if name]
    if config.cluster is not None and config.storage is None and users:
        yield Problem(
            path=("storage",), message=f"is missing, and {users[0]} has `storage: true`. Add `storage: {{}}`."
        )


def unused_storage(config: PlatformConfig) -> Iterator[Problem]:
    """`storage` is set only if a service uses a bucket."""
    if config.storage is not None and not any(service.storage for service in config.services):
        yield Problem(path=("storage",), message="has no effect: no service has `storage: true`. Remove it.")


def snapshot_region(config: PlatformConfig) -> Iterator[Problem]:
    """A snapshot is restored in its own region."""
    name = None if config.database is None else config.database.restore_from
    if config.aws is not None and name is not None and name.startswith("arn:"):
        region = name.split(":")[3]
        if region != config.aws.region:
            yield Problem(
                path=("database", "restoreFrom"),
                message=f"{name} is in {region}; RDS restores only from the instance's region, {config.aws.region}. "
                "Copy the snapshot, and give the name of the copy.",
            )


def access_logs(config: PlatformConfig) -> Iterator[Problem]:
    """Access logs are not written into the bucket of the state."""
    bucket = None if config.storage is None else config.storage.access_logs_bucket
    if bucket is not None and config.ci is not None and bucket == config.ci.state_bucket:
        yield Problem(
            path=("storage", "accessLogsBucket"),
            message=f"{bucket} is ci.stateBucket, which holds the Pulumi state. Write another bucket, e.g. "
            f"{config.system.name}-access-logs.",
        )


RULES: tuple[Rule, ...] = (
    username,
    storage_limit,
    database_windows,
    cache_windows,
    bootstrap_image,
    instance_class,
    node_type,
    cache_replicas,
    extensions,
    missing_database,
    missing_cache,
    missing_stores,
    missing_storage,
    unused_storage,
    snapshot_region,
    access_logs,
)
