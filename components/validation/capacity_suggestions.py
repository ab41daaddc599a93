"""What to write where nodes or connections do not suffice. Each remedy is reckoned, so that the next run takes it.

First another node group, then one number of an environment that today's nodes hold, or the largest group that is known.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from components.config.cluster import NodesConfig
from components.config.controllers import NodeScaling
from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.sizing.capacity import node_capacity, total, unschedulable
from components.sizing.database_sizes import DATABASE_CLASSES, max_connections
from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE
from components.validation import capacity_sums
from components.validation.cap_rules import scalable

MOST_NODES = 100
"""What `cluster.nodes` takes."""
SUGGESTIONS = 3
Fits = Callable[[PlatformConfig], bool]


def node_remedies(config: PlatformConfig, nodes: NodesConfig, sums: capacity_sums.NodeFit) -> str:
    """Whole sentences for a stack whose pods find no node."""
    known = [name for name, machine in INSTANCE_TYPES.items()
             if machine.architecture is INSTANCE_TYPES[nodes.instance_type].architecture]  # fmt: skip
    too_large = _too_large(sums, known, nodes)
    if too_large is not None:
        return too_large
    groups = list(islice(_groups(config, nodes, _sizes(known, nodes.instance_type)), SUGGESTIONS))
    if not groups:
        others = [name for name in known if _family(name) != _family(nodes.instance_type)]
        groups = sorted(_groups(config, nodes, others), key=_cores)[:SUGGESTIONS]
    if groups:
        return f"Write {' or '.join(_written(nodes, kind, count) for kind, count in groups)}."
    numbers = [f"{key}: {number}" for key, number in islice(_numbers(config, holds), SUGGESTIONS)]
    found = [*numbers, *_with_largest_group(config, nodes, known)]
    if found:
        return f"Write {', or '.join(found)}."
    return f"No {MOST_NODES} nodes hold it, and no single number helps. Move environments into stacks of their own."


def holds(config: PlatformConfig) -> bool:
    """Whether every pod finds a node, and every node its addresses."""
    sums, limit = _node_fit(config), capacity_sums.addresses(config)
    return (sums is None or not sums.unschedulable) and (limit is None or limit.fits)


def _too_large(sums: capacity_sums.NodeFit, known: list[str], nodes: NodesConfig) -> str | None:
    """Of pods that no node of any known type holds alone; None where there are none."""
    daemons = [group for group in sums.groups if group.per_node]

    def alone(name: str, kind: str) -> bool:
        group = next(found for found in sums.groups if found.name == name)
        room = node_capacity(kind, prefix_delegation=nodes.prefix_delegation)
        return not unschedulable((replace(group, pods=1), *daemons), room, 1)

    names = {group.name for group in sums.groups if not group.per_node}
    found = [name for name in sums.unschedulable if name in names and not any(alone(name, kind) for kind in known)]
    if not found:
        return None
    largest = _largest(known)
    room, taken = node_capacity(largest, prefix_delegation=nodes.prefix_delegation), total(daemons, 1)
    left = f"{(room.cpu - taken.cpu_request) / 1000:.2f} CPU and " \
           f"{(room.memory - taken.memory_request) / MEBIBYTES_PER_GIBIBYTE:.1f} GiB"  # fmt: skip
    return (
        f"One pod of {' or of '.join(found[:SUGGESTIONS])} is larger than every node that is known: {largest} leaves "
        f"{left}. Write smaller resources."
    )


def _largest(known: list[str]) -> str:
    return max(known, key=lambda kind: (INSTANCE_TYPES[kind].memory_mib, INSTANCE_TYPES[kind].vcpu))


def _family(kind: str) -> str:
    return kind.split(".", maxsplit=1)[0]


def _sizes(known: list[str], kind: str) -> list[str]:
    """A type and the larger ones of its family, smallest first."""
    least = INSTANCE_TYPES[kind].memory_mib
    sizes = [name for name in known if _family(name) == _family(kind) and INSTANCE_TYPES[name].memory_mib >= least]
    return sorted(sizes, key=lambda name: INSTANCE_TYPES[name].memory_mib)


def _cores(group: tuple[str, int]) -> tuple[int, int]:
    kind, count = group
    return count * INSTANCE_TYPES[kind].vcpu, count * INSTANCE_TYPES[kind].memory_mib


def _least_maximum(nodes: NodesConfig, count: int) -> int:
    """The smallest `maximum` of so many nodes: Karpenter may start one more."""
    return max(nodes.maximum, count + (nodes.scaling is NodeScaling.KARPENTER))


def _written(nodes: NodesConfig, kind: str, count: int) -> str:
    maximum = _least_maximum(nodes, count)
    return f"{count} x {kind} (desired: {count}{f', maximum: {maximum}' if maximum > nodes.maximum else ''})"


def _with_nodes(config: PlatformConfig, nodes: NodesConfig, kind: str, count: int) -> PlatformConfig:
    if config.cluster is None:
        return config
    update = {"instance_type": kind, "desired": count, "maximum": _least_maximum(nodes, count)}
    cluster = config.cluster.model_copy(update={"nodes": nodes.model_copy(update=update)})
    return config.model_copy(update={"cluster": cluster})


def _most(nodes: NodesConfig) -> int:
    return MOST_NODES - (nodes.scaling is NodeScaling.KARPENTER)


def _groups(config: PlatformConfig, nodes: NodesConfig, kinds: list[str]) -> Iterator[tuple[str, int]]:
    """Of each type the fewest nodes that hold everything, with `minimum` as it is."""
    limit = capacity_sums.addresses(config)
    crowded = limit is not None and not limit.fits  # told by itself, and no group's fault
    for kind in kinds:
        least = max(nodes.least_desired, nodes.minimum if kind != nodes.instance_type else nodes.desired)

        def homes(count: int, kind: str = kind) -> bool:
            sums = _node_fit(_with_nodes(config, nodes, kind, count))
            return sums is not None and not sums.unschedulable

        count = _first(homes, least, _most(nodes))
        if count is not None and (crowded or holds(_with_nodes(config, nodes, kind, count))):
            yield kind, count


def _first(wanted: Callable[[int], bool], low: int, high: int) -> int | None:
    """The smallest number that is wanted, where every larger one is too; None where not even the largest is."""
    if low > high or not wanted(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if wanted(middle) else (middle + 1, high)
    return low


def _numbers(config: PlatformConfig, fits: Fits) -> Iterator[tuple[str, int]]:
    """Single keys of environments that make it fit by themselves, with their largest value that does."""
    for index, environment in enumerate(config.environments):
        for key, now, least, change in scalable(environment):

            def too_many(number: int, index: int = index, change: Callable[[int], object] = change) -> bool:
                found = [*config.environments[:index], change(number), *config.environments[index + 1 :]]
                return not fits(config.model_copy(update={"environments": tuple(found)}))

            first = _first(too_many, least, now)
            if first is not None and first > least:
                yield f"environments[{index}].{key}", first - 1


def _with_largest_group(config: PlatformConfig, nodes: NodesConfig, known: list[str]) -> Iterator[str]:
    """The largest number that the largest group holds: of the stack's own family, or else of the largest type."""
    largest = _largest(known)
    for kind in dict.fromkeys((_sizes(known, nodes.instance_type)[-1], largest)):

        def crowded(count: int, kind: str = kind) -> bool:
            limit = capacity_sums.addresses(_with_nodes(config, nodes, kind, count))
            return limit is not None and not limit.fits

        first = _first(crowded, nodes.desired, _most(nodes))
        count = _most(nodes) if first is None else first - 1
        if count >= nodes.desired:
            for key, number in _numbers(_with_nodes(config, nodes, kind, count), holds):
                yield f"{key}: {number} with {_written(nodes, kind, count)}"
                return


def connection_remedies(config: PlatformConfig, instance_class: str, needed: int) -> str:
    """What to write where the pools take more connections than the instance allows."""
    family = instance_class.rpartition(".")[0]
    by_size = sorted(DATABASE_CLASSES, key=lambda name: (DATABASE_CLASSES[name], name))
    kin = [name for name in by_size if name.rpartition(".")[0] == family]
    larger = next((name for name in (*kin, *by_size) if max_connections(name) >= needed), None)
    pool = _largest_pool(config, max_connections(instance_class))
    smaller = "" if pool is None else f"services[].database.connections: {pool} at most"
    if larger is not None:
        return f"Write {larger}{f', or {smaller}' if smaller else ''}."
    most = max(map(max_connections, by_size))
    largest = next(name for name in (*kin, *by_size) if max_connections(name) == most)
    pool = _largest_pool(config, most)
    if pool is not None:
        return f"Write services[].database.connections: {pool} at most, with {largest}."
    found = next(_numbers(config, lambda other: _pools(other) <= most), None)
    if found is not None:
        return f"Write {found[0]}: {found[1]} with {largest}."
    return f"No class allows more than {most}. Move environments into stacks of their own."


def _pools(config: PlatformConfig) -> int:
    limit = capacity_sums.connections(config, plan_environments(config))
    return 0 if limit is None else limit.needed


def _largest_pool(config: PlatformConfig, held: int) -> int | None:
    """The largest pool of one pod with which all services' pools fit."""
    most = max((found.database.connections for found in config.services if found.database is not None), default=1)

    def too_many(pool: int) -> bool:
        services = tuple(
            found
            if found.database is None or found.database.connections <= pool
            else found.model_copy(update={"database": found.database.model_copy(update={"connections": pool})})
            for found in config.services
        )
        return _pools(config.model_copy(update={"services": services})) > held

    first = _first(too_many, 1, most)
    return None if first is None or first == 1 else first - 1


def _node_fit(config: PlatformConfig) -> capacity_sums.NodeFit | None:
    return capacity_sums.node_fit(config, plan_environments(config))
