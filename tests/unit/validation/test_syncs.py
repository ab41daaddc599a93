"""Rules of syncs: manual ones, retries and windows."""

from typing import Any

import pytest

from components.validation.syncs import RULES
from tests.harness.config_samples import changed, loaded, refusals, wrong
from tests.unit.validation.samples import environment, messages

WINDOW = {"kind": "allow", "schedule": "0 22 * * 1-5", "duration": "8h", "timeZone": "Asia/Tokyo"}
HERE = "Pulumi.staging.yaml: environments[1].sync"


def problems(*environments: dict[str, Any], **given: Any) -> dict[str, str]:
    return messages(RULES, *environments, **given)


@pytest.mark.parametrize("key", ["prune", "selfHeal"])
def test_a_manual_sync_neither_prunes_nor_heals(key: str) -> None:
    assert wrong(environments__0__sync={"automated": False, key: False}) == []
    assert wrong(environments__0__sync={"automated": True, key: True}) == []
    (line,) = wrong(environments__0__sync={"automated": False, key: True})
    assert line == (
        f"environments[0].sync.{key}: applies to automated syncs only; this environment syncs manually. Remove it."
    )


def test_a_manual_sync_has_no_retry() -> None:
    (line,) = wrong(environments__0__sync={"automated": False, "retry": {"limit": 2}})
    assert line.startswith("environments[0].sync.retry: applies to automated syncs only")


def test_a_manual_sync_does_not_empty_an_application() -> None:
    reported = problems(environment(sync={"automated": False, "allowEmpty": True}))
    assert list(reported) == ["environments[0].sync.allowEmpty"]
    assert problems(environment(sync={"allowEmpty": True})) == {}


def test_only_a_sync_that_prunes_can_empty_an_application() -> None:
    assert problems(environment(sync={"prune": False, "allowEmpty": True})) == {
        "environments[0].sync.allowEmpty": "has no effect with prune: false. Remove it, or prune: false."
    }


@pytest.mark.parametrize(
    ("retry", "message"),
    [
        (
            {"duration": "5m", "maxDuration": "3m"},
            "maxDuration: 3m is shorter than the first wait, duration 5m. Write 5m or more.",
        ),
        ({"duration": "200s", "maxDuration": "3m"}, "maxDuration: 3m is shorter than the first wait, duration 200s."),
        ({"factor": 0}, "factor: 0 is too small. Write 1 or more."),
    ],
)
def test_a_retry_waits_at_least_as_long_as_at_first(retry: dict[str, Any], message: str) -> None:
    (line,) = refusals(environments__1__sync={"retry": retry})
    assert line.startswith(f"{HERE}.retry.{message}")


def test_parts_of_a_duration_are_added_up() -> None:
    for duration, maximum in (("90s", "1m30s"), ("1h30m", "90m"), ("1h0m5s", "3605s")):
        assert wrong(environments__1__sync={"retry": {"duration": duration, "maxDuration": maximum}}) == []
    (line,) = wrong(environments__1__sync={"retry": {"duration": "1h30m", "maxDuration": "89m"}})
    assert line.endswith("89m is shorter than the first wait, duration 1h30m. Write 1h30m or more.")


def test_a_window_that_opens_is_accepted() -> None:
    config = loaded(changed(environments__1__sync={"windows": [WINDOW]}))
    assert config.environments[1].sync.windows[0].time_zone == "Asia/Tokyo"


def test_a_length_may_have_several_units() -> None:
    retry = {"duration": "1m30s", "maxDuration": "1h30m5s"}
    assert wrong(environments__1__sync={"retry": retry, "windows": [{**WINDOW, "duration": "1h30m"}]}) == []
    (line,) = wrong(environments__1__sync={"retry": {"duration": "1m30s", "maxDuration": "89s"}})
    assert line.endswith("maxDuration: 89s is shorter than the first wait, duration 1m30s. Write 1m30s or more.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"schedule": "0 25 * * *"},
            "schedule: '0 25 * * *' is not a schedule: the hour 25 is not one of 0-23. Write e.g. '0 22 * * 1-5'.",
        ),
        (
            {"schedule": "99 99 99 99 99"},
            "schedule: '99 99 99 99 99' is not a schedule: the minute 99 is not one of 0-59.",
        ),
        (
            {"timeZone": "Asia/Tokio"},
            "timeZone: 'Asia/Tokio' is not a time zone of the IANA database. Write Asia/Tokyo.",
        ),
        ({"timeZone": "JST"}, "timeZone: 'JST' is not a time zone of the IANA database. Write Asia/Tokyo."),
        ({"timeZone": "KST"}, "timeZone: 'KST' is not a time zone of the IANA database. Write Asia/Seoul."),
        ({"timeZone": "PST"}, "timeZone: 'PST' is not a time zone of the IANA database. Write America/Los_Angeles."),
        ({"timeZone": "UTC+9"}, "timeZone: 'UTC+9' is not a time zone of the IANA database. Write Etc/GMT-9."),
        ({"timeZone": "GMT-5"}, "timeZone: 'GMT-5' is not a time zone of the IANA database. Write Etc/GMT+5."),
        ({"timeZone": "tokyo"}, "timeZone: 'tokyo' is not a time zone of the IANA database. Write Asia/Tokyo."),
        ({"timeZone": "Mars/Olympus"}, "timeZone: 'Mars/Olympus' is not a time zone of the IANA database. Write e.g. "),
        ({"duration": "30s"}, "duration: 30s is not between a minute and a year. Write 1m."),
        ({"duration": "9000h"}, "duration: 9000h is not between a minute and a year. Write 8784h."),
        ({"duration": "8 hours"}, "duration: '8 hours' is not a duration. Write 8h."),
        ({"duration": 90}, "duration: 90 is not a duration. Write 90s."),
        ({"duration": "08h"}, "duration: '08h' is not a duration. Write 8h."),
        ({"duration": "1 day"}, "duration: '1 day' is not a duration, whose longest unit is h. Write 24h."),
        ({"duration": "2d"}, "duration: '2d' is not a duration, whose longest unit is h. Write 48h."),
        ({"duration": "1h 30m"}, "duration: '1h 30m' is not a duration. Write 1h30m."),
        ({"duration": "08:00"}, "duration: '08:00' is not a duration such as 30m, 8h or 1h30m. Write e.g. 30m."),
        ({"duration": ""}, "duration: '' is not a duration such as 30m, 8h or 1h30m. Write e.g. 30m."),
        ({"duration": "1h30"}, "duration: '1h30' is not a duration such as 30m, 8h or 1h30m. Write e.g. 30m."),
        ({"duration": "0h30m"}, "duration: '0h30m' is not a duration such as 30m, 8h or 1h30m. Write e.g. 30m."),
        ({"duration": "9999999h"}, "duration: '9999999h' is not a duration such as 30m, 8h or 1h30m. Write e.g. 30m."),
        ({"duration": "8784h1s"}, "duration: 8784h1s is not between a minute and a year. Write 8784h."),
        (
            {"schedule": "@daily"},
            "schedule: '@daily' is not a schedule: it has 1 field instead of five: minute, hour, day, month, weekday. "
            "Write '0 0 * * *'.",
        ),
        (
            {"schedule": "0 22 * * FRI-MON"},
            "schedule: '0 22 * * FRI-MON' is not a schedule: 'FRI-MON' is an empty range of the day of the week. "
            "Write '0 22 * * FRI,SAT,SUN,MON'.",
        ),
    ],
)
def test_a_window_that_means_nothing_is_refused(change: dict[str, str], message: str) -> None:
    (line,) = refusals(environments__1__sync={"windows": [{**WINDOW, **change}]})
    assert line.startswith(f"{HERE}.windows[0].{message}")
