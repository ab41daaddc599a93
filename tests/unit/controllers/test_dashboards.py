"""The dashboards' ConfigMap: where Prometheus is, with the label by which Grafana's sidecar finds it."""

import json

from components.controllers.dashboards import config_map_data
from tests.harness.controllers_runs import LOCAL, NAMESPACE, install

CONFIG_MAP = "kubernetes:core/v1:ConfigMap"


def test_grafana_finds_the_dashboards_in_its_own_namespace() -> None:
    done = install(*LOCAL, local=True)
    found = done.one(CONFIG_MAP)
    assert found.inputs["metadata"] == {
        "labels": {"grafana_dashboard": "1"},
        "name": "dashboards",
        "namespace": "monitoring",
    }
    assert found.inputs["data"] == config_map_data()
    assert found.depends_on == {done.one(NAMESPACE, "operators-monitoring").urn}


def test_without_grafana_there_are_none() -> None:
    assert install("rollouts").all(CONFIG_MAP) == []


def test_a_dashboard_is_changed_in_git_only() -> None:
    for text in config_map_data().values():
        assert json.loads(text)["editable"] is False


def test_the_dashboards_fit_into_a_config_map() -> None:
    assert sum(len(text) for text in config_map_data().values()) < 1024**2
