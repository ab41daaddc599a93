"""What a plan does to each resource, in lines: which ones change, and how each property does.

Creations and deletions of a whole stack are summed, because 350 lines hide the one that matters.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from pulumi.automation import OpType
from pulumi.automation.events import StepEventMetadata

from sandbox.urns import kind, name, short
from sandbox.values import at, differences, first, masked, natural, pair

SYMBOLS = {
    "create": "+ ",
    "update": "~ ",
    "replace": "+-",
    "delete": "- ",
    "import": "= ",
    "import-replacement": "=-",
    "read": "> ",
    "discard": "< ",
}
PARTS = {"create-replacement": "replace", "delete-replaced": "replace", "discard-replaced": "replace"}
"""The steps of a replacement, of which each resource has several."""
MOST = 20
"""Properties of a resource, and creations that are listed one by one."""
FEW = 10
"""Names in one line."""


class Changes:
    """The steps of one operation, one for each resource."""

    def __init__(self) -> None:
        self._steps: dict[str, StepEventMetadata] = {}
        self._refreshed = False

    def add(self, step: StepEventMetadata) -> None:
        """Record a step; of a replacement, the one that says why counts."""
        known = self._steps.get(step.urn)
        if known is None or (not known.detailed_diff and not known.diffs):
            self._steps[step.urn] = step

    def found(self, step: StepEventMetadata) -> None:
        """Record what a refresh found; its steps say so only when they end."""
        known = self._steps.get(step.urn)
        if known is not None and operation(known) == "refresh":
            self._refreshed = True
            self._steps[step.urn] = step

    def lines(self) -> list[str]:
        """A line for each resource that changes, followed by its properties; creations last."""
        listed = [line for op in ("update", "replace", "import") for step in self._of(op) for line in _lines(step, op)]
        listed += [line for op in ("read", "discard") for step in self._of(op) for line in _lines(step, op)]
        deleted, created = list(self._of("delete")), list(self._of("create"))
        if len(deleted) < len(self._steps):  # a destroy deletes everything
            listed += [line for step in deleted for line in _lines(step, "delete")]
        if len(created) <= MOST:
            listed += [line for step in created for line in _lines(step, "create")]
        elif len(created) < len(self._steps) / 2:  # otherwise the summary's table counts little else
            numbers = Counter(short(step.type) for step in created)
            listed += [f" {SYMBOLS['create']} {type_} {number} to create" for type_, number in sorted(numbers.items())]
        return listed

    def retained(self) -> list[str]:
        """A line for each type of resource that the operation forgets and leaves in the account, with ids."""
        ids: dict[str, list[str]] = {}
        for step in self._of("delete"):
            if step.old is not None and step.old.custom and step.old.retain_on_delete:
                ids.setdefault(short(step.type), []).append(step.old.id)
        return [f"    {_named(type_, sorted(found))}" for type_, found in sorted(ids.items())]

    @property
    def refreshed(self) -> bool:
        """Whether this was a refresh."""
        return self._refreshed

    def _of(self, op: str) -> Iterator[StepEventMetadata]:
        return (step for step in self._steps.values() if operation(step) == op)


def operation(step: StepEventMetadata) -> str:
    """What happens to the resource, in one word."""
    op = OpType(step.op).value
    return PARTS.get(op, op)


def summed_up(urns: Sequence[str]) -> list[str]:
    """`aws:kms:Key 2: a, b` for each type."""
    names: dict[str, list[str]] = {}
    for urn in urns:
        names.setdefault(short(kind(urn)), []).append(name(urn))
    return [_named(type_, sorted(found)) for type_, found in sorted(names.items())]


def _named(type_: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{type_} {len(names)}: {', '.join(names[:FEW])}{more}"


def _lines(step: StepEventMetadata, op: str) -> Iterator[str]:
    kept = " [retained: stays in the account]" if op == "delete" and step.old and step.old.retain_on_delete else ""
    yield f" {SYMBOLS[op]} {short(step.type)} {name(step.urn)} {op}{kept}"
    properties = list(_properties(step)) if op in ("update", "replace") else []
    yield from (f"        {line}" for line in properties[:MOST])
    if len(properties) > MOST:
        yield f"        … and {len(properties) - MOST} more"


def _properties(step: StepEventMetadata) -> Iterator[str]:
    """`path: old => new` for each property that differs."""
    old, new = step.old, step.new
    if old is None or new is None:
        return
    olds, news = masked(old.inputs or {}), masked(new.inputs or {})
    replacing = {str(key) for key in step.keys or ()}
    paths = step.detailed_diff or dict.fromkeys(step.diffs or ())
    for path in sorted(paths, key=natural):
        detail = paths[path]
        before = at(olds if detail is None or detail.input_diff else masked(old.outputs or {}), path)
        after = at(news, path)
        note = " (replaces it)" if first(path) in replacing else ""
        for place, left, right in differences(path, before, after):
            yield f"{place}: {pair(left, right)}{note}"


def counted(changes: Mapping[str, int], *, planned: bool, failed: int = 0) -> list[str]:
    """Numbers by operation, in the engine's words."""
    words = {
        "create": "created", "update": "updated", "replace": "replaced", "delete": "deleted", "import": "imported",
        "read": "read",
    }  # fmt: skip
    rows = [
        f"    {SYMBOLS[op].strip()} {number} {f'to {op}' if planned else done}"
        for op, done in words.items()
        if (number := changes.get(op, 0))
    ]
    total, same = sum(number for op, number in changes.items() if op in words), changes.get("same", 0)
    if failed:
        rows.append(f"    {failed} failed")
    if same:
        rows.append(f"    {total} changes. {same} unchanged" if total else f"    {same} unchanged")
    return rows
