"""`environments[].waitFor`: `up` waits until Argo CD has applied the revision in Git, or fails.

One scenario, because every part of it needs an `up`: a revision that Argo CD refuses, an `up` that times out (and
reverts a manual edit, which the refresh before it has seen), and a fix while the next `up` waits. The images of the fix
stay in Git, and the annotation stays on the Application until the stack is destroyed.
"""

import time
from dataclasses import dataclass

import pytest

from components.argocd import applications
from sandbox.driver import Verb
from sandbox.plan import Result
from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.commits import QUOTA, refusal, resource
from tests.cluster.stand.rollout import image_of, new_images
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step, edited_project
from tests.facts.nova import NAMES

REFUSAL = "resource :ResourceQuota is not permitted in project nova"
HARD = "/api/v1/namespaces/nova/resourcequotas/services"
ENVIRONMENT = "    - name: production\n"
SHORT_MINUTES = 0.1
"""Instead of 15 minutes, for the wait that times out."""
TAG = "v5.5.5"


@dataclass
class Fix:
    """Pushes the fix when the Application is being updated: from then on, `up` only waits."""

    stand: Stand
    refused: str
    """The refused revision."""
    revision: str = ""
    before: Json | None = None
    """The Application when the fix was pushed."""

    def __call__(self, line: str) -> None:
        if not self.revision and "argoproj.io/v1alpha1:Application " in line and "updating" in line:
            self.before = self.stand.application("production")
            self.stand.repository.revert(self.refused)
            self.revision = new_images(self.stand, "production", TAG)()
            self.stand.argocd.refresh(self.stand.application_name("production"))


@dataclass(frozen=True)
class Scenario:
    timed_out: Step
    seconds: float
    """Duration of the `up` that timed out."""
    reverted: bool
    """Whether it reverted a manual edit of the quota."""
    fix: Fix
    fixed: Step
    after: Json
    """The Application after the second `up`."""
    images: dict[str, set[str]]
    """Images of the ready pods at that time."""


def _waiting(stack_file: str) -> str:
    """With `waitFor: true` in production."""
    assert stack_file.count(ENVIRONMENT) == 1
    return stack_file.replace(ENVIRONMENT, f"{ENVIRONMENT}      waitFor: true\n")


@pytest.fixture(scope="module")
def scenario(prod: Stand, tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    project = edited_project(tmp_path_factory.mktemp("waiting"), "prod", _waiting)
    prod.settle("production")
    resource(QUOTA)(prod.repository.tree / prod.environment("production").path)
    revision = prod.repository.commit("production: what Argo CD refuses")
    prod.argocd.refresh(prod.application_name("production"))
    wait_for("the refusal", lambda: REFUSAL in refusal(prod, "production", revision), 60)
    declared = prod.api.get(HARD)["spec"]["hard"]
    prod.api.patch(HARD, {"spec": {"hard": {"pods": "999"}}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applications, "WAIT_MINUTES", SHORT_MINUTES)
        refreshed = prod.program.run(Verb.REFRESH)
        start = time.monotonic()
        timed_out = prod.program.run(Verb.UP, project=project)
        seconds = time.monotonic() - start
    assert refreshed.report.ok, refreshed.lines
    reverted = prod.api.get(HARD)["spec"]["hard"] == declared
    fix = Fix(prod, revision)
    fixed = prod.program.run(Verb.UP, project=project, watch=fix)
    after, images = prod.application("production"), observe.images_of(prod.api, "nova")
    return Scenario(timed_out, seconds, reverted, fix, fixed, after, images)


def test_up_times_out_and_says_what_it_waited_for(scenario: Scenario, figures: Figures) -> None:
    figures.seconds("prod: an up that waits 6 s for a refused revision", scenario.seconds)
    output = "\n".join(scenario.timed_out.lines)
    assert scenario.timed_out.report.result is Result.FAILED
    assert 'Waiting for {.status.sync.status}=Synced (found "OutOfSync")' in output
    assert '"argocd/nova-production" failed to fully initialize or become live: timed out' in output


def test_refresh_and_up_revert_a_manual_edit_of_the_quota(scenario: Scenario) -> None:
    assert scenario.reverted


def test_the_next_up_returns_when_the_fix_is_synced_and_all_its_pods_are_ready(scenario: Scenario, prod: Stand) -> None:
    assert scenario.fixed.report.ok, scenario.fixed.report.error
    assert scenario.fix.before is not None
    assert scenario.fix.before["status"]["sync"]["status"] == "OutOfSync"
    assert observe.settled(scenario.after, scenario.fix.revision)
    assert scenario.images == {name: {image_of(prod, name, TAG)} for name in NAMES}
