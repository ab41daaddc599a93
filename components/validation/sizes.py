"""Rules of the resources of one pod: limits against their requests, and against the nodes."""

from collections.abc import Iterator
from contextlib import suppress

from components.config.base import BrokenField
from components.config.catalogue import SMALLEST_LIMIT, ContainerResources
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import cpu, mebibytes, memory, millicores
from components.validation.rule import Path, Rule, known

UNIT_SLIP = 1000
"""A limit that is this many times its request, or the reverse, is in another unit."""
Resources = tuple[Path, ContainerResources]


def service_sizes(config: PlatformConfig) -> Iterator[Problem]:
    """Limits of services are at least their requests."""
    for index, classes in known(config.services, lambda service: service.resources):
        for name, resources in classes.items():
            yield from limits(("services", index, "resources", name), resources, node_of(config))


def class_sizes(config: PlatformConfig) -> Iterator[Problem]:
    """Limits of classes are at least their requests."""
    for name, resources in config.resource_classes.items():
        yield from limits(("resourceClasses", name), resources, node_of(config))


def node_of(config: PlatformConfig) -> str | None:
    """The instance type of the stack's nodes, if it can be read and its capacity is known."""
    with suppress(BrokenField):
        if config.cluster is not None and config.cluster.nodes.instance_type in INSTANCE_TYPES:
            return config.cluster.nodes.instance_type
    return None


def limits(path: Path, resources: ContainerResources, node: str | None) -> Iterator[Problem]:
    """A limit is not below its request, which Kubernetes refuses, nor in another unit. `node` is an instance type."""
    machine = None if node is None else INSTANCE_TYPES[node]
    for key, read, number, held, text in (
        (
            "cpu",
            lambda: (resources.cpu_request, resources.cpu_limit),
            millicores,
            None if machine is None else machine.vcpu * 1000,
            cpu,
        ),
        (
            "memory",
            lambda: (resources.memory_request, resources.memory_limit),
            mebibytes,
            None if machine is None else machine.memory_mib,
            memory,
        ),
    ):
        with suppress(BrokenField):
            request, limit = read()
            if number(limit) >= UNIT_SLIP * number(request):
                meant = _in_unit_of(request, limit)
                if key == "memory" and mebibytes(meant) < mebibytes(SMALLEST_LIMIT):
                    meant = SMALLEST_LIMIT
                yield Problem(
                    path=(*path, f"{key}Limit"),
                    message=f"{limit} is {number(limit) // number(request)} times the request {request}. "
                    f"Write {_quoted(meant)}.",
                )
            elif number(request) >= UNIT_SLIP * number(limit):
                yield Problem(
                    path=(*path, f"{key}Request"),
                    message=f"{request} is {number(request) // number(limit)} times the limit {limit}. "
                    f"Write {_quoted(_in_unit_of(limit, request, most=True))}.",
                )
            elif held is not None and number(limit) <= held < number(request):
                yield Problem(
                    path=(*path, f"{key}Request"),
                    message=f"{request} is more than a node has: {text(held)} ({node}). "
                    f"Write {_quoted(_in_unit_of(limit, request, most=True))}.",
                )
            elif number(limit) < number(request):
                yield Problem(
                    path=(*path, f"{key}Limit"),
                    message=f"{limit} is below the request {request}. Write {_quoted(request)} or more.",
                )


def _in_unit_of(right: str, wrong: str, *, most: bool = False) -> str:
    """The wrong quantity in the unit of the right one; the right one itself if it would be on its other side."""
    unit = right.lstrip("0123456789.")
    number = wrong.rstrip("kmMiGT").partition(".")[0]
    digits = int(right.removesuffix(unit).partition(".")[0]), int(number)
    fits = digits[1] <= digits[0] if most else digits[0] <= digits[1] < UNIT_SLIP * max(digits[0], 1)
    return f"{number}{unit}" if fits and int(number) else right


def _quoted(quantity: str) -> str:
    return f'"{quantity}"' if quantity.replace(".", "").isdecimal() else quantity


def node_sizes(config: PlatformConfig) -> Iterator[Problem]:
    """No limit is above what a node of the stack has. Requests that do not fit are refused with the sums."""
    if config.cluster is None or config.cluster.nodes.instance_type not in INSTANCE_TYPES:
        return
    name = config.cluster.nodes.instance_type
    largest = INSTANCE_TYPES[name]
    for path, resources in dict(_used(config)).items():
        for key, read, number, held, text in (
            ("cpuLimit", lambda r=resources: (r.cpu_request, r.cpu_limit), millicores, largest.vcpu * 1000, cpu),
            (
                "memoryLimit",
                lambda r=resources: (r.memory_request, r.memory_limit),
                mebibytes,
                largest.memory_mib,
                memory,
            ),
        ):
            with suppress(BrokenField):
                request, limit = read()
                if number(request) <= held < number(limit) < UNIT_SLIP * number(request):
                    yield Problem(
                        path=(*path, key),
                        message=f"{limit} is more than a node has: {text(held)} ({name}). "
                        f"Write {_quoted(text(held))} or less.",
                    )


def _used(config: PlatformConfig) -> Iterator[Resources]:
    """The resources that the environments select, by their path; the same path may come several times."""
    for index, environment in enumerate(config.environments):
        with suppress(BrokenField):
            for position, service in enumerate(config.services):
                with suppress(BrokenField):
                    name, override = environment.resource_class, environment.services.get(service.name)
                    if override is not None and override.resources is not None:
                        yield ("environments", index, "services", service.name, "resources"), override.resources
                    elif name in service.resources:
                        yield ("services", position, "resources", name), service.resources[name]
                    elif name in config.resource_classes:
                        yield ("resourceClasses", name), config.resource_classes[name]


RULES: tuple[Rule, ...] = (service_sizes, class_sizes, node_sizes)
