"""GitHub's Markdown, for text that has not been vetted: values of a pull request stay text.

In a span or block of code nothing is interpreted, neither Markdown nor HTML nor a @mention, so values are in one.
"""

import re
from collections.abc import Sequence

CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
"""What would end a line, or reverse its direction."""
SPECIAL = re.compile(r"[\\`*_\[\]<>~|&!]|^[#+-]|^(?=\d+[.)])")
NOTIFYING = re.compile(r"@(?=\w)|#(?=\d)")
"""What GitHub makes a mention or a link to an issue of."""


def code(value: str) -> str:
    """A span of code."""
    line = CONTROL.sub(" ", value) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line[0] in " `" or line[-1] in " `" else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def text(value: str) -> str:
    """A sentence, such as an error message, on one line; a table's cell too."""
    line = CONTROL.sub(" ", value.strip())
    return NOTIFYING.sub("\\g<0>\u200b", SPECIAL.sub(r"\\\g<0>", line))


def block(lines: Sequence[str]) -> str:
    """A block of code, coloured as a difference. No line can end it, because each begins with +, -, ! or a space."""
    return "\n".join(["```diff", *(CONTROL.sub(" ", line) for line in lines), "```"])


def size(markdown: str) -> int:
    """Bytes, which are never fewer than the characters that GitHub counts."""
    return len(markdown.encode())


def fitting(lines: Sequence[str], room: int) -> Sequence[str]:
    """As many of the lines as fit."""
    for number, line in enumerate(lines):
        room -= size(line) + 1
        if room < 0:
            return lines[:number]
    return lines
