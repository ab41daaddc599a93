"""Pushes that do not end in verified pods: which job is red, what it says, and what staging is left with."""

import json
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from tests.cluster.smoke.script import VICTIM, Smoke
from tests.cluster.smoke.verdicts import DELIVER, PUSH, ROLL_BACK, results
from tests.cluster.stand.commits import QUOTA, Edit, committed, patch, resource
from tests.cluster.stand.pipeline import NovaRepository
from tests.pipeline.workflows.act import Event, Run
from tests.pipeline.workflows.ground import git
from tests.pipeline.workflows.servers import PROTECTED

pytestmark = pytest.mark.usefixtures("delivered")

NO_SUCH_NODE = [{"op": "add", "path": "/spec/template/spec/nodeSelector", "value": {"disk": "golden"}}]
PATIENCE_MINUTES = 0.4
ROLL_BACK_STEPS = ("roll-back", "deploy", "smoke-test")
IN_THE_REGISTRY = "the images are in the registry, the overlay is as it was"
DEPLOYED = "the images are deployed; revert the overlay's last commit on main to go back"


@contextmanager
def pushed(repository: NovaRepository, edit: Edit) -> Generator[None]:
    """A developer's commit to the overlay's settings, which is reverted at the end."""
    with committed(repository.stand, "staging", lambda overlay: edit(overlay / "settings")):
        yield


def run_in_vain(repository: NovaRepository, workflow: str = DELIVER, event: Event = PUSH) -> Run:
    """A run that leaves main, the overlay and the pods as they were."""
    before = repository.head, repository.overlay(), repository.ready_images()
    run = repository.run(workflow, event)
    assert (repository.head, repository.overlay(), repository.ready_images()) == before
    return run


def back_to(commit: str) -> Event:
    return Event("workflow_dispatch", {"inputs": {"environment": "staging", "target": commit}})


def headline(repository: NovaRepository) -> str:
    return repository.message().splitlines()[0]


def test_a_registry_that_refuses_leaves_everything(repository: NovaRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository.registry, "refuses", True)
    run = run_in_vain(repository)
    assert run.results() == results(failed="build-and-push"), run.output
    assert "ecr:PutImage" in run.job("build-and-push", image=f"nova/{VICTIM}").annotations[-1]
    left = "the overlay is as it was; images that were pushed stay in the registry"
    assert headline(repository) == f"❌ staging: build-and-push failed; {left}"


def test_a_protected_main_leaves_images_in_the_registry(repository: NovaRepository) -> None:
    with repository.hook(PROTECTED.format(branch="main", user="nobody")):
        run = run_in_vain(repository)
    assert run.results() == results(failed="update-deployment"), run.output
    (line,) = run.job("update-deployment").annotations
    assert line.startswith("error: main is protected, and this run may not push to it (")
    assert line.endswith('Give the pipeline a GitHub App that may: docs/delivery.md, "A protected branch".')
    assert headline(repository) == f"❌ staging: update-deployment failed; {IN_THE_REGISTRY}"
    assert repository.head in repository.registry.tags(f"nova/{VICTIM}")


def test_a_broken_overlay_gets_no_images(repository: NovaRepository) -> None:
    with pushed(repository, resource("this is: [no manifest\n")):
        run = run_in_vain(repository)
    assert run.results() == results(failed="update-deployment"), run.output
    (line,) = run.job("update-deployment").annotations
    assert line.startswith("error: k8s/infrastructure/overlays/staging does not build: ")
    assert "added.yaml" in line
    assert headline(repository) == f"❌ staging: update-deployment failed; {IN_THE_REGISTRY}"


def test_a_revision_that_argo_cd_refuses_changes_no_pod(repository: NovaRepository) -> None:
    before = repository.ready_images()
    with pushed(repository, resource(QUOTA)):
        run = repository.run(DELIVER, PUSH)
        assert repository.ready_images() == before
    assert run.results() == results(failed="deploy"), run.output
    assert "resource :ResourceQuota is not permitted in project nova" in run.job("deploy").annotations[-1]
    left = "the images are in the overlay on main; revert its last commit to go back"
    assert headline(repository) == f"❌ staging: deploy failed; {left}"


def test_a_pod_that_never_becomes_ready_leaves_the_old_ones(repository: NovaRepository) -> None:
    before = repository.ready_images()[VICTIM]
    edit = patch(json.dumps(NO_SUCH_NODE), "--kind", "Deployment", "--name", VICTIM)
    with pushed(repository, edit), repository.input(DELIVER, "ready-minutes", PATIENCE_MINUTES):
        run = repository.run(DELIVER, PUSH)
        assert repository.ready_images()[VICTIM] == before
    assert run.results() == results(failed="smoke-test"), run.output
    (line,) = run.job("smoke-test").annotations
    assert f"pods {VICTIM} 2 of 3 pods are ready; " in line
    assert "not scheduled: 0/4 nodes are available" in line
    assert headline(repository) == f"❌ staging: smoke-test failed; {DEPLOYED}"
    assert f"describe pods --selector=app.kubernetes.io/name={VICTIM}" in repository.message()


def test_a_service_that_does_not_answer_is_red_and_a_rollback_mends_it(
    smoke: Smoke, repository: NovaRepository
) -> None:
    tree = repository.stand.repository.tree
    good, overlay, pods = repository.head, repository.overlay(), repository.ready_images()
    (tree / "backend" / VICTIM / "main.txt").write_text("broken\n", encoding="utf-8")
    broken = repository.stand.repository.commit("A broken service")
    smoke.services.down(VICTIM)
    run = repository.run(DELIVER, PUSH)
    smoke.services.up(VICTIM)
    assert run.results() == results(failed="smoke-test"), run.output
    assert run.job("smoke-test").annotations[0].startswith(f"error: health {VICTIM} /health: ")
    assert headline(repository) == f"❌ staging: smoke-test failed; {DEPLOYED}"
    assert VICTIM in run.job("notify").summary
    back = repository.run(ROLL_BACK, back_to(good))
    assert back.results() == results(steps=ROLL_BACK_STEPS), back.output
    assert headline(repository).startswith("✅ staging: ")
    assert (repository.overlay(), repository.ready_images()) == (overlay, pods)
    repository.stand.repository.revert(broken)


def test_a_rollback_to_a_commit_of_another_branch_changes_nothing(repository: NovaRepository) -> None:
    tree = repository.stand.repository.tree
    other = git(tree, "commit-tree", "HEAD^{tree}", "-m", "Another branch")
    git(tree, "push", "--quiet", "origin", f"{other}:refs/heads/other")
    run = run_in_vain(repository, ROLL_BACK, back_to(other))
    assert run.results() == results(failed="roll-back", steps=ROLL_BACK_STEPS), run.output
    assert f"{other} is not a commit of main" in run.job("roll-back").annotations[-1]
    assert headline(repository) == "❌ staging: roll-back failed; the overlay is as it was"
