"""A protected stack keeps its data, or says why it may lose it."""

import runpy
from functools import partial
from typing import Any

import pulumi
import pytest

from tests.harness.config_samples import PROJECT, changed, loaded, wrong
from tests.harness.harness import ROOT, run_program

REASON = "Rebuilt from the event log every night."
RISKS = [
    ("network.natGateways", "single", "perZone"),
    ("cluster.deletionProtection", False, "true"),
    ("cluster.nodes.capacityType", "SPOT", "ON_DEMAND"),
    ("database.multiAz", False, "true"),
    ("database.deletionProtection", False, "true"),
    ("database.finalSnapshot", False, "true"),
    ("cache.multiAz", False, "true"),
    ("cache.finalSnapshot", False, "true"),
    ("cache.snapshotRetentionDays", 6, "7"),
    ("storage.forceDestroy", True, "false"),
    ("secretsManager.recoveryWindowDays", 0, "7"),
    ("environments[0].deployment.imageTag", "dev-latest", "commitSha"),
]


def change(path: str, value: Any) -> dict[str, Any]:
    return {path.replace("[0]", ".0").replace(".", "__"): value}


@pytest.mark.parametrize(("path", "value", "safe"), RISKS)
def test_a_protected_stack_takes_no_risk_without_a_reason(path: str, value: Any, safe: str) -> None:
    (line,) = wrong("prod", **change(path, value))
    assert line.startswith(f"{path}: ")
    assert f"and protect is true. Write {safe}, or give the reason in exceptions: `{path}: REASON`." in line


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, value, _ in RISKS])
def test_a_risk_with_a_reason_is_accepted(path: str, value: Any) -> None:
    assert wrong("prod", **change(path, value), exceptions={path: REASON}) == []


def test_an_unprotected_stack_needs_no_exceptions_and_has_none() -> None:
    assert loaded(changed("staging")).protect is False
    assert wrong("staging", exceptions={"database.finalSnapshot": REASON}) == [
        "exceptions.database.finalSnapshot: has no effect, because protect is false. Remove it."
    ]


def test_an_exception_that_ended_is_refused() -> None:
    assert wrong("prod", exceptions={"database.finalSnapshot": REASON}) == [
        "exceptions.database.finalSnapshot: is not a setting that takes a risk. Remove it."
    ]


def test_a_reason_is_more_than_a_word() -> None:
    lines = wrong("prod", database__finalSnapshot=False, exceptions={"database.finalSnapshot": "cost"})
    assert lines == ["exceptions.database.finalSnapshot: is too short. Write at least 10 characters."]


def test_an_exception_that_cannot_be_read_is_refused_once() -> None:
    lines = wrong("prod", exceptions={"database": {"finalSnapshot": REASON}})
    assert lines == ["exceptions.database: is not text. Write a single text."]


def test_every_preview_shows_the_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi, "warn", warnings.append)
    config = changed("prod", database__finalSnapshot=False, exceptions={"database.finalSnapshot": REASON})
    program = partial(runpy.run_path, str(ROOT / "__main__.py"), run_name="__main__")
    run_program(program, project=PROJECT, stack="prod", config=config, preview=True)
    assert warnings == [f"database.finalSnapshot is an exception to protect: {REASON}"]
