"""What the services need and what the nodes can hold: the arithmetic behind every quota and every capacity check.

The peak of a rolling update counts each pod twice: a terminating pod counts against the quota and occupies its node
until it is gone, so a rollout of everything needs up to twice the steady state. CPU is in millicores, memory in MiB.
Sources: the kubelet reservations of EKS's AMIs (nodeadm); Kubernetes, "Resource Quotas".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from components.sizing import quantities
from components.sizing.instance_types import INSTANCE_TYPES, pods_without_prefixes

ROLLING_FACTOR = 2
CPU_STEP, MEMORY_STEP, POD_STEP = 100, 128, 1
PODS_WITH_PREFIXES, PODS_WITH_PREFIXES_LARGE, LARGE_VCPUS = 110, 250, 30
ADDRESSES_PER_PREFIX = 16
HYPERVISOR_PERCENT = 5
EVICTION_MIB = 100


@dataclass(frozen=True, kw_only=True)
class Load:
    """A number of pods and the sums of their requests and limits."""

    pods: int = 0
    cpu_request: int = 0
    memory_request: int = 0
    cpu_limit: int = 0
    memory_limit: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(
            pods=self.pods + other.pods,
            cpu_request=self.cpu_request + other.cpu_request,
            memory_request=self.memory_request + other.memory_request,
            cpu_limit=self.cpu_limit + other.cpu_limit,
            memory_limit=self.memory_limit + other.memory_limit,
        )

    def __mul__(self, times: int) -> "Load":
        return Load(
            pods=self.pods * times,
            cpu_request=self.cpu_request * times,
            memory_request=self.memory_request * times,
            cpu_limit=self.cpu_limit * times,
            memory_limit=self.memory_limit * times,
        )


@dataclass(frozen=True, kw_only=True)
class PodGroup:
    """Pods of one workload; sizes are per pod. `per_node`: a DaemonSet, with `pods` on every node."""

    name: str
    pods: int
    cpu_request: int
    memory_request: int
    cpu_limit: int
    memory_limit: int
    per_node: bool = False

    @property
    def pod(self) -> Load:
        """The load of one pod."""
        return Load(
            pods=1,
            cpu_request=self.cpu_request,
            memory_request=self.memory_request,
            cpu_limit=self.cpu_limit,
            memory_limit=self.memory_limit,
        )

    def count(self, nodes: int) -> int:
        """Its pods on a cluster with that many nodes."""
        return self.pods * nodes if self.per_node else self.pods

    def load(self, nodes: int) -> Load:
        """The load of the whole group on a cluster with that many nodes."""
        return total([self], nodes)


@dataclass(frozen=True, kw_only=True)
class NodeCapacity:
    """Allocatable capacity of one node."""

    pods: int
    cpu: int
    memory: int


def total(groups: Iterable[PodGroup], nodes: int = 1) -> Load:
    """Load of the groups in the steady state."""
    counted = [(group, group.count(nodes)) for group in groups]
    return Load(
        pods=sum(pods for _, pods in counted),
        cpu_request=sum(group.cpu_request * pods for group, pods in counted),
        memory_request=sum(group.memory_request * pods for group, pods in counted),
        cpu_limit=sum(group.cpu_limit * pods for group, pods in counted),
        memory_limit=sum(group.memory_limit * pods for group, pods in counted),
    )


def rolling_peak(groups: Iterable[PodGroup]) -> Load:
    """Load of the groups while all of them are rolled out at once."""
    return total(groups) * ROLLING_FACTOR


def quota(groups: Iterable[PodGroup], headroom_percent: int) -> Load:
    """What a quota allows the groups: a rolling update of all of them at once plus headroom, in round numbers."""
    peak = rolling_peak(groups)

    def raised(value: int, step: int) -> int:
        return quantities.with_headroom(value, headroom_percent, step)

    return Load(
        pods=raised(peak.pods, POD_STEP),
        cpu_request=raised(peak.cpu_request, CPU_STEP),
        memory_request=raised(peak.memory_request, MEMORY_STEP),
        cpu_limit=raised(peak.cpu_limit, CPU_STEP),
        memory_limit=raised(peak.memory_limit, MEMORY_STEP),
    )


def hard(load: Load) -> Mapping[str, str]:
    """`spec.hard` of a ResourceQuota that allows `load`, formatted as the API server stores it."""
    return {
        "limits.cpu": quantities.cpu(load.cpu_limit),
        "limits.memory": quantities.memory(load.memory_limit),
        "pods": quantities.count(load.pods),
        "requests.cpu": quantities.cpu(load.cpu_request),
        "requests.memory": quantities.memory(load.memory_request),
    }


def pods_per_node(instance_type: str, *, prefix_delegation: bool) -> int:
    """Pods that the VPC CNI can address on a node of that type."""
    if not prefix_delegation:
        return pods_without_prefixes(instance_type)
    specs = INSTANCE_TYPES[instance_type]
    recommended = PODS_WITH_PREFIXES_LARGE if specs.vcpu > LARGE_VCPUS else PODS_WITH_PREFIXES
    return min(recommended, specs.interfaces * (specs.addresses_per_interface - 1) * ADDRESSES_PER_PREFIX + 2)


def _reserved_millicores(vcpu: int) -> int:
    """kube-reserved: 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest."""
    shares = [60, 10, 5, 5]
    return int(sum(shares[:vcpu]) + 2.5 * max(0, vcpu - len(shares)))


def node_capacity(instance_type: str, *, prefix_delegation: bool) -> NodeCapacity:
    """Capacity of a node of that type after the hypervisor, kube-reserved and the eviction threshold.

    A t3.medium has 1930m, about 3.3 GiB and 17 pods.
    """
    specs = INSTANCE_TYPES[instance_type]
    pods = pods_per_node(instance_type, prefix_delegation=prefix_delegation)
    usable = specs.memory_mib * (100 - HYPERVISOR_PERCENT) // 100
    return NodeCapacity(
        pods=pods,
        cpu=specs.vcpu * 1000 - _reserved_millicores(specs.vcpu),
        memory=usable - (255 + 11 * pods) - EVICTION_MIB,
    )


def unschedulable(groups: Sequence[PodGroup], node: NodeCapacity, nodes: int) -> tuple[str, ...]:
    """Names of groups with pods that fit on no node, even if the totals suffice. First fit, largest pods first.

    DaemonSets (`per_node`) get their share of every node first.
    """
    free = [[node.pods, node.cpu, node.memory] for _ in range(nodes)]
    daemons = [group for group in groups if group.per_node]
    singles = sorted((g for g in groups if not g.per_node), key=lambda g: (-g.memory_request, -g.cpu_request, g.name))
    # Scheduling reduces `free`, so DaemonSets must be scheduled before the rest.
    failed_daemons = [group.name for group in daemons if not _schedule_everywhere(group, free)]
    return (*failed_daemons, *(group.name for group in singles if not _schedule(group, free)))


def _schedule_everywhere(group: PodGroup, free: Sequence[list[int]]) -> bool:
    """Schedules a DaemonSet's pods on every node; False if some node has no room."""
    load = group.load(1)
    return all(_allocate(host, load) for host in free)


def _schedule(group: PodGroup, free: Sequence[list[int]]) -> bool:
    """Schedules each of the group's pods on the first node with room; False if some pods fit nowhere."""
    pending, pod = group.pods, group.pod
    for host in free:
        while pending and _allocate(host, pod):
            pending -= 1
    return pending == 0


def _allocate(free: list[int], load: Load) -> bool:
    """Deducts the load from a node's free capacity (pods, CPU, memory); False, without a change, if it does not fit."""
    pods, cpu, memory = free
    if pods < load.pods or cpu < load.cpu_request or memory < load.memory_request:
        return False
    free[:] = pods - load.pods, cpu - load.cpu_request, memory - load.memory_request
    return True
