"""Rules of `environments`: names, sizes, data, syncs, image tags, variables, deliveries and previews."""

import difflib
import zoneinfo
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath

from components.account.names import MAX_LENGTHS
from components.config.argocd_access import RepositoryAuthentication
from components.config.environments import KEYWORD_TAGS, Delivery, EnvironmentConfig, SyncWindow
from components.config.extra_workloads import ExtraWorkload
from components.config.git_urls import github_repository, has_blocked_port
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership
from components.data.bootstrap_pods import LONGEST_ENVIRONMENT_NAME
from components.environments.plan import plan_environments
from components.environments.workloads import resources_of
from components.kubernetes.names import DATA_NAMESPACE, MONITORING_NAMESPACE, PLATFORM_NAMESPACE
from components.validation.catalogue import DEFAULT_ACCOUNT, default_account, limits
from components.validation.cron import check_schedule
from components.validation.rule import Path, Rule, duplicates

RESERVED_NAMESPACES = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease"}
    | {PLATFORM_NAMESPACE, DATA_NAMESPACE, MONITORING_NAMESPACE}
)
LONGEST_APPLICATION_NAME = 53
LONGEST_DATABASE_NAME = 63
LONGEST_ROLE_NAME = MAX_LENGTHS["IAM role"]
STORAGE_ROLE_SUFFIX = len("-storage-0a1b2c3")
"""The end of the role's name, whose last part Pulumi adds. The bucket's name is shorter, and so within its limit."""
RESERVED_DATABASES = frozenset({"postgres", "template0", "template1", "rdsadmin"})
RESERVED_PREFIXES = ("pg_", "rds_")
"""Prefixes of names that PostgreSQL and RDS keep for their own roles."""
KEYWORD_SIMILARITY = 0.85
"""A tag that is closer than this to a keyword is taken for a misspelt keyword."""
SECONDS = {"s": 1, "m": 60, "h": 3600}
SHORTEST_WINDOW, LONGEST_WINDOW = SECONDS["m"], 366 * 24 * SECONDS["h"]
NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})
MANUAL = "applies to automated syncs only; this environment syncs manually. Remove it."


def names(config: PlatformConfig) -> Iterator[Problem]:
    """Names, namespaces and hosts are unique; no namespace is reserved; an Application's name is not too long."""
    everywhere = config.environments
    indices = range(len(everywhere))
    yield from duplicates([e.name for e in everywhere], [("environments", i, "name") for i in indices], "name")
    yield from duplicates(
        [e.namespace for e in everywhere], [("environments", i, "namespace") for i in indices], "namespace"
    )
    yield from duplicates(
        [host for e in everywhere for host in e.hosts],
        [("environments", i, "hosts", position) for i in indices for position in range(len(everywhere[i].hosts))],
        "host",
    )
    for index, environment in enumerate(everywhere):
        if environment.namespace in {*RESERVED_NAMESPACES, config.argocd.namespace}:
            yield Problem(
                path=("environments", index, "namespace"),
                message=f"{environment.namespace!r} is reserved. Write e.g. {config.system.name}.",
            )
        application = environment.application(config.system.name)
        if len(application) > LONGEST_APPLICATION_NAME:
            longest = LONGEST_APPLICATION_NAME - len(f"{config.system.name}-")
            yield Problem(
                path=("environments", index, "name"),
                message=f"results in the Application {application!r}, which has {len(application)} characters; "
                f"{LONGEST_APPLICATION_NAME} are allowed. Write at most {longest} characters.",
            )


def sizes(config: PlatformConfig) -> Iterator[Problem]:
    """Every service has resources of the environment's class; no maximum is below the replicas to start with."""
    for index, environment in enumerate(config.environments):
        here: Path = ("environments", index)
        if environment.max_replicas is not None and environment.max_replicas < environment.replicas:
            yield Problem(
                path=(*here, "maxReplicas"),
                message=f"{environment.max_replicas} is below replicas {environment.replicas}. "
                f"Write {environment.replicas} or more.",
            )
        for service in config.services:
            if resources_of(service, config.resource_classes, environment) is None:
                yield Problem(
                    path=(*here, "resourceClass"),
                    message=f"{service.name} has no resources of class {environment.resource_class!r}. "
                    "Write them in its `resources` or in `resourceClasses`.",
                )


def service_overrides(config: PlatformConfig) -> Iterator[Problem]:
    """An environment overrides services of the catalogue, with a maximum that is not below their replicas."""
    names = [service.name for service in config.services]
    for index, environment in enumerate(config.environments):
        for name, override in environment.services.items():
            here: Path = ("environments", index, "services", name)
            if name not in names:
                yield Problem(path=here, message=f"is not a service of the catalogue. Write one of {', '.join(names)}.")
                continue
            replicas = environment.replicas if override.replicas is None else override.replicas
            if override.max_replicas is not None and override.max_replicas < replicas:
                yield Problem(
                    path=(*here, "maxReplicas"),
                    message=f"{override.max_replicas} is below replicas {replicas}. Write {replicas} or more.",
                )
            inherited = environment.max_replicas if override.max_replicas is None else None
            # Only for replicas of its own: `sizes` reports those of the environment.
            if inherited is not None and override.replicas is not None and override.replicas > inherited:
                yield Problem(
                    path=(*here, "maxReplicas"),
                    message=f"is missing, and replicas {replicas} is above the environment's maxReplicas {inherited}. "
                    f"Write {replicas} or more.",
                )
            if override.resources is not None:
                yield from limits((*here, "resources"), override.resources)


def _extra_workloads(environment: EnvironmentConfig) -> Iterator[tuple[Path, str, ExtraWorkload]]:
    """Path below the environment, key of the name and workload of everything that the catalogue does not list."""
    for key, store in (
        ("databaseInNamespace", environment.database_in_namespace),
        ("cacheInNamespace", environment.cache_in_namespace),
    ):
        if store is not None:
            yield (key,), "app", store.workload
    for position, extra in enumerate(environment.extras):
        yield ("extras", position), "name", extra


def extra_workloads(config: PlatformConfig) -> Iterator[Problem]:
    """Workloads outside the catalogue have names and limits that are valid, and call services that listen."""
    listening = [service.name for service in config.services if service.port is not None]
    for index, environment in enumerate(config.environments):
        taken = {name for service in config.services for name in (service.name, service.short_name)}
        for part, key, extra in _extra_workloads(environment):
            here: Path = ("environments", index, *part)
            names = {extra.name, extra.service.short_name}
            if names & taken:
                yield Problem(
                    path=(*here, key),
                    message=f"{extra.name!r} is already the name of a service or of another entry. Write another one.",
                )
            taken |= names
            if extra.service.short_name == DEFAULT_ACCOUNT:
                yield default_account((*here, key), extra.name)
            if extra.public and extra.port is None:
                yield Problem(
                    path=(*here, "public"),
                    message=f"has no effect: {extra.name} has no port. Write its port, or remove public.",
                )
            yield from limits((*here, "resources"), extra.resources)
            for position, called in enumerate(extra.calls):
                if called not in listening:
                    yield Problem(
                        path=(*here, "calls", position),
                        message=f"{called!r} is not a service with a port. Write one of {', '.join(listening)}.",
                    )


def syncs(config: PlatformConfig) -> Iterator[Problem]:
    """A manual sync has none of the keys of automated ones; a retry's longest wait is not below its first."""
    for index, environment in enumerate(config.environments):
        sync, here = environment.sync, ("environments", index, "sync")
        written = {
            "prune": sync.prune and "prune" in sync.model_fields_set,
            "selfHeal": sync.self_heal and "self_heal" in sync.model_fields_set,
            "allowEmpty": sync.allow_empty,
            "retry": "retry" in sync.model_fields_set,
        }
        for key in (key for key, is_written in written.items() if is_written and not sync.automated):
            yield Problem(path=(*here, key), message=MANUAL)
        retry = sync.retry
        if seconds(retry.max_duration) < seconds(retry.duration):
            yield Problem(
                path=(*here, "retry", "maxDuration"),
                message=f"{retry.max_duration} is shorter than the first wait, duration {retry.duration}. "
                f"Write {retry.duration} or more.",
            )


def sync_windows(config: PlatformConfig) -> Iterator[Problem]:
    """Windows open at a time that exists, for a length that Argo CD accepts."""
    for index, environment in enumerate(config.environments):
        for position, window in enumerate(environment.sync.windows):
            yield from _window(("environments", index, "sync", "windows", position), window)


def _window(here: Path, window: SyncWindow) -> Iterator[Problem]:
    try:
        check_schedule(window.schedule)
    except ValueError as reason:
        yield Problem(
            path=(*here, "schedule"),
            message=f"{window.schedule!r} is not a schedule: {reason}. "
            "Write e.g. '0 22 * * 1-5': at 22:00, Monday to Friday.",
        )
    if not SHORTEST_WINDOW <= seconds(window.duration) <= LONGEST_WINDOW:
        yield Problem(
            path=(*here, "duration"),
            message=f"{window.duration} is not between a minute and a year. Write e.g. 8h.",
        )
    if window.time_zone not in _zones():
        near = difflib.get_close_matches(window.time_zone, _zones(), n=1, cutoff=0.6)
        yield Problem(
            path=(*here, "timeZone"),
            message=f"{window.time_zone!r} is not a time zone of the IANA database. Write e.g. {[*near, 'UTC'][0]}.",
        )


@cache
def _zones() -> frozenset[str]:
    """Names of all time zones, from the system's database and the package tzdata."""
    return frozenset(zoneinfo.available_timezones()) - NOT_ZONES


def seconds(duration: str) -> int:
    """Length of a duration such as `90s`, `30m` or `2h`."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def mutable_tags(config: PlatformConfig) -> Iterator[Problem]:
    """A fixed image tag may move in the registry. Existing repositories are checked only where `mutableTags` is set."""
    registry = config.registry
    if registry is None or (registry.ownership is Ownership.EXISTING and not registry.sets_mutable_tags):
        return
    for index, environment in enumerate(config.environments):
        tag = environment.deployment.image_tag
        moves = tag not in KEYWORD_TAGS and meant_tag(tag) is None
        if moves and not any(fnmatchcase(tag, pattern) for pattern in registry.mutable_tags):
            yield Problem(
                path=("environments", index, "deployment", "imageTag"),
                message=f"{tag} is a fixed tag that every deployment would move, and the registry makes tags "
                f"immutable, except for {', '.join(registry.mutable_tags) or 'none'}. "
                f"Add {tag} to registry.mutableTags, or write one of {', '.join(KEYWORD_TAGS)}.",
            )


def misspelt_tags(config: PlatformConfig) -> Iterator[Problem]:
    """A misspelt keyword would be a fixed tag."""
    known = () if config.registry is None else config.registry.mutable_tags
    for index, environment in enumerate(config.environments):
        tag = environment.deployment.image_tag
        keyword = meant_tag(tag)
        if keyword is not None and tag not in known:
            yield Problem(
                path=("environments", index, "deployment", "imageTag"),
                message=f"{tag} is not a keyword, and would be used as a fixed tag. Write {keyword}.",
            )


def meant_tag(tag: str) -> str | None:
    """The keyword that a misspelt tag means; None for the keywords themselves and for other tags."""
    plain = {keyword.lower(): keyword for keyword in KEYWORD_TAGS}
    near = difflib.get_close_matches(tag.lower().replace("-", ""), plain, n=1, cutoff=KEYWORD_SIMILARITY)
    return None if tag in KEYWORD_TAGS or not near else plain[near[0]]


def variables(config: PlatformConfig) -> Iterator[Problem]:
    """No environment sets a variable that the platform sets."""
    for index, plan in enumerate(plan_environments(config)):
        for name in sorted(plan.settings.variables.keys() & plan.platform_variables):
            yield Problem(path=("environments", index, "variables", name), message="is set by the platform. Remove it.")


def folders(config: PlatformConfig) -> Iterator[Problem]:
    """A folder of Applications belongs to one environment: everything in it is deployed to this cluster."""
    for index, environment in enumerate(config.environments):
        if environment.delivery is Delivery.APPLICATION:
            continue
        here, own = ("environments", index, "path"), PurePosixPath(environment.path)
        shared = [
            other.name
            for other in config.environments
            if other.name != environment.name and own in (path := PurePosixPath(other.path), *path.parents)
        ]
        if shared:
            yield Problem(
                path=here,
                message=f"{own} also contains the folder of environment {shared[0]}. "
                f"Write a separate folder, e.g. {own}/{environment.name}.",
            )
        elif not {environment.name, config.stage} & set(own.parts):
            yield Problem(
                path=here,
                message=f"{own} does not name the environment: everything in it is deployed to this cluster, "
                f"other stages included. Write e.g. {own}/{environment.name}.",
            )


def waiting(config: PlatformConfig) -> Iterator[Problem]:
    """`up` can wait only for one Application that syncs without a person."""
    for index, environment in enumerate(config.environments):
        here: Path = ("environments", index, "waitFor")
        if not environment.wait_for:
            continue
        if environment.delivery is not Delivery.APPLICATION:
            yield Problem(
                path=here,
                message=f"does not include the Applications that {environment.delivery} creates. "
                "Write delivery: application, or remove waitFor.",
            )
        if not environment.sync.automated:
            yield Problem(
                path=here,
                message="would wait for a manual sync, because sync.automated is false. Write waitFor: false.",
            )


def previews(config: PlatformConfig) -> Iterator[Problem]:
    """Previews come from pull requests on GitHub that Argo CD can read, and can run next to the environment."""
    for index, environment in enumerate(config.environments):
        if environment.pull_requests is not None:
            here: Path = ("environments", index, "pullRequests")
            yield from _preview_source(config, here, environment)
            yield from _preview_conflicts(config, here, environment)


def _preview_source(config: PlatformConfig, here: Path, environment: EnvironmentConfig) -> Iterator[Problem]:
    """Where the pull requests come from, and what reads and syncs them."""
    if github_repository(config.repository.url) is None and not has_blocked_port(config.repository.url):
        yield Problem(path=here, message=f"need GitHub, and {config.repository.url} is not there. Remove them.")
    if not environment.sync.automated:
        yield Problem(path=here, message="sync automatically, and this environment syncs manually. Remove them.")
    access = config.argocd.repository_access
    is_app = access is not None and access.kind is RepositoryAuthentication.GITHUB_APP
    secret = None if environment.pull_requests is None else environment.pull_requests.secret
    if access is not None and not is_app and secret is None:
        example = (
            f"{{kubernetes: {config.system.name}-pull-requests}}, a Secret in Argo CD's namespace"
            if config.local
            else f"{{secretsManager: {config.system.name}/argocd/pull-requests}}"
        )
        yield Problem(
            path=(*here, "secret"),
            message="is missing: the repository is private, so Argo CD needs a token or a GitHub App to read its pull "
            f"requests. Write e.g. secret: {example}.",
        )


def _preview_conflicts(config: PlatformConfig, here: Path, environment: EnvironmentConfig) -> Iterator[Problem]:
    """What cannot exist a second time in the namespace, or cannot be counted."""
    sets = [other.name for other in config.environments if other.delivery is Delivery.APPLICATION_SET]
    if environment.delivery is not Delivery.APPLICATION:
        yield Problem(
            path=here,
            message=f"need the manifests themselves under path, not {environment.delivery}. "
            "Write delivery: application, or remove pullRequests.",
        )
    elif sets:
        yield Problem(
            path=here,
            message="have a maximum number of Applications, and an applicationSet creates any number "
            f"({', '.join(sets)}). Remove pullRequests, or move that environment to another stack.",
        )
    if environment.canary is not None and not config.local:
        yield Problem(
            path=here,
            message="cannot be combined with canary: a preview's Rollout would use the environment's own Services and "
            "Ingress, and take its traffic. Remove one of the two.",
        )
    for key, number in (
        ("nodePorts", environment.objects.node_ports),
        ("persistentVolumeClaims", environment.objects.persistent_volume_claims),
    ):
        if number:
            yield Problem(
                path=here,
                message=f"duplicate the environment, and its objects.{key} can exist only once. Remove pullRequests.",
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


def unused_data_keys(config: PlatformConfig) -> Iterator[Problem]:
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


def role_names(config: PlatformConfig) -> Iterator[Problem]:
    """The role of an environment's bucket has a name that IAM accepts."""
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


def job_names(config: PlatformConfig) -> Iterator[Problem]:
    """The Job that creates an environment's databases is named after it, within Kubernetes' limit."""
    for index, plan in enumerate(plan_environments(config)):
        if len(plan.name) > LONGEST_ENVIRONMENT_NAME and plan.bootstraps_databases:
            yield Problem(
                path=("environments", index, "name"),
                message="makes the name of the Job that creates its databases too long. "
                f"Write at most {LONGEST_ENVIRONMENT_NAME} characters.",
            )


RULES: tuple[Rule, ...] = (
    names,
    sizes,
    service_overrides,
    extra_workloads,
    syncs,
    sync_windows,
    mutable_tags,
    misspelt_tags,
    variables,
    folders,
    waiting,
    previews,
    reserved_names,
    unused_data_keys,
    separate_data,
    role_names,
    job_names,
)
