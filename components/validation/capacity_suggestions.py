"""Suggests the smallest node group and the smallest database class that fit. The next run accepts what is suggested."""

import re
from bisect import bisect_left
from dataclasses import replace

from components.config.cluster import MAXIMUM_NODES, ClusterConfig
from components.config.controllers import NodeScaling
from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.sizing.capacity import node_capacity, total, unschedulable
from components.sizing.database_sizes import DATABASE_CLASSES, max_connections
from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE
from components.validation import capacity_sums
from components.validation.offered import DATABASE, NODE, usable

PODS_NAMED = 3
"""How many of the pods without room a refusal names."""

_COMMON = re.compile(r"(db\.)?(t3|t4g|[cmr][67][ig])\.(micro|small|medium|large|[24]?xlarge)")
"""Types that are suggested besides those of the family in use. To try all types would take a minute."""

NodeGroup = tuple[str, int]
"""Instance type and number of nodes."""


def suggest_nodes(config: PlatformConfig, cluster: ClusterConfig, fit: capacity_sums.NodeFit) -> str:
    """What to write for a stack with pods that fit on no node."""
    current = INSTANCE_TYPES[cluster.nodes.instance_type]
    available = usable(NODE, config)
    known = [
        name
        for name, machine in INSTANCE_TYPES.items()
        if machine.architecture is current.architecture
        and name in available
        and _suggested(name, cluster.nodes.instance_type)
    ]
    known.sort(key=lambda name: INSTANCE_TYPES[name].memory_mib)
    too_large = _pods_larger_than_any_node(fit, known, prefix_delegation=cluster.nodes.prefix_delegation)
    if too_large:
        return too_large
    family = [name for name in known if _family(name) == _family(cluster.nodes.instance_type)]
    larger = [name for name in family if INSTANCE_TYPES[name].memory_mib >= current.memory_mib]
    groups = _groups(config, cluster, larger)
    suggested = _with_addresses(config, cluster, groups)[:2]
    if not suggested:
        groups += _groups(config, cluster, [name for name in known if name not in family])
        suggested = sorted(_with_addresses(config, cluster, groups), key=_cores)[:1]
    if not suggested:
        return (
            "The private subnets are too small for the nodes. Write a larger network.cidr."
            if groups
            else f"No group of at most {MAXIMUM_NODES} nodes fits. Move environments to stacks of their own."
        )
    smallest = [group for group in suggested if group == suggested[0] or _cores(group) < _cores(suggested[0])]
    return f"Write {' or '.join(_in_words(cluster, group) for group in smallest)}."


def suggest_database_class(config: PlatformConfig, instance_class: str, connections: int) -> str:
    """What to write for a database that allows fewer connections."""
    family = _family(instance_class)
    known = [name for name in usable(DATABASE, config) if _suggested(name, instance_class)]
    by_size = sorted(known, key=lambda name: (_family(name) != family, DATABASE_CLASSES[name], name))
    larger = next((name for name in by_size if max_connections(name) >= connections), None)
    if larger is not None:
        return f"Write {larger}."
    most = max(map(max_connections, by_size))
    return f"No class allows more than {most}. Write smaller pools (services[].database.connections)."


def _suggested(name: str, current: str) -> bool:
    return _family(name) == _family(current) or _COMMON.fullmatch(name) is not None


def _family(name: str) -> str:
    return name.rpartition(".")[0]


def _cores(group: NodeGroup) -> int:
    name, count = group
    return count * INSTANCE_TYPES[name].vcpu


def _pods_larger_than_any_node(fit: capacity_sums.NodeFit, known: list[str], *, prefix_delegation: bool) -> str:
    """A sentence about pods too large for a node of any type that is suggested; empty if there are none."""
    daemons = [group for group in fit.groups if group.per_node]
    rooms = {name: node_capacity(name, prefix_delegation=prefix_delegation) for name in known}
    names = [
        group.name
        for group in fit.groups
        if not group.per_node
        and all(unschedulable((replace(group, pods=1), *daemons), room, 1) for room in rooms.values())
    ]
    if not names:
        return ""
    room, taken = rooms[known[-1]], total(daemons)
    return (
        f"A pod of {' or of '.join(names[:PODS_NAMED])} is larger than a node of any common type: {known[-1]} leaves "
        f"{(room.cpu - taken.cpu_request) / 1000:.2f} CPU and "
        f"{(room.memory - taken.memory_request) / MEBIBYTES_PER_GIBIBYTE:.1f} GiB. Write smaller resources."
    )


def _groups(config: PlatformConfig, cluster: ClusterConfig, instance_types: list[str]) -> list[NodeGroup]:
    """The smallest group of each type with room for all pods and at least `minimum` nodes; ignores addresses."""
    least = max(cluster.nodes.least_desired, cluster.nodes.minimum)
    counts = range(least, MAXIMUM_NODES + 1 - _spare_nodes(cluster))
    plans = plan_environments(config)

    def fits(group: NodeGroup) -> bool:
        fit = capacity_sums.node_fit(_resized(config, cluster, group), plans)
        return fit is not None and fit.fits

    fewest = {
        name: bisect_left(counts, True, key=lambda count, name=name: fits((name, count))) for name in instance_types
    }
    return [(name, counts[index]) for name, index in fewest.items() if index < len(counts)]


def _with_addresses(config: PlatformConfig, cluster: ClusterConfig, groups: list[NodeGroup]) -> list[NodeGroup]:
    """The groups with enough addresses in the private subnets; all groups if the network is refused anyway."""

    def suffices(config: PlatformConfig) -> bool:
        limit = capacity_sums.addresses(config)
        return limit is None or limit.fits

    return [group for group in groups if not suffices(config) or suffices(_resized(config, cluster, group))]


def _spare_nodes(cluster: ClusterConfig) -> int:
    """Nodes by which `maximum` must exceed `desired`: Karpenter may start one more."""
    return int(cluster.nodes.scaling is NodeScaling.KARPENTER)


def _maximum(cluster: ClusterConfig, count: int) -> int:
    return max(cluster.nodes.maximum, count + _spare_nodes(cluster))


def _resized(config: PlatformConfig, cluster: ClusterConfig, group: NodeGroup) -> PlatformConfig:
    name, count = group
    update = {"instance_type": name, "desired": count, "maximum": _maximum(cluster, count)}
    nodes = cluster.nodes.model_copy(update=update)
    return config.model_copy(update={"cluster": cluster.model_copy(update={"nodes": nodes})})


def _in_words(cluster: ClusterConfig, group: NodeGroup) -> str:
    name, count = group
    maximum = _maximum(cluster, count)
    raised = f", maximum: {maximum}" if maximum > cluster.nodes.maximum else ""
    return f"{count} x {name} (desired: {count}{raised})"
