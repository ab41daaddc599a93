"""What an up waits for: the kinds' own rules, the annotations, and what an error says is missing."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from sandbox.providers.kubernetes.jsonpath import parse
from sandbox.providers.kubernetes.readiness import Failed, checks
from sandbox.providers.package import NotReady, Refused
from sandbox.providers.wire import Json, mapping
from tests.tooling.sandbox_live import APPLICATION, DEPLOYMENT, Live, application, live

SHOP = "/apis/argoproj.io/v1/namespaces/default/applications/shop"
HEALTHY: Json = {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}
BOTH = '["jsonpath={.status.sync.status}=Synced", "jsonpath={.status.health.status}=Healthy"]'


@pytest.fixture
def rig(tmp_path: Path) -> Generator[Live]:
    with live(tmp_path) as made:
        made.define()
        yield made


def deployment(**status: int) -> Json:
    return {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "default", "generation": 2},
        "spec": {"replicas": 2},
        "status": {**status},
    }


def with_conditions(kind: str, **found: str) -> Json:
    listed: Json = {"conditions": [{"type": name, "status": status} for name, status in found.items()]}
    return {"kind": kind, "metadata": {"name": "x"}, "status": listed}


def lacking(thing: Json) -> str:
    return "; ".join(filter(None, (check(thing) for check in checks(thing))))


def test_an_object_is_made_when_what_it_waits_for_is_true(rig: Live) -> None:
    later = threading.Timer(0.05, lambda: rig.server.edit(SHOP, lambda made: made.update(status=HEALTHY)))
    call = rig.call(APPLICATION, timeout=5)
    rig.server.rewrite = lambda _: later.start()  # the edit then has to wait until the apply is done
    _, outputs = rig.kubernetes.create(call, application(waitFor=BOTH), preview=False)
    assert outputs["status"] == HEALTHY


def test_an_object_that_is_not_ready_in_time_is_recorded_with_what_is_missing(rig: Live) -> None:
    with pytest.raises(NotReady) as refused:
        rig.make(APPLICATION, application(waitFor=BOTH))
    assert "Application default/shop is not ready after 0.2 s" in str(refused.value)
    assert "{.status.sync.status}=Synced (there is nothing)" in str(refused.value)
    assert refused.value.id == "default/shop"
    assert refused.value.outputs["spec"] == {"project": "p"}


def test_what_is_not_ready_in_time_is_reported_in_the_objects_own_words_each_once(rig: Live) -> None:
    failed: Json = {"message": "ResourceQuota is not permitted", "status": "SyncFailed"}
    immutable: Json = {"message": "Job is immutable", "status": "SyncFailed"}
    status: Json = {
        "conditions": [
            {"type": "ComparisonError", "message": "app path does not exist"},
            {"type": "Ready", "status": "False", "message": "not yet"},
        ],
        "operationState": {
            "message": "tasks are not valid: Job is immutable",
            "syncResult": {"resources": [immutable, failed, failed, {"message": "configured", "status": "Synced"}]},
        },
    }
    rig.server.rewrite = lambda made: made.update(status=status)
    with pytest.raises(NotReady) as refused:
        rig.make(APPLICATION, application(waitFor="condition=Ready"))
    said = str(refused.value).partition("still missing: ")[2]
    assert said == (
        "condition Ready=True (is False, not yet). It says: "
        "app path does not exist; tasks are not valid: Job is immutable; ResourceQuota is not permitted"
    )


def test_an_update_waits_too(rig: Live) -> None:
    rig.make(APPLICATION, application())
    with pytest.raises(NotReady, match="condition Ready=True"):
        rig.kubernetes.update(
            rig.call(APPLICATION), "default/shop", application(waitFor="condition=Ready"), preview=False
        )


def test_the_resources_own_timeout_comes_before_the_annotation_and_that_before_the_option(rig: Live) -> None:
    inputs = application(waitFor="condition=Ready", timeoutSeconds="0")
    for timeout, said in ((0.1, "after 0.1 s"), (0, "after 0 s")):
        with pytest.raises(NotReady, match=said):
            rig.kubernetes.create(rig.call(APPLICATION, timeout=timeout), inputs, preview=False)


def test_a_deletion_has_the_resources_own_timeout(rig: Live) -> None:
    inputs = application()
    mapping(inputs["metadata"])["finalizers"] = ["f"]
    rig.make(APPLICATION, inputs)
    with pytest.raises(Refused, match=r"after 0\.1 s"):
        rig.kubernetes.delete(rig.call(APPLICATION, timeout=0.1), "default/shop")


def test_a_deletion_ends_with_the_last_finalizer(rig: Live) -> None:
    inputs = application()
    mapping(inputs["metadata"])["finalizers"] = ["f"]
    rig.make(APPLICATION, inputs)

    def clean_up() -> None:
        rig.server.edit(SHOP, lambda made: mapping(made["metadata"]).update(finalizers=[]))
        rig.server.delete(SHOP)

    threading.Timer(0.05, clean_up).start()
    rig.kubernetes.delete(rig.call(APPLICATION, timeout=5), "default/shop")
    assert SHOP not in rig.server.objects


def test_a_cancelled_run_waits_no_longer(rig: Live) -> None:
    threading.Timer(0.05, rig.kubernetes.cancel).start()
    started = time.monotonic()
    with pytest.raises(NotReady, match="cancelled"):
        rig.kubernetes.create(rig.call(APPLICATION, timeout=60), application(waitFor="condition=Ready"), preview=False)
    assert time.monotonic() - started < 10


def test_a_kind_that_has_just_come_is_waited_for(rig: Live) -> None:
    made = rig.call("kubernetes:argoproj.io/v1:AppProject")
    threading.Timer(0.05, lambda: rig.define("AppProject", "appprojects")).start()
    id_, _ = rig.kubernetes.create(made, {"metadata": {"name": "p", "namespace": "default"}}, preview=False)
    assert id_ == "default/p"


def test_a_wait_that_makes_no_sense_is_refused_before_anything_is_made(rig: Live) -> None:
    for wrong in ("ready", "jsonpath={.a", "jsonpath={.a}=", "jsonpath={.a}={.b}", "condition=", "[1", "[]"):
        _, failures = rig.kubernetes.check(rig.call(APPLICATION), {}, application(waitFor=wrong))
        assert [failure.property for failure in failures] == ["metadata.annotations"], wrong


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}, ""),
        ({"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}, "not seen it yet"),
        ({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1}, "1 of 2 available"),
        ({"observedGeneration": 2, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 2}, "1 old replicas"),
    ],
)
def test_a_deployment_is_ready_when_its_latest_replicas_are(status: dict[str, int], said: str) -> None:
    found = lacking(deployment(**status))
    assert said in found
    assert bool(found) == bool(said)


def test_a_job_is_ready_when_it_is_complete_and_fails_at_once() -> None:
    assert lacking(with_conditions("Job", Complete="True")) == ""
    assert "Complete" in lacking(with_conditions("Job"))
    with pytest.raises(Failed):
        lacking(with_conditions("Job", Failed="True"))


@pytest.mark.parametrize("skip", ["true", "ready"])
def test_skip_await_waits_for_nothing(skip: str) -> None:
    thing = deployment()
    mapping(thing["metadata"])["annotations"] = {"pulumi.com/skipAwait": skip}
    assert lacking(thing) == ""


def test_wait_for_takes_the_place_of_the_kinds_own_rule() -> None:
    thing = deployment()
    mapping(thing["metadata"])["annotations"] = {"pulumi.com/waitFor": "jsonpath={.metadata.name}"}
    assert lacking(thing) == ""


def test_a_condition_of_an_older_generation_does_not_count() -> None:
    thing = with_conditions("Application", Ready="True")
    thing["metadata"] = {"generation": 3, "annotations": {"pulumi.com/waitFor": "condition=Ready"}}
    mapping(thing["status"])["observedGeneration"] = 2
    assert "latest generation" in lacking(thing)
    mapping(thing["status"])["observedGeneration"] = 3
    assert lacking(thing) == ""


def test_a_condition_may_be_waited_for_to_be_false() -> None:
    thing = with_conditions("Application", Stalled="False")
    thing["metadata"] = {"annotations": {"pulumi.com/waitFor": "condition=stalled=False"}}
    assert lacking(thing) == ""


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("{.a.b}", [1]),
        ("{$.a.b}", [1]),
        ("{.list[0].type}", ["Ready"]),
        ("{.list[-1].type}", ["Other"]),
        ("{.list[*].status}", ["True", "False"]),
        ('{.list[?(@.type=="Other")].status}', ["False"]),
        ("{.list[?@.type=='Ready'].status}", ["True"]),
        ("{.map['a.b/c']}", ["x"]),
        ("{.nothing}", []),
    ],
)
def test_a_path_leads_where_kubectl_would_find_it(expression: str, found: list[object]) -> None:
    thing: Json = {
        "a": {"b": 1},
        "list": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "False"}],
        "map": {"a.b/c": "x"},
    }
    assert parse(expression).select(thing) == found


def test_a_deployment_on_the_server_is_waited_for(rig: Live) -> None:
    rig.server.rewrite = lambda made: made.update(status={"observedGeneration": 1})
    with pytest.raises(NotReady, match="0 of 2 availableReplicas"):
        rig.make(DEPLOYMENT, {key: value for key, value in deployment().items() if key != "status"})
