"""Prometheus's alert rules: those of `prometheus_files/alerts.yaml`, and which of the chart's they take the place of.

The chart's other rules stay: alerts on the monitoring itself, Jobs and certificates, and the recording rules that its
dashboards read. Routes to people are Alertmanager's.
Sources: `defaultRules` and templates/prometheus/rules-1.14 of the chart kube-prometheus-stack.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

FILE = Path(__file__).with_name("prometheus_files") / "alerts.yaml"
WITHOUT_EXPORTER = ("network", "nodeExporterAlerting", "nodeExporterRecording")
"""Groups about metrics of the node exporter, which is off."""
ON_QUOTAS = "kubernetesResources"
"""A group that repeats `QuotaNearlyUsed`, for objects too, of which a quota allows exactly those that exist. The nodes
that it calls overcommitted, the program refuses before it creates them."""
REPLACED = (
    "KubeHpaMaxedOut",
    "KubeNodeNotReady",
    "KubeNodeUnreachable",
    "KubePersistentVolumeFillingUp",
    "KubePodCrashLooping",
    "TargetDown",
)
"""The chart's alerts that say what one of ours says."""


def alert_groups() -> list[Mapping[str, Any]]:
    """The groups of the file, as Prometheus reads them."""
    return YAML(typ="safe").load(FILE.read_text(encoding="utf-8"))["groups"]


def alert_values() -> Mapping[str, object]:
    """The rules in the chart's values."""
    return {
        "additionalPrometheusRulesMap": {"platform": {"groups": alert_groups()}},
        "defaultRules": {
            "disabled": dict.fromkeys(REPLACED, True),
            "rules": dict.fromkeys((*WITHOUT_EXPORTER, ON_QUOTAS), False),
        },
    }
