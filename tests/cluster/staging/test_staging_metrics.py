"""The real Prometheus, with the scrape job and rules that the program gives its chart, and the dashboards' queries."""

import re
from collections.abc import Iterator

import pytest

from components.controllers.dashboards import dashboards
from tests.cluster.stand import observe
from tests.cluster.stand.prometheus import Prometheus
from tests.cluster.stand.services import Services
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES

NAMESPACE = "nova"
SECONDS = 60
EXPOSED = """\
# TYPE http_requests_total counter
http_requests_total{status="200"} 10
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.1"} 9
http_request_duration_seconds_bucket{le="+Inf"} 10
http_request_duration_seconds_sum 1
http_request_duration_seconds_count 10
"""
CHOSEN = {"$__rate_interval": "10s", "$namespace": NAMESPACE, "$service": ".+"}
HERE = re.compile(r"\b(http_requests_total|http_request_duration_seconds_bucket|argocd_\w+|externalsecret_\w+)\b")
"""Metrics whose programs run in this stand."""
NOWHERE = re.compile(r"\b(kube|container|rollout|analysis)_\w+|rollouts_pod_template_hash")
QUIET = ("Applications to look at", "Syncs in an hour")
"""Panels that are empty when nothing is wrong and nothing happens."""


@pytest.fixture(scope="module")
def prometheus(staging: Stand) -> Iterator[Prometheus]:
    services = Services(staging.config.services)
    for service in staging.config.services:
        if service.metrics_path is not None:
            services.answers[service.name, service.metrics_path] = (200, EXPOSED)
    services.start()
    started = Prometheus(staging)
    started.start()
    wait_for("Argo CD's metrics", lambda: started.query("argocd_app_info"), SECONDS)
    yield started
    started.stop()
    services.stop()


def test_every_pod_of_the_services_is_scraped_under_its_name(staging: Stand, prometheus: Prometheus) -> None:
    pods = {pod["metadata"]["name"] for pod in observe.pods_of(staging.api, NAMESPACE)}

    def scraped() -> set[str]:
        found = prometheus.query(f'http_requests_total{{namespace="{NAMESPACE}",status="200"}}')
        assert {series["metric"]["service"] for series in found} <= set(NAMES)
        return {series["metric"]["pod"] for series in found}

    wait_for("a sample of every pod", lambda: scraped() == pods, SECONDS)


def test_an_exporters_own_namespace_is_kept_as_exported(staging: Stand, prometheus: Prometheus) -> None:
    applications = {staging.application_name(environment.name) for environment in staging.config.environments}
    found = [series["metric"] for series in prometheus.query('argocd_app_info{namespace="argocd"}')]
    assert {metric["name"] for metric in found} == applications
    assert {metric["exported_namespace"] for metric in found} == {staging.config.argocd.namespace}
    assert {metric["autosync_enabled"] for metric in found} <= {"true", "false"}

    def secrets() -> list[dict[str, str]]:
        return [series["metric"] for series in prometheus.query('externalsecret_status_condition{condition="Ready"}')]

    # External Secrets is scraped apart from Argo CD, up to an interval later.
    wait_for(
        "the Secrets' metrics",
        lambda: NAMESPACE in {metric["exported_namespace"] for metric in secrets()},
        SECONDS,
    )
    assert {metric["namespace"] for metric in secrets()} == {"platform"}


def test_no_alert_on_delivery_is_raised_where_all_is_well(prometheus: Prometheus) -> None:
    def states() -> dict[str, str]:
        groups = {group["name"]: group["rules"] for group in prometheus.get("rules")["groups"]}
        assert {rule["health"] for rules in groups.values() for rule in rules} <= {"ok", "unknown"}
        return {rule["name"]: rule["state"] for rule in groups["delivery"] if rule["health"] == "ok"}

    wait_for("the first evaluation", lambda: len(states()) == 3, SECONDS)
    assert set(states().values()) == {"inactive"}


def test_the_dashboards_queries_find_series(prometheus: Prometheus) -> None:
    asked = 0
    for panel in (panel for one in dashboards() for panel in one.panels if panel.title not in QUIET):
        for query in panel.queries.values():
            if HERE.search(query) and not NOWHERE.search(query):
                sent = re.sub(r"\$\w+", lambda match: CHOSEN[match.group()], query)
                wait_for(f"{panel.title}: {sent}", lambda: prometheus.query(sent), SECONDS)  # noqa: B023
                asked += 1
    assert asked == 9
