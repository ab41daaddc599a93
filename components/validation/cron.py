"""Whether Argo CD accepts a cron schedule (pure).

Argo CD reads sync windows with robfig/cron's standard parser, whose grammar is narrower than that of the cron libraries
of Python: Sunday is 0 and never 7, and there is no `L`, `W` or `#`. So the five fields are read here.
Source: robfig/cron v3, `parser.go`.
"""

import re
from dataclasses import dataclass

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST_MONTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RANGE = re.compile(r"(?:(?P<all>[*?])|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d+))?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One of the five fields: its name and bounds, both included, and names for its numbers."""

    name: str
    lowest: int
    highest: int
    words: tuple[str, ...] = ()

    def number(self, text: str) -> int:
        """The number, also of a name such as `mon`; ValueError when it is neither or out of bounds."""
        if text.lower() in self.words:
            return self.words.index(text.lower()) + self.lowest
        if not text.isdecimal() or not self.lowest <= int(text) <= self.highest:
            raise ValueError(f"the {self.name} {text} is not one of {self.lowest}-{self.highest}")
        return int(text)


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, MONTHS),
    Field("day of the week", 0, 6, WEEKDAYS),
)
DAY_OF_MONTH, MONTH, DAY_OF_WEEK = 2, 3, 4


NAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Schedules with a name in other programs. Argo CD makes its parser without them."""


def check_schedule(text: str) -> None:
    """ValueError with what is wrong with the five fields, or if the day that they name never comes."""
    parts = text.split()
    if len(parts) != len(FIELDS):
        count = "1 field" if len(parts) == 1 else f"{len(parts)} fields"
        raise ValueError(f"it has {count} instead of five: minute, hour, day, month, weekday")
    values = [_values(part, field) for part, field in zip(parts, FIELDS, strict=True)]
    days, months = values[DAY_OF_MONTH], values[MONTH]
    any_weekday = parts[DAY_OF_WEEK][:1] in "*?"
    if any_weekday and min(days) > max(LONGEST_MONTHS[month - 1] for month in months):
        raise ValueError(f"no month of {parts[MONTH]} has a day {min(days)}")


def _values(text: str, field: Field) -> set[int]:
    values: set[int] = set()
    for part in text.split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no {field.name}")
        step = int(match["step"] or 1)
        first = field.lowest if match["all"] else field.number(match["first"])
        # `5/10` means from 5 to the end, as `5-59/10` does.
        end = field.highest if match["all"] or match["step"] else first
        last = field.number(match["last"]) if match["last"] else end
        if step == 0 or last < first:
            raise ValueError(f"{part!r} is an empty range of the {field.name}")
        values.update(range(first, last + 1, step))
    return values


def meant_schedule(text: str) -> str | None:
    """The schedule that one of another cron means: a name, a range that wraps, Sunday as 7; None for any other."""
    parts = NAMES.get(text.strip().lower(), text).split()
    if len(parts) != len(FIELDS):
        return None
    fields = zip(parts, FIELDS, strict=True)
    meant = " ".join(",".join(_meant(part, field) for part in items.split(",")) for items, field in fields)
    try:
        check_schedule(meant)
    except ValueError:
        return None
    return meant


def _meant(part: str, field: Field) -> str:
    """One item of a field's list, as Argo CD reads it."""
    if part == "7" and field is FIELDS[DAY_OF_WEEK]:
        return "0"
    first, _, last = part.partition("-")
    try:
        start, end = field.number(first), field.number(last)
    except ValueError:
        return part
    if start <= end:
        return part
    if first.isdecimal():
        return f"{first}-{field.highest},{field.lowest}-{last}"
    return ",".join((*field.words[start - field.lowest :], *field.words[: end - field.lowest + 1])).upper()
