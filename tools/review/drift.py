"""A stack's drift, in words: what exists otherwise than its state says. The issue on it, and a deployment's refusal."""

from collections.abc import Iterator, Sequence

from sandbox.urns import name
from tools.review.comment import FEW, LIMIT
from tools.review.markdown import code, fitting, size, text
from tools.review.preview import Change
from tools.review.words import component, in_words, noun

RESERVE = 200
"""Bytes of the note on what is left out."""


def marker(stack: str) -> str:
    """What the issue on a stack begins with. Markdown hides it; the issue is found by it."""
    return f"<!-- drift of {stack} -->"


def issue(stack: str, changes: Sequence[Change], *, run: str) -> str:
    """The issue's Markdown, within GitHub's limit; empty without drift."""
    if not changes:
        return ""
    top = f"{marker(stack)}\n{_counted(changes)} from the state of {code(stack)}, as [this run]({run}) found:\n"
    command = code(f"pulumi refresh --stack {stack}")
    remedy = (
        f"\nUntil this is resolved, {code(stack)} is not deployed. If some of it should stay, change the stack file to "
        f"match. Then an administrator runs {command}, which writes what exists into the state. The next deployment "
        "changes back what differs from the stack file."
    )
    lines = list(_lines(changes))
    shown = fitting(lines, LIMIT - size(top) - size(remedy) - RESERVE)
    left = len(lines) - len(shown)
    more = [f"- {left} more do not fit here."] if left else []
    return "\n".join([top, *shown, *more, remedy]) + "\n"


def sentence(stack: str, changes: Sequence[Change]) -> str:
    """Why a stack that has drifted is not deployed, on one line of plain text."""
    names = [name(change.urn) for change in changes]
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return (
        f"{_counted(changes)} from the state of {stack}: {', '.join(names[:FEW])}{more}; the summary says how. Nothing "
        f"was planned or changed. Run `pulumi refresh --stack {stack}` as an administrator, then this workflow again."
    )


def _counted(changes: Sequence[Change]) -> str:
    return "1 resource differs" if len(changes) == 1 else f"{len(changes)} resources differ"


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for change in sorted(changes, key=lambda one: (component(one), one.urn)):
        differs = "no longer exists" if change.operation == "delete" else in_words(change.properties, FEW)
        yield f"- **{text(component(change))}**: {text(noun(change))} {code(name(change.urn))}: {differs}"
