"""scripts/smoke.py: options, report, and what it concludes from the Application."""

import pytest

from scripts import smoke
from scripts.smoke import ReadError
from tests.tooling.smoke_runs import (
    APPLICATION,
    NEW,
    OLD,
    PODS,
    SERVICES,
    Scenario,
    application,
    pod,
    pods,
    refused,
    unready,
)


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


def test_a_healthy_environment_is_reported_check_by_check_with_status_0(scenario: Scenario) -> None:
    result = scenario.run("--revision", NEW)
    assert (result.status, result.failed()) == (0, [])
    assert result.out.splitlines() == [
        f"ok    sync     nova-staging: Synced and Healthy at {NEW}",
        "ok    pods     auth-service: 2 of 2 pods are ready",
        "ok    pods     user-service: 2 of 2 pods are ready",
        "ok    health   auth-service: /health answers 200",
        "ok    metrics  auth-service: /metrics answers 200 with 2 samples",
        "ok    health   user-service: /health answers 200",
        "ok    metrics  user-service: /metrics answers 200 with 2 samples",
        "skip  redis    nova: no pod of Redis, Valkey, Dragonfly or KeyDB in this namespace",
        "skip  kafka    nova: the Application has no KafkaTopic, and --kafka-topics names none",
        "smoke: nova-staging is well, after 2 s",
    ]


def test_json_is_one_object_and_the_lines_go_to_stderr(scenario: Scenario) -> None:
    scenario.answers["user-service/health"] = refused(500, 'no "database" \\ \u00e9\tat all')
    result = scenario.run("--json")
    assert result.status == 1
    assert list(result.json) == ["application", "namespace", "revision", "ok", "seconds", "checks"]
    head = {key: result.json[key] for key in ("application", "namespace", "revision", "ok", "seconds")}
    assert head == {"application": "nova-staging", "namespace": "nova", "revision": NEW, "ok": False, "seconds": 2}
    assert {tuple(check) for check in result.json["checks"]} == {
        ("status", "check", "name", "reason", "message", "look")
    }
    (failed,) = [check for check in result.json["checks"] if check["status"] == "failed"]
    assert (failed["check"], failed["name"], failed["reason"]) == ("health", "user-service", "HttpStatus")
    assert failed["message"] == '/health: HTTP 500: no "database" \\ ? at all'
    assert f"FAIL  health   user-service: {failed['message']}. Look at: {failed['look']}\n" in result.err
    assert "smoke: 1 of 9 checks of nova-staging failed, after 2 s\n" in result.err


def test_a_text_is_cut_where_it_is_too_long(scenario: Scenario) -> None:
    scenario.status["conditions"] = [{"type": "ComparisonError", "message": "x" * 999}]
    (line,) = scenario.run().failed()
    assert "x..." in line
    assert len(line) < 800


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--revision", "main"], "--revision: 'main' is not a commit"),
        (["--revision", "abc"], "--revision: 'abc' is not a commit"),
        (["--timeout", "5m"], "--timeout: '5m' is not a number of seconds"),
        (["--timeout", "-5"], "--timeout: '-5' is not a number of seconds"),
        (["--timeout", ""], "--timeout: '' is not a number of seconds"),
        (["--timeout", "0"], "--timeout: '0' is not a number of seconds above zero"),
        (["--timeout", "00"], "--timeout: '00' is not a number of seconds above zero"),
        (["--interval", "1e3"], "--interval: '1e3' is not a number of seconds"),
        (["--services", "a b"], "--services: 'a b' is not a list of names"),
        (["--namespace", "a/b"], "--namespace: 'a/b' is not a name"),
        (["--image-tag", "a:b"], "--image-tag: 'a:b' is not an image's tag"),
        (["--image-tag"], "--image-tag: expected one argument"),
        (["--image", "1"], "unrecognized arguments: --image 1"),
        (["nova"], "unrecognized arguments: nova"),
    ],
)
def test_a_wrong_option_is_refused_with_status_2(
    capsys: pytest.CaptureFixture[str], options: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        smoke.read_options(["--application", "nova-staging", *options])
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert words in said.err


def test_the_application_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        smoke.read_options([])
    assert ended.value.code == 2
    assert "the following arguments are required: --application" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "seconds"), [("08", 8), ("0010", 10), ("00001", 1)])
def test_a_number_of_seconds_is_decimal_and_the_longest_wait(scenario: Scenario, given: str, seconds: int) -> None:
    scenario.status["health"] = {"status": "Progressing"}
    result = scenario.run("--timeout", given, "--interval", "1")
    assert f"after {seconds} s; if every pod is ready, a quota may keep others out" in result.failed()[0]
    assert result.looks == seconds + 1


def test_a_status_older_than_the_commit_does_not_count(scenario: Scenario) -> None:
    scenario.application = application(OLD)
    result = scenario.run("--revision", NEW)
    (line,) = result.failed()
    assert f"Argo CD is at {OLD}, not at {NEW}" in line
    assert set(result.requests) == {APPLICATION, PODS}


def test_a_status_older_than_the_end_of_the_sync_does_not_count(scenario: Scenario) -> None:
    scenario.status["reconciledAt"] = "2026-11-21T10:00:02Z"
    (line,) = scenario.run().failed()
    assert "its status was written at 2026-11-21T10:00:02Z, but the sync ended at 2026-11-21T10:00:03Z" in line


def test_a_shortened_commit_is_that_commit(scenario: Scenario) -> None:
    assert scenario.run("--revision", NEW[:7]).status == 0


def test_one_of_several_sources_is_enough(scenario: Scenario) -> None:
    scenario.status["sync"] = {"status": "Synced", "revisions": [OLD, NEW]}
    assert scenario.run("--revision", NEW).status == 0


REFUSED = {
    "kind": "ResourceQuota",
    "name": "more",
    "status": "SyncFailed",
    "message": "resource :ResourceQuota is not permitted in project nova",
}
HOOK = {
    "kind": "Job",
    "name": "migrate",
    "status": "Synced",
    "hookPhase": "Failed",
    "message": "Job has reached its limit",
}


@pytest.mark.parametrize("resource", [REFUSED, HOOK])
def test_a_refused_sync_is_reported_in_argo_cds_words_and_ends_the_wait(
    scenario: Scenario, resource: dict[str, str]
) -> None:
    scenario.status["sync"] = {"status": "OutOfSync", "revision": NEW}
    scenario.status["operationState"] |= {
        "phase": "Failed",
        "message": "one or more synchronization tasks are not valid (retried 5 times).",
        "syncResult": {"revision": NEW, "resources": [resource]},
    }
    result = scenario.run("--revision", NEW, "--timeout", "60")
    (line,) = result.failed()
    assert (result.status, result.looks) == (1, 2)
    assert "one or more synchronization tasks are not valid" in line
    assert f"({resource['kind']} {resource['name']}: {resource['message']})" in line


def test_the_refusal_of_another_commit_does_not_count(scenario: Scenario) -> None:
    scenario.status["operationState"] |= {"phase": "Failed", "syncResult": {"revision": OLD}}
    assert scenario.run("--revision", NEW).status == 0


@pytest.mark.parametrize(
    ("resources", "reason", "words"),
    [
        ([], "Syncing", f"the sync of {NEW} is running: waiting for healthy state"),
        (
            [REFUSED],
            "SyncRefused",
            "tries again (retry 2): ResourceQuota more: resource :ResourceQuota is not permitted",
        ),
    ],
)
def test_a_running_sync_is_waited_for(
    scenario: Scenario, resources: list[dict[str, str]], reason: str, words: str
) -> None:
    running = application()
    running["status"]["operationState"] = {
        "phase": "Running",
        "message": "waiting for healthy state",
        "retryCount": 2,
        "syncResult": {"revision": NEW, "resources": resources},
    }
    scenario.before = [(running, pods())] * 4
    assert scenario.run("--timeout", "60").status == 0
    check, skipped = scenario.run("--json", "--timeout", "1").json["checks"]
    assert (check["reason"], skipped["reason"]) == (reason, "NotSynced")
    assert words in check["message"]


def test_objects_that_differ_from_git_are_named(scenario: Scenario) -> None:
    scenario.status["sync"]["status"] = scenario.status["resources"][0]["status"] = "OutOfSync"
    (line,) = scenario.run().failed()
    assert f"OutOfSync at {NEW}: Deployment/auth-service" in line


@pytest.mark.parametrize("kind", ["InvalidSpecError", "ComparisonError"])
def test_an_error_condition_is_reported(scenario: Scenario, kind: str) -> None:
    scenario.status["conditions"] = [{"type": kind, "message": "kustomize build failed:\n no such file"}]
    (line,) = scenario.run().failed()
    assert f"Argo CD reports {kind}: kustomize build failed:  no such file" in line


@pytest.mark.parametrize("health", ["Degraded", "Progressing", "Missing"])
def test_pods_are_reported_too_if_the_application_is_not_healthy(scenario: Scenario, health: str) -> None:
    scenario.status["health"] = {"status": health}
    scenario.pods = [unready(pod("auth-service", 1)), *pods()[2:]]
    first, second = scenario.run().failed()
    assert f"Synced at {NEW}, but {health}" in first
    assert "auth-service" in second


def test_degraded_is_not_final_while_there_is_time(scenario: Scenario) -> None:
    degraded = application()
    degraded["status"]["health"] = {"status": "Degraded"}
    scenario.before = [(degraded, pods())] * 3
    result = scenario.run("--timeout", "60")
    assert result.status == 0
    assert result.err.count("Degraded") == 1


def test_a_single_look_at_a_healthy_application_is_not_enough(scenario: Scenario) -> None:
    rolling = application()
    rolling["status"]["health"] = {"status": "Progressing"}
    scenario.before = [(application(), pods()), (rolling, pods())]
    result = scenario.run("--timeout", "60")
    assert (result.status, result.looks) == (0, 4)


def test_a_missing_right_is_named_and_not_waited_for(scenario: Scenario) -> None:
    right = 'list resource "pods" in API group "" in the namespace "nova"'
    scenario.pods = refused(403, f'pods is forbidden: User "x" cannot {right}')
    result = scenario.run("--timeout", "60")
    (line,) = result.failed()
    assert f"this identity may not {right}. The Role smoke-test grants it to the group platform:smoke-testers" in line
    assert result.looks == 2


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "Unauthorized"), (403, "Forbidden"), (404, "NotFound"), (503, "Unreachable")]
)
def test_an_application_that_cannot_be_read_is_the_only_failure(scenario: Scenario, status: int, reason: str) -> None:
    scenario.application = refused(status, 'applications.argoproj.io "nova-staging" is elsewhere')
    result = scenario.run("--json", "--timeout", "60")
    (check,) = result.json["checks"]
    assert (result.status, check["status"], check["check"], check["reason"]) == (1, "failed", "sync", reason)
    assert 'applications.argoproj.io "nova-staging" is elsewhere' in check["message"]
    assert (result.looks > 2) == (reason == "Unreachable")


def test_an_api_server_that_does_not_answer_yet_is_waited_for(scenario: Scenario) -> None:
    scenario.before = [(ReadError("Unreachable", "dial tcp 10.0.0.1:443: i/o timeout"), pods())] * 4
    assert scenario.run("--timeout", "60").status == 0


def test_an_application_without_workloads_is_not_well(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.status["resources"] = []
    assert [line.split()[1] for line in scenario.run().failed()] == ["pods", "health"]


def test_ending_and_ended_pods_and_those_of_jobs_do_not_count(scenario: Scenario) -> None:
    ending, job, evicted = (unready(pod(SERVICES[0], number, "old")) for number in (7, 8, 9))
    ending["metadata"]["deletionTimestamp"] = "2026-11-21T10:00:00Z"
    job["metadata"]["ownerReferences"] = [{"kind": "Job"}]
    evicted["status"]["phase"] = "Failed"
    scenario.pods = [*pods(), ending, job, evicted]
    assert scenario.run().status == 0
