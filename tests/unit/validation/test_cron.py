"""Schedules of sync windows: what Argo CD's own parser takes, and nothing else."""

import pytest

from components.validation.cron import check_schedule, meant_schedule


def refusal(schedule: str) -> str | None:
    """What is wrong with a schedule, None where nothing is."""
    try:
        check_schedule(schedule)
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "schedule",
    ["* * * * *", "0 22 * * 1-5", "*/15 8-18 1,15 * *", "5/10 0 ? JAN-mar SUN,sat", "0 0 29 2 *", "0 0 31 2 1"],
)
def test_a_schedule_that_argo_cd_reads_is_taken(schedule: str) -> None:
    assert refusal(schedule) is None


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("0 22 * *", "4 fields instead of five"),
        ("0 0 22 * * *", "6 fields instead of five"),
        ("60 22 * * *", "the minute 60 is not one of 0-59"),
        ("0 24 * * *", "the hour 24 is not one of 0-23"),
        ("0 22 0 * *", "the day of the month 0 is not one of 1-31"),
        ("0 22 * 13 *", "the month 13 is not one of 1-12"),
        ("0 22 * * 7", "the day of the week 7 is not one of 0-6"),
        ("0 22 * * funday", "the day of the week funday is not one of 0-6"),
        ("0 22 * * 5-1", "'5-1' is an empty range of the day of the week"),
        ("*/0 22 * * *", "'*/0' is an empty range of the minute"),
        ("0 22 L * *", "the day of the month L is not one of 1-31"),
        ("0 22 * * 1#2", "'1#2' is no day of the week"),
        ("0,,5 22 * * *", "'' is no minute"),
        ("0 22 31 2,4 *", "no month of 2,4 has a day 31"),
        ("@daily", "1 field instead of five"),
    ],
)
def test_a_schedule_that_never_comes_or_means_nothing_is_refused(schedule: str, words: str) -> None:
    assert words in (refusal(schedule) or "")


@pytest.mark.parametrize(
    ("schedule", "meant"),
    [
        ("@hourly", "0 * * * *"),
        ("@Weekly", "0 0 * * 0"),
        ("0 22 * * 7", "0 22 * * 0"),
        ("0 22 * * 1,7", "0 22 * * 1,0"),
        ("0 22-6 * * *", "0 22-23,0-6 * * *"),
        ("0 22 * nov-feb *", "0 22 * NOV,DEC,JAN,FEB *"),
        ("0 22 * * 1#2", None),
        ("0 22 * *", None),
        ("@reboot", None),
    ],
)
def test_a_schedule_of_another_cron_means_one_that_is_taken(schedule: str, meant: str | None) -> None:
    assert meant_schedule(schedule) == meant
