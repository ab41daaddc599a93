"""Waiting for an environment: `up` ends when its Application is Synced and Healthy, where a stack says so."""

import json
from typing import Any

import pytest

from components.validation.syncs import waiting
from tests.harness.applications_runs import APPLICATION, APPLICATION_SET, PROJECT, environment, run
from tests.harness.config_samples import changed, loaded, refusals
from tests.harness.harness import Recorded


def one(**changes: Any) -> Recorded:
    return run([environment(**changes)]).one(APPLICATION)


def test_up_waits_until_the_application_is_both_synced_and_healthy() -> None:
    annotations = one(waitFor=True).inputs["metadata"]["annotations"]
    assert list(annotations) == ["pulumi.com/waitFor"]
    assert json.loads(annotations["pulumi.com/waitFor"]) == [
        "jsonpath={.status.sync.status}=Synced",
        "jsonpath={.status.health.status}=Healthy",
    ]


def test_the_wait_ends_after_fifteen_minutes_at_birth_and_at_every_change() -> None:
    assert one(waitFor=True).custom_timeouts == {"create": "15m", "update": "15m", "delete": "10m"}


def test_nobody_waits_unless_a_stack_says_so() -> None:
    made = one()
    assert "annotations" not in made.inputs["metadata"]
    assert made.custom_timeouts == {"delete": "10m"}


def test_environments_wait_each_for_themselves_and_the_project_for_none() -> None:
    done = run([environment("dev"), environment("staging", waitFor=True)])
    waiting_for = [r.name for r in (*done.all(APPLICATION), done.one(PROJECT)) if "create" in r.custom_timeouts]
    assert waiting_for == ["shop-gitops-staging"]


def test_previews_of_a_waiting_environment_are_not_waited_for() -> None:
    done = run([environment(waitFor=True, pullRequests={"secret": {"secretsManager": "shop/github"}})])
    assert "annotations" not in done.one(APPLICATION_SET).inputs["metadata"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"environments__1__sync": {"automated": False}}, "sync.automated is false. Remove it."),
        ({"environments__1__delivery": "appOfApps"}, "Remove it, or write delivery: application."),
        ({"environments__1__delivery": "applicationSet"}, "Remove it, or write delivery: application."),
    ],
)
def test_a_wait_that_could_not_end_is_refused(changes: dict[str, Any], words: str) -> None:
    (line,) = refusals(environments__1__waitFor=True, environments__1__path="k8s/staging/apps", **changes)
    assert line.startswith("Pulumi.staging.yaml: environments[1].waitFor: ")
    assert line.endswith(words)


def test_an_automated_application_may_be_waited_for() -> None:
    assert list(waiting(loaded(changed(environments__1__waitFor=True)))) == []


def test_the_committed_stacks_wait_for_nothing_before_their_first_images() -> None:
    for stack in ("staging", "prod"):
        assert [e.name for e in loaded(changed(stack), stack).environments if e.wait_for] == []
