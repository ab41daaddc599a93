"""Rules of `environments`: names, namespaces, replicas, classes, overrides, variables and folders."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath

from components.account.names import MAX_LENGTHS
from components.config.base import BrokenField
from components.config.environments import Delivery, EnvironmentConfig, ServiceOverride
from components.config.messages import likely_name, name_remedy, one_of
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.data.bootstrap_pods import LONGEST_ENVIRONMENT_NAME
from components.environments.plan import EnvironmentPlan
from components.environments.workloads import resources_of
from components.kubernetes.names import DATA_NAMESPACE, MONITORING_NAMESPACE, PLATFORM_NAMESPACE
from components.validation.rule import Path, Rule, duplicates, each_environment, known, title
from components.validation.sizes import limits, node_of

KUBERNETES_PREFIX = "kube-"
"""Source: Kubernetes, "Namespaces": the prefix is reserved for its own."""
PLATFORM_NAMESPACES = frozenset({PLATFORM_NAMESPACE, DATA_NAMESPACE, MONITORING_NAMESPACE})
RESERVED_NAMESPACES = frozenset({"default"}) | PLATFORM_NAMESPACES
ARGOCD_NAMESPACE = "argocd"
START_VARIABLES = frozenset({"PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "HOSTNAME"})
KUBERNETES_VARIABLES = ("KUBERNETES_SERVICE_", "KUBERNETES_PORT")
"""Source: Kubernetes, "Service": environment variables of the API server's Service, by which clients find it."""
SERVICES_NAMED = 3
"""Services that one message names."""
LONGEST_APPLICATION_NAME = 53
LONGEST_ROLE_NAME = MAX_LENGTHS["IAM role"]
STORAGE_ROLE_SUFFIX = len("-storage-0a1b2c3")
"""The end of the role's name, whose last part Pulumi adds. The bucket's name is shorter, and so within its limit."""


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
def own_secrets(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No environment's entries in Secrets Manager are among those of Argo CD."""
    if plan.name == ARGOCD_NAMESPACE:
        prefix = plan.config.secret_prefix(ARGOCD_NAMESPACE)
        yield Problem(
            path=(*here, "name"),
            message=f"{plan.name!r} would give it Argo CD's entries in Secrets Manager, {prefix}. Write another name.",
        )


@each_environment
def namespaces(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No namespace is one of Kubernetes or of the platform."""
    namespace = plan.settings.namespace
    if namespace in RESERVED_NAMESPACES or namespace.startswith(KUBERNETES_PREFIX):
        owner = "the platform" if namespace in PLATFORM_NAMESPACES else "Kubernetes"
        yield Problem(
            path=(*here, "namespace"),
            message=f"{namespace!r} is reserved for {owner}. Write {free_namespace(plan.config, _default(plan))}.",
        )


@each_environment
def argocd_namespace(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No environment is in Argo CD's namespace."""
    namespace, settings = plan.settings.namespace, plan.config.argocd
    if namespace != settings.namespace:
        return
    if "namespace" in settings.model_fields_set and namespace != ARGOCD_NAMESPACE:
        yield Problem(
            path=("argocd", "namespace"),
            message=f"{namespace!r} is the namespace of {title(plan.config, int(here[1]))}. "
            f"Write {free_namespace(plan.config, ARGOCD_NAMESPACE)}.",
        )
    else:
        yield Problem(
            path=(*here, "namespace"),
            message=f"{namespace!r} is Argo CD's own. Write {free_namespace(plan.config, _default(plan))}.",
        )


def _default(plan: EnvironmentPlan) -> str:
    """`<system>-<environment>`, or the system alone if the environment's name cannot be read."""
    with suppress(BrokenField):
        return f"{plan.config.system.name}-{plan.name}"
    return plan.config.system.name


def free_namespace(config: PlatformConfig, name: str) -> str:
    """The name, numbered where an environment already has it."""
    taken = {namespace for _, namespace in known(config.environments, lambda environment: environment.namespace)}
    names = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    return next(free for free in names if free not in taken)


@each_environment
def name_lengths(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Everything that is named after an environment has a name that is not too long."""
    name = plan.name
    allowed: list[tuple[int, str]] = []
    with suppress(BrokenField):
        suffix = len(plan.settings.application(plan.config.system.name)) - len(name)
        allowed.append((LONGEST_APPLICATION_NAME - suffix, "its Application"))
    with suppress(BrokenField):
        if plan.config.creates_buckets:
            suffix = len(f"{plan.config.prefix}-") + STORAGE_ROLE_SUFFIX
            allowed.append((LONGEST_ROLE_NAME - suffix, "its bucket's role"))
    with suppress(BrokenField):
        if plan.bootstraps_databases:
            allowed.append((LONGEST_ENVIRONMENT_NAME, "the Job that creates its databases"))
    longest, owner = min(allowed, default=(len(name), ""))
    if len(name) > longest:
        yield Problem(
            path=(*here, "name"),
            message=f"{name!r} makes the name of {owner} too long. Write at most {longest} characters.",
        )


@each_environment
def replicas(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """The maximum is not below the replicas to start with."""
    environment = plan.settings
    if environment.max_replicas is not None and environment.max_replicas < environment.replicas:
        least = environment.replicas
        with suppress(BrokenField):
            inheriting = [override for override in environment.services.values() if override.max_replicas is None]
            least = max([least, *(override.replicas or 0 for override in inheriting)])
        above = f" (of a service: {least})" if least > environment.replicas else ""
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"{environment.max_replicas} is below replicas {environment.replicas}{above}. "
            f"Write {least} or more.",
        )


@each_environment
def resource_class(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Every service has resources of the environment's class."""
    services, classes, environment = plan.config.services, plan.config.resource_classes, plan.settings
    without = [service.name for service in services if resources_of(service, classes, environment) is None]
    if not without:
        return
    common = set[str].intersection(*({*classes, *service.resources} for service in services))
    likely = likely_name(environment.resource_class, sorted(common))
    remedy = f"Write {likely or one_of(sorted(common))}, or add" if common else "Add"
    yield Problem(
        path=(*here, "resourceClass"),
        message=f"{', '.join(without[:SERVICES_NAMED])}{' and others' if without[SERVICES_NAMED:] else ''} "
        f"{'has' if len(without) == 1 else 'have'} no resources of class {environment.resource_class!r}. "
        f"{remedy} the class to `resourceClasses`.",
    )


def service_overrides(config: PlatformConfig) -> Iterator[Problem]:
    """An environment overrides services of the catalogue, with a maximum that is not below their replicas."""
    unknown: dict[str, list[Path]] = {}
    names: list[str] = []
    with suppress(BrokenField):
        names = [service.name for service in config.services]
    for index, overrides in known(config.environments, lambda environment: environment.services):
        for name, override in overrides.items():
            here: Path = ("environments", index, "services", name)
            if names and name not in names:
                unknown.setdefault(name, []).append(here)
                continue
            with suppress(BrokenField):
                yield from _overridden_replicas(config.environments[index], here, override)
            if override.resources is not None:
                yield from limits((*here, "resources"), override.resources, node_of(config))
    for name, places in unknown.items():
        near = likely_name(name, names)
        remedy = name_remedy(name, names)
        if near is not None and len(places) > 1:
            remedy = f"Write {near} in each of {len(places)} environments."
        yield Problem(path=places[0], message=f"is not a service of the catalogue. {remedy}")


def _overridden_replicas(environment: EnvironmentConfig, here: Path, override: ServiceOverride) -> Iterator[Problem]:
    replicas = environment.replicas if override.replicas is None else override.replicas
    if override.max_replicas is not None and override.max_replicas < replicas:
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"{override.max_replicas} is below replicas {replicas}. Write {replicas} or more.",
        )
    inherited = environment.max_replicas if override.max_replicas is None else None
    # `replicas` reports a maximum below the environment's own replicas.
    if inherited is not None and environment.replicas <= inherited < replicas:
        yield Problem(
            path=(*here, "maxReplicas"),
            message=f"is missing, and replicas {replicas} is above the environment's maxReplicas {inherited}. "
            f"Write {replicas} or more.",
        )


@each_environment
def variables(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """No environment sets a variable that the platform sets, or one that programs are started by."""
    for name in sorted(plan.settings.variables):
        if name in plan.platform_variables:
            yield Problem(path=(*here, "variables", name), message="is set by the platform. Remove it.")
        elif name in START_VARIABLES or name.startswith(KUBERNETES_VARIABLES):
            message = "would replace the value that images and Kubernetes set in every pod. Remove it."
            yield Problem(path=(*here, "variables", name), message=message)


def sources(config: PlatformConfig) -> Iterator[Problem]:
    """No two environments have the same manifests at the same revision, which name one namespace.

    `folders` is about those of Applications; `names` refuses the environment that is a copy with its namespace.
    """
    seen: dict[tuple[str, str], int] = {}
    for index, environment in enumerate(config.environments):
        with suppress(BrokenField):
            if environment.delivery is not Delivery.APPLICATION:
                continue
            first = seen.setdefault((environment.path, environment.revision), index)
            if environment.namespace != config.environments[first].namespace:
                yield Problem(
                    path=("environments", index, "path"),
                    message=f"{environment.path} at {environment.revision} is already deployed to "
                    f"{title(config, first)}. Write the environment's own folder, or another revision.",
                )


@each_environment
def folders(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A folder of Applications belongs to one environment: everything in it is deployed to this cluster."""
    environment = plan.settings
    if environment.delivery is Delivery.APPLICATION:
        return
    own = PurePosixPath(environment.path)
    shared = [
        title(plan.config, index)
        for index, other in known(plan.config.environments, lambda other: PurePosixPath(other.path))
        if title(plan.config, index) != title(plan.config, int(here[1])) and own in (other, *other.parents)
    ]
    if shared:
        yield Problem(
            path=(*here, "path"),
            message=f"{own} also contains the folder of {shared[0]}. Write e.g. {own}/{environment.name}.",
        )
    elif not {environment.name, plan.config.stage} & set(own.parts):
        yield Problem(
            path=(*here, "path"),
            message=f"{own} does not name the environment: everything in it is deployed to this cluster, "
            f"other stages included. Write e.g. {own}/{environment.name}.",
        )


RULES: tuple[Rule, ...] = (
    names,
    own_secrets,
    namespaces,
    argocd_namespace,
    name_lengths,
    replicas,
    resource_class,
    service_overrides,
    variables,
    sources,
    folders,
)
