"""A plan in words: the component that a resource belongs to, and what happens to its properties."""

from collections.abc import Iterator, Sequence
from typing import cast

from sandbox.urns import name, short
from sandbox.values import ABSENT, LONGEST, UNKNOWN, excerpts, first, pair, shortened
from tools.review.losses import rank
from tools.review.markdown import code
from tools.review.preview import REPLACE, Change, Property

OWN = "platform:"
"""How the types of the program's components begin."""
SCALED = ("scalingConfig", "tags", "tagSpecifications")
"""Properties of a node group that leave its nodes running."""
NODES = ("aws:ec2/launchTemplate:LaunchTemplate", "aws:eks/nodeGroup:NodeGroup")
INTERRUPTING = {
    "aws:rds/instance:Instance": ("instanceClass", "engineVersion", "parameterGroupName"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("nodeType", "engineVersion", "multiAzEnabled"),
}
"""Properties whose change interrupts the database or the cache (docs/upgrades.md)."""
IDENTIFYING = ("name", "secretKey", "key", "Sid")
"""The key that tells an item of a list from the others."""
SYMBOLS = {REPLACE: "!", "delete": "-", "discard": "-", "update": " ", "create": "+", "import": "+"}
"""Of an operation in the full plan, worst first; GitHub colours a line by it."""


def component(change: Change) -> str:
    """The component in the program: `nodes`, `environment dev`; `stack` for what belongs to none."""
    stack, project, types, *_ = change.urn.removeprefix("urn:pulumi:").split("::")
    owner = next((type_ for type_ in reversed(types.split("$")[:-1]) if type_.startswith(OWN)), None)
    if owner is None:
        return "stack"
    token = owner.split(":")[1].replace("_", "-")
    instance = ""
    if change.parent.split("::")[2].endswith(owner):  # otherwise a package's own component is in between
        instance = name(change.parent).removeprefix(f"{project}-{stack}").strip("-").removesuffix(token).strip("-")
    return f"{token.replace('-', ' ')} {instance}".strip()


def noun(change: Change) -> str:
    """The last part of the type: `NetworkPolicy`."""
    return change.type.rpartition(":")[2]


def in_words(properties: Sequence[Property], most: int) -> str:
    """The first `most` properties with their values; items of one list are one property."""
    lists: dict[tuple[str, bool] | int, list[Property]] = {}
    for number, found in enumerate(properties):
        lists.setdefault((found.path, found.old is ABSENT) if found.path.endswith("[]") else number, []).append(found)
    words = [_items(group, most) if isinstance(key, tuple) else _property(group[0]) for key, group in lists.items()]
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _items(group: Sequence[Property], most: int) -> str:
    """What a list gains or loses: names, or the number of items if they have none."""
    gained = group[0].old is ABSENT
    path, verb = code(group[0].path.removesuffix("[]")), "gains" if gained else "loses"
    items = [named for found in group if (named := _item(found.new if gained else found.old))]
    if not items:
        return f"{path} {verb} {'1 item' if len(group) == 1 else f'{len(group)} items'}"
    more = f" and {len(group) - most} more" if len(group) > most else ""
    return f"{path} {verb} {', '.join(items[:most])}{more}"


def _item(value: object) -> str:
    """An item: of an object the key that tells it from others, if any; of a long text, such as an ARN, its end."""
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value)
        names = [entries[key] for key in IDENTIFYING if isinstance(entries.get(key), str) and entries[key] != UNKNOWN]
        return _plain(shortened(names[0])) if names else ""
    if isinstance(value, str) and len(value) > LONGEST:
        return code(f"…{value[-LONGEST:]}")
    return _plain(shortened(value))


def _property(found: Property) -> str:
    place = code(found.path)
    if found.old == found.new:  # both are masked
        return f"{place} changes"
    if found.old is ABSENT:
        return f"{place} is set to {_plain(shortened(found.new))}"
    if found.new is ABSENT:
        return f"{place} {_plain(shortened(found.old))} is removed"
    if not found.is_known:
        return f"{place} changes, to a value known after the update"
    old, new = excerpts(found.old, found.new)
    return f"{place} {_plain(old)} → {_plain(new)}"


def _plain(json_text: str) -> str:
    return code(json_text.removeprefix('"').removesuffix('"'))


def effect(change: Change) -> str:
    """How AWS carries out an update, where that matters: `, rolling`."""
    changed = {first(found.path) for found in change.properties}
    if change.type in NODES and changed - set(SCALED):
        return ", rolling"
    if changed & set(INTERRUPTING.get(change.type, ())):
        at_once = change.new.get("applyImmediately")
        return ", at once, with an interruption" if at_once else ", in the maintenance window"
    return ""


def planned(changes: Sequence[Change]) -> Iterator[str]:
    """The full plan: a line for each resource, followed by its properties."""
    order = list(SYMBOLS)
    for change in sorted(changes, key=lambda one: (order.index(one.operation), rank(one), one.urn)):
        kept = " [retained: stays in the account]" if change.retained and change.operation == "delete" else ""
        yield f"{SYMBOLS[change.operation]} {change.operation} {short(change.type)} {name(change.urn)}{kept}"
        for found in change.properties:
            note = " (replaces it)" if found.replaces else ""
            values = "changes" if found.old == found.new else pair(found.old, found.new)
            yield f"      {found.path}: {values}{note}"
