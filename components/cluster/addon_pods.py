"""Pods of the EKS add-ons: the add-ons are configured with these sizes, and the capacity sums count them.

A throttled or killed DNS server or CNI takes its whole node down, so only memory that can leak is limited. aws-node and
eks-pod-identity-agent keep AWS's own settings, which reserve little or nothing; their numbers here are what they use.
Source: the add-ons' defaults of 2026.
"""

from collections.abc import Sequence

from components.sizing.capacity import PodGroup
from components.sizing.pods import ContainerSize, Workload

AWS_NODE = ContainerSize(cpu=50, memory=128)
KUBE_PROXY = ContainerSize(cpu=100, memory=64)
POD_IDENTITY_AGENT = ContainerSize(cpu=10, memory=32)
EBS_CSI = ContainerSize(cpu=10, memory=40, memory_limit=256)
"""Each container of the EBS CSI driver, drivers and sidecars alike."""
COREDNS = ContainerSize(cpu=100, memory=70, memory_limit=170)
METRICS_SERVER = ContainerSize(cpu=100, memory=200, memory_limit=400)

EBS_CSI_NODE = ("ebs-plugin", "node-driver-registrar", "liveness-probe")
EBS_CSI_CONTROLLER = (
    "ebs-plugin",
    "csi-provisioner",
    "csi-attacher",
    "csi-snapshotter",
    "csi-resizer",
    "liveness-probe",
)
REPLICAS = 2
"""Pods of each Deployment: one may be lost with its node."""


def _daemon_set(name: str, size: ContainerSize, containers: Sequence[str] = ()) -> PodGroup:
    return Workload(name=name, pods=1, containers=dict.fromkeys(containers or [name], size), per_node=True).group


def _deployment(name: str, size: ContainerSize, containers: Sequence[str] = ()) -> PodGroup:
    return Workload(name=name, pods=REPLICAS, containers=dict.fromkeys(containers or [name], size)).group


SYSTEM_PODS: tuple[PodGroup, ...] = (
    _daemon_set("aws-node", AWS_NODE),
    _daemon_set("kube-proxy", KUBE_PROXY),
    _daemon_set("eks-pod-identity-agent", POD_IDENTITY_AGENT),
    _daemon_set("ebs-csi-node", EBS_CSI, EBS_CSI_NODE),
    _deployment("coredns", COREDNS),
    _deployment("ebs-csi-controller", EBS_CSI, EBS_CSI_CONTROLLER),
    _deployment("metrics-server", METRICS_SERVER),
)
