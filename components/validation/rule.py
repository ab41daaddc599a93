"""What a rule is: a function that yields a problem for each key that contradicts the rest of the configuration.

A rule ends where it reads a field that cannot be read, so a rule reads only what one decision needs.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import wraps
from typing import TypeVar

from components.config.base import BrokenField, Section
from components.config.catalogue import ServiceConfig
from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.environments.plan import EnvironmentPlan

_S = TypeVar("_S", bound=Section)
_T = TypeVar("_T")
Path = tuple[PathPart, ...]
Rule = Callable[[PlatformConfig], Iterator[Problem]]


def each_environment(rule: Callable[[EnvironmentPlan, Path], Iterator[Problem]]) -> Rule:
    """A rule of one environment, given by its plan and its path; a broken field ends it for that environment only."""

    @wraps(rule)
    def of_all(config: PlatformConfig) -> Iterator[Problem]:
        for index, environment in enumerate(config.environments):
            with suppress(BrokenField):
                yield from rule(EnvironmentPlan(config, environment), ("environments", index))

    return of_all


def each_service(rule: Callable[[PlatformConfig, ServiceConfig, Path], Iterator[Problem]]) -> Rule:
    """A rule of one service of the catalogue, likewise."""

    @wraps(rule)
    def of_all(config: PlatformConfig) -> Iterator[Problem]:
        for index, service in enumerate(config.services):
            with suppress(BrokenField):
                yield from rule(config, service, ("services", index))

    return of_all


def known(entries: Iterable[_S], read: Callable[[_S], _T]) -> Iterator[tuple[int, _T]]:
    """Index and value of each entry whose value can be read."""
    for index, entry in enumerate(entries):
        with suppress(BrokenField):
            yield index, read(entry)


def title(config: PlatformConfig, index: int) -> str:
    """What a message calls an environment: its name, or its place if the name cannot be read."""
    with suppress(BrokenField):
        return f"environment {config.environments[index].name}"
    return f"environments[{index}]"


def duplicates(values: Iterable[tuple[Path, str]], what: str) -> Iterator[Problem]:
    """One problem for the values that an earlier entry has already."""
    seen: set[str] = set()
    repeated: dict[Path, str] = {}
    for path, value in values:
        if value in seen:
            repeated[path] = value
        seen.add(value)
    if repeated:
        first, *others = repeated.values()
        more = f" So are {len(others)} more." if others else ""
        remedy = "Remove the repeated entries." if others else "Write another one."
        yield Problem(
            path=next(iter(repeated)), message=f"{first!r} is already the {what} of another entry.{more} {remedy}"
        )
