"""The sums of capacity: pods, CPU and memory against the nodes, addresses against the subnets, connections (pure).

The refusal, the outputs and the report use the same sums. The peak is the moment in which every environment rolls
everything at once, in addition to Argo CD, the controllers and the cluster's own pods.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from components.argocd.pods import argocd_pods
from components.cluster.addon_pods import SYSTEM_PODS
from components.config.platform import PlatformConfig
from components.config.types import NatGateways
from components.controllers.pods import controller_pods
from components.data.bootstrap_pods import bootstrap_workloads
from components.environments.plan import EnvironmentPlan, bootstrapped
from components.network import subnets
from components.sizing.capacity import (
    ADDRESSES_PER_PREFIX,
    ROLLING_FACTOR,
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
BASIS = "calculated for cluster.nodes.desired; an autoscaler may run more nodes or fewer"

ELASTIC_IPS = 5
"""AWS's default quota, for all stacks of an account in a region together."""

Plans = Sequence[EnvironmentPlan]


@dataclass(frozen=True, kw_only=True)
class NodeFit:
    """The cluster's pods against its nodes."""

    instance_type: str
    nodes: int
    groups: tuple[PodGroup, ...]
    """Everything that runs at the peak, services with their rolling factor."""
    parts: tuple[tuple[str, Load], ...]
    """The terms of the sum, as they are shown."""
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
    def fits(self) -> bool:
        """Whether there is room for every pod. Compares the totals first, which is much quicker than placing pods."""
        needed, held = self.needed, self.held
        return (
            needed.pods <= held.pods
            and needed.cpu_request <= held.cpu_request
            and needed.memory_request <= held.memory_request
            and not self.unschedulable
        )

    @property
    def unschedulable(self) -> tuple[str, ...]:
        """Names of the pod groups for which no node has room."""
        return unschedulable(self.groups, self.node, self.nodes)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A number that is needed and the number that is available."""

    needed: int
    held: int

    @property
    def fits(self) -> bool:
        """Whether enough is available."""
        return self.needed <= self.held


def describe(load: Load) -> str:
    """`52 pods, 4.60 CPU, 15.2 GiB`: the requests, by which pods are scheduled."""
    pods = "1 pod" if load.pods == 1 else f"{load.pods} pods"
    return f"{pods}, {load.cpu_request / 1000:.2f} CPU, {load.memory_request / MEBIBYTES_PER_GIBIBYTE:.1f} GiB"


def node_fit(config: PlatformConfig, plans: Plans) -> NodeFit | None:
    """The node sums of a configuration; None for a cluster whose nodes the stack does not create."""
    if config.cluster is None:
        return None
    nodes = config.cluster.nodes
    argocd = argocd_pods(config.argocd)
    controllers = controller_pods(config.operators, nodes.scaler)
    jobs = tuple(workload.group for workload in bootstrap_workloads(bootstrapped(plans)))
    parts: list[tuple[str, Load]] = []
    for plan in plans:
        parts.append((f"{plan.name}, {STEADY}", total(plan.pods)))
        parts.append((f"{plan.name}, while rolling", rolling_peak(plan.pods)))
    parts.append(("Argo CD", total(argocd, nodes.desired)))
    if controllers:
        parts.append(("controllers", total(controllers, nodes.desired)))
    if jobs:
        parts.append(("database bootstrap Jobs", total(jobs, nodes.desired)))
    parts.append((f"system pods on {nodes.desired} nodes", total(SYSTEM_PODS, nodes.desired)))
    return NodeFit(
        instance_type=nodes.instance_type,
        nodes=nodes.desired,
        groups=(*_rolling_groups(plans), *argocd, *controllers, *jobs, *SYSTEM_PODS),
        parts=tuple(parts),
        node=node_capacity(nodes.instance_type, prefix_delegation=nodes.prefix_delegation),
    )


def _rolling_groups(plans: Plans) -> tuple[PodGroup, ...]:
    return tuple(
        replace(pods, name=f"{pods.name} ({plan.name})", pods=pods.pods * ROLLING_FACTOR)
        for plan in plans
        for pods in plan.pods
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
    zones = subnets.plan(config.network.cidr, config.network.zones)
    held = sum(subnets.usable_addresses(zone.private) for zone in zones)
    return Limit(needed=nodes.maximum * each, held=held)


def connections(config: PlatformConfig, plans: Plans) -> Limit | None:
    """Database connections of all pools while rolling, against the limit of the instance class."""
    if config.database is None:
        return None
    return Limit(needed=needed_connections(plans), held=max_connections(config.database.instance_class))


def needed_connections(plans: Plans) -> int:
    """Database connections of all pools while rolling, on the stack's instance."""
    steady = sum(
        workload.pods.pods * workload.service.database.connections
        for plan in plans
        if plan.uses_database
        for workload in plan.workloads
        if workload.service.database is not None
    )
    return steady * CONNECTIONS_WHILE_ROLLING_PERCENT // 100


def elastic_ips(config: PlatformConfig) -> int:
    """Elastic IP addresses of the NAT gateways."""
    if config.network is None:
        return 0
    return 1 if config.network.nat_gateways is NatGateways.SINGLE else len(config.network.zones)


def summary(config: PlatformConfig, plans: Plans) -> dict[str, object]:
    """The sums for the stack's outputs: rows of pods, CPU and memory, and the limits of addresses and connections."""
    fit = node_fit(config, plans)
    output: dict[str, object] = {}
    if fit is not None:
        rows = [*fit.parts, ("needed at the peak", fit.needed), (f"{fit.nodes} x {fit.instance_type} hold", fit.held)]
        output["fits"] = fit.fits
        output["nodes"] = f"{fit.nodes} x {fit.instance_type}"
        output["note"] = BASIS
        output["rows"] = [
            {
                "what": what,
                "pods": load.pods,
                "cpu": f"{load.cpu_request / 1000:.2f}",
                "memory": f"{load.memory_request / MEBIBYTES_PER_GIBIBYTE:.1f} GiB",
            }
            for what, load in rows
        ]
    for key, limit in (("addresses", addresses(config)), ("connections", connections(config, plans))):
        if limit is not None:
            output[key] = {"needed": limit.needed, "held": limit.held, "fits": limit.fits}
    if config.network is not None:
        output["elasticIps"] = f"{elastic_ips(config)} of the {ELASTIC_IPS} that a new account may have in a region"
    return output
