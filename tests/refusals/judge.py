"""What every report has to keep, whatever the mistake; and what a report of a case has to say."""

import re
from collections.abc import Sequence

from tests.refusals.collection import Case, Expected, Reported, located, parts, place

LONGEST = 600
SHOWN = 40
"""Characters of a long value that a message shows at least."""
VERBS = (
    *("Write", "Add", "Remove", "Put", "Move", "Request"),
    *("Align", "Begin", "Copy", "Give", "Indent", "Keep", "Rename", "Resolve", "Save", "Shorten"),
)
REMEDY = re.compile(rf"(?:^|[.:;,] )(?:or )?(?:{'|'.join(VERBS)})\b")
FOREIGN = re.compile(r"\b(True|False|None|NoneType|[Tt]uple|dict|Expected|[Oo]ctets?|[Pp]ydantic|Traceback)\b")
"""Words of Python and of its libraries."""


def faults(problems: Sequence[Reported]) -> list[str]:
    """What is wrong with the form of a report."""
    found: list[str] = []
    for problem in problems:
        shown = f"{problem.path}: {problem.message}"
        if len(problem.message) > LONGEST:
            found.append(f"{len(problem.message)} characters: {shown}")
        if (word := FOREIGN.search(problem.message)) is not None:
            found.append(f"says {word[0]}: {shown}")
        if REMEDY.search(problem.message) is None:
            found.append(f"no remedy: {shown}")
    for field in ("path", "message"):
        values = [str(getattr(problem, field)) for problem in problems]
        found += [f"same {field} twice: {value}" for value in sorted(set(values)) if values.count(value) > 1]
    return found


def hidden(case: Case, problems: Sequence[Reported]) -> list[str]:
    """Keys of mistakes that the report does not have."""
    reported = {problem.path for problem in problems}
    return [expected.path for expected in case.expected if expected.path not in reported]


def wrong(case: Case, problems: Sequence[Reported]) -> list[str]:
    """What a report of a case leaves out, adds or misplaces, in addition to the faults of its form."""
    found = faults(problems) + [f"not reported: {path or 'unreadable file'}" for path in hidden(case, problems)]
    by_path = {expected.path: expected for expected in case.expected}
    for problem in problems:
        expected = by_path.get(problem.path)
        if expected is None:
            found.append(f"a consequence: {problem.path}: {problem.message}")
        else:
            found += _of_one(case, expected, problem)
    return found


def _of_one(case: Case, expected: Expected, problem: Reported) -> list[str]:
    found: list[str] = []
    right = place(case, expected)
    if problem.place != right:
        found.append(f"at {problem.place} instead of {right}: {problem.path}")
    if expected.line:
        return found
    here = located(case.text, parts(expected.path))
    value = None if here is None else here[1]
    if value in (None, "", "true", "false") or expected.note == "key":
        return found
    assert value is not None
    if (value[:SHOWN] in problem.message) is (expected.note == "secret"):
        verb = "shows the secret" if expected.note else "does not show"
        found.append(f"{verb} {value[:SHOWN]}: {problem.message}")
    return found
