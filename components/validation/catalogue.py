"""Rules of the service catalogue: `services` and `resourceClasses`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from pydantic.alias_generators import to_camel

from components.config.base import BrokenField
from components.config.catalogue import ServiceConfig
from components.config.messages import likely_name, name_remedy
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.validation.rule import Path, Rule, duplicates, each_service, known

DEFAULT_ACCOUNT = "default"
"""ServiceAccount that Kubernetes creates in every namespace; the program removes its token."""
PORT_FIELDS = ("service_port", "health_path", "ready_path", "metrics_path", "public")
"""Fields of a service that have no effect without `port`."""


def names(config: PlatformConfig) -> Iterator[Problem]:
    """Names of services are unique, also without `-service`."""
    named = list(known(config.services, lambda service: service.name))
    full = list(duplicates(((("services", index, "name"), name) for index, name in named), "name"))
    yield from full
    # Equal full names are equal short names as well.
    first: dict[str, str] = {}
    for index, short in known(config.services, lambda service: service.short_name) if not full else ():
        name = dict(named)[index]
        if first.setdefault(short, name) != name:
            yield Problem(
                path=("services", index, "name"),
                message=f"{name!r} would share the ServiceAccount {short} with {first[short]!r}. Write another name.",
            )


def _unique(config: PlatformConfig) -> bool:
    """Whether each name is that of one service; otherwise no rule looks a service up by its name."""
    names = [name for _, name in known(config.services, lambda service: service.name)]
    return len(names) == len(set(names))


@each_service
def calls(config: PlatformConfig, service: ServiceConfig, here: Path) -> Iterator[Problem]:
    """Each call is of another service, and listed once."""
    for position, called in enumerate(service.calls):
        path = (*here, "calls", position)
        if called in service.calls[:position]:
            yield Problem(path=path, message=f"{called} is listed twice. Remove it.")
        elif called == service.name and _unique(config):
            yield Problem(path=path, message="is the service itself. Remove it.")


def unknown_calls(config: PlatformConfig) -> Iterator[Problem]:
    """Each call is of a service of the catalogue."""
    names = {service.name for service in config.services}
    for called, callers in _called(config).items():
        if called in names:
            continue
        (service, path), *more = callers
        others = _callable(config, service)
        if more:
            likely = likely_name(called, others)
            count = "another call names" if len(more) == 1 else f"{len(more)} more calls name"
            remedy = (
                "Add it, or remove the calls." if likely is None else f"Write {likely} in each, or add the service."
            )
            message = f"{called!r} is not a service of the catalogue, and {count} it. {remedy}"
        else:
            message = f"{called!r} is not a service of the catalogue. {name_remedy(called, others)}"
        yield Problem(path=path, message=message)


def calls_without_port(config: PlatformConfig) -> Iterator[Problem]:
    """Each called service has a port."""
    without = {name for name, port in _ports(config).items() if port is None} if _unique(config) else set[str]()
    for called, callers in _called(config).items():
        others = [path for service, path in callers if service.name != called]
        if called not in without or not others:
            continue
        path, *more = others
        if more:
            count = "another service calls" if len(more) == 1 else f"{len(more)} more services call"
            message = f"{called} has no port to call, and {count} it. Write the port of {called}, or remove the calls."
        else:
            message = f"{called} has no port to call. Remove it, or write the port of {called}."
        yield Problem(path=path, message=message)


def _called(config: PlatformConfig) -> dict[str, list[tuple[ServiceConfig, Path]]]:
    """The services that call each name, and where; each service once."""
    callers: dict[str, list[tuple[ServiceConfig, Path]]] = {}
    for index, called in known(config.services, lambda service: service.calls):
        for other in dict.fromkeys(called):
            path = ("services", index, "calls", called.index(other))
            callers.setdefault(other, []).append((config.services[index], path))
    return callers


def _ports(config: PlatformConfig) -> dict[str, int | None]:
    return dict(pair for _, pair in known(config.services, lambda service: (service.name, service.port)))


def _callable(config: PlatformConfig, service: ServiceConfig) -> list[str]:
    """Services that it could call in addition: with a port, and without a circle."""
    graph = _graph(config)
    return [
        name
        for name, port in _ports(config).items()
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
    if not _unique(config):
        return
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
    if service.port is not None:
        return
    without: list[str] = []
    for field in PORT_FIELDS:
        with suppress(BrokenField):
            if field in service.model_fields_set and getattr(service, field):
                without.append(to_camel(field))
    if len(without) == 1:
        message = f"has no effect: {service.name} has no port. Remove it, or write the port."
    else:
        others = " and ".join(without[1:])
        message = f"has no effect, nor {'has' if len(without) == 2 else 'have'} {others}: {service.name} has no port. "
        message += f"Write the port, or remove {'both' if len(without) == 2 else 'all of them'}."
    if without:
        yield Problem(path=(*here, without[0]), message=message)


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


RULES: tuple[Rule, ...] = (names, calls, unknown_calls, calls_without_port, circles, without_effect, service_accounts)
