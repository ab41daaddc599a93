"""scripts/smoke.sh: every service that the platform lists is asked, and only a right answer counts."""

from pathlib import Path
from typing import Any

import pytest

from tests.tooling.smoke_runs import SERVICES, Scenario, pod, pods

VICTIM, OTHER = SERVICES
ANNOTATION = "platform/services"
GONE = {"code": 404, "reason": "NotFound", "words": f'services "{VICTIM}:http" not found'}


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return Scenario(tmp_path)


def left_out(scenario: Scenario, *kinds: str) -> None:
    """The victim's objects of these kinds are not in the Application."""
    scenario.status["resources"] = [
        found for found in scenario.status["resources"] if found["name"] != VICTIM or found["kind"] not in kinds
    ]


def failed(scenario: Scenario, *options: str) -> set[tuple[str, str, str]]:
    """Check, name and reason of what failed."""
    done = scenario.run("--json", *options).json
    found = {(one["check"], one["name"], one["reason"]) for one in done["checks"] if one["status"] == "failed"}
    assert done["ok"] is (not found)
    return found


def without_annotations(*services: str) -> list[dict[str, Any]]:
    """All pods; those of these services state nothing for Prometheus."""
    found = pods()
    for one in found:
        if one["metadata"]["labels"]["app.kubernetes.io/name"] in services:
            del one["metadata"]["annotations"]
    return found


def without_probes(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for one in found:
        one["spec"]["containers"] = [{"image": "registry/any:1.0"}]
    return found


def test_a_listed_service_that_git_left_out_fails(scenario: Scenario) -> None:
    left_out(scenario, "Deployment", "Service")
    scenario.pods = pods()[2:]
    assert failed(scenario) == {("pods", VICTIM, "NoPods")}


def test_what_git_left_out_is_not_waited_for(scenario: Scenario) -> None:
    left_out(scenario, "Deployment", "Service")
    scenario.pods = pods()[2:]
    done = scenario.run("--timeout", "60")
    assert done.status == 1
    assert done.calls.count(" applications.") == 2


def test_a_listed_service_without_a_service_object_fails(scenario: Scenario) -> None:
    left_out(scenario, "Service")
    scenario.answers[f"{VICTIM}/health"] = scenario.answers[f"{VICTIM}/metrics"] = GONE
    assert failed(scenario) == {("health", VICTIM, "NoService"), ("metrics", VICTIM, "NoService")}


def test_a_listed_service_that_is_not_scraped_fails(scenario: Scenario) -> None:
    scenario.pods = without_annotations(VICTIM)
    assert failed(scenario) == {("metrics", VICTIM, "NotScraped")}


def test_every_pod_must_be_scraped(scenario: Scenario) -> None:
    scenario.pods = without_annotations(VICTIM)[:1] + pods()[1:]
    assert failed(scenario) == {("metrics", VICTIM, "NotScraped")}


def test_a_pod_that_ends_says_nothing_about_scraping(scenario: Scenario) -> None:
    ending = pod(VICTIM, 7, "old")
    ending["metadata"] |= {"deletionTimestamp": "2026-11-21T10:00:00Z", "annotations": {}}
    scenario.pods = [*pods(), ending]
    assert failed(scenario) == set()


def test_prometheus_must_be_sent_where_the_catalogue_says(scenario: Scenario) -> None:
    found = pods()
    for one in found[:2]:
        one["metadata"]["annotations"]["prometheus.io/path"] = "/elsewhere"
    scenario.pods = found
    (line,) = scenario.run().failed()
    assert f"{VICTIM}: its pods send Prometheus to /elsewhere, the catalogue to /metrics" in line


def test_a_listed_service_is_asked_whatever_its_pods_state(scenario: Scenario) -> None:
    scenario.pods = without_probes(without_annotations(*SERVICES))
    scenario.answers[f"{VICTIM}/health"] = {"code": 500, "body": ""}
    assert failed(scenario) == {
        ("health", VICTIM, "HttpStatus"),
        ("metrics", VICTIM, "NotScraped"),
        ("metrics", OTHER, "NotScraped"),
    }


def test_the_paths_are_those_of_the_list(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] = f"{VICTIM} /livez, {OTHER} /health /metrics"
    done = scenario.run()
    assert done.status == 0
    assert f"services/{VICTIM}:http/proxy/livez" in done.calls
    assert f"services/{VICTIM}:http/proxy/health" not in done.calls
    assert f"skip  metrics  {VICTIM}: the catalogue gives it no metricsPath" in done.out


def test_of_a_worker_only_the_pods_are_looked_at(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] += ", mailer"
    assert failed(scenario) == {("pods", "mailer", "NoPods")}
    scenario.pods = [*pods(), pod("mailer", 1)]
    done = scenario.run()
    assert done.status == 0
    assert "mailer:http" not in done.calls


def test_what_git_brings_beside_the_list_is_looked_at_too(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] = f"{OTHER} /health /metrics"
    scenario.answers[f"{VICTIM}/health"] = {"code": 500, "body": ""}
    assert failed(scenario) == {("health", VICTIM, "HttpStatus")}


def test_an_application_without_a_list_is_checked_with_a_word(scenario: Scenario) -> None:
    scenario.annotations.clear()
    left_out(scenario, "Deployment", "Service")
    scenario.pods = pods()[2:]
    done = scenario.run()
    assert done.status == 0
    (line,) = [line for line in done.out.splitlines() if " services " in line]
    assert line.startswith("skip  services nova-staging: without the annotation platform/services nobody says")


def test_where_nothing_at_all_was_asked_it_is_not_well(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.pods = without_probes(without_annotations(*SERVICES))
    assert failed(scenario) == {("health", "nova-staging", "NothingToCheck")}


@pytest.mark.parametrize("kubectl", ["1.32", "1.33"])
@pytest.mark.parametrize(("code", "check"), [(201, "health"), (204, "health"), (206, "health"), (206, "metrics")])
def test_another_success_is_not_200(scenario: Scenario, code: int, check: str, kubectl: str) -> None:
    scenario.answers[f"{VICTIM}/{check}"] = {"code": code, "body": "up 1\n", "kubectl": kubectl}
    (line,) = scenario.run().failed()
    assert f"{check:8} {VICTIM}: /{check}: HTTP {code}, not 200" in line


def test_a_redirection_is_not_200_wherever_it_leads(scenario: Scenario) -> None:
    scenario.answers[f"{VICTIM}/health"] = {"code": 200, "codes": [302, 200], "body": "sign in"}
    (line,) = scenario.run().failed()
    assert "/health: HTTP 302, not 200" in line


def test_a_kubectl_that_does_not_say_the_status_is_told(scenario: Scenario) -> None:
    scenario.answers[f"{VICTIM}/health"] = {"code": 200, "body": "ok", "kubectl": "of the future"}
    (line,) = scenario.run().failed()
    assert "HTTP 2xx, and kubectl does not say which, not 200" in line
