"""Rules of `sync` and `waitFor`: what a manual sync has no use for, retries, and windows that open."""

import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, wraps
from importlib import resources

from components.config.base import BrokenField
from components.config.environments import Delivery, SyncWindow
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.validation.cron import check_schedule, meant_schedule
from components.validation.rule import Path, Rule, each_environment, known

SECONDS = {"s": 1, "m": 60, "h": 3600}
SHORTEST_WINDOW, LONGEST_WINDOW = SECONDS["m"], 366 * 24 * SECONDS["h"]
NOT_ZONES = frozenset({"Factory", "localtime", "posixrules"})
ZONE_SIMILARITY = 0.6
_OFFSET = re.compile(r"(?:GMT|UTC)([+-])0?([0-9]{1,2})(?::?00)?")
"""The zones Etc/GMT+9 and so on have the sign of POSIX: hours west of Greenwich."""
MANUAL = "applies to automated syncs only; this environment syncs manually. Remove it."


@each_environment
def syncs(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A manual sync has none of the keys of automated ones."""
    sync = plan.settings.sync
    if sync.automated:
        return
    written = {
        "prune": sync.prune and "prune" in sync.model_fields_set,
        "selfHeal": sync.self_heal and "self_heal" in sync.model_fields_set,
        "allowEmpty": sync.allow_empty,
        "retry": "retry" in sync.model_fields_set,
    }
    for key in (key for key, is_written in written.items() if is_written):
        yield Problem(path=(*here, "sync", key), message=MANUAL)


@each_environment
def empty(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Only what is pruned can leave nothing."""
    sync = plan.settings.sync
    if sync.automated and sync.allow_empty and not sync.prune:
        yield Problem(
            path=(*here, "sync", "allowEmpty"), message="has no effect with prune: false. Remove it, or prune: false."
        )


@each_environment
def retries(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A retry's longest wait is not below its first."""
    retry = plan.settings.sync.retry
    if seconds(retry.max_duration) < seconds(retry.duration):
        yield Problem(
            path=(*here, "sync", "retry", "maxDuration"),
            message=f"{retry.max_duration} is shorter than the first wait, duration {retry.duration}. "
            f"Write {retry.duration} or more.",
        )


def _each_window(rule: Callable[[Path, SyncWindow], Iterator[Problem]]) -> Rule:
    """A rule of one sync window of any environment."""

    @wraps(rule)
    def of_all(config: PlatformConfig) -> Iterator[Problem]:
        for index, windows in known(config.environments, lambda environment: environment.sync.windows):
            for position, window in enumerate(windows):
                with suppress(BrokenField):
                    yield from rule(("environments", index, "sync", "windows", position), window)

    return of_all


@_each_window
def schedules(here: Path, window: SyncWindow) -> Iterator[Problem]:
    """A window opens at a time that exists."""
    try:
        check_schedule(window.schedule)
    except ValueError as reason:
        meant = meant_schedule(window.schedule)
        remedy = "e.g. '0 22 * * 1-5'" if meant is None else f"'{meant}'"
        yield Problem(
            path=(*here, "schedule"), message=f"{window.schedule!r} is not a schedule: {reason}. Write {remedy}."
        )


@_each_window
def lengths(here: Path, window: SyncWindow) -> Iterator[Problem]:
    """A window is open for a length that Argo CD accepts."""
    length = seconds(window.duration)
    if not SHORTEST_WINDOW <= length <= LONGEST_WINDOW:
        nearest = "1m" if length < SHORTEST_WINDOW else f"{LONGEST_WINDOW // SECONDS['h']}h"
        yield Problem(
            path=(*here, "duration"),
            message=f"{window.duration} is not between a minute and a year. Write {nearest}.",
        )


@_each_window
def time_zones(here: Path, window: SyncWindow) -> Iterator[Problem]:
    """A window's time zone exists."""
    if window.time_zone not in _zones():
        yield Problem(
            path=(*here, "timeZone"),
            message=f"{window.time_zone!r} is not a time zone of the IANA database. Write {_meant(window.time_zone)}.",
        )


@cache
def _zones() -> frozenset[str]:
    """Names of all time zones, from the system's database and the package tzdata."""
    return frozenset(zoneinfo.available_timezones()) - NOT_ZONES


def _meant(text: str) -> str:
    """The zone that has this abbreviation, or the one with the most similar name; UTC if there is none."""
    offset = _OFFSET.fullmatch(text)
    if offset is not None and f"Etc/GMT{offset[1]}{offset[2]}" in _zones():
        return f"Etc/GMT{'-' if offset[1] == '+' else '+'}{offset[2]}"
    name = text.strip().replace(" ", "_").lower()
    for zone in sorted(_zones()):
        if name in (zone.lower(), zone.rpartition("/")[2].lower()):
            return zone
    if text.isupper() and text in _by_abbreviation():
        return _by_abbreviation()[text]
    return next(iter(difflib.get_close_matches(text, _zones(), n=1, cutoff=ZONE_SIMILARITY)), "e.g. UTC")


@cache
def _by_abbreviation() -> Mapping[str, str]:
    """A zone for each abbreviation of a time of this year; of several, the one of the country with the most zones."""
    countries: dict[str, list[str]] = {}
    for line in resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        country, _, zone, *_ = [*line.split("\t"), "", ""]
        if not country.startswith("#") and not zone.startswith("Antarctica/"):
            countries.setdefault(country, []).append(zone)
    year = datetime.now(tz=UTC).year
    found: dict[str, str] = {}
    for _, zones in sorted(countries.items(), key=lambda entry: (len(entry[1]), entry[0]), reverse=True):
        for zone in zones:
            for month in (1, 7):
                name = datetime(year, month, 1, tzinfo=zoneinfo.ZoneInfo(zone)).tzname()
                if name is not None and name.isalpha():
                    found.setdefault(name, zone)
    return found


def seconds(duration: str) -> int:
    """Length of a duration such as `90s`, `30m` or `1h30m`."""
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall("([0-9]+)([smh])", duration))


@each_environment
def waiting(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """`up` can wait only for one Application that syncs without a person."""
    environment = plan.settings
    if not environment.wait_for:
        return
    if environment.delivery is not Delivery.APPLICATION:
        yield Problem(
            path=(*here, "waitFor"),
            message=f"does not include the Applications that {environment.delivery} creates. "
            "Remove it, or write delivery: application.",
        )
    if not environment.sync.automated:
        yield Problem(
            path=(*here, "waitFor"),
            message="would wait for a manual sync, because sync.automated is false. Remove it.",
        )


RULES: tuple[Rule, ...] = (
    syncs,
    empty,
    retries,
    schedules,
    lengths,
    time_zones,
    waiting,
)
