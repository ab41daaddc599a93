"""Rules of `environments`: names, sizes, data, syncs, image tags, variables, deliveries and previews."""

import difflib
import zoneinfo
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cache
from pathlib import PurePosixPath

from components.account.names import MAX_LENGTHS
from components.account.offers import closest
from components.config.argocd_access import RepositoryAuthentication
from components.config.base import BrokenField
from components.config.environments import KEYWORD_TAGS, Delivery, EnvironmentConfig, ServiceOverride, SyncWindow
from components.config.extra_workloads import ExtraWorkload
from components.config.git_urls import github_repository, has_blocked_port
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership
from components.data.bootstrap_pods import LONGEST_ENVIRONMENT_NAME
from components.environments.plan import EnvironmentPlan, plan_environments
from components.environments.workloads import resources_of
from components.kubernetes.names import DATA_NAMESPACE, MONITORING_NAMESPACE, PLATFORM_NAMESPACE
from components.validation.catalogue import DEFAULT_ACCOUNT, default_account, limits
from components.validation.cron import check_schedule
from components.validation.rule import Path, Rule, duplicates, each_environment, known

RESERVED_NAMESPACES = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease"}
    | {PLATFORM_NAMESPACE, DATA_NAMESPACE, MONITORING_NAMESPACE}
)
SERVICES_NAMED = 3
"""Services that one message names."""
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
    """Names, namespaces and hosts are unique."""
    everywhere = config.environments
    for key in ("name", "namespace"):
        found = known(everywhere, lambda e, key=key: str(getattr(e, key)))
        yield from duplicates(((("environments", index, key), value) for index, value in found), key)
    hosts = [
        (("environments", index, "hosts", position), host)
        for index, hosts in known(everywhere, lambda e: e.hosts)
        for position, host in enumerate(hosts)
    ]
    yield from duplicates(hosts, "host")


@each_environment
def namespaces(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No namespace is reserved."""
    if plan.settings.namespace in {*RESERVED_NAMESPACES, plan.config.argocd.namespace}:
        yield Problem(
            path=(*here, "namespace"),
            message=f"{plan.settings.namespace!r} is reserved. Write e.g. {plan.config.system.name}-{plan.name}.",
        )


@each_environment
def application_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """The Application's name is not too long."""
    application = plan.settings.application(plan.config.system.name)
    if len(application) > LONGEST_APPLICATION_NAME:
        longest = LONGEST_APPLICATION_NAME - len(f"{plan.config.system.name}-")
        yield Problem(
            path=(*here, "name"),
            message=f"results in the Application {application!r}, which has {len(application)} characters; "
            f"{LONGEST_APPLICATION_NAME} are allowed. Write at most {longest} characters.",
        )


@each_environment
def replicas(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """The maximum is not below the replicas to start with."""
    environment = plan.settings
    if environment.max_replicas is not None and environment.max_replicas < environment.replicas:
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"{environment.max_replicas} is below replicas {environment.replicas}. "
            f"Write {environment.replicas} or more.",
        )


@each_environment
def resource_class(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Every service has resources of the environment's class."""
    services, classes, environment = plan.config.services, plan.config.resource_classes, plan.settings
    without = [service.name for service in services if resources_of(service, classes, environment) is None]
    if not without:
        return
    common = set[str].intersection(*({*classes, *service.resources} for service in services))
    remedy = f"Write {closest(environment.resource_class, sorted(common))}, or add" if common else "Add"
    yield Problem(
        path=(*here, "resourceClass"),
        message=f"{', '.join(without[:SERVICES_NAMED])}{' and others' if without[SERVICES_NAMED:] else ''} "
        f"{'has' if len(without) == 1 else 'have'} no resources of class {environment.resource_class!r}. "
        f"{remedy} the class to `resourceClasses`.",
    )


def service_overrides(config: PlatformConfig) -> Iterator[Problem]:
    """An environment overrides services of the catalogue, with a maximum that is not below their replicas."""
    for index, overrides in known(config.environments, lambda environment: environment.services):
        for name, override in overrides.items():
            here: Path = ("environments", index, "services", name)
            with suppress(BrokenField):
                if (names := [service.name for service in config.services]) and name not in names:
                    yield Problem(
                        path=here, message=f"is not a service of the catalogue. Write {closest(name, names)}."
                    )
                    continue
            with suppress(BrokenField):
                yield from _overridden_replicas(config.environments[index], here, override)
            if override.resources is not None:
                yield from limits((*here, "resources"), override.resources)


def _overridden_replicas(environment: EnvironmentConfig, here: Path, override: ServiceOverride) -> Iterator[Problem]:
    replicas = environment.replicas if override.replicas is None else override.replicas
    if override.max_replicas is not None and override.max_replicas < replicas:
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"{override.max_replicas} is below replicas {replicas}. Write {replicas} or more.",
        )
    inherited = environment.max_replicas if override.max_replicas is None else None
    # Only for replicas of its own: `replicas` reports those of the environment.
    if inherited is not None and override.replicas is not None and override.replicas > inherited:
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"is missing, and replicas {replicas} is above the environment's maxReplicas {inherited}. "
            f"Write {replicas} or more.",
        )


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


@each_environment
def extra_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue have names of their own."""
    taken = {name for service in plan.config.services for name in (service.name, service.short_name)}
    for part, key, extra in _extra_workloads(plan.settings):
        names = {extra.name, extra.service.short_name}
        if names & taken:
            yield Problem(
                path=(*here, *part, key),
                message=f"{extra.name!r} is already the name of a service or of another entry. Write another one.",
            )
        taken |= names
        if extra.service.short_name == DEFAULT_ACCOUNT:
            yield default_account((*here, *part, key), extra.name)


@each_environment
def extra_ports(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A public workload outside the catalogue has a port."""
    for part, _, extra in _extra_workloads(plan.settings):
        if extra.public and extra.port is None:
            yield Problem(
                path=(*here, *part, "public"),
                message=f"has no effect: {extra.name} has no port. Write its port, or remove public.",
            )


@each_environment
def extra_sizes(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue have limits that are at least their requests."""
    for part, _, extra in _extra_workloads(plan.settings):
        yield from limits((*here, *part, "resources"), extra.resources)


@each_environment
def extra_calls(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Workloads outside the catalogue call services with a port."""
    listening = [service.name for service in plan.config.services if service.port is not None]
    for part, _, extra in _extra_workloads(plan.settings):
        for position, called in enumerate(extra.calls):
            if called not in listening:
                remedy = f"Write {closest(called, listening)}." if listening else "Remove it."
                yield Problem(
                    path=(*here, *part, "calls", position), message=f"{called!r} is not a service with a port. {remedy}"
                )


@each_environment
def syncs(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A manual sync has none of the keys of automated ones."""
    sync = plan.settings.sync
    if sync.automated:
        return
    written = {
        "prune": sync.prune and "prune" in sync.model_fields_set,
        "selfHeal": sync.self_heal and "self_heal" in sync.model_fields_set,
        "allowEmpty": sync.allow_empty,
        "retry": "retry" in sync.model_fields_set,
    }
    for key in (key for key, is_written in written.items() if is_written):
        yield Problem(path=(*here, "sync", key), message=MANUAL)


@each_environment
def retries(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A retry's longest wait is not below its first."""
    retry = plan.settings.sync.retry
    if seconds(retry.max_duration) < seconds(retry.duration):
        yield Problem(
            path=(*here, "sync", "retry", "maxDuration"),
            message=f"{retry.max_duration} is shorter than the first wait, duration {retry.duration}. "
            f"Write {retry.duration} or more.",
        )


@each_environment
def sync_windows(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Windows open at a time that exists, for a length that Argo CD accepts."""
    environment = plan.settings
    for position, window in enumerate(environment.sync.windows):
        yield from _window((*here, "sync", "windows", position), window)


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


@each_environment
def mutable_tags(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A fixed image tag may move in the registry. Existing repositories are checked only where `mutableTags` is set."""
    registry, tag = plan.config.registry, plan.settings.deployment.image_tag
    if registry is None or (registry.ownership is Ownership.EXISTING and not registry.sets_mutable_tags):
        return
    moves = tag not in KEYWORD_TAGS and meant_tag(tag) is None
    if moves and not any(fnmatchcase(tag, pattern) for pattern in registry.mutable_tags):
        yield Problem(
            path=(*here, "deployment", "imageTag"),
            message=f"{tag} is a fixed tag that every deployment would move, and the registry makes tags "
            f"immutable, except for {', '.join(registry.mutable_tags) or 'none'}. "
            f"Add {tag} to registry.mutableTags, or write one of {', '.join(KEYWORD_TAGS)}.",
        )


@each_environment
def misspelt_tags(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A misspelt keyword would be a fixed tag."""
    tag = plan.settings.deployment.image_tag
    known_tags = () if plan.config.registry is None else plan.config.registry.mutable_tags
    keyword = meant_tag(tag)
    if keyword is not None and tag not in known_tags:
        yield Problem(
            path=(*here, "deployment", "imageTag"),
            message=f"{tag} is not a keyword, and would be used as a fixed tag. Write {keyword}.",
        )


def meant_tag(tag: str) -> str | None:
    """The keyword that a misspelt tag means; None for the keywords themselves and for other tags."""
    plain = {keyword.lower(): keyword for keyword in KEYWORD_TAGS}
    near = difflib.get_close_matches(tag.lower().replace("-", ""), plain, n=1, cutoff=KEYWORD_SIMILARITY)
    return None if tag in KEYWORD_TAGS or not near else plain[near[0]]


@each_environment
def variables(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No environment sets a variable that the platform sets."""
    for name in sorted(plan.settings.variables.keys() & plan.platform_variables):
        yield Problem(path=(*here, "variables", name), message="is set by the platform. Remove it.")


@each_environment
def folders(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A folder of Applications belongs to one environment: everything in it is deployed to this cluster."""
    environment = plan.settings
    if environment.delivery is Delivery.APPLICATION:
        return
    own = PurePosixPath(environment.path)
    shared = [
        other.name
        for other in plan.config.environments
        if other.name != environment.name and own in (path := PurePosixPath(other.path), *path.parents)
    ]
    if shared:
        yield Problem(
            path=(*here, "path"),
            message=f"{own} also contains the folder of environment {shared[0]}. "
            f"Write a separate folder, e.g. {own}/{environment.name}.",
        )
    elif not {environment.name, plan.config.stage} & set(own.parts):
        yield Problem(
            path=(*here, "path"),
            message=f"{own} does not name the environment: everything in it is deployed to this cluster, "
            f"other stages included. Write e.g. {own}/{environment.name}.",
        )


@each_environment
def waiting(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """`up` can wait only for one Application that syncs without a person."""
    environment = plan.settings
    if not environment.wait_for:
        return
    if environment.delivery is not Delivery.APPLICATION:
        yield Problem(
            path=(*here, "waitFor"),
            message=f"does not include the Applications that {environment.delivery} creates. "
            "Write delivery: application, or remove waitFor.",
        )
    if not environment.sync.automated:
        yield Problem(
            path=(*here, "waitFor"),
            message="would wait for a manual sync, because sync.automated is false. Write waitFor: false.",
        )


@each_environment
def preview_source(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews come from pull requests on GitHub."""
    url = plan.config.repository.url
    wanted = plan.settings.pull_requests is not None
    if wanted and github_repository(url) is None and not has_blocked_port(url):
        yield Problem(path=(*here, "pullRequests"), message=f"need GitHub, and {url} is not there. Remove them.")


@each_environment
def preview_sync(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews sync automatically."""
    if plan.settings.pull_requests is not None and not plan.settings.sync.automated:
        yield Problem(
            path=(*here, "pullRequests"),
            message="sync automatically, and this environment syncs manually. Remove them.",
        )


@each_environment
def preview_access(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Argo CD can read the pull requests of a private repository."""
    config, previews, access = plan.config, plan.settings.pull_requests, plan.config.argocd.repository_access
    is_app = access is not None and access.kind is RepositoryAuthentication.GITHUB_APP
    if access is not None and not is_app and previews is not None and previews.secret is None:
        example = (
            f"{{kubernetes: {config.system.name}-pull-requests}}, a Secret in Argo CD's namespace"
            if config.local
            else f"{{secretsManager: {config.system.name}/argocd/pull-requests}}"
        )
        yield Problem(
            path=(*here, "pullRequests", "secret"),
            message="is missing: the repository is private, so Argo CD needs a token or a GitHub App to read its pull "
            f"requests. Write e.g. secret: {example}.",
        )


@each_environment
def preview_delivery(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews can be counted: the environment has the manifests, and no other one has any number of Applications."""
    delivery = plan.settings.delivery
    if plan.settings.pull_requests is None:
        return
    if delivery is not Delivery.APPLICATION:
        yield Problem(
            path=(*here, "pullRequests"),
            message=f"need the manifests themselves under path, not {delivery}. "
            "Write delivery: application, or remove pullRequests.",
        )
        return
    sets = [other.name for other in plan.config.environments if other.delivery is Delivery.APPLICATION_SET]
    if sets:
        yield Problem(
            path=(*here, "pullRequests"),
            message="have a maximum number of Applications, and an applicationSet creates any number "
            f"({', '.join(sets)}). Remove pullRequests, or move that environment to another stack.",
        )


@each_environment
def preview_canary(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A preview has no canary, whose traffic it would take."""
    if plan.settings.pull_requests is not None and plan.settings.canary is not None and not plan.config.local:
        yield Problem(
            path=(*here, "pullRequests"),
            message="cannot be combined with canary: a preview's Rollout would use the environment's own Services and "
            "Ingress, and take its traffic. Remove one of the two.",
        )


@each_environment
def preview_objects(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Previews repeat nothing that exists once."""
    objects = plan.settings.objects
    for key, number in (
        ("nodePorts", objects.node_ports),
        ("persistentVolumeClaims", objects.persistent_volume_claims),
    ):
        if number and plan.settings.pull_requests is not None:
            yield Problem(
                path=(*here, "pullRequests"),
                message=f"duplicate the environment, and its objects.{key} can exist only once. Remove pullRequests.",
            )


@each_environment
def reserved_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No database, nor the user of the same name, takes a name of PostgreSQL, RDS or the master user."""
    database = plan.config.database
    if database is None:
        return
    for name in plan.databases.names:
        if name in {*RESERVED_DATABASES, database.username} or name.startswith(RESERVED_PREFIXES):
            owner = "the master user" if name == database.username else "PostgreSQL or RDS"
            yield Problem(
                path=(*here, "databasePrefix"),
                message=f"results in a database and user {name!r}, a name reserved for {owner}. "
                f"Write e.g. {plan.config.system.name}_{plan.name}_.",
            )


@each_environment
def unused_data_keys(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """An environment has a database prefix or a cache number only where it uses the stack's own database or cache."""
    config, environment = plan.config, plan.settings
    if environment.database_prefix is not None and not plan.uses_database:
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
        yield Problem(
            path=(*here, "databasePrefix"), message=f"is missing. Write e.g. {plan.config.system.name}_{plan.name}_."
        )
    for owner, name in _databases(plan).items():
        excess = len(name) - LONGEST_DATABASE_NAME
        if excess > 0:
            yield Problem(
                path=(*here, "databasePrefix"),
                message=f"results in the database {name!r} for {owner}, which has {len(name)} characters; PostgreSQL "
                f"allows {LONGEST_DATABASE_NAME}. Write a prefix that is at least {excess} characters shorter.",
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
        for name in _databases(plan).values():
            if owners.get(name, plan.name) != plan.name:
                yield Problem(
                    path=("environments", index, "databasePrefix"),
                    message=f"results in {name!r}, which is a database of environment {owners[name]}. "
                    f"Write another prefix, e.g. {config.system.name}_{plan.name}_.",
                )
                break
            owners[name] = plan.name


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
                message=f"{number} is the cache database of environment {numbers[number]}. "
                f"Write {_free_number(config)}.",
            )
        numbers[number] = plan.name


def _databases(plan: EnvironmentPlan) -> dict[str, str]:
    """Names of an environment's databases by their owner: a service, or the key of the shared one."""
    shared = plan.databases.shared
    return {**plan.databases.by_service, **({} if shared is None else {"secrets.sharedDatabase": shared})}


def _free_number(config: PlatformConfig) -> int:
    """The lowest cache database that no environment has."""
    taken = {number for _, number in known(config.environments, lambda environment: environment.cache_database)}
    return next(number for number in range(len(taken) + 1) if number not in taken)


@each_environment
def role_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """The role of an environment's bucket has a name that IAM accepts."""
    longest = LONGEST_ROLE_NAME - STORAGE_ROLE_SUFFIX - len(f"{plan.config.prefix}-")
    if plan.config.creates_buckets and len(plan.name) > longest:
        yield Problem(
            path=(*here, "name"),
            message=f"makes the name of the bucket's role longer than {LONGEST_ROLE_NAME} characters. "
            f"Write at most {longest} characters.",
        )


@each_environment
def job_names(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """The Job that creates an environment's databases is named after it, within Kubernetes' limit."""
    if len(plan.name) > LONGEST_ENVIRONMENT_NAME and plan.bootstraps_databases:
        yield Problem(
            path=(*here, "name"),
            message="makes the name of the Job that creates its databases too long. "
            f"Write at most {LONGEST_ENVIRONMENT_NAME} characters.",
        )


RULES: tuple[Rule, ...] = (
    names,
    namespaces,
    application_names,
    replicas,
    resource_class,
    service_overrides,
    extra_names,
    extra_ports,
    extra_sizes,
    extra_calls,
    syncs,
    retries,
    sync_windows,
    mutable_tags,
    misspelt_tags,
    variables,
    folders,
    waiting,
    preview_source,
    preview_sync,
    preview_access,
    preview_delivery,
    preview_canary,
    preview_objects,
    reserved_names,
    unused_data_keys,
    database_prefix,
    cache_number,
    separate_databases,
    separate_caches,
    role_names,
    job_names,
)
