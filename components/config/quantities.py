"""Validation of Kubernetes quantities: what a wrong one most probably means is what the message says to write."""

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal

from components.sizing.quantities import CPU_PATTERN, MEMORY_PATTERN, cpu, memory, millicores

_NUMBER = re.compile(r"([0-9]*\.?[0-9]+)\.?\s*([A-Za-z]*)", re.ASCII)
_CPU_UNITS: Mapping[str, int] = {
    **dict.fromkeys(("", "c", "cpu", "cpus", "core", "cores", "vcpu", "vcpus"), 1000),
    **dict.fromkeys(("m", "mi", "mcpu", "millicpu", "millicore", "millicores"), 1),
}
"""Millicores, by a unit in lower case."""
_MEMORY_UNITS: Mapping[str, Decimal] = {
    "b": Decimal(1) / 1024**2,
    **dict.fromkeys(("k", "kb", "ki", "kib"), Decimal(1) / 1024),
    **dict.fromkeys(("m", "mb", "mi", "mib"), Decimal(1)),
    **dict.fromkeys(("g", "gb", "gi", "gib"), Decimal(1024)),
    **dict.fromkeys(("t", "tb", "ti", "tib"), Decimal(1024**2)),
}
"""Mebibytes, by a unit in lower case."""
_FEWEST_MILLICORES = 50
"""A number without a unit means millicores from here on, and CPUs below."""
_MOST_GIBIBYTES, _FEWEST_BYTES = 16, 1024**2
"""A number without a unit means gibibytes below the first, bytes from the second on, and mebibytes between them."""


def check_cpu(value: object) -> object:
    """A CPU quantity, or a value that is refused for its type; ValueError with what to write for any other one."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(CPU_PATTERN, value) and millicores(value):
        return value
    meant = _amount(str(value), _CPU_UNITS)
    if meant is not None and not isinstance(value, str) and meant >= _FEWEST_MILLICORES * 1000:
        meant //= 1000
    wrong = f"{value!r} is not a CPU quantity"
    if not isinstance(value, str):
        wrong = f"must be text, but YAML reads {value} as a number"
    raise ValueError(f"{wrong}. Write {_written(cpu(meant)) if meant else 'e.g. 100m'}.")


def check_memory(value: object) -> object:
    """A memory quantity, likewise."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(MEMORY_PATTERN, value):
        return value
    text = str(value)
    unitless = re.fullmatch(r"[0-9.]+", text) is not None
    unit = _missing_unit(float(text)) if unitless and text.count(".") < 2 else ""
    meant = _amount(f"{text}{unit}", _MEMORY_UNITS)
    wrong = "has no unit" if unitless else "is not a whole number of Mi, Gi or Ti"
    raise ValueError(f"{value!r} {wrong}. Write {memory(meant) if meant else 'e.g. 256Mi'}.")


def _missing_unit(number: float) -> str:
    return "Gi" if number < _MOST_GIBIBYTES else "b" if number >= _FEWEST_BYTES else "Mi"


def _amount(text: str, units: Mapping[str, int] | Mapping[str, Decimal]) -> int | None:
    """The amount that a text most probably means, rounded up; None if it means none."""
    match = _NUMBER.fullmatch(text.strip())
    factor = None if match is None else units.get(match[2].lower())
    if match is None or factor is None:
        return None
    return int((Decimal(match[1]) * factor).to_integral_value(ROUND_CEILING))


def _written(quantity: str) -> str:
    """As YAML needs it: a number in quotes."""
    return f'"{quantity}"' if quantity.isdecimal() else quantity
