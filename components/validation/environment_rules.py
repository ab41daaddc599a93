"""Rules of the environments: names, references into the catalogue, and data that must not be shared."""

from collections.abc import Iterator

from components.config.environments import Delivery, EnvironmentConfig
from components.config.extra_workloads import ExtraWorkload
from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.environments.plan import EnvironmentPlan
from components.environments.workloads import resources_of
from components.kubernetes.names import DATA_NAMESPACE, MONITORING_NAMESPACE, PLATFORM_NAMESPACE
from components.validation.catalogue_rules import duplicates, limits

RESERVED_NAMESPACES = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease"}
    | {PLATFORM_NAMESPACE, DATA_NAMESPACE, MONITORING_NAMESPACE}
)
LONGEST_DATABASE_NAME = 63
LONGEST_APPLICATION_NAME = 53
Path = tuple[PathPart, ...]


def environments(config: PlatformConfig) -> Iterator[Problem]:
    """Names, namespaces, classes and exceptions of each environment."""
    everywhere = config.environments
    yield from duplicates(
        [e.name for e in everywhere], [("environments", i, "name") for i in range(len(everywhere))], "name"
    )
    yield from duplicates(
        [e.namespace for e in everywhere],
        [("environments", i, "namespace") for i in range(len(everywhere))],
        "namespace",
    )
    yield from duplicates(
        [host for e in everywhere for host in e.hosts],
        [("environments", i, "hosts", position) for i, e in enumerate(everywhere) for position in range(len(e.hosts))],
        "host",
    )
    names = [service.name for service in config.services]
    for index, environment in enumerate(everywhere):
        here: tuple[PathPart, ...] = ("environments", index)
        if environment.namespace in {*RESERVED_NAMESPACES, config.argocd.namespace}:
            yield Problem(
                path=(*here, "namespace"),
                message=f"{environment.namespace!r} is not for services. Write e.g. {config.system.name}.",
            )
        application = f"{config.system.name}-{environment.name}"
        if len(application) > LONGEST_APPLICATION_NAME:
            yield Problem(
                path=(*here, "name"),
                message=f"makes the Application {application!r} of {len(application)} characters. "
                f"Write a name that leaves it at most {LONGEST_APPLICATION_NAME}.",
            )
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
        for name, override in environment.services.items():
            if name not in names:
                yield Problem(
                    path=(*here, "services", name),
                    message=f"is no service of the catalogue. Write one of {', '.join(names)}.",
                )
                continue
            replicas = environment.replicas if override.replicas is None else override.replicas
            if override.max_replicas is not None and override.max_replicas < replicas:
                yield Problem(
                    path=(*here, "services", name, "maxReplicas"),
                    message=f"{override.max_replicas} is below replicas {replicas}. Write {replicas} or more.",
                )
            shared = environment.max_replicas if override.max_replicas is None else None
            # Of its own replicas only: the environment's are told above.
            if shared is not None and override.replicas is not None and override.replicas > shared:
                yield Problem(
                    path=(*here, "services", name, "maxReplicas"),
                    message=f"is missing, and replicas {replicas} is above the environment's maxReplicas {shared}. "
                    f"Write {replicas} or more.",
                )
            if override.resources is not None:
                yield from limits((*here, "services", name, "resources"), override.resources)
        yield from _beside_catalogue(config, index, environment)


def _beside_catalogue(config: PlatformConfig, index: int, environment: EnvironmentConfig) -> Iterator[Problem]:
    """What runs beside the catalogue has names and limits of its own, and calls services that listen."""
    stores = (
        ("databaseInNamespace", environment.database_in_namespace),
        ("cacheInNamespace", environment.cache_in_namespace),
    )
    found: list[tuple[Path, str, ExtraWorkload]] = [
        (("environments", index, key), "app", store.workload) for key, store in stores if store is not None
    ]
    found += [
        (("environments", index, "extras", position), "name", extra)
        for position, extra in enumerate(environment.extras)
    ]
    listening = [service.name for service in config.services if service.port is not None]
    taken = {name for service in config.services for name in (service.name, service.short_name)}
    for path, key, extra in found:
        own = {extra.name, extra.service.short_name}
        if own & taken:
            yield Problem(
                path=(*path, key),
                message=f"{extra.name!r} is the name of a service or of another entry already. Write another.",
            )
        taken |= own
        yield from limits((*path, "resources"), extra.resources)
        for position, called in enumerate(extra.calls):
            if called not in listening:
                yield Problem(
                    path=(*path, "calls", position),
                    message=f"{called!r} is no service with a port. Write one of {', '.join(listening)}.",
                )


def variables(config: PlatformConfig) -> Iterator[Problem]:
    """What the platform tells the services itself, nobody says a second time."""
    for index, environment in enumerate(config.environments):
        for name in sorted(environment.variables.keys() & EnvironmentPlan(config, environment).platform_variables):
            yield Problem(
                path=("environments", index, "variables", name), message="is set by the platform. Leave it out."
            )


def waiting(config: PlatformConfig) -> Iterator[Problem]:
    """What `up` waits for must come by itself, and say of itself that it is there."""
    for index, environment in enumerate(config.environments):
        here: tuple[PathPart, ...] = ("environments", index, "waitFor")
        if not environment.wait_for:
            continue
        if environment.delivery is not Delivery.APPLICATION:
            yield Problem(
                path=here,
                message=f"{environment.delivery} makes Applications of its own, which nobody waits for. "
                "Write delivery: application, or take waitFor out.",
            )
        if not environment.sync.automated:
            yield Problem(
                path=here,
                message="would wait for a person, because sync.automated is false. Write waitFor: false.",
            )


def environment_data(config: PlatformConfig) -> Iterator[Problem]:
    """Environments that share an instance or a cache never share data."""
    taken: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for index, environment in enumerate(config.environments):
        here: tuple[PathPart, ...] = ("environments", index)
        if config.uses_database(environment) and environment.database_prefix is None:
            yield Problem(
                path=(*here, "databasePrefix"),
                message=f"is missing. Write e.g. {config.system.name}_{environment.name}_.",
            )
        if config.uses_cache(environment) and environment.cache_database is None:
            yield Problem(
                path=(*here, "cacheDatabase"), message=f"is missing. Write a number of its own, e.g. {index}."
            )
        names = EnvironmentPlan(config, environment).databases
        shared = names.shared
        databases = {**names.by_service, **({} if shared is None else {"secrets.sharedDatabase": shared})}
        for service, name in databases.items():
            if len(name) > LONGEST_DATABASE_NAME:
                yield Problem(
                    path=(*here, "databasePrefix"),
                    message=f"makes {name!r} for {service}, {len(name)} characters; "
                    f"PostgreSQL takes {LONGEST_DATABASE_NAME}.",
                )
            if taken.get(name, environment.name) != environment.name:
                yield Problem(
                    path=(*here, "databasePrefix"),
                    message=f"makes {name!r}, which is a database of environment {taken[name]}. Write another prefix.",
                )
            taken[name] = environment.name
        number = environment.cache_database
        if config.uses_cache(environment) and number is not None:
            if number in numbers:
                yield Problem(
                    path=(*here, "cacheDatabase"),
                    message=f"{number} is the cache database of environment {numbers[number]}. Write another number.",
                )
            numbers[number] = environment.name
