"""Versions near the end of AWS's standard support."""

from datetime import date

import pytest

from components.config.versions import ADDON_VERSIONS, END_OF_SUPPORT
from components.validation import support
from tests.harness.config_samples import loaded, wrong
from tests.unit.validation.samples import STAGING

END = END_OF_SUPPORT["Kubernetes"]["1.36"]


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(support, "today", lambda: day)


def test_the_last_day_is_accepted_and_the_next_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, END_OF_SUPPORT["Kubernetes"]["1.35"])
    assert wrong(cluster__version="1.35") == []
    on(monkeypatch, END_OF_SUPPORT["Kubernetes"]["1.35"] + support.NOTICE)
    assert wrong(cluster__version="1.35") == [
        'cluster.version: Kubernetes 1.35 left AWS\'s standard support on 2027-03-27. Write "1.36" (docs/upgrades.md).'
    ]


def test_a_version_without_a_successor_asks_for_an_update(monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, END + support.NOTICE)
    assert wrong(cluster__version="1.36")[0].endswith(f"standard support on {END}. Update the platform.")


def test_two_months_before_every_run_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    config = loaded(dict(STAGING.sections))
    on(monkeypatch, END - support.NOTICE)
    assert list(support.notices(config)) == []
    on(monkeypatch, END)
    assert [notice.partition(" leaves")[0] for notice in support.notices(config)] == [
        "cluster.version: Kubernetes 1.36"
    ]


def test_every_version_that_a_stack_file_may_have_has_an_end() -> None:
    assert END_OF_SUPPORT["Kubernetes"].keys() == ADDON_VERSIONS.keys()
