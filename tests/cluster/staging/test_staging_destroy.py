"""The end of a live cluster: first with Argo CD's controller dead, then as it should go."""

import subprocess

import pytest

from sandbox.driver import Verb
from sandbox.plan import Result
from tests.cluster.conftest import Figures
from tests.cluster.stand.binaries import built
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.engine.runs import Step, moments

pytestmark = pytest.mark.ends_stand

APPLICATION, PROJECT = "kubernetes:argoproj.io/v1alpha1:Application", "kubernetes:argoproj.io/v1alpha1:AppProject"
RELEASE, NAMESPACE = "kubernetes:helm.sh/v3:Release", "kubernetes:core/v1:Namespace"
PATIENCE_SECONDS = 10
LONGEST_SECONDS = 240
FREE = ("-n", "argocd", "patch", "applications.argoproj.io", "nova-dev", "--type=merge", "-p",
        '{"metadata":{"finalizers":null}}')  # fmt: skip
"""The command for an Application that cannot end because its controller is gone."""


@pytest.fixture(scope="package")
def stuck(staging: Stand, figures: Figures) -> Step:
    """A `destroy` while no controller is alive."""
    staging.argocd.kill_controller()
    step = staging.program.run(Verb.DESTROY, patience=PATIENCE_SECONDS)
    figures.seconds("staging: destroy without the controller gave up after", step.report.seconds)
    return step


@pytest.fixture(scope="package")
def freed(staging: Stand, stuck: Step) -> Stand:
    """The same cluster after the command for one of the Applications."""
    assert stuck.report.result is Result.FAILED
    command = [built("kubectl"), "--kubeconfig", str(staging.kubeconfig), *FREE]
    subprocess.run(command, check=True, capture_output=True)
    return staging


@pytest.fixture(scope="package")
def destroyed(freed: Stand, figures: Figures) -> Step:
    """A `destroy` with the controller alive again."""
    freed.argocd.revive()
    wait_for("the application controller", lambda: freed.argocd.runs, 30)
    step = freed.program.run(Verb.DESTROY)
    figures.seconds("staging: destroy", step.report.seconds)
    return step


def test_destroy_without_the_controller_ends_in_bounded_time_and_names_the_application(stuck: Step) -> None:
    assert stuck.report.result is Result.FAILED
    assert stuck.report.seconds < LONGEST_SECONDS
    assert "nova-staging" in (stuck.report.error or ""), stuck.lines


def test_one_command_frees_an_application_without_its_controller(freed: Stand) -> None:
    path = f"{freed.argocd.applications()}/nova-dev"
    assert wait_for("nova-dev gone", lambda: freed.api.find(path) is None, 10)


def test_destroy_leaves_nothing_of_the_stack(staging: Stand, destroyed: Step) -> None:
    assert destroyed.report.ok, destroyed.lines
    assert destroyed.report.seconds < LONGEST_SECONDS
    left = {found["metadata"]["name"] for found in staging.api.items("/api/v1/namespaces")}
    assert left == {"default", "kube-node-lease", "kube-public", "kube-system"}


def test_destroy_goes_from_applications_to_project_to_argocd_to_namespaces(destroyed: Step) -> None:
    applications, project = moments(destroyed, APPLICATION), moments(destroyed, PROJECT)
    releases, namespaces = moments(destroyed, RELEASE), moments(destroyed, NAMESPACE)
    assert applications[1] < project[0]
    assert project[1] < releases[0]
    assert project[1] < namespaces[0]
