"""scripts/smoke.sh: why a pod is not ready, what a service answers, and what stands beside the services."""

from pathlib import Path
from typing import Any

import pytest

from tests.tooling.smoke_runs import Scenario, pod, pods, unready

FIRST = pod("auth-service", 1)


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return Scenario(tmp_path)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (unready(FIRST), "container app: runs, but its probe does not pass (restarts: 2)"),
        (
            unready(FIRST, {"waiting": {"reason": "CreateContainerConfigError", "message": 'secret "x" not found'}}),
            'container app: CreateContainerConfigError, secret "x" not found',
        ),
        (
            unready(
                FIRST,
                {"waiting": {"reason": "CrashLoopBackOff"}},
                lastState={"terminated": {"reason": "OOMKilled", "exitCode": 137}},
            ),
            "container app: CrashLoopBackOff (ended before: OOMKilled, status 137)",
        ),
        (
            unready(FIRST, {"terminated": {"reason": "Error", "exitCode": 3}}),
            "container app: ended: Error, status 3",
        ),
    ],
)
def test_a_pod_that_is_not_ready_says_why(scenario: Scenario, found: dict[str, Any], words: str) -> None:
    scenario.pods = [found, *pods()[1:]]
    (line,) = scenario.run().failed()
    assert f"auth-service: 1 of 2 pods are ready; auth-service-new-1: {words}" in line
    assert "describe pods --selector=app.kubernetes.io/name=auth-service" in line


def test_a_pod_without_a_node_says_why(scenario: Scenario) -> None:
    found = unready(FIRST)
    found["status"]["conditions"].append(
        {"type": "PodScheduled", "status": "False", "message": "0/4 nodes are available"}
    )
    scenario.pods = [found, *pods()[1:]]
    (line,) = scenario.run().failed()
    assert "not scheduled: 0/4 nodes are available" in line


def test_the_init_container_is_named_and_not_the_one_that_waits_for_it(scenario: Scenario) -> None:
    found = unready(FIRST, {"waiting": {"reason": "PodInitializing"}})
    found["status"]["initContainerStatuses"] = [
        {"name": "wait", "ready": False, "restartCount": 4, "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    ]
    scenario.pods = [found, *pods()[1:]]
    (line,) = scenario.run().failed()
    assert "container wait: ImagePullBackOff" in line


def test_a_service_without_pods_is_told_and_not_asked(scenario: Scenario) -> None:
    scenario.pods = pods()[2:]
    done = scenario.run()
    (line,) = done.failed()
    assert "no pod carries the label app.kubernetes.io/name=auth-service" in line
    assert "auth-service:http" not in done.calls


def test_old_pods_beside_new_ones_are_told(scenario: Scenario) -> None:
    scenario.pods = [*pods(), pod("user-service", 3, "old")]
    (line,) = scenario.run().failed()
    assert "user-service: pods of two revisions run side by side: new and old" in line


def test_pods_of_another_image_are_told(scenario: Scenario) -> None:
    scenario.pods = [pod("auth-service", 1, tag="1.0"), *(pod(name, 2, tag="1.1") for name in ("user-service",))]
    (line,) = scenario.run("--image-tag", "1.1").failed()
    assert "auth-service-new-1 runs registry/auth-service:1.0, not tag 1.1" in line


ENDPOINTS = {"code": 503, "reason": "ServiceUnavailable", "words": 'no endpoints available for service "auth-service"'}
REFUSED = {
    "code": 503,
    "reason": "ServiceUnavailable",
    "words": "error trying to reach service: dial tcp 10.64.0.5:8084: connect: connection refused",
}
FORBIDDEN = {
    "code": 403,
    "reason": "Forbidden",
    "words": 'services "auth-service:http" is forbidden: User "x" cannot get resource "services/proxy" in API group ""',
}
MISSING = {"code": 404, "reason": "NotFound", "words": 'services "auth-service:http" not found'}
NO_PORT = {"code": 503, "reason": "ServiceUnavailable", "words": 'no service port "http" found for service "auth"'}


@pytest.mark.parametrize(
    ("answer", "reason", "words"),
    [
        (ENDPOINTS, "NoEndpoints", "no ready pod stands behind the Service: its selector matches none"),
        (REFUSED, "Unreachable", "nothing answers at the pod: dial tcp 10.64.0.5:8084: connect: connection refused"),
        (FORBIDDEN, "Forbidden", 'may not get resource "services/proxy"'),
        (MISSING, "NoService", 'services "auth-service:http" not found'),
        (NO_PORT, "NoService", 'no service port "http" found'),
        (
            {"code": 500, "body": "database unreachable\nat line 3"},
            "HttpStatus",
            "HTTP 500, and says: database unreachable",
        ),
        ({"code": 503, "body": "warming up"}, "HttpStatus", "HTTP 503, and says: warming up"),
        ({"code": 404, "body": ""}, "HttpStatus", "HTTP 404, and says: nothing"),
        ({"code": 403, "body": "not for you"}, "HttpStatus", "HTTP 403, and says: not for you"),
    ],
)
def test_what_a_service_answers_is_told_apart(
    scenario: Scenario, answer: dict[str, Any], reason: str, words: str
) -> None:
    scenario.answers["auth-service/health"] = answer
    done = scenario.run("--json")
    (failed,) = [check for check in done.json["checks"] if check["status"] == "failed"]
    assert (failed["check"], failed["name"], failed["reason"]) == ("health", "auth-service", reason)
    assert words in failed["message"]


@pytest.mark.parametrize(
    ("answer", "tries"), [(ENDPOINTS, 3), (REFUSED, 3), ({"code": 500, "body": ""}, 1), (FORBIDDEN, 1)]
)
def test_only_what_nobody_answered_is_asked_again(scenario: Scenario, answer: dict[str, Any], tries: int) -> None:
    scenario.answers["auth-service/health"] = answer
    assert scenario.run().calls.count("auth-service:http/proxy/health") == tries


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "an empty body"),
        ("# HELP up\n# TYPE up gauge\n", "# HELP up"),
    ],
)
def test_metrics_without_a_sample_are_none(scenario: Scenario, body: str, words: str) -> None:
    scenario.answers["auth-service/metrics"] = {"code": 200, "body": body}
    (line,) = scenario.run().failed()
    assert f"auth-service: /metrics answers 200 without a single sample: {words}" in line


def test_without_a_list_the_paths_are_those_that_the_pods_state(scenario: Scenario) -> None:
    scenario.annotations.clear()
    found = pods()
    for one in found[:2]:
        one["spec"]["containers"][0]["livenessProbe"]["httpGet"]["path"] = "/livez"
        one["metadata"]["annotations"]["prometheus.io/path"] = "/prom"
    scenario.pods = found
    scenario.answers["auth-service/prom"] = {"code": 200, "body": "up 1\n"}
    assert scenario.run().status == 0


def test_without_a_list_what_is_not_scraped_is_skipped_with_a_word_unless_it_is_asked_for(scenario: Scenario) -> None:
    scenario.annotations.clear()
    found = pods()
    for one in found[:2]:
        del one["metadata"]["annotations"]
    scenario.pods = found
    scenario.answers["auth-service/metrics"] = {"code": 404, "body": ""}
    done = scenario.run()
    assert done.status == 0
    assert "skip  metrics  auth-service: its pods do not say prometheus.io/scrape" in done.out
    assert scenario.run("--services", "auth-service").status == 1


def test_a_list_of_services_wants_every_one(scenario: Scenario) -> None:
    (line,) = scenario.run("--services", "auth-service,ninth-service").failed()
    assert "ninth-service: no pod carries the label" in line


def cache_pod(number: int, role: str) -> dict[str, Any]:
    found = pod("redis", number)
    found["metadata"]["labels"]["role"] = role
    return found


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["master", "replica"], "ok    redis    redis: 2 pods are ready, one of them the primary"),
        (["master", "master"], "FAIL  redis    redis: 2 of 2 pods say that they are the primary"),
        (["replica", "replica"], "FAIL  redis    redis: 0 of 2 pods say that they are the primary"),
        (["", ""], "ok    redis    redis: 2 pods are ready; no label says their roles"),
    ],
)
def test_a_cache_in_the_namespace_has_one_primary(scenario: Scenario, roles: list[str], words: str) -> None:
    scenario.pods = [*pods(), *(cache_pod(number, role) for number, role in enumerate(roles))]
    assert words in scenario.run().out


def test_a_cache_that_is_not_ready_is_told(scenario: Scenario) -> None:
    scenario.pods = [*pods(), cache_pod(1, "master"), unready(cache_pod(2, "replica"))]
    (line,) = scenario.run().failed()
    assert "redis: 1 of 2 pods are ready" in line


def test_topics_are_those_of_the_application_and_those_that_are_wanted(scenario: Scenario) -> None:
    scenario.status["resources"] += [
        {"kind": "KafkaTopic", "namespace": "nova", "name": "orders", "status": "Synced"},
        {"kind": "KafkaTopic", "namespace": "nova", "name": "mails", "status": "OutOfSync"},
    ]
    done = scenario.run("--kafka-topics", "orders,posts")
    assert "ok    kafka    orders: the KafkaTopic is what Git says" in done.out
    missing, behind = done.failed()
    assert "posts: the Application has no KafkaTopic of this name" in missing
    assert "mails: the KafkaTopic is not what Git says" in behind
