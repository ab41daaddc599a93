"""What the YAML reader says about a broken file, in a stack file's terms: the line, what is wrong, what to write."""

import re
from collections.abc import Sequence
from typing import Any, cast

from ruamel.yaml.error import MarkedYAMLError, YAMLError

MERGE = re.compile(r"^(<{7}|={7}|>{7})( |$)")
QUOTES = "Put the value in quotes."
EXPLANATIONS: Sequence[tuple[str, str]] = (
    (r"character '\\t'", "has a tab where YAML expects spaces. Indent with spaces."),
    (r"duplicate key \"(?P<name>[^\"]*)\"", "{name} is there twice{first}. Remove one of the two."),
    (r"unexpected end of stream", "opens a quotation mark that is never closed. Write the closing one."),
    (r"tag '(?P<name>[^']*)'", "has the tag {name}, which a stack file cannot have. Write a plain value."),
    (
        r"but got '\{'",
        "has {{ within a value; a stack file takes no variables such as ${{NAME}}. Write the value itself, or put it "
        "in quotes.",
    ),
    (r"expected ',' or '\]'", "the list that begins in line {start} is not closed. Write ] at its end."),
    (r"expected ',' or '\}'", "the map that begins in line {start} is not closed. Write }} at its end."),
    (r"alphabetic or numeric", "has a value that begins with * or &, which YAML reserves. " + QUOTES),
    (r"undefined alias '(?P<name>[^']*)'", "*{name} refers to nothing, because there is no &{name}. " + QUOTES),
    (r"character '(?P<name>.)'", "has a value that begins with {name}, which YAML reserves. " + QUOTES),
    (r"indentation indicators", "has a value that begins with > or |, as a text block does. " + QUOTES),
    (r"unhashable key", "has {{{{ }}}} of a template, which a stack file is not. Write the value itself."),
    (r"another document", "begins a second document (---). Remove that line and what follows it."),
    (r"simple key|could not find expected ':'", "has a key without a colon. Write `key: value`."),
    (
        r"mapping values are not allowed",
        "has a second colon, or is indented further than the lines of its section. Align it, or put its value in "
        "quotes.",
    ),
    (
        r"<block end>",
        "is indented unlike the other lines of its section, or has text after a quotation mark. Align it, or put the "
        "whole value in quotes.",
    ),
)
"""What the reader says, as an expression, and what is said instead."""


def explain(error: YAMLError, text: str) -> str:
    """`:LINE: what is wrong. What to write.`, without a line if the reader gives none."""
    line, message = _fault(error, text)
    return f"{'' if line is None else f':{line}'}: {message}"


def _fault(error: YAMLError, text: str) -> tuple[int | None, str]:
    lines = text.splitlines()
    merge = next((number for number, line in enumerate(lines, start=1) if MERGE.match(line)), None)
    if merge is not None:
        return merge, "has a mark of a merge conflict. Resolve the conflict, and remove the marks."
    if not isinstance(error, MarkedYAMLError):
        return None, "has a control character. Remove it."
    start, line = _line(error.context_mark), _line(error.problem_mark)
    problem = str(cast("Any", error.problem))
    for expression, message in EXPLANATIONS:
        if (match := re.search(expression, problem)) is not None:
            name = match.groupdict().get("name")
            where = start if "never closed" in message else line
            return where, message.format(name=name, start=start, first=_first_place(name, start, lines))
    return line, f"is not valid YAML: {problem}."


def _line(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1


def _first_place(key: str | None, start: int | None, lines: Sequence[str]) -> str:
    """`, first in line 7`: where a key is, from the line in which its map begins; nothing if that is not clear."""
    key_at_start = re.compile(rf"[\s{{-]*[\"']?{re.escape(key or '')}[\"']?\s*:")
    numbered = enumerate(lines[(start or 1) - 1 :], start=start or 1)
    return next((f", first in line {number}" for number, line in numbered if key_at_start.match(line)), "")
