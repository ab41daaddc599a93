"""Daily windows `hh:mm-hh:mm` and weekly ones `ddd:hh:mm-ddd:hh:mm`: their length, and one that fits (pure).

A daily window is a weekly one that any day may have: only its time of day counts.
"""

from dataclasses import dataclass

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True)
class Window:
    """A window in minutes from Monday, or from midnight if it is daily."""

    start: int
    length: int
    weekly: bool

    @property
    def text(self) -> str:
        """As it is written in the stack file."""
        return f"{self._moment(self.start)}-{self._moment(self.start + self.length)}"

    def _moment(self, minutes: int) -> str:
        clock = f"{minutes // 60 % 24:02}:{minutes % 60:02}"
        return f"{DAYS[minutes // DAY % 7]}:{clock}" if self.weekly else clock

    def overlaps(self, other: "Window") -> bool:
        """Whether they have a time of day in common."""
        return (self.start - other.start) % DAY < other.length or (other.start - self.start) % DAY < self.length

    def after(self, other: "Window", shortest: int) -> "Window | None":
        """Itself, moved behind the other one and cut to what the day has left; None if that is too short."""
        length = min(self.length, DAY - other.length)
        wait = (other.start + other.length - self.start) % DAY
        return Window(self.start + wait, length, self.weekly) if length >= shortest else None


def window(text: str) -> Window:
    """A window as it is written in the stack file. Equal ends are an empty window."""
    start, end = text.split("-")
    weekly = text[0].isalpha()
    first, last = _minutes(start), _minutes(end)
    return Window(first, (last - first) % (WEEK if weekly else DAY), weekly)


def _minutes(moment: str) -> int:
    *day, hours, minutes = moment.split(":")
    return (DAYS.index(day[0]) * DAY if day else 0) + int(hours) * 60 + int(minutes)
