"""scripts/smoke-staging.sh with its group's rights on the real API server, and each thing broken in turn."""

import json
from typing import cast

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.smoke.script import NAMESPACE, VICTIM, WHOLE_LOOK, Smoke
from tests.cluster.stand.api import Json
from tests.cluster.stand.commits import committed, patch, refusal, resource
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES

ENDPOINTS = "/apis/discovery.k8s.io/v1/namespaces/nova/endpointslices"
ONE_LOOK = 3
USUAL_INTERVAL = "2"
"""Seconds between two looks of the script, as it is called elsewhere."""
ROLE = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{NAMESPACE}/roles/smoke-test"


def pods(stand: Stand) -> set[str]:
    """Names of all pods beside the services, and theirs."""
    return {pod["metadata"]["name"] for pod in stand.api.items(f"/api/v1/namespaces/{NAMESPACE}/pods")}


def addresses(stand: Stand, service: str) -> list[str]:
    """Of the pods behind a Service."""
    slices = stand.api.items(ENDPOINTS, labelSelector=f"kubernetes.io/service-name={service}")
    endpoints = [endpoint for one in slices for endpoint in cast("list[Json]", one["endpoints"] or [])]
    return [address for endpoint in endpoints for address in cast("list[str]", endpoint["addresses"])]


def health(stand: Stand) -> str:
    """Of staging, as Argo CD judges."""
    return str(stand.application("staging")["status"]["health"]["status"])


def conditions(stand: Stand) -> list[str]:
    """What Argo CD has to say about staging."""
    return [str(one["type"]) for one in stand.application("staging")["status"].get("conditions", [])]


def test_staging_is_well_and_all_services_answered(smoke: Smoke, figures: Figures) -> None:
    before = pods(smoke.stand)
    found = smoke.run("--revision", smoke.stand.repository.head, "--interval", USUAL_INTERVAL)
    after = pods(smoke.stand)
    assert [check for check in found["checks"] if check["status"] == "failed"] == [], found["lines"]
    well = {(check["check"], check["name"]) for check in found["checks"] if check["status"] == "ok"}
    assert well == {
        ("sync", "nova-staging"),
        *((what, name) for name in NAMES for what in ("pods", "health", "metrics")),
    }
    assert [check["check"] for check in found["checks"] if check["status"] == "skipped"] == ["redis", "kafka"]
    assert (found["status"], found["ok"], found["namespace"]) == (0, True, NAMESPACE)
    assert after <= before, "it makes no pod"
    figures.seconds("staging: smoke test", found["seconds"])


def test_a_service_that_is_down_is_named(smoke: Smoke) -> None:
    smoke.services.down(VICTIM)
    try:
        found = smoke.failures()
    finally:
        smoke.services.up(VICTIM)
    assert {(one["check"], one["name"], one["reason"]) for one in found} == {
        ("health", VICTIM, "Unreachable"),
        ("metrics", VICTIM, "Unreachable"),
    }
    assert "connection refused" in found[0]["message"]


def test_each_wrong_answer_is_told(smoke: Smoke) -> None:
    wrong = {
        ("auth-service", "/health"): ((500, "database unreachable\nat line 3\n"), "HttpStatus",
                                      "HTTP 500: database unreachable"),
        ("user-service", "/health"): ((503, "warming up"), "HttpStatus", "HTTP 503: warming up"),
        ("user-service", "/metrics"): ((404, "no such page"), "HttpStatus", "HTTP 404: no such page"),
        ("media-service", "/metrics"): ((200, ""), "NoMetrics", "an empty body"),
        ("auth-service", "/metrics"): ((200, "<!doctype html>"), "NoMetrics", "<!doctype html>"),
    }  # fmt: skip
    smoke.services.answers |= {place: answer for place, (answer, _, _) in wrong.items()}
    try:
        found = {(one["name"], f"/{one['check']}"): one for one in smoke.failures()}
    finally:
        smoke.services.answers.clear()
    assert found.keys() == wrong.keys()
    for place, (_, reason, words) in wrong.items():
        assert found[place]["reason"] == reason, place
        assert words in found[place]["message"], place


def test_a_commit_that_argo_cd_does_not_know_fails(smoke: Smoke) -> None:
    (found,) = smoke.failures("--revision", "f" * 40, timeout=ONE_LOOK)
    assert (found["check"], found["reason"]) == ("sync", "OtherRevision")
    assert f"not at {'f' * 40}" in found["message"]


def test_pods_of_another_image_fail(smoke: Smoke) -> None:
    found = smoke.failures("--image-tag", "never-built", timeout=ONE_LOOK)
    assert {(one["check"], one["reason"]) for one in found} == {("pods", "OtherImage")}
    assert {one["name"] for one in found} == set(NAMES)


def test_an_application_that_is_not_there_is_told(smoke: Smoke) -> None:
    admin = smoke.stand.kubeconfig
    (found,) = smoke.failures("--application", "nova-nothing", kubeconfig=admin)
    assert (found["check"], found["reason"]) == ("sync", "NotFound")


def test_the_group_sees_no_other_application(smoke: Smoke) -> None:
    (found,) = smoke.failures("--application", "nova-production")
    assert (found["check"], found["reason"]) == ("sync", "Forbidden")
    assert 'get resource "applications"' in found["message"]


@pytest.mark.parametrize(
    ("kept", "check", "words"),
    [("pods", "health", 'get resource "services/proxy"'), ("services/proxy", "pods", 'list resource "pods"')],
)
def test_a_missing_right_is_named(smoke: Smoke, kept: str, check: str, words: str) -> None:
    api = smoke.stand.api
    rules = api.get(ROLE)["rules"]
    api.patch(ROLE, {"rules": [rule for rule in rules if rule["resources"] == [kept]]})
    try:
        # The authorizer hears of a changed Role a moment later.
        found = wait_for("the refusal", smoke.failures, 20)
    finally:
        api.patch(ROLE, {"rules": rules})
    wait_for("the right", lambda: not smoke.failures(), 20)
    assert {one["reason"] for one in found} == {"Forbidden"}
    assert found[0]["check"] == check
    assert words in found[0]["message"]


def test_a_service_whose_selector_matches_nothing_is_told(smoke: Smoke) -> None:
    text = '[{"op": "add", "path": "/spec/selector/tier", "value": "none"}]'
    with committed(smoke.stand, "staging", patch(text, "--kind", "Service", "--name", VICTIM)) as revision:
        wait_for("a Service without pods", lambda: not addresses(smoke.stand, VICTIM), WHOLE_LOOK)
        found = smoke.failures("--revision", revision)
    assert {(one["check"], one["name"], one["reason"]) for one in found} == {
        ("health", VICTIM, "NoEndpoints"),
        ("metrics", VICTIM, "NoEndpoints"),
    }


def test_a_rollout_that_finds_no_node_is_degraded_with_the_schedulers_words(smoke: Smoke) -> None:
    text = json.dumps(
        [
            {"op": "add", "path": "/spec/template/spec/nodeSelector", "value": {"disk": "golden"}},
            {"op": "add", "path": "/spec/progressDeadlineSeconds", "value": 3},
        ]
    )
    with committed(smoke.stand, "staging", patch(text, "--kind", "Deployment", "--name", VICTIM)) as revision:
        wait_for("the end of its patience", lambda: health(smoke.stand) == "Degraded", WHOLE_LOOK)
        sync, pods = smoke.failures("--revision", revision, timeout=ONE_LOOK)
    assert (sync["check"], sync["reason"]) == ("sync", "Degraded")
    assert (pods["check"], pods["name"], pods["reason"]) == ("pods", VICTIM, "NotReady")
    assert "2 of 3 pods are ready" in pods["message"]
    assert "not scheduled: 0/4 nodes are available" in pods["message"]


def test_a_refused_commit_is_told_in_argo_cds_words(smoke: Smoke) -> None:
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: more}\nspec: {hard: {pods: '999'}}\n"
    with committed(smoke.stand, "staging", resource(quota)) as revision:
        wait_for("the refusal", lambda: refusal(smoke.stand, "staging", revision), WHOLE_LOOK)
        (found,) = smoke.failures("--revision", revision, timeout=ONE_LOOK)
    assert (found["check"], found["reason"]) == ("sync", "SyncRefused")
    assert "resource :ResourceQuota is not permitted in project nova" in found["message"]


def test_an_overlay_that_does_not_build_is_told_in_argo_cds_words(smoke: Smoke) -> None:
    with committed(smoke.stand, "staging", resource("this is: [no manifest\n")) as revision:
        wait_for("the error", lambda: conditions(smoke.stand), WHOLE_LOOK)
        (found,) = smoke.failures("--revision", revision, timeout=ONE_LOOK)
    assert (found["check"], found["reason"]) == ("sync", "SyncRefused")
    assert "ComparisonError" in found["message"]
