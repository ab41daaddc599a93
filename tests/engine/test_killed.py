"""An `up` that is killed halfway: nothing recorded is lost, and the next `up` completes it."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import ROOT, Step, command, copy_of_project, perform, recorded, tree

CREATIONS = 60
"""Number of resources, of some 200, after which the run is killed: the network exists, the cluster does not."""


@dataclass(frozen=True)
class Killed:
    """The state after the kill, and the runs that followed."""

    recorded: dict[str, str]
    tree_before: dict[str, bytes]
    tree_after: dict[str, bytes]
    locked: Step
    recovered: Step
    recorded_after: dict[str, str]
    finished: Step
    recorded_at_the_end: dict[str, str]
    undisturbed: Step


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Killed:
    folder = copy_of_project(tmp_path_factory.mktemp("project"))
    state = tmp_path_factory.mktemp("state")
    before = tree(folder)
    _kill_in_the_middle(folder, state)
    after, left = tree(folder), recorded(state, "staging")
    locked = perform(Verb.UP, "staging", state, project=folder)
    recovered = perform(Verb.RECOVER, "staging", state, project=folder)
    kept = recorded(state, "staging")
    finished = perform(Verb.UP, "staging", state, project=folder)
    return Killed(
        recorded=left,
        tree_before=before,
        tree_after=after,
        locked=locked,
        recovered=recovered,
        recorded_after=kept,
        finished=finished,
        recorded_at_the_end=recorded(state, "staging"),
        undisturbed=perform(Verb.UP, "staging", tmp_path_factory.mktemp("undisturbed"), project=folder),
    )


def _kill_in_the_middle(project: Path, state: Path) -> None:
    arguments = command(Verb.UP, "staging", "--project", project, "--state", state, "--verbose")
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        created = 0
        for line in process.stdout:
            created += " created " in line
            if created >= CREATIONS:
                break
        assert created == CREATIONS
        # The engine first, so that it cannot record that its providers have ended.
        for pid in (*reversed(_descendants(process.pid)), process.pid):
            os.kill(pid, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    """All descendant processes; the engine has its own session, so that no process group contains them all."""
    table = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    rows = [(int(child), int(parent)) for child, parent in (line.split() for line in table.splitlines())]
    descendants = [pid]
    for ancestor in descendants:
        descendants += [child for child, parent in rows if parent == ancestor]
    return descendants[1:]


def test_the_run_was_killed_halfway(killed: Killed) -> None:
    assert CREATIONS <= len(killed.recorded) < len(killed.undisturbed.resources)


def test_a_killed_run_does_not_change_the_working_tree(killed: Killed) -> None:
    assert killed.tree_after == killed.tree_before


def test_its_lock_stops_the_next_run_which_reports_how_to_recover(killed: Killed) -> None:
    assert not killed.locked.report.ok
    assert [line for line in killed.locked.lines if "python -m sandbox recover --stack staging" in line]


def test_recovery_keeps_everything_that_was_recorded(killed: Killed) -> None:
    assert killed.recovered.report.ok
    assert killed.recorded_after.items() >= killed.recorded.items()


def test_the_next_up_creates_no_recorded_resource_twice(killed: Killed) -> None:
    assert killed.finished.report.ok
    assert killed.recorded_at_the_end.items() >= killed.recorded.items()


def test_the_result_equals_that_of_an_undisturbed_run(killed: Killed) -> None:
    assert killed.finished.urns() == killed.undisturbed.urns()


def test_the_account_equals_that_of_an_undisturbed_run(killed: Killed) -> None:
    actual, expected = (sorted(kind for kind, _ in step.account) for step in (killed.finished, killed.undisturbed))
    assert actual == expected
