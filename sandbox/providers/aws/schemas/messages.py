"""What is wrong with a value, where, and what is allowed: one sentence for whoever wrote the program."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

Path: TypeAlias = "tuple[str | int, ...]"

_LONGEST = 300
_LISTED = 12
"""An enumeration with more values is cut to the nearest ones."""
_FORMATS: Mapping[str, str] = {
    "ipv4-network": "an IPv4 network, such as 10.0.0.0/16, without bits outside its prefix",
    "ipv6-network": "an IPv6 network, such as 2001:db8::/56",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "date-time": "a date and time, such as 2026-01-31T00:00:00Z",
}
_BOUNDS: Mapping[str, str] = {
    "maximum": "the maximum is {wanted}",
    "minimum": "the minimum is {wanted}",
    "exclusiveMaximum": "it must be less than {wanted}",
    "exclusiveMinimum": "it must be more than {wanted}",
}
_SIZES: Mapping[str, str] = {
    "maxLength": "characters; at most {wanted} are allowed",
    "minLength": "characters; at least {wanted} are required",
    "maxItems": "entries; at most {wanted} are allowed",
    "minItems": "entries; at least {wanted} are required",
}


@dataclass(frozen=True)
class Fault:
    """A violation of a schema: the JSON Schema keyword, what it wants, and the value at `path` (in CloudFormation)."""

    path: Path
    keyword: str
    wanted: object
    value: object
    message: str
    advice: str = ""
    """What is allowed, in words, where the schema gives them."""

    def missing(self) -> Sequence[str]:
        """The properties that are required and missing."""
        if not self.keyword.startswith("required") or not isinstance(self.value, dict):
            return []
        given = cast("Mapping[str, object]", self.value)
        return [name for name in _list(self.wanted) if name not in given]

    def is_property(self) -> bool:
        """Whether the path is that of a property of the value, as where two exclude each other."""
        return bool(self.path) and isinstance(self.value, dict) and self.path[-1] in self.value


def describe(fault: Fault, place: str, region: str, own: Callable[[str], str]) -> str:
    """A sentence about the fault of the property `place`.

    `own` gives Pulumi's name of a CloudFormation property, or nothing if Pulumi does not have it.
    """
    return _cut(_of_several(fault, place, own) or _of_one(fault, place, region), _LONGEST)


def _of_several(fault: Fault, place: str, own: Callable[[str], str]) -> str:
    """About properties that belong together or exclude each other; empty if the fault is one value."""
    match fault.keyword:
        case "required":
            missing = [own(name) for name in fault.missing()]
            verb, them = ("is", "it") if len(missing) == 1 else ("are", "them")
            return f"{' and '.join(missing)} {verb} missing; AWS requires {them} here"
        case "requiredXor" | "requiredOr":
            return _alternatives(fault, own)
        case "dependentExcluded":
            other = re.search(r"with '(\w+)'", fault.message)
            return f"{place} and {own(other[1]) if other else 'another property'} exclude each other; remove one"
        case _ if fault.message.startswith("Additional properties are not allowed"):
            meant = re.search(r"Did you mean '(.*)'\?", fault.message)
            return f"{place} is not allowed {f'here; did you mean {meant[1]}?' if meant else 'with the other values'}"
        case _:
            return ""


def _of_one(fault: Fault, place: str, region: str) -> str:
    if fault.keyword in _SIZES and not fault.advice:
        return f"{place} has {_size(fault.value)} {_SIZES[fault.keyword].format(wanted=fault.wanted)}"
    return f"{place} is {_cut(json.dumps(fault.value, default=str), 60)}; {fault.advice or _remedy(fault, region)}"


def _remedy(fault: Fault, region: str) -> str:
    pattern = re.search(r"with pattern '(.*)'$", fault.message)
    match fault.keyword:
        case "enum" | "enumCaseInsensitive":
            remedy = _allowed(fault, region)
        case "maximum" | "minimum" | "exclusiveMaximum" | "exclusiveMinimum":
            remedy = _BOUNDS[fault.keyword].format(wanted=fault.wanted)
        case "const":
            remedy = f"AWS accepts only {json.dumps(fault.wanted)}"
        case "pattern":
            remedy = f"it must match {_cut(str(fault.wanted), 160)}"
        case "type":
            remedy = f"it must be of type {' or '.join(_list(fault.wanted))}"
        case "format" if pattern:
            remedy = f"it must match {_cut(pattern[1], 160)}"
        case "format":
            remedy = f"it must be {_FORMATS.get(str(fault.wanted), f'a valid {fault.wanted}')}"
        case "anyOf" | "oneOf":
            formats = re.findall(r"'format': '([^']*)'", str(fault.wanted))
            remedy = f"it must be a valid {' or '.join(formats)}" if formats else "AWS accepts no such combination"
        case _:
            remedy = _cut(fault.message, 200)
    return remedy


def _allowed(fault: Fault, region: str) -> str:
    allowed = _list(fault.wanted)
    if len(allowed) <= _LISTED:
        return f"AWS accepts {', '.join(allowed)}"
    near = _around(fault.value, allowed) or difflib.get_close_matches(str(fault.value), allowed, 5) or allowed[:5]
    return f"it is none of the {len(allowed)} values that AWS accepts in {region}; similar: {', '.join(near)}"


def _around(value: object, allowed: Sequence[str]) -> Sequence[str]:
    """The nearest of numbers; empty for values that are no numbers."""
    if not isinstance(value, int) or not all(item.lstrip("-").isdigit() for item in allowed):
        return ()
    return sorted(sorted(allowed, key=lambda item: abs(int(item) - value))[:4], key=int)


def _alternatives(fault: Fault, own: Callable[[str], str]) -> str:
    names = [name for name in _list(fault.wanted) if own(name)]
    given = [own(name) for name in names if name not in fault.missing()]
    if len(given) > 1:
        return f"{' and '.join(given)} exclude each other; remove {'one' if len(given) == 2 else 'all but one'}"
    return f"one of {', '.join(map(own, names))} is missing; AWS requires it"


def _size(value: object) -> int:
    if isinstance(value, list):
        return len(cast("list[object]", value))
    return len(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))


def _list(value: object) -> list[str]:
    values: list[object] = cast("list[object]", value) if isinstance(value, list) else [value]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in values]
    booleans = any(isinstance(item, bool) for item in values)  # listed as true and "true"
    return list(dict.fromkeys(text.lower() if booleans else text for text in texts))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
