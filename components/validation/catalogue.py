"""Rules of the service catalogue: `services` and `resourceClasses`."""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from components.config.catalogue import ContainerResources
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.sizing.quantities import mebibytes, millicores
from components.validation.rule import Path, Rule, duplicates

DEFAULT_ACCOUNT = "default"
"""ServiceAccount that Kubernetes creates in every namespace; the program removes its token."""
PORT_FIELDS = ("service_port", "health_path", "ready_path", "metrics_path", "public")
"""Fields of a service that have no effect without `port`."""


def services(config: PlatformConfig) -> Iterator[Problem]:
    """Service names are unique, each call has a target, each limit is at least its request."""
    names = [service.name for service in config.services]
    paths: list[Path] = [("services", index, "name") for index in range(len(names))]
    yield from duplicates(names, paths, "name")
    short_names = [service.short_name for service in config.services]
    yield from duplicates(short_names, paths, "short name (without `-service`)")
    without_port = [service.name for service in config.services if service.port is None]
    for index, service in enumerate(config.services):
        for position, called in enumerate(service.calls):
            path = ("services", index, "calls", position)
            if called in without_port:
                yield Problem(path=path, message=f"{called} has no port to call. Write its port, or remove the call.")
            if called not in names:
                yield Problem(
                    path=path,
                    message=f"{called!r} is not a service of the catalogue. "
                    f"Write one of {', '.join(dict.fromkeys(names))}.",
                )
        for name, resources in service.resources.items():
            yield from limits(("services", index, "resources", name), resources)
    for name, resources in config.resource_classes.items():
        yield from limits(("resourceClasses", name), resources)


def limits(path: Path, resources: ContainerResources) -> Iterator[Problem]:
    """Kubernetes refuses a limit below its request."""
    for key, request, limit, number in (
        ("cpuLimit", resources.cpu_request, resources.cpu_limit, millicores),
        ("memoryLimit", resources.memory_request, resources.memory_limit, mebibytes),
    ):
        if number(limit) < number(request):
            yield Problem(
                path=(*path, key), message=f"{limit} is below the request {request}. Write {request} or more."
            )


def without_effect(config: PlatformConfig) -> Iterator[Problem]:
    """A service without a port has none of the keys that describe how it is called."""
    for index, service in enumerate(config.services):
        for field in PORT_FIELDS:
            key = to_camel(field)
            if service.port is None and field in service.model_fields_set and getattr(service, field):
                yield Problem(
                    path=("services", index, key),
                    message=f"has no effect: {service.name} has no port. Write its port, or remove {key}.",
                )


def service_accounts(config: PlatformConfig) -> Iterator[Problem]:
    """No service takes the ServiceAccount that every namespace has."""
    for index, service in enumerate(config.services):
        if service.short_name == DEFAULT_ACCOUNT:
            yield default_account(("services", index, "name"), service.name)


def default_account(path: Path, name: str) -> Problem:
    """The refusal of a workload whose ServiceAccount would be `default`."""
    return Problem(
        path=path,
        message=f"{name!r} would use the ServiceAccount {DEFAULT_ACCOUNT!r}, which every namespace already has. "
        "Write another name.",
    )


RULES: tuple[Rule, ...] = (services, without_effect, service_accounts)
