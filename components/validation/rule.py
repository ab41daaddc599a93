"""What a rule is: a function that yields a problem for each key that contradicts the rest of the configuration."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem

Path = tuple[PathPart, ...]
Rule = Callable[[PlatformConfig], Iterator[Problem]]


class BrokenSection(Exception):  # noqa: N818 - not an error: the rule that reads the section does not apply
    """A rule reads a section that cannot be read."""


def duplicates(values: Sequence[str], paths: Sequence[Path], what: str) -> Iterator[Problem]:
    """A problem for each value that an earlier entry has already."""
    seen = Counter[str]()
    for value, path in zip(values, paths, strict=True):
        seen[value] += 1
        if seen[value] > 1:
            yield Problem(path=path, message=f"{value!r} is already the {what} of another entry. Write another one.")
