"""EC2 instance types that nodes may have: cores, memory and the network interfaces that decide how many pods fit.

A table instead of a question to AWS: a plan must not depend on who asks, and the refusal of nodes that are too small
comes before the first call. A type that is missing is added here. Source: Amazon EC2, "Instance type specifications".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """Processor of a node; the images of the services must match it."""

    X86_64 = "x86_64"
    ARM_64 = "ARM_64"


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One EC2 instance type. Memory in MiB; addresses are IPv4 addresses of one interface, its own included."""

    vcpu: int
    memory_mib: int
    interfaces: int
    addresses_per_interface: int
    architecture: Architecture


# Size: vCPU, interfaces, addresses of an interface. Equal in all families below, but for one exception.
_BURSTABLE = {"small": (2, 3, 4), "medium": (2, 3, 6), "large": (2, 3, 12), "xlarge": (4, 4, 15), "2xlarge": (8, 4, 15)}
_FIXED = {"large": (2, 3, 10), "xlarge": (4, 4, 15), "2xlarge": (8, 4, 15), "4xlarge": (16, 8, 30)}
_BURSTABLE_GIB = {"small": 2, "medium": 4, "large": 8, "xlarge": 16, "2xlarge": 32}
_GIB_A_CORE = {"c": 2, "m": 4, "r": 8}
_X86_FAMILIES = ("t3", "t3a", "m5", "m6i", "m6a", "m7i", "m7a", "c6i", "c7i", "r6i")
_ARM_FAMILIES = ("t4g", "m6g", "m7g", "c7g", "r7g")
_FEWER_INTERFACES = {"t3a.small": 2}


def _table() -> Mapping[str, InstanceType]:
    found: dict[str, InstanceType] = {}
    for family in (*_X86_FAMILIES, *_ARM_FAMILIES):
        burstable = family.startswith("t")
        for size, (vcpu, interfaces, addresses) in (_BURSTABLE if burstable else _FIXED).items():
            name = f"{family}.{size}"
            found[name] = InstanceType(
                vcpu=vcpu,
                memory_mib=1024 * (_BURSTABLE_GIB[size] if burstable else vcpu * _GIB_A_CORE[family[0]]),
                interfaces=_FEWER_INTERFACES.get(name, interfaces),
                addresses_per_interface=addresses,
                architecture=Architecture.ARM_64 if family in _ARM_FAMILIES else Architecture.X86_64,
            )
    return found


INSTANCE_TYPES: Mapping[str, InstanceType] = _table()


def pods_without_prefixes(instance_type: str) -> int:
    """Pods that the VPC CNI addresses on a node without prefix delegation; KeyError for a type that is not here.

    Each interface keeps one address to itself; two pods of every node (CNI and kube-proxy) use the node's own address.
    """
    machine = INSTANCE_TYPES[instance_type]
    return machine.interfaces * (machine.addresses_per_interface - 1) + 2
