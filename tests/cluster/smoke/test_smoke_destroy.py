"""The end of a cluster whose Argo CD is dead: in bounded time, and by the command in docs/destroy.md."""

import os
import re
import subprocess

import pytest

from sandbox.driver import Verb
from sandbox.plan import Result
from tests.cluster.conftest import Figures
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.life import assert_nothing_is_left
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step

pytestmark = pytest.mark.ends_stand

LONGEST_SECONDS = 120
COMMAND = re.compile(r"^ +(kubectl .* patch .*)$", re.MULTILINE)


@pytest.fixture(scope="package")
def stuck(staging: Stand, figures: Figures) -> Step:
    """A `destroy` while no controller is alive."""
    staging.argocd.kill_controller()
    step = staging.program.run(Verb.DESTROY)
    figures.seconds("staging: destroy without the controller gave up after", step.report.seconds)
    return step


@pytest.fixture(scope="package")
def freed(staging: Stand, stuck: Step, figures: Figures) -> Step:
    """The next `destroy` after the command in the documentation, still without a controller."""
    assert not stuck.report.ok
    (command,) = COMMAND.findall((ROOT / "docs" / "destroy.md").read_text())
    subprocess.run(["sh", "-c", command], check=True, env={**os.environ, "KUBECONFIG": str(staging.kubeconfig)})
    step = staging.program.run(Verb.DESTROY)
    figures.seconds("staging: destroy after the command in docs/destroy.md", step.report.seconds)
    return step


def test_destroy_without_the_controller_ends_in_bounded_time(stuck: Step) -> None:
    assert stuck.report.result is Result.FAILED
    assert stuck.report.seconds < LONGEST_SECONDS


def test_its_error_names_the_applications(stuck: Step) -> None:
    output = "\n".join(stuck.lines)
    assert all(f"Application (gitops-{name})" in output for name in ("dev", "staging"))
    assert "timed out" in output


def test_after_the_documented_command_destroy_leaves_nothing(staging: Stand, freed: Step) -> None:
    assert_nothing_is_left(staging, freed)
