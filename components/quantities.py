"""Kubernetes quantities as integers: CPU in millicores, memory in mebibytes.

Written back in the form in which the API server stores them (`1`, not `1000m`; `13Gi`, not `13312Mi`), because an
object that the server rewrites shows up as a change in the next run.
Source: Kubernetes, "Resource Management for Pods and Containers".
"""

import re
from math import ceil

CPU_PATTERN = r"^([1-9][0-9]*m|[1-9][0-9]*|[0-9]+\.[0-9]{1,3})$"
MEMORY_PATTERN = r"^[1-9][0-9]*(Mi|Gi)$"

MEBIBYTES_A_GIBIBYTE = 1024


def millicores(quantity: str) -> int:
    """CPU quantity (`100m`, `0.5`, `2`) in millicores; ValueError when it is not one."""
    if not re.match(CPU_PATTERN, quantity):
        raise ValueError(f"{quantity!r} is not a CPU quantity: write 100m, 0.5 or 2")
    if quantity.endswith("m"):
        return int(quantity[:-1])
    whole, _, fraction = quantity.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0") or 0)


def mebibytes(quantity: str) -> int:
    """Memory quantity (`256Mi`, `1Gi`) in MiB; ValueError when it is not one."""
    if not re.match(MEMORY_PATTERN, quantity):
        raise ValueError(f"{quantity!r} is not a memory quantity: write 256Mi or 1Gi")
    number = int(quantity[:-2])
    return number * MEBIBYTES_A_GIBIBYTE if quantity.endswith("Gi") else number


def cpu(value: int) -> str:
    """Millicores as the API server writes them: 1500 -> `1500m`, 2000 -> `2`."""
    return str(value // 1000) if value % 1000 == 0 else f"{value}m"


def memory(value: int) -> str:
    """Mebibytes as the API server writes them: 512 -> `512Mi`, 2048 -> `2Gi`."""
    if value % MEBIBYTES_A_GIBIBYTE == 0:
        return f"{value // MEBIBYTES_A_GIBIBYTE}Gi"
    return f"{value}Mi"


def with_headroom(value: int, percent: int, step: int = 1) -> int:
    """`value` raised by `percent` and rounded up to a multiple of `step`."""
    return ceil(value * (100 + percent) / 100 / step) * step
