"""The dashboards: Prometheus' own engine runs every query on what the exporters expose, and finds something to draw."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.controllers.dashboards import Dashboard, config_map_data, dashboards
from tests.harness.harness import ROOT
from tests.systems.promtool import CASES, promtool

Series = dict[str, str]
FOLDER = ROOT / "tests" / "systems" / "dashboards"
EXPORTERS: Mapping[str, list[Series]] = YAML(typ="safe").load((FOLDER / "exporters.yaml").read_text(encoding="utf-8"))
SERIES = [series for exposed in EXPORTERS.values() for series in exposed]
each_dashboard = pytest.mark.parametrize("dashboard", dashboards(), ids=[one.uid for one in dashboards()])


CHOSEN = {"$__rate_interval": "5m", "$namespace": "shop", "$service": "cart"}


def chosen(query: str) -> str:
    """The query as Grafana sends it for one service."""
    return re.sub(r"\$\w+", lambda match: CHOSEN[match.group()], query)


def queries(dashboard: Dashboard) -> Iterator[tuple[str, str]]:
    """Each query, with its legend."""
    for panel in dashboard.panels:
        yield from panel.queries.items()


def labels() -> dict[str, set[str]]:
    """The labels of each metric that an exporter exposes."""
    found: dict[str, set[str]] = {}
    for series in SERIES:
        metric, _, rest = series["series"].partition("{")
        found.setdefault(metric, set()).update(re.findall(r"(\w+)=", rest))
    return found


@each_dashboard
def test_every_query_finds_something_in_what_the_exporters_expose(dashboard: Dashboard, tmp_path: Path) -> None:
    found = [{"labels": "{}", "value": 1}]
    expressions = [
        {"expr": f"count({chosen(query)}) > bool 0", "eval_time": "10m", "exp_samples": found}
        for _, query in queries(dashboard)
    ]
    tests = [{"interval": "1m", "input_series": SERIES, "promql_expr_test": expressions}]
    file = tmp_path / "queries.json"
    file.write_text(json.dumps({"tests": tests}), encoding="utf-8")
    promtool("test", "rules", file)


@each_dashboard
def test_every_label_is_one_of_its_metric(dashboard: Dashboard) -> None:
    for _, query in queries(dashboard):
        for metric, selected in re.findall(r"(\w+)\{([^}]*)\}", query):
            assert set(re.findall(r"(\w+)[!=]", selected)) <= labels()[metric]
        known = {label for metric, its in labels().items() if metric in query for label in its}
        for kept in re.findall(r" by \(([^)]*)\)", query):
            assert set(kept.split(", ")) <= known


@each_dashboard
def test_a_legend_names_the_labels_that_the_query_keeps(dashboard: Dashboard) -> None:
    for legend, query in queries(dashboard):
        (kept, *_) = re.findall(r" by \(([^)]*)\)", query)
        assert set(re.findall(r"\{\{(\w+)\}\}", legend)) == set(kept.split(", ")) - {"le"}


@each_dashboard
def test_variables_are_listed_from_metrics_and_labels_that_exist(dashboard: Dashboard) -> None:
    for query in dashboard.variables.values():
        match = re.fullmatch(r"label_values\((\w+)(?:\{(.*)\})?, (\w+)\)", query)
        assert match is not None
        metric, selected, label = match.groups()
        assert {label, *re.findall(r"(\w+)[!=]", selected or "")} <= labels()[metric]
    used = {name for _, query in queries(dashboard) for name in re.findall(r"\$([a-z]\w+)", query)}
    assert used == set(dashboard.variables)


def test_alerts_are_tried_with_series_that_the_exporters_expose() -> None:
    for file in CASES:
        for test in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["tests"]:
            for series in test["input_series"]:
                metric, _, rest = series["series"].partition("{")
                assert set(re.findall(r"(\w+)=", rest)) <= labels()[metric], series["series"]


def test_panels_do_not_overlap() -> None:
    for text in config_map_data().values():
        model: dict[str, Any] = json.loads(text)
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in model["panels"]]
        assert len(set(places)) == len(places) == len({panel["id"] for panel in model["panels"]})
        assert {x for x, _ in places} <= {0, 12}


def test_grafana_asks_the_charts_data_source() -> None:
    assert list(config_map_data()) == ["services.json", "rollouts.json", "quotas.json", "argocd.json"]
    for text in config_map_data().values():
        model: dict[str, Any] = json.loads(text)
        asked = [target["datasource"]["uid"] for panel in model["panels"] for target in panel["targets"]]
        assert set(asked) == {"prometheus"}
