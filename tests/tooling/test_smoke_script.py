"""scripts/smoke.sh: the options, the form of what it says, and what it finds in Application and pods."""

import re
import shutil
from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tests.tooling.smoke_runs import NEW, OLD, SCRIPT, SERVICES, Scenario, application, pod, pods, unready


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return Scenario(tmp_path)


def test_all_that_is_well_is_said_and_the_status_is_0(scenario: Scenario) -> None:
    done = scenario.run("--revision", NEW)
    assert (done.status, done.failed()) == (0, [])
    assert re.sub(r"after \d+ s", "after N s", done.out).splitlines() == [
        f"ok    sync     nova-staging: Synced and Healthy at {NEW}",
        "ok    pods     auth-service: 2 of 2 pods are ready",
        "ok    pods     user-service: 2 of 2 pods are ready",
        "ok    health   auth-service: /health answers 200",
        "ok    metrics  auth-service: /metrics answers 200 with 2 samples",
        "ok    health   user-service: /health answers 200",
        "ok    metrics  user-service: /metrics answers 200 with 2 samples",
        "skip  redis    nova: no pod of Redis, Valkey, Dragonfly or KeyDB in this namespace",
        "skip  kafka    nova: the Application has no KafkaTopic, and --kafka-topics names none",
        "smoke: nova-staging is well, after N s",
    ]


def test_nothing_is_left_behind(scenario: Scenario) -> None:
    scenario.run()
    assert sorted(path.name for path in scenario.folder.iterdir()) == ["bin", "calls", "scenario.json"]


def test_it_reads_and_makes_nothing(scenario: Scenario) -> None:
    verbs = {line.split()[0] for line in scenario.run().calls.splitlines()}
    assert verbs == {"get"}


def test_staging_is_the_same_script_with_a_name(scenario: Scenario) -> None:
    done = scenario.run(script=ROOT / "scripts" / "smoke-staging.sh", named=False)
    assert done.status == 0
    assert "nova-staging is well" in done.out


def test_json_is_one_object_and_the_lines_are_elsewhere(scenario: Scenario) -> None:
    scenario.answers["user-service/health"] = {"code": 500, "body": 'no "database" \\ \u00e9\tat all'}
    done = scenario.run("--json")
    assert done.status == 1
    assert done.json.keys() == {"application", "namespace", "revision", "ok", "seconds", "checks"}
    head = {key: done.json[key] for key in ("application", "namespace", "revision", "ok")}
    assert head == {"application": "nova-staging", "namespace": "nova", "revision": NEW, "ok": False}
    assert {tuple(check) for check in done.json["checks"]} == {("status", "check", "name", "reason", "message", "look")}
    (failed,) = [check for check in done.json["checks"] if check["status"] == "failed"]
    assert (failed["check"], failed["name"], failed["reason"]) == ("health", "user-service", "HttpStatus")
    assert 'no "database" \\ ' in failed["message"]
    assert "FAIL  health   user-service" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--revision", "main"], "--revision 'main' is not a commit"),
        (["--revision", "abc"], "--revision 'abc' is not a commit"),
        (["--timeout", "5m"], "--timeout '5m' is not a number of seconds"),
        (["--timeout", "-5"], "--timeout '-5' is not a number of seconds"),
        (["--timeout", ""], "--timeout '' is not a number of seconds"),
        (["--timeout", "0"], "--timeout '0' is not above zero"),
        (["--timeout", "00"], "--timeout '00' is not above zero"),
        (["--services", "a b"], "--services 'a b' is not a list of names"),
        (["--namespace", "a/b"], "--namespace 'a/b' is not a name"),
        (["--image-tag"], "--image-tag has no value"),
        (["--frobnicate", "1"], "there is no option --frobnicate"),
        (["nova"], "'nova' is not an option"),
    ],
)
def test_a_wrong_option_is_refused_with_status_2(scenario: Scenario, options: list[str], words: str) -> None:
    done = scenario.run(*options)
    assert (done.status, done.out, done.calls) == (2, "", "")
    assert words in done.err


@pytest.mark.parametrize(("given", "read"), [("08", "8"), ("0010", "10"), ("00001", "1")])
def test_a_number_of_seconds_is_decimal(scenario: Scenario, given: str, read: str) -> None:
    scenario.status["health"] = {"status": "Progressing"}
    done = scenario.run("--timeout", given, passed=60)
    assert done.status == 1
    assert f"after {read} s; where every pod is ready" in done.failed()[0]


def test_the_application_must_be_named(scenario: Scenario) -> None:
    done = scenario.run(named=False)
    assert done.status == 2
    assert "--application is missing" in done.err


def test_help_names_every_option(scenario: Scenario) -> None:
    done = scenario.run("--help")
    assert done.status == 0
    taken = set(re.findall(r"^            (--[a-z-]+)\)", SCRIPT.read_text(), re.MULTILINE))
    assert len(taken) >= 11
    assert taken == set(re.findall(r"^  (--[a-z-]+)", done.out, re.MULTILINE))


def test_without_kubectl_nothing_is_checked(scenario: Scenario) -> None:
    tools = scenario.folder / "tools"
    tools.mkdir()
    (tools / "dirname").symlink_to(shutil.which("dirname") or "dirname")
    done = scenario.run(path=str(tools))
    assert done.status == 2
    assert "kubectl is needed and not on the PATH" in done.err


def test_a_status_from_before_the_commit_does_not_count(scenario: Scenario) -> None:
    scenario.application = application(OLD)
    done = scenario.run("--revision", NEW)
    (line,) = done.failed()
    assert f"Argo CD is at {OLD}, not at {NEW}" in line
    assert "/proxy/" not in done.calls


def test_a_status_from_before_the_end_of_the_sync_does_not_count(scenario: Scenario) -> None:
    scenario.status["reconciledAt"] = "2026-11-21T10:00:02Z"
    (line,) = scenario.run().failed()
    assert "its status is of 2026-11-21T10:00:02Z, the sync ended at 2026-11-21T10:00:03Z" in line


def test_a_shortened_commit_is_that_commit(scenario: Scenario) -> None:
    assert scenario.run("--revision", NEW[:7]).status == 0


def test_a_refused_sync_is_told_in_argo_cds_words_and_ends_the_wait(scenario: Scenario) -> None:
    scenario.status["sync"] = {"status": "OutOfSync", "revision": NEW}
    scenario.status["operationState"] |= {
        "phase": "Failed",
        "message": "one or more synchronization tasks are not valid (retried 5 times).",
        "syncResult": {
            "revision": NEW,
            "resources": [
                {"kind": "ResourceQuota", "name": "more", "status": "SyncFailed",
                 "message": "resource :ResourceQuota is not permitted in project nova"},
            ],
        },
    }  # fmt: skip
    done = scenario.run("--revision", NEW, "--timeout", "60")
    assert done.status == 1
    (line,) = done.failed()
    assert "one or more synchronization tasks are not valid" in line
    assert "resource :ResourceQuota is not permitted in project nova" in line


def test_the_refusal_of_another_commit_is_not_ours(scenario: Scenario) -> None:
    scenario.status["operationState"] |= {"phase": "Failed", "syncResult": {"revision": OLD}}
    assert scenario.run("--revision", NEW).status == 0


@pytest.mark.parametrize("kind", ["InvalidSpecError", "ComparisonError"])
def test_an_error_condition_is_told(scenario: Scenario, kind: str) -> None:
    scenario.status["conditions"] = [{"type": kind, "message": "kustomize build failed:\n no such file"}]
    (line,) = scenario.run().failed()
    assert f"Argo CD says {kind}: kustomize build failed:  no such file" in line


@pytest.mark.parametrize("health", ["Degraded", "Progressing", "Missing"])
def test_what_is_not_healthy_fails_and_the_pods_are_told_too(scenario: Scenario, health: str) -> None:
    scenario.status["health"] = {"status": health}
    scenario.pods = [unready(pod("auth-service", 1)), *pods()[2:]]
    first, second = scenario.run().failed()
    assert f"Synced at {NEW}, but {health}" in first
    assert "auth-service" in second


def test_degraded_is_not_final_while_there_is_time(scenario: Scenario) -> None:
    degraded = application()
    degraded["status"]["health"] = {"status": "Degraded"}
    scenario.before = [{"application": degraded, "pods": pods()}] * 3
    done = scenario.run("--timeout", "60")
    assert done.status == 0
    assert "Degraded" in done.err


def test_a_single_look_at_a_healthy_application_is_not_enough(scenario: Scenario) -> None:
    rolling = application()
    rolling["status"]["health"] = {"status": "Progressing"}
    scenario.before = [{"application": application(), "pods": pods()}, {"application": rolling, "pods": pods()}]
    done = scenario.run("--timeout", "60")
    assert done.status == 0
    assert done.calls.count(" applications.") == 4


def test_a_missing_right_is_named(scenario: Scenario) -> None:
    scenario.pods = (
        'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource "pods" in API group "" '
        'in the namespace "nova"'
    )
    (line,) = scenario.run("--timeout", "60").failed()
    assert 'this identity may not list resource "pods" in API group "" in the namespace "nova"' in line
    assert "platform:smoke-testers" in line


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('error: context "nova" does not exist', 'context "nova" does not exist'),
        (
            "Error in configuration: context was not found for specified context: nova",
            "Error in configuration: context was not found for specified context: nova",
        ),
        (
            'error: error loading config file "/home/x/.kube/config": yaml: line 1: did not find expected key',
            'error loading config file "/home/x/.kube/config": yaml: line 1',
        ),
        (
            "Error in configuration: \n* unable to read client-cert /no.crt for u due to open /no.crt: no such file\n"
            "* unable to read client-key /no.key for u due to open /no.key: no such file",
            "unable to read client-cert /no.crt for u",
        ),
        (
            "The connection to the server localhost:8080 was refused - did you specify the right host or port?",
            "server localhost:8080 was refused",
        ),
        (
            "Unable to connect to the server: getting credentials: exec: executable aws not found\n\nIt looks like\n",
            "exec: executable aws not found",
        ),
        (
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate has expired",
            "x509: certificate has expired",
        ),
    ],
)
def test_a_configuration_that_kubectl_cannot_use_ends_the_wait(scenario: Scenario, said: str, words: str) -> None:
    scenario.application = said
    done = scenario.run("--json", "--timeout", "60")
    (found,) = done.json["checks"]
    assert (done.status, found["check"], found["reason"]) == (1, "sync", "Misconfigured")
    assert words in found["message"]
    assert done.calls.count(" applications.") == 2


@pytest.mark.parametrize(
    "said",
    [
        "The connection to the server 10.0.0.1:443 was refused - did you specify the right host or port?",
        "Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout",
        "Unable to connect to the server: dial tcp: lookup eks.example on 10.0.0.2:53: no such host",
    ],
)
def test_an_api_server_that_does_not_answer_yet_is_waited_for(scenario: Scenario, said: str) -> None:
    scenario.before = [{"application": said, "pods": pods()}] * 4
    assert scenario.run("--timeout", "60").status == 0


def test_an_application_that_is_not_there_is_told(scenario: Scenario) -> None:
    scenario.application = 'Error from server (NotFound): applications.argoproj.io "nova-staging" not found'
    (line,) = scenario.run("--timeout", "60").failed()
    assert 'applications.argoproj.io "nova-staging" not found' in line


def test_an_application_with_nothing_in_it_is_not_well(scenario: Scenario) -> None:
    scenario.annotations.clear()
    scenario.status["resources"] = []
    assert [line.split()[1] for line in scenario.run().failed()] == ["pods", "health"]


def test_every_pod_counts_but_those_that_end_and_those_of_jobs(scenario: Scenario) -> None:
    ending, job, evicted = (unready(pod(SERVICES[0], number, "old")) for number in (7, 8, 9))
    ending["metadata"]["deletionTimestamp"] = "2026-11-21T10:00:00Z"
    job["metadata"]["ownerReferences"] = [{"kind": "Job"}]
    evicted["status"]["phase"] = "Failed"
    scenario.pods = [*pods(), ending, job, evicted]
    assert scenario.run().status == 0
