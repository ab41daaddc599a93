"""Values in the engine's events: without secrets, and how two of them differ.

It imports nothing, because tools/review runs it without the program's packages.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

SECRET, UNKNOWN = "[secret]", "[unknown]"
# The engine's wrapper for special values, its mark for a secret, and its unknown value.
WRAPPER = "4dabf18193072939515e22adb298388d"
SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  a constant of the wire format, not a secret
UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
LONGEST = 60
"""Characters of a value."""
STEP = re.compile(r'\["([^"]*)"\]|\[(\d+)\]|([^.\[]+)')
ABSENT = object()


def masked(value: Any) -> Any:
    """A value of the engine, with `[secret]` for each secret and `[unknown]` for each unknown value."""
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        if entries.get(WRAPPER) == SECRET_MARK:
            return SECRET
        return {key: masked(item) for key, item in entries.items() if key != "__defaults"}
    if isinstance(value, list):
        return [masked(item) for item in cast(list[Any], value)]
    return UNKNOWN if value == UNKNOWN_MARK else value


def differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    """The values that differ below a path; JSON in text (a policy) is compared by its values too."""
    left, right = _opened(old), _opened(new)
    if isinstance(left, dict) and isinstance(right, dict):
        one, two = cast("dict[str, Any]", left), cast("dict[str, Any]", right)
        for key in dict.fromkeys([*one, *two]):
            if one.get(key, ABSENT) != two.get(key, ABSENT):
                yield from differences(f"{path}.{key}", one.get(key, ABSENT), two.get(key, ABSENT))
    elif isinstance(left, list) and isinstance(right, list):
        one, two = cast("list[Any]", left), cast("list[Any]", right)
        yield from _items(path, one, two)
    else:
        yield path, old, new


def _items(path: str, one: list[Any], two: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """The items that differ: by position in lists of one length, otherwise what is gone and what is new."""
    if len(one) == len(two):
        for number, (old, new) in enumerate(zip(one, two, strict=True)):
            if old != new:
                yield from differences(f"{path}[{number}]", old, new)
    else:
        yield from ((f"{path}[]", item, ABSENT) for item in one if item not in two)
        yield from ((f"{path}[]", ABSENT, item) for item in two if item not in one)


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value


def excerpts(old: Any, new: Any) -> tuple[str, str]:
    """Both values as short text; of two long texts, the part that differs."""
    if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > LONGEST:
        start = max(0, _common(old, new) - LONGEST // 3)
        lead = "…" if start else ""
        return f"{lead}{shortened(old[start:])}", f"{lead}{shortened(new[start:])}"
    return shortened(old), shortened(new)


def pair(old: Any, new: Any) -> str:
    """`old => new`, or which of the two there is."""
    if old is ABSENT:
        return f"added, {shortened(new)}"
    if new is ABSENT:
        return f"removed, was {shortened(old)}"
    return " => ".join(excerpts(old, new))


def _common(one: str, two: str) -> int:
    """Length of the common beginning."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def shortened(value: Any) -> str:
    """A value as JSON on one line, of at most LONGEST characters."""
    text = value if value in (SECRET, UNKNOWN) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def at(value: Any, path: str) -> Any:
    """The value at one of the engine's property paths, ABSENT where there is none."""
    for quoted, index, plain in STEP.findall(path):
        if index and isinstance(value, list):
            items = cast("list[Any]", value)
            value = items[int(index)] if int(index) < len(items) else ABSENT
        elif isinstance(value, Mapping):
            value = cast("Mapping[str, Any]", value).get(quoted or plain, ABSENT)
        else:
            return ABSENT
    return value


def first(path: str) -> str:
    """The property that a path begins with."""
    return next(("".join(parts) for parts in STEP.findall(path)), path)


def natural(path: str) -> list[tuple[int, str]]:
    """A key that sorts `[9]` before `[10]`."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path)]
