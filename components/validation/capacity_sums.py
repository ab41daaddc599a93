"""Does it fit: pods, CPU and memory against the nodes, addresses against the subnets, connections against the database.

One set of sums serves the refusal, the outputs and the report, so that they cannot disagree. The peak is the moment in
which every environment rolls everything at once, beside Argo CD and the cluster's own pods.
"""

from dataclasses import dataclass, replace

from components.argocd.pods import argocd_pods
from components.cluster.addon_pods import SYSTEM_PODS
from components.config.platform import PlatformConfig
from components.controllers.pods import operator_pods
from components.data.bootstrap_pods import bootstrap_workloads
from components.environments.workloads import workloads
from components.network import subnets
from components.secrets.plan import environments_with_databases
from components.sizing.capacity import (
    ADDRESSES_PER_PREFIX,
    Load,
    NodeCapacity,
    PodGroup,
    node_capacity,
    rolling_peak,
    total,
    unschedulable,
)
from components.sizing.database_sizes import max_connections
from components.sizing.instance_types import INSTANCE_TYPES
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE

CONNECTIONS_WHILE_ROLLING_PERCENT = 150
STEADY = "most pods when nothing rolls"
NODES_AT_BIRTH = "nodes are cluster.nodes.desired, the number at birth: a change does not move a group that lives"


@dataclass(frozen=True, kw_only=True)
class NodeFit:
    """The cluster's pods against its nodes."""

    instance_type: str
    nodes: int
    groups: tuple[PodGroup, ...]
    """Everything that runs at the peak, services with their rolling factor."""
    parts: tuple[tuple[str, Load], ...]
    """What the sum is made of, for people."""
    node: NodeCapacity

    @property
    def needed(self) -> Load:
        """All pods at the peak, on all nodes."""
        return total(self.groups, self.nodes)

    @property
    def held(self) -> Load:
        """What the nodes leave for pods."""
        return Load(
            pods=self.node.pods * self.nodes,
            cpu_request=self.node.cpu * self.nodes,
            memory_request=self.node.memory * self.nodes,
        )

    @property
    def homeless(self) -> tuple[str, ...]:
        """Names of what finds no node."""
        return unschedulable(self.groups, self.node, self.nodes)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number that is needed and a number that is there."""

    needed: int
    held: int

    @property
    def fits(self) -> bool:
        """Whether what is there suffices."""
        return self.needed <= self.held


def describe(load: Load) -> str:
    """`52 pods, 4.6 CPU, 15.2 GiB`: the requests that scheduling goes by."""
    return (
        f"{load.pods} pods, {load.cpu_request / 1000:.2f} CPU, {load.memory_request / MEBIBYTES_PER_GIBIBYTE:.1f} GiB"
    )


def _peak_groups(config: PlatformConfig) -> tuple[PodGroup, ...]:
    return tuple(
        replace(
            pods,
            name=f"{pods.name} ({environment.name})",
            pods=rolling_peak([pods]).pods,
        )
        for environment in config.environments
        for pods in (w.pods for w in workloads(config.services, config.resource_classes, environment))
    )


def node_fit(config: PlatformConfig) -> NodeFit | None:
    """The node sums of a configuration; None where the nodes are not ours."""
    if config.cluster is None:
        return None
    kind, count = config.cluster.nodes.instance_type, config.cluster.nodes.desired
    argocd = argocd_pods(config.argocd)
    controllers = operator_pods(config.operators, config.cluster.nodes.scaler)
    jobs = tuple(workload.group for workload in bootstrap_workloads(environments_with_databases(config)))
    parts: list[tuple[str, Load]] = []
    for environment in config.environments:
        pods = [w.pods for w in workloads(config.services, config.resource_classes, environment)]
        parts.append((f"{environment.name}, {STEADY}", total(pods)))
        parts.append((f"{environment.name}, while rolling", rolling_peak(pods)))
    parts.append(("Argo CD", total(argocd, count)))
    if controllers:
        parts.append(("controllers", total(controllers, count)))
    if jobs:
        parts.append(("Jobs that make databases", total(jobs, count)))
    parts.append((f"system pods on {count} nodes", total(SYSTEM_PODS, count)))
    return NodeFit(
        instance_type=kind,
        nodes=count,
        groups=(*_peak_groups(config), *argocd, *controllers, *jobs, *SYSTEM_PODS),
        parts=tuple(parts),
        node=node_capacity(kind, prefix_delegation=config.cluster.nodes.prefix_delegation),
    )


def addresses(config: PlatformConfig) -> Limit | None:
    """Addresses that the largest node group and its pods take, against the private subnets."""
    if config.cluster is None or config.network is None:
        return None
    nodes = config.cluster.nodes
    machine = INSTANCE_TYPES[nodes.instance_type]
    each = machine.interfaces * machine.addresses_per_interface
    if nodes.prefix_delegation:
        pods = node_capacity(nodes.instance_type, prefix_delegation=True).pods
        each = machine.interfaces + -(-pods // ADDRESSES_PER_PREFIX) * ADDRESSES_PER_PREFIX
    held = sum(subnets.usable_addresses(z.private) for z in subnets.plan(config.network.cidr, config.network.zones))
    return Limit(needed=nodes.maximum * each, held=held)


def connections(config: PlatformConfig) -> Limit | None:
    """Database connections of all pools while rolling, against what the instance class allows."""
    if config.database is None:
        return None
    steady = sum(
        workload.pods.pods * workload.service.database.connections
        for environment in config.environments
        if config.uses_database(environment)
        for workload in workloads(config.services, config.resource_classes, environment)
        if workload.service.database is not None
    )
    return Limit(
        needed=steady * CONNECTIONS_WHILE_ROLLING_PERCENT // 100, held=max_connections(config.database.instance_class)
    )


def summary(config: PlatformConfig) -> dict[str, object]:
    """The sums for the stack's outputs: rows of pods, CPU and memory, and the limits of addresses and connections."""
    fit = node_fit(config)
    found: dict[str, object] = {}
    if fit is not None:
        rows = [*fit.parts, ("needed at the peak", fit.needed), (f"{fit.nodes} x {fit.instance_type} hold", fit.held)]
        found["fits"] = not fit.homeless
        found["nodes"] = f"{fit.nodes} x {fit.instance_type}"
        found["note"] = NODES_AT_BIRTH
        found["rows"] = [
            {
                "what": what,
                "pods": load.pods,
                "cpu": f"{load.cpu_request / 1000:.2f}",
                "memory": f"{load.memory_request / MEBIBYTES_PER_GIBIBYTE:.1f} GiB",
            }
            for what, load in rows
        ]
    for key, limit in (("addresses", addresses(config)), ("connections", connections(config))):
        if limit is not None:
            found[key] = {"needed": limit.needed, "held": limit.held, "fits": limit.fits}
    return found
