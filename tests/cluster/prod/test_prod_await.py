"""`environments[].waitFor`: `up` ends when Argo CD is done with what Git says, or says what Argo CD says.

One story, because every part of it costs an `up`: a revision that Argo CD refuses, an `up` that gives up on it (and
takes back what somebody edited by hand), the fix while the next `up` waits. The images of the fix stay in Git, and the
wait's annotation on the Application.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.argocd import applications
from sandbox.driver import Verb
from sandbox.plan import Result
from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.commits import QUOTA, refusal, resource
from tests.cluster.stand.rollout import image_of, new_images
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step
from tests.facts.nova import NAMES

REFUSAL = "resource :ResourceQuota is not permitted in project nova"
HARD = "/api/v1/namespaces/nova/resourcequotas/services"
ENVIRONMENT = "    - name: production\n"
SHORT_MINUTES = 0.1
"""In place of the wait's quarter of an hour, where it is to be in vain."""
TAG = "v5.5.5"


@dataclass
class Fix:
    """Pushed when the display says that the Application is being updated: from then on `up` does nothing but wait."""

    stand: Stand
    refused: str
    """The revision that Argo CD refuses."""
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
class Story:
    in_vain: Step
    seconds: float
    """What the `up` in vain took."""
    taken_back: bool
    """Whether it gave the quota back its values, which somebody had edited by hand."""
    fix: Fix
    fixed: Step
    after: Json
    """The Application when the second `up` had returned."""
    images: dict[str, set[str]]
    """Those of the ready pods, at the same moment."""


def _waiting(folder: Path) -> Path:
    """The project with `waitFor: true` in production."""
    project = (ROOT / "Pulumi.yaml").read_text()
    (folder / "Pulumi.yaml").write_text(f"main: {ROOT}\n{project}")
    stack = (ROOT / "Pulumi.prod.yaml").read_text()
    assert stack.count(ENVIRONMENT) == 1
    (folder / "Pulumi.prod.yaml").write_text(stack.replace(ENVIRONMENT, f"{ENVIRONMENT}      waitFor: true\n"))
    return folder


@pytest.fixture(scope="module")
def story(prod: Stand, tmp_path_factory: pytest.TempPathFactory) -> Story:
    project = _waiting(tmp_path_factory.mktemp("waiting"))
    prod.settle("production")
    resource(QUOTA)(prod.repository.tree / prod.environment("production").path)
    revision = prod.repository.commit("production: what Argo CD refuses")
    prod.argocd.refresh(prod.application_name("production"))
    wait_for("the refusal", lambda: REFUSAL in refusal(prod, "production", revision), 60)
    declared = prod.api.get(HARD)["spec"]["hard"]
    prod.api.patch(HARD, {"spec": {"hard": {"pods": "999"}}})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applications, "WAIT_MINUTES", SHORT_MINUTES)
        begun = time.monotonic()
        in_vain = prod.program.run(Verb.UP, project=project)
        seconds = time.monotonic() - begun
    taken_back = prod.api.get(HARD)["spec"]["hard"] == declared
    fix = Fix(prod, revision)
    fixed = prod.program.run(Verb.UP, project=project, watch=fix)
    after, images = prod.application("production"), observe.images_of(prod.api, "nova")
    return Story(in_vain, seconds, taken_back, fix, fixed, after, images)


def test_up_gives_up_in_bounded_time_and_says_what_argo_cd_says(story: Story, figures: Figures) -> None:
    figures.seconds("prod: an up that waits 6 s for a refused revision", story.seconds)
    said = "\n".join(story.in_vain.lines)
    figures.note("prod: its words", next(line.strip() for line in story.in_vain.lines if REFUSAL in line))
    assert story.in_vain.report.result is Result.FAILED
    assert "Application argocd/nova-production is not ready after 6 s" in said
    assert "{.status.sync.status}=Synced (is 'OutOfSync')" in said
    assert REFUSAL in said


def test_up_takes_an_edit_of_the_quota_by_hand_back(story: Story) -> None:
    assert story.taken_back


def test_the_next_up_returns_when_the_fix_is_synced_and_every_pod_of_it_ready(story: Story, prod: Stand) -> None:
    assert story.fixed.report.ok, story.fixed.report.error
    assert story.fix.before is not None
    assert story.fix.before["status"]["sync"]["status"] == "OutOfSync"
    assert observe.settled(story.after, story.fix.revision)
    assert story.images == {name: {image_of(prod, name, TAG)} for name in NAMES}
