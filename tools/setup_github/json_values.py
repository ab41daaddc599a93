"""Answers of GitHub's API as plain values."""

from typing import cast


def child(value: object, key: str) -> object:
    """A member of a JSON object; None if it is absent."""
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def text(value: object, key: str) -> str:
    """A member as text; empty if it is absent."""
    found = child(value, key)
    return "" if found is None else str(found)


def items(value: object, key: str) -> list[object]:
    """A member that is a list; empty if it is absent."""
    found = child(value, key)
    return cast("list[object]", found) if isinstance(found, list) else []


def merged(present: object, wanted: object) -> object:
    """What is wanted on top of what is there: lists are united, and the larger number stays.

    So a stricter rule, or one that was added by hand, is kept, and nothing changes where the result equals `present`.
    """
    if isinstance(present, dict) and isinstance(wanted, dict):
        have, want = cast("dict[str, object]", present), cast("dict[str, object]", wanted)
        return {**have, **{key: merged(have.get(key), value) for key, value in want.items()}}
    if isinstance(present, list) and isinstance(wanted, list):
        have, want = cast("list[object]", present), cast("list[object]", wanted)
        additions = {_identity(each): each for each in want}
        kept = [merged(old, additions.pop(_identity(old), old)) for old in have]
        return [*kept, *additions.values()]
    if isinstance(present, int) and isinstance(wanted, int):  # a bool is one: a check that is on stays on
        return max(present, wanted)
    return wanted


def _identity(value: object) -> object:
    """What tells the members of a list apart: a rule's type, a check's context, an actor's type and id."""
    if not isinstance(value, dict):
        return value
    member = cast("dict[str, object]", value)
    return tuple(member.get(key) for key in ("type", "context", "actor_type", "actor_id"))
