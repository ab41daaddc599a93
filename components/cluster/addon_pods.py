"""Pods of the EKS add-ons: the numbers that the add-ons are configured with and that the capacity guard counts.

A limit of 0 is none: a throttled or killed DNS server or CNI takes its whole node with it, so only memory that can
leak is limited. aws-node and eks-pod-identity-agent keep AWS's own settings, which reserve little or nothing; their
numbers here are what they use. Source: the add-ons' defaults of 2026.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.sizing import quantities
from components.sizing.capacity import PodGroup


@dataclass(frozen=True, kw_only=True)
class Container:
    """What one container asks for: millicores, MiB, and the MiB above which it is killed (0: never)."""

    cpu: int
    memory: int
    memory_limit: int = 0

    @property
    def resources(self) -> Mapping[str, Mapping[str, str]]:
        """As an add-on's configuration takes it."""
        requests = {"cpu": quantities.cpu(self.cpu), "memory": quantities.memory(self.memory)}
        if not self.memory_limit:
            return {"requests": requests}
        return {"limits": {"memory": quantities.memory(self.memory_limit)}, "requests": requests}


AWS_NODE = Container(cpu=50, memory=128)
KUBE_PROXY = Container(cpu=100, memory=64)
POD_IDENTITY_AGENT = Container(cpu=10, memory=32)
EBS_CSI = Container(cpu=10, memory=40, memory_limit=256)
"""Each container of the EBS CSI driver, drivers and sidecars alike."""
COREDNS = Container(cpu=100, memory=70, memory_limit=170)
METRICS_SERVER = Container(cpu=100, memory=200, memory_limit=400)

EBS_CSI_NODE_CONTAINERS = 3
EBS_CSI_CONTROLLER_CONTAINERS = 6
REPLICAS = 2
"""Pods of each Deployment: one may go with its node."""


def _pods(name: str, pods: int, containers: Sequence[Container], *, per_node: bool = False) -> PodGroup:
    return PodGroup(
        name=name,
        pods=pods,
        cpu_request=sum(c.cpu for c in containers),
        memory_request=sum(c.memory for c in containers),
        cpu_limit=0,
        memory_limit=sum(c.memory_limit for c in containers),
        per_node=per_node,
    )


SYSTEM_PODS: tuple[PodGroup, ...] = (
    _pods("aws-node", 1, [AWS_NODE], per_node=True),
    _pods("kube-proxy", 1, [KUBE_PROXY], per_node=True),
    _pods("eks-pod-identity-agent", 1, [POD_IDENTITY_AGENT], per_node=True),
    _pods("ebs-csi-node", 1, [EBS_CSI] * EBS_CSI_NODE_CONTAINERS, per_node=True),
    _pods("coredns", REPLICAS, [COREDNS]),
    _pods("ebs-csi-controller", REPLICAS, [EBS_CSI] * EBS_CSI_CONTROLLER_CONTAINERS),
    _pods("metrics-server", REPLICAS, [METRICS_SERVER]),
)
