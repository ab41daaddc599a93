"""The end of a cluster whose Argo CD is dead: in bounded time, with one command after which the next `destroy` ends."""

import re
import shlex
import subprocess

import pytest

from sandbox.driver import Verb
from sandbox.plan import Result
from tests.cluster.conftest import Figures
from tests.cluster.stand.binaries import built
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step

pytestmark = pytest.mark.ends_stand

PATIENCE_SECONDS = 10
LONGEST_SECONDS = 120
COMMAND = re.compile(r"^\s*(kubectl .*)$", re.MULTILINE)


@pytest.fixture(scope="package")
def stuck(staging: Stand, figures: Figures) -> Step:
    """A `destroy` while no controller is alive."""
    staging.argocd.kill_controller()
    step = staging.program.run(Verb.DESTROY, patience=PATIENCE_SECONDS)
    figures.seconds("staging: destroy without the controller gave up after", step.report.seconds)
    return step


@pytest.fixture(scope="package")
def command(stuck: Step) -> str:
    """The one that the error names."""
    named = {found.strip() for found in COMMAND.findall("\n".join(stuck.lines))}
    assert len(named) == 1, named
    return named.pop()


@pytest.fixture(scope="package")
def freed(staging: Stand, command: str, figures: Figures) -> Step:
    """The next `destroy` after that command, still without a controller."""
    program, *arguments = shlex.split(command)
    subprocess.run([built(program), "--kubeconfig", str(staging.kubeconfig), *arguments], check=True)
    step = staging.program.run(Verb.DESTROY)
    figures.seconds("staging: destroy after the command that it named", step.report.seconds)
    return step


def test_destroy_without_the_controller_ends_in_bounded_time(stuck: Step) -> None:
    assert stuck.report.result is Result.FAILED
    assert stuck.report.seconds < LONGEST_SECONDS


def test_its_error_names_one_command_for_all_that_the_controller_held(command: str) -> None:
    assert "applications.argoproj.io/nova-dev applications.argoproj.io/nova-staging" in command
    assert "appprojects.argoproj.io/nova" in command


def test_after_that_command_destroy_leaves_nothing(staging: Stand, freed: Step) -> None:
    assert freed.report.ok, freed.lines
    left = {found["metadata"]["name"] for found in staging.api.items("/api/v1/namespaces")}
    assert left == {"default", "kube-node-lease", "kube-public", "kube-system"}
