"""The comment on a pull request: a verdict on each stack, what matters, and the whole plan, within GitHub's limit.

What does not fit is left out from the bottom, and the comment says so and links to the run, whose summary has it all.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from sandbox.urns import name
from tools.review import capacity, cost
from tools.review.losses import HOLDERS, fate, losses
from tools.review.markdown import block, code, fitting, size, text
from tools.review.preview import REPLACE, Change, Preview
from tools.review.problems import Problem
from tools.review.words import component, effect, in_words, noun, planned

Key = TypeVar("Key", bound=Hashable)

MARKER = "<!-- the plan of this pull request -->"
"""Markdown hides it; the comment is found by it."""
ACCOUNT = "github-actions[bot]"
"""The workflow's own account."""
LIMIT = 65_536
RESERVE = 400
"""Bytes of a section's headings and of its notes on what is left out."""
FEW = 3
"""Names, or properties, that a line lists."""
DONE = {REPLACE: "replaced", "delete": "deleted", "discard": "dropped from the stack", "create": "created"}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What a run found out about one stack. `preview` is None if there was none, `problems` what validation refused."""

    name: str
    preview: Preview | None
    problems: Sequence[Problem] = ()


def comment(stacks: Sequence[Stack], *, run: str, commit: str, limit: int = LIMIT) -> str:
    """The comment's Markdown, of at most `limit` bytes."""
    top = [
        MARKER,
        f"## What would change\n\nWith commit {code(commit[:7])}, from [this run]({run}).\n",
        *(f"- **{stack.name}**: {verdict(stack)}" for stack in stacks),
    ]
    told = [stack for stack in stacks if _has_details(stack)]
    room = limit - size("\n".join(top))
    parts: list[str] = []
    for left, stack in zip(range(len(told), 0, -1), told, strict=True):
        part = _section(stack, run, room // left)
        room -= size(part) + 1
        parts.append(part)
    return "\n".join([*top, *parts]) + "\n"


def own(pages: Sequence[Sequence[Mapping[str, Any]]], marker: str = MARKER) -> Mapping[str, Any] | None:
    """The comment, or the issue, to update. Only those of the workflow's own account count: others could inject one."""
    for entry in chain.from_iterable(pages):
        if entry["user"]["login"] == ACCOUNT and (entry["body"] or "").startswith(marker):
            return entry
    return None


def verdict(stack: Stack) -> str:
    """What a reviewer must know, in one line."""
    if stack.problems:
        return f"**refused**, {_number(len(stack.problems), 'problem')} in the stack's files"
    if stack.preview is None:
        return "**no preview**: the run says why"
    if stack.preview.errors:
        return f"**the preview failed** with {_number(len(stack.preview.errors), 'error')}"
    changes = stack.preview.changes
    costs = list(_costs(losses(changes)))
    created = sum(change.operation in ("create", "import") for change in changes)
    updated = sum(change.operation == "update" for change in changes)
    rest = [f"{_number(created, 'resource')} {_are(created)} created"] if created else []
    if updated:
        rest.append(f"{updated if rest else _number(updated, 'resource')} {'changes' if updated == 1 else 'change'}")
    if costs:
        return "; ".join([f"**{'; '.join(costs)}**", *rest])
    return f"{', '.join(rest)}, nothing is replaced or deleted" if rest else "nothing changes"


def _costs(lost: Sequence[Change]) -> Iterator[str]:
    """`1 database and 2 keys are replaced, data is lost`, then the number of resources that hold no data."""
    holders = [change for change in lost if change.type in HOLDERS]
    for operation, group in _grouped(holders, lambda change: change.operation):
        kinds = [_counted(kind) for _, kind in _grouped(group, lambda change: change.type)]
        named = f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else kinds[0]
        fates = [found for change in group if (found := fate(change))]
        consequence = ", data is lost" if any(found.lost for found in fates) else ""
        if len(kinds) == 1 and not consequence:
            consequence = _fates(group)
        yield f"{named} {_are(len(group))} {DONE[operation]}{consequence}"
    others = [change for change in lost if change.type not in HOLDERS]
    if others:
        done = " or ".join(dict.fromkeys(DONE[change.operation] for change in others))
        what = _number(len(others), "other resource" if holders else "resource")
        yield f"{what} {_are(len(others))} {done}"


def _counted(group: Sequence[Change]) -> str:
    holder = HOLDERS.get(group[0].type)
    if holder is not None:
        return _number(len(group), holder.one, holder.many)
    kind = text(noun(group[0]))
    return _number(len(group), kind, f"{kind} resources")


def _fates(group: Sequence[Change]) -> str:
    fates = dict.fromkeys(found.words for change in group if (found := fate(change)))
    return "".join(f", {words}" for words in fates)


def _section(stack: Stack, run: str, room: int) -> str:
    """One stack's details, of at most `room` bytes."""
    room -= RESERVE
    parts = [f"\n### {stack.name}\n"]
    preview = stack.preview
    if stack.problems:
        blocks = [problem.markdown for problem in stack.problems]
        parts += _listed("", blocks, run, room)
    elif preview is not None and preview.errors:
        parts += _listed("", [f"- {text(line)}" for error in preview.errors for line in error.splitlines()], run, room)
    elif preview is not None:
        for title, blocks in (
            ("Replaced or deleted", list(_lost(preview.changes))),
            ("Changes", list(_changed(preview.changes))),
            ("Quota and capacity", list(_table(capacity.changed(preview.before, preview.after)))),
            ("Cost, without what is charged by use", list(_table(cost.changed(preview.before, preview.after)))),
            ("Warnings", [f"- {text(warning)}" for warning in preview.warnings]),
        ):
            parts += _listed(title, blocks, run, room - size("\n".join(parts)))
        parts += _plan(preview.changes, run, room - size("\n".join(parts)))
    return "\n".join(parts)


def _has_details(stack: Stack) -> bool:
    found = stack.preview
    return bool(stack.problems or (found and (found.errors or found.changes or found.warnings)))


def _listed(title: str, blocks: Sequence[str], run: str, room: int) -> Iterator[str]:
    """The blocks that fit, below a title."""
    if not blocks:
        return
    if title:
        yield f"**{title}**\n"
    shown = fitting(blocks, room)
    yield from shown
    if len(shown) < len(blocks):
        yield f"\n{len(blocks) - len(shown)} more do not fit here: [the run]({run}) has them."
    yield ""


def _plan(changes: Sequence[Change], run: str, room: int) -> Iterator[str]:
    """The whole plan, folded."""
    lines = list(planned(changes))
    shown = fitting(lines, room)
    if shown:
        yield f"<details><summary>The full plan: {_number(len(changes), 'resource')}</summary>\n\n{block(shown)}"
        if len(shown) < len(lines):
            yield f"\n{len(lines) - len(shown)} more lines do not fit here: [the run]({run}) has them."
        yield "\n</details>"
    elif lines:
        yield f"The full plan does not fit here: [the run]({run}) has it."


def _lost(changes: tuple[Change, ...]) -> Iterator[str]:
    """An item for each kind of replacement and deletion, the worst first; deletions without data by component."""

    def alike(change: Change) -> tuple[object, ...]:
        if change.type not in HOLDERS and change.operation != REPLACE:
            return (component(change), change.operation)
        forcing = tuple(found.path for found in change.properties if found.replaces)
        return (change.type, change.operation, fate(change), forcing if change.type in HOLDERS else forcing[:1])

    for _, group in _grouped(losses(changes), alike):
        done = DONE[group[0].operation]
        if group[0].type in HOLDERS or group[0].operation == REPLACE:
            yield f"- **{_counted(group)} {_are(len(group))} {done}{_fates(group)}**: {_names(group)}{_reason(group)}"
        else:
            what = f"{_number(len(group), 'resource')} of {text(component(group[0]))} {_are(len(group))} {done}"
            yield f"- **{what}**: {_kinds(group)}"


def _reason(group: Sequence[Change]) -> str:
    """What forces a replacement; nothing forces a deletion."""
    if group[0].operation != REPLACE:
        return ""
    forcing = [found for found in group[0].properties if found.replaces]
    if not forcing:
        return ", because something it depends on is replaced"
    if group[0].type in HOLDERS and len(group) == 1:
        return f", because of {in_words(forcing, FEW)}"
    return f", because of {code(forcing[0].path)}{' and more' if len(forcing) > 1 else ''}"


def _changed(changes: Sequence[Change]) -> Iterator[str]:
    """An item for each component that gains or changes something."""
    kept = [change for change in changes if change.operation in ("create", "import", "update")]
    for label, group in sorted(_grouped(kept, component)):
        created = [change for change in group if change.operation != "update"]
        updated = sorted((change for change in group if change.operation == "update"), key=lambda one: one.urn)
        known = [change for change in updated if any(found.is_known for found in change.properties)]
        parts = [f"{len(created)} created ({_kinds(created)})"] if created else []
        if len(known) == 1 and not created:
            yield f"- **{text(label)}**: {_properties(known[0])}"
            continue
        if updated:
            later = "" if known else f" ({_kinds(updated)}), to values known after the update"
            parts.append(f"{len(updated)} changed{later}")
        items = [f"  - {text(noun(change))} {code(name(change.urn))}: {_properties(change)}" for change in known]
        yield "\n".join([f"- **{text(label)}**: {', '.join(parts)}", *items])


def _properties(change: Change) -> str:
    """The properties whose new values are known; the others follow from some other change."""
    return f"{in_words([found for found in change.properties if found.is_known], FEW)}{effect(change)}"


def _kinds(changes: Sequence[Change]) -> str:
    counts = Counter(text(noun(change)) for change in changes)
    return ", ".join(kind if number == 1 else f"{number} {kind}" for kind, number in sorted(counts.items()))


def _table(rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    if rows:
        yield "| | before | after |\n|---|---|---|"
    for row in rows:
        yield f"| {' | '.join(text(column) for column in row)} |"


def _grouped(changes: Iterable[Change], key: Callable[[Change], Key]) -> list[tuple[Key, list[Change]]]:
    """The changes by key, in the order in which the keys appear."""
    groups: dict[Key, list[Change]] = {}
    for change in changes:
        groups.setdefault(key(change), []).append(change)
    return list(groups.items())


def _names(group: Sequence[Change]) -> str:
    names = [code(name(change.urn)) for change in group]
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
