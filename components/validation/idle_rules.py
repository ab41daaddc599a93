"""Keys that are written and read by nothing, and names that are the cluster's: what a service or a sync cannot have."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.config.types import Ownership

DEFAULT_ACCOUNT = "default"
"""ServiceAccount that Kubernetes makes in every namespace; the program takes its token away."""
OF_A_PORT = (
    ("servicePort", "service_port"),
    ("healthPath", "health_path"),
    ("readyPath", "ready_path"),
    ("metricsPath", "metrics_path"),
    ("public", "public"),
)
OF_OUR_REPOSITORIES = (
    ("untaggedDays", "untagged_days"),
    ("keepTagged", "keep_tagged"),
    ("customerManagedKey", "customer_managed_key"),
    ("retainOnDestroy", "retain_on_destroy"),
)
Path = tuple[PathPart, ...]


def services(config: PlatformConfig) -> Iterator[Problem]:
    """Of a worker, what somebody would call; of anybody, the ServiceAccount that every namespace has."""
    for index, service in enumerate(config.services):
        if service.short_name == DEFAULT_ACCOUNT:
            yield _account(("services", index, "name"), service.name)
        for key, field in OF_A_PORT:
            if service.port is None and field in service.model_fields_set and getattr(service, field):
                yield Problem(
                    path=("services", index, key),
                    message=f"is read by nothing: {service.name} has no port. Write its port, or leave {key} out.",
                )


def beside(config: PlatformConfig) -> Iterator[Problem]:
    """The same of what runs beside the catalogue."""
    for index, environment in enumerate(config.environments):
        here: Path = ("environments", index)
        for position, extra in enumerate(environment.extras):
            if extra.public and extra.port is None:
                yield Problem(
                    path=(*here, "extras", position, "public"),
                    message=f"is read by nothing: {extra.name} has no port. Write its port, or leave public out.",
                )
            if extra.service.short_name == DEFAULT_ACCOUNT:
                yield _account((*here, "extras", position, "name"), extra.name)
        for key, store in (
            ("databaseInNamespace", environment.database_in_namespace),
            ("cacheInNamespace", environment.cache_in_namespace),
        ):
            if store is not None and store.workload.service.short_name == DEFAULT_ACCOUNT:
                yield _account((*here, key, "app"), store.app)


def syncs(config: PlatformConfig) -> Iterator[Problem]:
    """What only an automated sync does, and is wanted of a manual one."""
    for index, environment in enumerate(config.environments):
        sync = environment.sync
        wanted = {
            "prune": sync.prune and "prune" in sync.model_fields_set,
            "selfHeal": sync.self_heal and "self_heal" in sync.model_fields_set,
            "retry": "retry" in sync.model_fields_set,
        }
        for key in (key for key, is_wanted in wanted.items() if is_wanted and not sync.automated):
            yield Problem(
                path=("environments", index, "sync", key),
                message="is for an automated sync, and this one is manual: whoever starts it says. Leave it out.",
            )


def registry(config: PlatformConfig) -> Iterator[Problem]:
    """Of repositories that exist already, what only their maker decides."""
    settings = config.registry
    if settings is None or settings.ownership is Ownership.CREATE:
        return
    for key, field in OF_OUR_REPOSITORIES:
        if field in settings.model_fields_set:
            yield Problem(
                path=("registry", key),
                message="is for repositories that this stack makes, and ownership says existing. Leave it out.",
            )


def _account(path: Path, name: str) -> Problem:
    return Problem(
        path=path,
        message=f"{name!r} would have the ServiceAccount {DEFAULT_ACCOUNT!r}, which every namespace has already. "
        "Write another name.",
    )
