"""The alert rules in the values of kube-prometheus-stack: ours whole, the chart's that say the same off."""

from typing import Any, cast

from components.config.controllers import PrometheusConfig
from components.controllers import prometheus
from components.controllers.alerts import alert_groups

VALUES = cast("dict[str, Any]", prometheus.values(PrometheusConfig(), storage_class=None))


def test_the_chart_gets_every_group_of_the_file() -> None:
    assert VALUES["additionalPrometheusRulesMap"] == {"platform": {"groups": alert_groups()}}
    assert [group["name"] for group in alert_groups()] == ["environments", "delivery", "cluster"]


def test_nobody_is_told_twice() -> None:
    disabled = VALUES["defaultRules"]["disabled"]
    assert {"KubeHpaMaxedOut", "KubeNodeNotReady", "KubePodCrashLooping", "TargetDown"} < set(disabled)
    assert set(disabled.values()) == {True}


def test_the_charts_rules_that_its_dashboards_read_stay() -> None:
    assert VALUES["defaultRules"]["rules"] == {
        "kubernetesResources": False,
        "network": False,
        "nodeExporterAlerting": False,
        "nodeExporterRecording": False,
    }
