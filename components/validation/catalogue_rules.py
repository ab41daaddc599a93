"""Rules of the service catalogue."""

from collections import Counter
from collections.abc import Iterator, Sequence

from components.config.catalogue import ContainerResources
from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.sizing.quantities import mebibytes, millicores


def duplicates(values: Sequence[str], paths: Sequence[tuple[PathPart, ...]], what: str) -> Iterator[Problem]:
    """One problem for each value that an earlier entry has."""
    seen = Counter[str]()
    for value, path in zip(values, paths, strict=True):
        seen[value] += 1
        if seen[value] > 1:
            yield Problem(path=path, message=f"{value!r} is the {what} of another entry already. Write another.")


def services(config: PlatformConfig) -> Iterator[Problem]:
    """Names that are taken, calls that lead nowhere, limits below their requests."""
    names = [service.name for service in config.services]
    yield from duplicates(names, [("services", index, "name") for index in range(len(names))], "name")
    yield from duplicates(
        [service.short_name for service in config.services],
        [("services", index, "name") for index in range(len(names))],
        "short name (without `-service`)",
    )
    silent = [service.name for service in config.services if service.port is None]
    for index, service in enumerate(config.services):
        for position, called in enumerate(service.calls):
            if called in silent:
                yield Problem(
                    path=("services", index, "calls", position),
                    message=f"{called} has no port that could be called. Give it one, or take the call out.",
                )
            if called not in names:
                yield Problem(
                    path=("services", index, "calls", position),
                    message=f"{called!r} is no service of the catalogue. "
                    f"Write one of {', '.join(dict.fromkeys(names))}.",
                )
        for name, resources in service.resources.items():
            yield from limits(("services", index, "resources", name), resources)
    for name, resources in config.resource_classes.items():
        yield from limits(("resourceClasses", name), resources)


def limits(path: tuple[PathPart, ...], resources: ContainerResources) -> Iterator[Problem]:
    """A limit below its request, which Kubernetes refuses."""
    for key, request, limit, number in (
        ("cpuLimit", resources.cpu_request, resources.cpu_limit, millicores),
        ("memoryLimit", resources.memory_request, resources.memory_limit, mebibytes),
    ):
        if number(limit) < number(request):
            yield Problem(
                path=(*path, key), message=f"{limit} is below the request {request}. Write {request} or more."
            )
