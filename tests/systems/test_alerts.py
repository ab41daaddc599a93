"""The alert rules, judged by promtool: Prometheus accepts them, and each fires and stays silent as its cases say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.controllers.alerts import FILE, alert_groups
from tests.harness.harness import ROOT
from tests.systems.promtool import CASES, promtool

RULES: list[dict[str, Any]] = [rule for group in alert_groups() for rule in group["rules"]]
each_rule = pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])


def expectations() -> Iterator[tuple[str, bool]]:
    """Each case: the alert's name, and whether it fires."""
    for file in CASES:
        for test in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["tests"]:
            for expected in test["alert_rule_test"]:
                yield expected["alertname"], bool(expected["exp_alerts"])


def test_prometheus_accepts_the_rules() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", FILE)


@pytest.mark.parametrize("file", CASES, ids=[file.stem for file in CASES])
def test_alerts_fire_and_stay_silent_as_their_cases_say(file: Path) -> None:
    promtool("test", "rules", file)


@each_rule
def test_each_alert_has_a_case_that_fires_and_one_that_does_not(rule: dict[str, Any]) -> None:
    assert sorted(fires for alert, fires in expectations() if alert == rule["alert"]) == [False, True]


def test_each_case_is_of_an_alert() -> None:
    assert {alert for alert, _ in expectations()} == {rule["alert"] for rule in RULES}


def test_each_alert_has_a_severity_a_duration_and_a_runbook() -> None:
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["for"]
        assert set(rule["annotations"]) == {"runbook", "summary"}
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [heading.lower().replace(" ", "-") for heading in headings] == [
        rule["annotations"]["runbook"] for rule in RULES
    ]
