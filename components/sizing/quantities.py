"""Kubernetes quantities as integers: CPU in millicores, memory in mebibytes.

They are formatted as the API server stores them (`1`, not `1000m`; `13Gi`, not `13312Mi`; `2k` pods, not `2000`),
because a value that the server rewrites shows up as a diff in the next preview.
Source: Kubernetes, "Resource Management for Pods and Containers".
"""

import re
from collections.abc import Mapping
from functools import cache
from math import ceil

CPU_PATTERN = r"^([1-9][0-9]*[mk]?|[0-9]+\.[0-9]{1,3})$"
MEMORY_PATTERN = r"^[1-9][0-9]*(Mi|Gi|Ti)$"

MEBIBYTES_PER_GIBIBYTE = 1024
CPU_UNITS = {"k": 1_000_000, "": 1000, "m": 1}
"""Millicores per unit, largest first."""
MEMORY_UNITS = {"Ti": MEBIBYTES_PER_GIBIBYTE**2, "Gi": MEBIBYTES_PER_GIBIBYTE, "Mi": 1}
"""Mebibytes per unit, largest first."""
COUNT_UNITS = {"M": 1_000_000, "k": 1000, "": 1}


@cache
def millicores(quantity: str) -> int:
    """CPU quantity (`100m`, `0.5`, `2`) in millicores; ValueError if it is not one."""
    if quantity == "0":
        return 0
    if not re.fullmatch(CPU_PATTERN, quantity):
        raise ValueError(f"{quantity!r} is not a CPU quantity. Write e.g. 100m, 0.5 or 2.")
    if quantity[-1] in CPU_UNITS:
        return int(quantity[:-1]) * CPU_UNITS[quantity[-1]]
    whole, _, fraction = quantity.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0") or 0)


@cache
def mebibytes(quantity: str) -> int:
    """Memory quantity (`256Mi`, `1Gi`) in MiB; ValueError if it is not one."""
    if quantity == "0":
        return 0
    if not re.fullmatch(MEMORY_PATTERN, quantity):
        raise ValueError(f"{quantity!r} is not a memory quantity. Write e.g. 256Mi or 1Gi.")
    return int(quantity[:-2]) * MEMORY_UNITS[quantity[-2:]]


def cpu(value: int) -> str:
    """Millicores as the API server writes them: 1500 -> `1500m`, 2000 -> `2`."""
    return _in_largest_unit(value, CPU_UNITS)


def memory(value: int) -> str:
    """Mebibytes as the API server writes them: 512 -> `512Mi`, 2048 -> `2Gi`."""
    return _in_largest_unit(value, MEMORY_UNITS)


def count(value: int) -> str:
    """An object count as the API server writes it: 32 -> `32`, 2000 -> `2k`."""
    return _in_largest_unit(value, COUNT_UNITS)


def _in_largest_unit(value: int, units: Mapping[str, int]) -> str:
    """The value in the largest unit that divides it; the smallest unit is 1."""
    if value == 0:
        return "0"
    unit, size = next((unit, size) for unit, size in units.items() if value % size == 0)
    return f"{value // size}{unit}"


def with_headroom(value: int, percent: int, step: int = 1) -> int:
    """`value` raised by `percent` and rounded up to a multiple of `step`."""
    return ceil(value * (100 + percent) / 100 / step) * step
