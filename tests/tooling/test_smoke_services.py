"""scripts/smoke.py: pods, services, metrics, caches and topics."""

from typing import Any

import pytest

from scripts.smoke import Answer, ReadError, judge_metrics
from tests.tooling.smoke_runs import SERVICES, Scenario, pod, pods, refused, unready

VICTIM, OTHER = SERVICES
FIRST = pod(VICTIM, 1)
ANNOTATION = "platform/services"


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


def without(scenario: Scenario, *kinds: str) -> None:
    """Remove the victim's objects of these kinds from the Application."""
    scenario.status["resources"] = [
        found for found in scenario.status["resources"] if found["name"] != VICTIM or found["kind"] not in kinds
    ]


def failed(scenario: Scenario, *options: str) -> set[tuple[str, str, str]]:
    """Check, name and reason of each failure."""
    report = scenario.run("--json", *options).json
    found = {(one["check"], one["name"], one["reason"]) for one in report["checks"] if one["status"] == "failed"}
    assert report["ok"] is (not found)
    return found


def bare(*services: str, probes: bool = True) -> list[dict[str, Any]]:
    """All pods; those of these services say nothing to Prometheus, and have no probes either unless `probes`."""
    found = pods()
    for one in found:
        if one["metadata"]["labels"]["app.kubernetes.io/name"] in services:
            del one["metadata"]["annotations"]
            if not probes:
                one["spec"]["containers"] = [{"image": "registry/any:1.0"}]
    return found


def unscheduled() -> dict[str, Any]:
    found = unready(FIRST)
    condition = {"type": "PodScheduled", "status": "False", "message": "0/4 nodes are available"}
    found["status"] |= {"conditions": [condition], "containerStatuses": None}
    return found


def initializing() -> dict[str, Any]:
    found = unready(FIRST, {"waiting": {"reason": "PodInitializing"}})
    state = {"waiting": {"reason": "ImagePullBackOff"}}
    found["status"]["initContainerStatuses"] = [{"name": "wait", "ready": False, "restartCount": 4, "state": state}]
    return found


WAITING = {"reason": "CreateContainerConfigError", "message": 'secret "x" not found'}
KILLED = {"terminated": {"reason": "OOMKilled", "exitCode": 137}}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (unready(FIRST), "container app: running, but its probe fails (restarts: 2)"),
        (unready(FIRST, {"waiting": WAITING}), 'container app: CreateContainerConfigError, secret "x" not found'),
        (
            unready(FIRST, {"waiting": {"reason": "CrashLoopBackOff"}}, lastState=KILLED),
            "container app: CrashLoopBackOff (ended before: OOMKilled, status 137)",
        ),
        (unready(FIRST, {"terminated": {"reason": "Error", "exitCode": 3}}), "container app: ended: Error, status 3"),
        (unscheduled(), "not scheduled: 0/4 nodes are available"),
        (initializing(), "container wait: ImagePullBackOff"),
    ],
)
def test_the_reason_why_a_pod_is_not_ready_is_reported(scenario: Scenario, found: dict[str, Any], words: str) -> None:
    scenario.pods = [found, *pods()[1:]]
    (line,) = scenario.run().failed()
    assert f"auth-service: 1 of 2 pods are ready; auth-service-new-1: {words}" in line
    assert "describe pods --selector=app.kubernetes.io/name=auth-service" in line


def test_a_service_without_ready_pods_is_not_asked(scenario: Scenario) -> None:
    scenario.pods = pods()[2:]
    result = scenario.run()
    (line,) = result.failed()
    assert "no pod has the label app.kubernetes.io/name=auth-service" in line
    assert result.asked(VICTIM, "/health") == result.asked(VICTIM, "/metrics") == 0


def test_pods_of_an_old_revision_fail(scenario: Scenario) -> None:
    scenario.pods = [*pods(), pod(OTHER, 3, "old")]
    (line,) = scenario.run().failed()
    assert "user-service: pods of several revisions are running: new and old" in line


def test_pods_of_another_image_fail(scenario: Scenario) -> None:
    scenario.pods = [pod(VICTIM, 1, tag="1.0"), pod(OTHER, 2, tag="1.1")]
    (line,) = scenario.run("--image-tag", "1.1").failed()
    assert "auth-service-new-1 runs registry/auth-service:1.0, not tag 1.1" in line


ENDPOINTS = refused(503, 'no endpoints available for service "auth-service"')
REFUSED = refused(503, "error trying to reach service: dial tcp 10.64.0.5:8084: connect: connection refused")
FORBIDDEN = refused(403, 'services "auth-service:http" is forbidden: User "x" cannot get resource "services/proxy"')
MISSING = refused(404, 'services "auth-service:http" not found')
NO_PORT = refused(503, 'no service port "http" found for service "auth"')
SILENT = ReadError("Unreachable", "no answer within 10 s")


@pytest.mark.parametrize(
    ("answer", "reason", "words", "tries"),
    [
        (ENDPOINTS, "NoEndpoints", "the Service has no ready pod: its selector matches none", 3),
        (REFUSED, "Unreachable", "the pod does not answer: dial tcp 10.64.0.5:8084: connect: connection refused", 3),
        (SILENT, "NoAnswer", "no answer within 10 s", 3),
        (FORBIDDEN, "Forbidden", 'this identity may not get resource "services/proxy"', 1),
        (MISSING, "NoService", 'services "auth-service:http" not found', 1),
        (NO_PORT, "NoService", 'no service port "http" found for service "auth"', 1),
        (Answer(500, b"database unreachable\nat line 3"), "HttpStatus", "HTTP 500: database unreachable", 1),
        (Answer(503, b"warming up"), "HttpStatus", "HTTP 503: warming up", 1),
        (Answer(404, b""), "HttpStatus", "HTTP 404 with an empty body", 1),
        (Answer(403, b"not for you"), "HttpStatus", "HTTP 403: not for you", 1),
        *((Answer(code, b"up 1\n"), "HttpStatus", f"HTTP {code}, not 200", 1) for code in (201, 204, 206, 302)),
    ],
)
@pytest.mark.parametrize("check", ["health", "metrics"])
def test_each_wrong_answer_has_its_reason_and_only_silence_is_asked_again(
    scenario: Scenario, check: str, *, answer: Answer | ReadError, reason: str, words: str, tries: int
) -> None:
    scenario.answers[f"{VICTIM}/{check}"] = answer
    result = scenario.run("--json")
    (found,) = [one for one in result.json["checks"] if one["status"] == "failed"]
    assert (found["check"], found["name"], found["reason"]) == (check, VICTIM, reason)
    assert found["message"].startswith(f"/{check}: {words}")
    assert result.asked(VICTIM, f"/{check}") == tries


def test_a_service_may_answer_at_the_second_try(scenario: Scenario) -> None:
    def get(path: str) -> Answer:
        answer = scenario.get(path)
        first = scenario.requests.count(path) == 1 and path.endswith(f"{VICTIM}:http/proxy/health")
        return ENDPOINTS if first else answer

    result = scenario.run(get=get)
    assert (result.status, result.asked(VICTIM, "/health")) == (0, 2)


SAMPLES = r"""up 1
up{} 1
job:up:sum -3
up{a="b"} 1.5e-3 1395066363000
up{path="C:\\DIR\\ \"x\", {y}" , b="\n",} +Inf
up NaN
up{a="é"}1""".splitlines()
NO_SAMPLES = r"""error 500 internal
Nope INVALID
up
up 1 2 3
up 1 1.5
up 1_000
1up 1
a-b 1
up{a=b} 1
up{a="b" 1
up{a="b"c="d"} 1
up{a="\"} 1
up{,} 1
{"up": 1}
<!doctype html>""".splitlines()


@pytest.mark.parametrize("line", [*SAMPLES, "  up\t-.5\t-3  "])
def test_a_sample_is_what_prometheus_reads(line: str) -> None:
    assert judge_metrics(f"# HELP up Words.\n\n{line}\n \n# EOF".encode()) == (1, "")


def test_every_sample_is_counted() -> None:
    assert judge_metrics(b"up 1\n# up 2\nup 3") == (2, "")


@pytest.mark.parametrize("line", [*NO_SAMPLES, "up 1\r", "\0"])
def test_one_line_that_prometheus_cannot_read_fails(scenario: Scenario, line: str) -> None:
    assert judge_metrics(f"up 1\n{line}\nup 2\n".encode()) == (2, f"this line is not a sample: {line}")
    scenario.answers[f"{VICTIM}/metrics"] = Answer(200, line.encode())
    assert failed(scenario) == {("metrics", VICTIM, "NoMetrics")}


@pytest.mark.parametrize(("body", "words"), [(b"", "an empty body"), (b"# HELP up\n# TYPE up gauge\n", "# HELP up")])
def test_metrics_without_a_sample_fail(scenario: Scenario, body: bytes, words: str) -> None:
    scenario.answers[f"{VICTIM}/metrics"] = Answer(200, body)
    (line,) = scenario.run().failed()
    assert f"auth-service: /metrics answers 200, but it has no sample: {words}" in line


def test_a_listed_service_that_git_has_lost_fails_without_a_wait(scenario: Scenario) -> None:
    without(scenario, "Deployment", "Service")
    scenario.pods = pods()[2:]
    assert failed(scenario) == {("pods", VICTIM, "NoPods")}
    assert scenario.run("--timeout", "60").looks == 2


def test_a_listed_service_without_a_service_object_fails(scenario: Scenario) -> None:
    without(scenario, "Service")
    scenario.answers[f"{VICTIM}/health"] = scenario.answers[f"{VICTIM}/metrics"] = MISSING
    assert failed(scenario) == {("health", VICTIM, "NoService"), ("metrics", VICTIM, "NoService")}


@pytest.mark.parametrize("number", [0, 1])
def test_every_pod_of_a_listed_service_must_be_scraped_at_the_catalogues_path(scenario: Scenario, number: int) -> None:
    found = pods()
    found[number] = bare(VICTIM)[number]
    scenario.pods = found
    assert failed(scenario) == {("metrics", VICTIM, "NotScraped")}
    found[number]["metadata"]["annotations"] = {"prometheus.io/scrape": "true", "prometheus.io/path": "/elsewhere"}
    (line,) = scenario.run().failed()
    assert f"{VICTIM}: its pods send Prometheus to /elsewhere, the catalogue to /metrics" in line


def test_a_pod_that_is_ending_need_not_be_scraped(scenario: Scenario) -> None:
    ending = pod(VICTIM, 7, "old")
    ending["metadata"] |= {"deletionTimestamp": "2026-11-21T10:00:00Z", "annotations": {}}
    scenario.pods = [*pods(), ending]
    assert failed(scenario) == set()


def test_a_listed_service_is_asked_whatever_its_pods_say(scenario: Scenario) -> None:
    scenario.pods = bare(*SERVICES, probes=False)
    scenario.answers[f"{VICTIM}/health"] = Answer(500, b"")
    assert failed(scenario) == {
        ("health", VICTIM, "HttpStatus"),
        ("metrics", VICTIM, "NotScraped"),
        ("metrics", OTHER, "NotScraped"),
    }


def test_a_listed_service_is_asked_at_the_listed_paths(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] = f"{VICTIM} /livez, {OTHER} /health /metrics"
    result = scenario.run()
    assert result.status == 0
    assert (result.asked(VICTIM, "/livez"), result.asked(VICTIM, "/health")) == (1, 0)
    assert f"skip  metrics  {VICTIM}: the catalogue gives it no metricsPath" in result.out


def test_a_worker_needs_pods_but_is_not_asked(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] += ", mailer"
    assert failed(scenario) == {("pods", "mailer", "NoPods")}
    scenario.pods = [*pods(), pod("mailer", 1)]
    result = scenario.run()
    assert result.status == 0
    assert result.asked("mailer", "/health") == 0


def test_services_that_git_has_in_addition_to_the_list_are_checked_too(scenario: Scenario) -> None:
    scenario.annotations[ANNOTATION] = f"{OTHER} /health /metrics"
    scenario.answers[f"{VICTIM}/health"] = Answer(500, b"")
    assert failed(scenario) == {("health", VICTIM, "HttpStatus")}


def test_without_a_list_whatever_exists_is_checked_and_a_line_says_so(scenario: Scenario) -> None:
    scenario.annotations.clear()
    without(scenario, "Deployment", "Service")
    scenario.pods = pods()[2:]
    result = scenario.run()
    assert result.status == 0
    assert "skip  services nova-staging: without the annotation platform/services" in result.out


def test_without_a_list_the_paths_are_those_that_the_pods_state(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.pods = found = pods()
    for one in found[:2]:
        one["spec"]["containers"][0]["livenessProbe"]["httpGet"]["path"] = "/livez"
        one["metadata"]["annotations"]["prometheus.io/path"] = "/prom"
    scenario.answers[f"{VICTIM}/prom"] = Answer(200, b"up 1\n")
    result = scenario.run()
    assert (result.status, result.asked(VICTIM, "/livez"), result.asked(VICTIM, "/prom")) == (0, 1, 1)


def test_without_a_list_metrics_are_asked_only_if_scraped_or_demanded(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.pods = bare(VICTIM)
    scenario.answers[f"{VICTIM}/metrics"] = Answer(404, b"")
    result = scenario.run()
    assert result.status == 0
    assert "skip  metrics  auth-service: its pods do not say prometheus.io/scrape" in result.out
    assert scenario.run("--services", VICTIM).status == 1


def test_an_environment_in_which_nothing_could_be_asked_is_not_well(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.pods = bare(*SERVICES, probes=False)
    assert failed(scenario) == {("health", "nova-staging", "NothingToCheck")}


def test_every_service_of_the_option_must_exist(scenario: Scenario) -> None:
    (line,) = scenario.run("--services", "auth-service,ninth-service").failed()
    assert "ninth-service: no pod has the label" in line


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


def test_all_pods_of_a_cache_must_be_ready(scenario: Scenario) -> None:
    scenario.pods = [*pods(), cache_pod(1, "master"), unready(cache_pod(2, "replica"))]
    (line,) = scenario.run().failed()
    assert "redis: 1 of 2 pods are ready" in line


def test_topics_of_the_application_are_synced_and_the_wanted_ones_exist(scenario: Scenario) -> None:
    scenario.status["resources"] += [
        {"kind": "KafkaTopic", "namespace": "nova", "name": "orders", "status": "Synced"},
        {"kind": "KafkaTopic", "namespace": "nova", "name": "mails", "status": "OutOfSync"},
    ]
    result = scenario.run("--kafka-topics", "orders,posts")
    assert "ok    kafka    orders: the KafkaTopic is what Git says" in result.out
    missing, behind = result.failed()
    assert "posts: the Application has no KafkaTopic of this name" in missing
    assert "mails: the KafkaTopic is not what Git says" in behind
