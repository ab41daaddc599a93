"""Saved plans on the real engine: what deploy.yml relies on, and why it compares the steps of a new stack instead."""

from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import Step, account, edited_project, perform, secret_words


def sized(folder: Path, instance_type: str) -> Path:
    """The project with other nodes in staging."""
    folder.mkdir()
    return edited_project(
        folder, "staging", lambda text: text.replace("instanceType: t3.large", f"instanceType: {instance_type}")
    )


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Staging as it is committed."""
    folder = tmp_path_factory.mktemp("plans")
    step = perform(Verb.UP, "staging", folder)
    assert step.report.ok, step.lines
    return folder


@pytest.fixture(scope="module")
def plan(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan to resize its nodes."""
    folder = tmp_path_factory.mktemp("plan")
    file = folder / "plan.json"
    step = perform(Verb.PREVIEW, "staging", state, project=sized(folder / "project", "t3.xlarge"), plan=file)
    assert step.report.ok, step.lines
    return file


def up(state: Path, project: Path, plan: Path) -> Step:
    # The engine's flag for fast runs would turn on its experiments, such as plans that were not requested.
    return perform(Verb.UP, "staging", state, project=project, plan=plan, checkpoints=True)


def test_a_plan_has_no_secret(state: Path, plan: Path) -> None:
    words, text = secret_words(state), plan.read_text()
    assert len(words) >= 2 * 12
    assert [word for word in words if word in text] == []


def test_another_plan_is_refused_and_then_the_approved_one_is_carried_out(
    state: Path, plan: Path, tmp_path: Path
) -> None:
    before = account(state)
    refused = up(state, sized(tmp_path / "other", "t3.2xlarge"), plan)
    assert not refused.report.ok
    assert "violates plan: properties changed: ~~instanceType[{t3.xlarge}!={t3.2xlarge}]" in (
        refused.report.error or ""
    )
    assert (refused.mutating_calls, refused.account) == (0, before)

    project = sized(tmp_path / "approved", "t3.xlarge")
    done = up(state, project, plan)
    assert done.report.ok, done.lines
    assert done.report.changes["update"] == done.mutating_calls == 2
    assert perform(Verb.PREVIEW, "staging", state, project=project).report.changes.keys() == {"same"}


def test_a_new_stack_breaks_its_own_plan(tmp_path: Path) -> None:
    file, project = tmp_path / "plan.json", sized(tmp_path / "project", "t3.xlarge")
    assert perform(Verb.PREVIEW, "staging", tmp_path, project=project, plan=file).report.ok
    broken = up(tmp_path, project, file)
    assert "violates plan: properties changed: ++serviceRole" in (broken.report.error or "")
    assert broken.mutating_calls > 0
