"""How much the services need and how much the nodes hold: the sums behind every quota and every refusal.

The peak of a rolling update counts each pod twice: a pod that is ending stays in the quota and on its node until it is
gone, so while everything rolls, up to twice the steady state is there. All CPU is in millicores, all memory in MiB.
Sources: the kubelet reservations of EKS's AMIs (nodeadm), Kubernetes' "Resource Quotas".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from components.sizing import quantities
from components.sizing.instance_types import INSTANCE_TYPES, pods_without_prefixes

ROLLING_FACTOR = 2
CPU_STEP, MEMORY_STEP, POD_STEP = 100, 128, 1
PODS_WITH_PREFIXES, PODS_WITH_PREFIXES_LARGE, LARGE_VCPUS = 110, 250, 30
ADDRESSES_A_PREFIX = 16
HYPERVISOR_PERCENT = 5
EVICTION_MIB = 100


@dataclass(frozen=True, kw_only=True)
class Load:
    """Pods with the sums of their requests and limits."""

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
    """Pods of one kind; the sizes are of one pod. `per_node`: a DaemonSet, `pods` on every node."""

    name: str
    pods: int
    cpu_request: int
    memory_request: int
    cpu_limit: int
    memory_limit: int
    per_node: bool = False

    @property
    def pod(self) -> Load:
        """One pod of the group."""
        return Load(
            pods=1,
            cpu_request=self.cpu_request,
            memory_request=self.memory_request,
            cpu_limit=self.cpu_limit,
            memory_limit=self.memory_limit,
        )

    def load(self, nodes: int) -> Load:
        """All pods of the group on a cluster of that many nodes."""
        return self.pod * (self.pods * nodes if self.per_node else self.pods)


@dataclass(frozen=True, kw_only=True)
class NodeCapacity:
    """What one node leaves for pods."""

    pods: int
    cpu: int
    memory: int


def total(groups: Iterable[PodGroup], nodes: int = 1) -> Load:
    """Sum of the groups in the steady state."""
    return sum((group.load(nodes) for group in groups), Load())


def rolling_peak(groups: Iterable[PodGroup]) -> Load:
    """Sum of the groups while all of them roll at once."""
    return total(groups) * ROLLING_FACTOR


def quota(load: Load, headroom_percent: int) -> Mapping[str, str]:
    """The `hard` of a ResourceQuota that holds `load` plus headroom, in the API server's own notation."""
    return {
        "limits.cpu": quantities.cpu(quantities.with_headroom(load.cpu_limit, headroom_percent, CPU_STEP)),
        "limits.memory": quantities.memory(quantities.with_headroom(load.memory_limit, headroom_percent, MEMORY_STEP)),
        "pods": quantities.count(quantities.with_headroom(load.pods, headroom_percent, POD_STEP)),
        "requests.cpu": quantities.cpu(quantities.with_headroom(load.cpu_request, headroom_percent, CPU_STEP)),
        "requests.memory": quantities.memory(
            quantities.with_headroom(load.memory_request, headroom_percent, MEMORY_STEP)
        ),
    }


def pods_a_node(instance_type: str, *, prefix_delegation: bool) -> int:
    """Pods that the VPC CNI can address on a node of that type."""
    if not prefix_delegation:
        return pods_without_prefixes(instance_type)
    machine = INSTANCE_TYPES[instance_type]
    recommended = PODS_WITH_PREFIXES_LARGE if machine.vcpu > LARGE_VCPUS else PODS_WITH_PREFIXES
    return min(recommended, machine.interfaces * (machine.addresses_per_interface - 1) * ADDRESSES_A_PREFIX + 2)


def _reserved_millicores(vcpu: int) -> int:
    """The kubelet keeps 6 % of the first core, 1 % of the second, 0.5 % of the next two, 0.25 % of the rest."""
    shares = [60, 10, 5, 5]
    return int(sum(shares[:vcpu]) + 2.5 * max(0, vcpu - len(shares)))


def node_capacity(instance_type: str, *, prefix_delegation: bool) -> NodeCapacity:
    """What a node of that type leaves for pods after hypervisor, kubelet, system and eviction reserve.

    A t3.medium leaves 1930m, about 3.3 GiB and 17 pods.
    """
    machine = INSTANCE_TYPES[instance_type]
    pods = pods_a_node(instance_type, prefix_delegation=prefix_delegation)
    usable = machine.memory_mib * (100 - HYPERVISOR_PERCENT) // 100
    return NodeCapacity(
        pods=pods,
        cpu=machine.vcpu * 1000 - _reserved_millicores(machine.vcpu),
        memory=usable - (255 + 11 * pods) - EVICTION_MIB,
    )


def unplaceable(groups: Sequence[PodGroup], node: NodeCapacity, nodes: int) -> tuple[str, ...]:
    """Names of groups that find no node although the sums may suffice: largest pods first, each on the first that fits.

    Groups with `per_node` take their share of every node before anything else.
    """
    free = [[node.pods, node.cpu, node.memory] for _ in range(nodes)]
    daemons = [group for group in groups if group.per_node]
    singles = sorted((g for g in groups if not g.per_node), key=lambda g: (-g.memory_request, -g.cpu_request, g.name))
    # The lists keep what is left of each node, so the order counts.
    without_share = [group.name for group in daemons if not all(_take(home, group.load(1)) for home in free)]
    return (*without_share, *(group.name for group in singles if not _place(group, free)))


def _place(group: PodGroup, free: Sequence[list[int]]) -> bool:
    """Puts the group's pods on the first nodes that hold them; whether all found one."""
    left, pod = group.pods, group.pod
    for home in free:
        while left and _take(home, pod):
            left -= 1
    return left == 0


def _take(home: list[int], load: Load) -> bool:
    """Takes the load from what a node has left (pods, CPU, memory), if it is there."""
    need = (load.pods, load.cpu_request, load.memory_request)
    if any(have < want for have, want in zip(home, need, strict=True)):
        return False
    home[:] = [have - want for have, want in zip(home, need, strict=True)]
    return True
