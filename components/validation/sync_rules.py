"""Rules of syncs: windows that open, in a zone that exists; waits that grow up to their longest; tags that may move."""

import difflib
import zoneinfo
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from components.config.environments import KEYWORD_TAGS, SyncWindow
from components.config.platform import PlatformConfig
from components.config.problems import PathPart, Problem
from components.config.types import Ownership
from components.validation.cron import check_schedule

Path = tuple[PathPart, ...]
NEAR = 0.85
"""A tag that is nearer to a keyword than this means it."""
SECONDS = {"s": 1, "m": 60, "h": 3600}
SHORTEST_WINDOW, LONGEST_WINDOW = SECONDS["m"], 366 * 24 * SECONDS["h"]
NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})


def syncs(config: PlatformConfig) -> Iterator[Problem]:
    """Windows and retries of each environment."""
    for index, environment in enumerate(config.environments):
        here: Path = ("environments", index, "sync")
        for position, window in enumerate(environment.sync.windows):
            yield from _window((*here, "windows", position), window)
        retry = environment.sync.retry
        if seconds(retry.max_duration) < seconds(retry.duration):
            yield Problem(
                path=(*here, "retry", "maxDuration"),
                message=f"{retry.max_duration} is shorter than the first wait, duration {retry.duration}. "
                f"Write {retry.duration} or more.",
            )


def moving_tags(config: PlatformConfig) -> Iterator[Problem]:
    """A tag that moves is one that the registry lets move. Of existing repositories only `mutableTags` can say."""
    registry = config.registry
    if registry is None or (registry.ownership is Ownership.EXISTING and not registry.sets_mutable_tags):
        return
    for index, environment in enumerate(config.environments):
        tag = environment.deployment.image_tag
        moves = tag not in KEYWORD_TAGS and meant_tag(tag) is None
        if moves and not any(fnmatchcase(tag, pattern) for pattern in registry.mutable_tags):
            yield Problem(
                path=("environments", index, "deployment", "imageTag"),
                message=f"{tag} would move, and the registry writes each tag once but for "
                f"{', '.join(registry.mutable_tags) or 'none'}. Add {tag} to registry.mutableTags, "
                f"or write one of {', '.join(KEYWORD_TAGS)}.",
            )


def misspelt_tags(config: PlatformConfig) -> Iterator[Problem]:
    """A tag that means a keyword and is none: it would be one tag that moves."""
    known = () if config.registry is None else config.registry.mutable_tags
    for index, environment in enumerate(config.environments):
        tag = environment.deployment.image_tag
        keyword = meant_tag(tag)
        if keyword is not None and tag not in known:
            yield Problem(
                path=("environments", index, "deployment", "imageTag"),
                message=f"{tag} would be one tag that moves. Write {keyword}.",
            )


def meant_tag(tag: str) -> str | None:
    """The keyword that a tag is a slip of the pen for; None for the keywords and for other tags."""
    plain = {keyword.lower(): keyword for keyword in KEYWORD_TAGS}
    near = difflib.get_close_matches(tag.lower().replace("-", ""), plain, n=1, cutoff=NEAR)
    return None if tag in KEYWORD_TAGS or not near else plain[near[0]]


def seconds(duration: str) -> int:
    """Length of a duration such as `90s`, `30m` or `2h`."""
    return int(duration[:-1]) * SECONDS[duration[-1]]


def _window(here: Path, window: SyncWindow) -> Iterator[Problem]:
    try:
        check_schedule(window.schedule)
    except ValueError as reason:
        yield Problem(
            path=(*here, "schedule"),
            message=f"{window.schedule!r} is no schedule: {reason}. "
            "Write e.g. '0 22 * * 1-5': at 22:00, Monday to Friday.",
        )
    if not SHORTEST_WINDOW <= seconds(window.duration) <= LONGEST_WINDOW:
        yield Problem(
            path=(*here, "duration"),
            message=f"{window.duration} is not between a minute and a year. Write e.g. 8h.",
        )
    if window.time_zone not in _zones():
        near = difflib.get_close_matches(window.time_zone, _zones(), n=1, cutoff=0.6)
        yield Problem(
            path=(*here, "timeZone"),
            message=f"{window.time_zone!r} is no time zone of the IANA database. Write e.g. {[*near, 'UTC'][0]}.",
        )


@cache
def _zones() -> frozenset[str]:
    """Names of all zones, out of the system's database and the package tzdata."""
    return frozenset(zoneinfo.available_timezones()) - NOT_ZONES
