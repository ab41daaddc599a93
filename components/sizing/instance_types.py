"""EC2 instance types for nodes: vCPUs, memory and the network interfaces that limit the number of pods.

A table instead of an API call: the result must not depend on the caller's credentials, and undersized nodes are refused
before the first call to AWS. Add missing types here. Source: Amazon EC2, "Instance type specifications".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """CPU architecture of a node; service images must be built for it."""

    X86_64 = "x86_64"
    ARM_64 = "ARM_64"


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One EC2 instance type. IPv4 addresses per interface include its primary address."""

    vcpu: int
    memory_mib: int
    interfaces: int
    addresses_per_interface: int
    architecture: Architecture


# Size: vCPUs, interfaces, addresses per interface. The same in all families below, except `_FEWER_INTERFACES`.
_BURSTABLE = {"small": (2, 3, 4), "medium": (2, 3, 6), "large": (2, 3, 12), "xlarge": (4, 4, 15), "2xlarge": (8, 4, 15)}
_FIXED = {"large": (2, 3, 10), "xlarge": (4, 4, 15), "2xlarge": (8, 4, 15), "4xlarge": (16, 8, 30)}
_BURSTABLE_GIB = {"small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_GIB_PER_VCPU = {"c": 2, "m": 4, "r": 8}
_X86_FAMILIES = ("t3", "t3a", "m5", "m6i", "m6a", "m7i", "m7a", "c6i", "c7i", "r6i")
_ARM_FAMILIES = ("t4g", "m6g", "m7g", "c7g", "r7g")
_FEWER_INTERFACES = {"t3a.small": 2}


def _instance_types() -> Mapping[str, InstanceType]:
    types: dict[str, InstanceType] = {}
    for family in (*_X86_FAMILIES, *_ARM_FAMILIES):
        burstable = family.startswith("t")
        for size, (vcpu, interfaces, addresses) in (_BURSTABLE if burstable else _FIXED).items():
            name = f"{family}.{size}"
            types[name] = InstanceType(
                vcpu=vcpu,
                memory_mib=1024 * (_BURSTABLE_GIB[size] if burstable else vcpu * _GIB_PER_VCPU[family[0]]),
                interfaces=_FEWER_INTERFACES.get(name, interfaces),
                addresses_per_interface=addresses,
                architecture=Architecture.ARM_64 if family in _ARM_FAMILIES else Architecture.X86_64,
            )
    return types


INSTANCE_TYPES: Mapping[str, InstanceType] = _instance_types()


def pods_without_prefixes(instance_type: str) -> int:
    """Pods per node that the VPC CNI can address without prefix delegation; KeyError for an unknown type.

    The primary address of each interface is not for pods; two pods on every node (CNI and kube-proxy) use the host
    network.
    """
    specs = INSTANCE_TYPES[instance_type]
    return specs.interfaces * (specs.addresses_per_interface - 1) + 2
