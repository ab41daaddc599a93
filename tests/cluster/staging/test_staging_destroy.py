"""Destroying a live cluster while Argo CD retries a revision that it refuses."""

import pytest

from sandbox.driver import Verb
from tests.cluster.conftest import Figures
from tests.cluster.stand.api import Json
from tests.cluster.stand.commits import QUOTA, refusal, resource
from tests.cluster.stand.life import assert_nothing_is_left
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step, deletion_span

pytestmark = pytest.mark.ends_stand

APPLICATION, PROJECT = "kubernetes:argoproj.io/v1alpha1:Application", "kubernetes:argoproj.io/v1alpha1:AppProject"
RELEASE, NAMESPACE = "kubernetes:helm.sh/v3:Release", "kubernetes:core/v1:Namespace"
LONGEST_SECONDS = 240
RETRY: Json = {"limit": 2, "backoff": {"duration": "5s", "factor": 2, "maxDuration": "20s"}}
"""Seconds instead of minutes, because the deletion of an Application waits for its sync."""


@pytest.fixture(scope="package")
def retrying(staging: Stand) -> Stand:
    """The stand while the refused sync of dev is about to be retried."""
    name = staging.application_name("dev")
    path = f"{staging.argocd.applications()}/{name}"
    staging.settle("dev")
    staging.api.patch(path, {"spec": {"syncPolicy": {"retry": RETRY}}})
    resource(QUOTA)(staging.repository.tree / staging.environment("dev").path)
    revision = staging.repository.commit("dev: what Argo CD refuses")
    staging.argocd.refresh(name)
    wait_for("the refusal", lambda: refusal(staging, "dev", revision), 60)
    return staging


@pytest.fixture(scope="package")
def destroyed(retrying: Stand, figures: Figures) -> Step:
    """A `destroy` of everything."""
    assert retrying.application("dev")["status"]["operationState"]["phase"] == "Running"
    step = retrying.program.run(Verb.DESTROY)
    figures.seconds("staging: destroy during a sync that is retried", step.report.seconds)
    return step


def test_destroy_leaves_nothing_of_the_stack(staging: Stand, destroyed: Step) -> None:
    assert_nothing_is_left(staging, destroyed)
    assert destroyed.report.seconds < LONGEST_SECONDS


def test_destroy_deletes_applications_project_argocd_and_namespaces_in_order(destroyed: Step) -> None:
    applications, project = deletion_span(destroyed, APPLICATION), deletion_span(destroyed, PROJECT)
    releases, namespaces = deletion_span(destroyed, RELEASE), deletion_span(destroyed, NAMESPACE)
    assert applications[1] < project[0]
    assert project[1] < releases[0]
    assert releases[1] < namespaces[0]
