"""EC2 instance types for nodes: vCPUs, memory and the network interfaces that limit the number of pods.

A table instead of an API call: the result must not depend on the caller's credentials, and undersized nodes are refused
before the first call to AWS. `tools/aws_sizes.py` generates it. It has the types that can be nodes: of the Nitro
system, with 2 GiB or more, and without accelerators other than NVIDIA's GPUs.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

TABLE = Path(__file__).parent / "instance_types.csv"


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
    has_gpu: bool


def rows(table: Path) -> Iterator[dict[str, str]]:
    """Rows of a table of sizes, by column; its first line names the source."""
    with table.open(encoding="utf-8", newline="") as lines:
        next(lines)
        yield from csv.DictReader(lines)


INSTANCE_TYPES: Mapping[str, InstanceType] = {
    row["type"]: InstanceType(
        vcpu=int(row["vcpu"]),
        memory_mib=int(row["memoryMib"]),
        interfaces=int(row["interfaces"]),
        addresses_per_interface=int(row["addressesPerInterface"]),
        architecture=Architecture(row["architecture"]),
        has_gpu=row["gpu"] == "1",
    )
    for row in rows(TABLE)
}


def pods_without_prefixes(instance_type: str) -> int:
    """Pods per node that the VPC CNI can address without prefix delegation; KeyError for an unknown type.

    The primary address of each interface is not for pods; two pods on every node (CNI and kube-proxy) use the host
    network.
    """
    specs = INSTANCE_TYPES[instance_type]
    return specs.interfaces * (specs.addresses_per_interface - 1) + 2
