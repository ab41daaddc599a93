"""Rules of the service catalogue: `services` and `resourceClasses`."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic.alias_generators import to_camel

from components.account.offers import closest
from components.config.catalogue import ServiceConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
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
    """Each call has one target, another service with a port."""
    names = {other.name for other in config.services}
    ports = dict(port for _, port in known(config.services, lambda other: (other.name, other.port)))
    for position, called in enumerate(service.calls):
        path = (*here, "calls", position)
        if called in service.calls[:position]:
            yield Problem(path=path, message=f"{called} is listed twice. Remove it.")
        elif called == service.name:
            yield Problem(path=path, message="is the service itself. Remove it.")
        elif called not in names:
            others = _callable(config, service, ports)
            remedy = f"Write e.g. {closest(called, others)}." if others else "Remove it."
            yield Problem(path=path, message=f"{called!r} is not a service of the catalogue. {remedy}")
        elif called in ports and ports[called] is None:
            yield Problem(path=path, message=f"{called} has no port to call. Remove it, or write the port of {called}.")


def _callable(config: PlatformConfig, service: ServiceConfig, ports: Mapping[str, int | None]) -> list[str]:
    """Services that it could call in addition: with a port, and without a circle."""
    graph = _graph(config)
    return [
        name
        for name, port in ports.items()
        if port is not None and name not in service.calls and service.name not in _reached(graph, name)
    ]


def _graph(config: PlatformConfig) -> dict[str, tuple[str, ...]]:
    """The calls of each service, of those that can be read."""
    return dict(pair for _, pair in known(config.services, lambda service: (service.name, service.calls)))


def _reached(graph: Mapping[str, Sequence[str]], start: str) -> set[str]:
    """A service and all that it calls, directly or through others."""
    reached, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(graph.get(name, ()))
    return reached


def circles(config: PlatformConfig) -> Iterator[Problem]:
    """No service calls, through others, one that calls it: each would wait for the other, and neither starts first."""
    positions = {name: index for index, name in known(config.services, lambda service: service.name)}
    graph = {name: list(dict.fromkeys(called)) for name, called in _graph(config).items()}
    for name, called in graph.items():
        for target in [target for target in called if target != name]:
            circle = _way(graph, target, name)
            if circle:
                position = config.services[positions[name]].calls.index(target)
                called.remove(target)
                yield Problem(
                    path=("services", positions[name], "calls", position),
                    message=f"closes a circle: {' -> '.join([name, *circle])}. Remove it.",
                )


def _way(graph: Mapping[str, Sequence[str]], start: str, end: str) -> list[str]:
    """The shortest way along the calls, both ends included; empty if there is none."""
    ways = [[start]]
    seen = {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return way
        for following in graph.get(way[-1], ()):
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


@each_service
def without_effect(_: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """A service without a port has none of the keys that describe how it is called."""
    for field in PORT_FIELDS:
        key = to_camel(field)
        if service.port is None and field in service.model_fields_set and getattr(service, field):
            yield Problem(
                path=(*here, key),
                message=f"has no effect: {service.name} has no port. Remove it, or write the port.",
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


RULES: tuple[Rule, ...] = (names, calls, circles, without_effect, service_accounts)
