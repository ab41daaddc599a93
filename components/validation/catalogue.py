"""Rules of the service catalogue: `services` and `resourceClasses`."""

from collections.abc import Iterator
from contextlib import suppress

from pydantic.alias_generators import to_camel

from components.account.offers import closest
from components.config.base import BrokenField
from components.config.catalogue import ContainerResources, ServiceConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.sizing.quantities import mebibytes, millicores
from components.validation.rule import Path, Rule, duplicates, each_service, known

DEFAULT_ACCOUNT = "default"
"""ServiceAccount that Kubernetes creates in every namespace; the program removes its token."""
PORT_FIELDS = ("service_port", "health_path", "ready_path", "metrics_path", "public")
"""Fields of a service that have no effect without `port`."""


def names(config: PlatformConfig) -> Iterator[Problem]:
    """Names of services are unique, also without `-service`."""
    full = [(_name(index), name) for index, name in known(config.services, lambda service: service.name)]
    short = [(_name(index), name) for index, name in known(config.services, lambda service: service.short_name)]
    # Equal full names are equal short names as well.
    yield from list(duplicates(full, "name")) or duplicates(short, "short name (without `-service`)")


def _name(index: int) -> Path:
    return ("services", index, "name")


@each_service
def calls(config: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """Each call has a target with a port."""
    services = {other.name: other for other in config.services}
    for position, called in enumerate(service.calls):
        path = (*here, "calls", position)
        if called not in services:
            others = [name for name in services if name not in (service.name, *service.calls)]
            remedy = f"Write e.g. {closest(called, others)}." if others else "Remove it."
            yield Problem(path=path, message=f"{called!r} is not a service of the catalogue. {remedy}")
        elif services[called].port is None:
            yield Problem(path=path, message=f"{called} has no port to call. Write its port, or remove the call.")


def service_sizes(config: PlatformConfig) -> Iterator[Problem]:
    """Limits of services are at least their requests."""
    for index, classes in known(config.services, lambda service: service.resources):
        for name, resources in classes.items():
            yield from limits(("services", index, "resources", name), resources)


def class_sizes(config: PlatformConfig) -> Iterator[Problem]:
    """Limits of classes are at least their requests."""
    for name, resources in config.resource_classes.items():
        yield from limits(("resourceClasses", name), resources)


def limits(path: Path, resources: ContainerResources) -> Iterator[Problem]:
    """Kubernetes refuses a limit below its request."""
    for key, read, number in (
        ("cpuLimit", lambda: (resources.cpu_request, resources.cpu_limit), millicores),
        ("memoryLimit", lambda: (resources.memory_request, resources.memory_limit), mebibytes),
    ):
        with suppress(BrokenField):
            request, limit = read()
            if number(limit) < number(request):
                yield Problem(
                    path=(*path, key), message=f"{limit} is below the request {request}. Write {request} or more."
                )


@each_service
def without_effect(_: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """A service without a port has none of the keys that describe how it is called."""
    for field in PORT_FIELDS:
        key = to_camel(field)
        if service.port is None and field in service.model_fields_set and getattr(service, field):
            yield Problem(
                path=(*here, key),
                message=f"has no effect: {service.name} has no port. Write its port, or remove {key}.",
            )


@each_service
def service_accounts(_: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """No service takes the ServiceAccount that every namespace has."""
    if service.short_name == DEFAULT_ACCOUNT:
        yield default_account((*here, "name"), service.name)


def default_account(path: Path, name: str) -> Problem:
    """The refusal of a workload whose ServiceAccount would be `default`."""
    return Problem(
        path=path,
        message=f"{name!r} would use the ServiceAccount {DEFAULT_ACCOUNT!r}, which every namespace already has. "
        "Write another name.",
    )


RULES: tuple[Rule, ...] = (names, calls, service_sizes, class_sizes, without_effect, service_accounts)
