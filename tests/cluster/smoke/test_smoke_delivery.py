"""From a push to verified pods: Nova's workflow on the real Argo CD, and what each failure leaves."""

import time
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.smoke.delivering import NovaRepository, nova
from tests.cluster.smoke.script import NAMESPACE, VICTIM, Smoke
from tests.cluster.stand.commits import QUOTA
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, REGISTRY
from tests.pipeline.workflows.act import Event
from tests.pipeline.workflows.ground import git

DELIVER, ROLL_BACK = "nova-staging.yml", "nova-rollback.yml"
PUSH = Event("push")
OVERLAY = "k8s/infrastructure/overlays/staging"
SUCCESS = dict.fromkeys(("plan", "build-and-push", "update-deployment", "deploy", "smoke-test", "notify"), "success")


@pytest.fixture(scope="module")
def repository(staging: Stand, smoke: Smoke, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NovaRepository]:
    with nova(staging, smoke, tmp_path_factory.mktemp("delivery")) as repository:
        yield repository


def running(stand: Stand) -> set[str]:
    """The images of the namespace's pods."""
    pods = stand.api.items(f"/api/v1/namespaces/{NAMESPACE}/pods")
    return {container["image"] for pod in pods for container in pod["spec"]["containers"]}


def overlay(stand: Stand) -> str:
    return (stand.repository.tree / OVERLAY / "kustomization.yaml").read_text(encoding="utf-8")


def test_a_push_becomes_verified_pods(staging: Stand, repository: NovaRepository, figures: Figures) -> None:
    commit, begun = staging.repository.head, time.monotonic()
    run = repository.run(DELIVER, PUSH)
    assert run.results() == SUCCESS, run.output
    assert running(staging) == {f"{REGISTRY}/nova/{name}:{commit}" for name in NAMES}
    assert f"staging: {commit} is deployed and verified" in run.job("notify").summary
    figures.seconds("staging: from a push to verified pods, without the builds' own time", time.monotonic() - begun)


def test_a_revision_that_argo_cd_refuses_ends_in_its_words(staging: Stand, repository: NovaRepository) -> None:
    file = staging.repository.tree / OVERLAY / "settings" / "quota.yaml"
    settings = file.with_name("kustomization.yaml")
    before, pods = settings.read_text(encoding="utf-8"), running(staging)
    file.write_text(QUOTA, encoding="utf-8")
    settings.write_text(f"{before}resources:\n- quota.yaml\n", encoding="utf-8")
    commit = staging.repository.commit("A quota that only the platform may set")
    run = repository.run(DELIVER, PUSH)
    assert run.results() == {**SUCCESS, "deploy": "failure", "smoke-test": "skipped"}, run.output
    assert "ResourceQuota" in run.job("deploy").annotations[-1]
    assert repository.message().startswith("❌ staging: deploy failed; the images are in the overlay on main")
    assert running(staging) <= pods | {f"{REGISTRY}/nova/{name}:{commit}" for name in NAMES}
    staging.repository.revert(commit)
    staging.argocd.refresh(staging.application_name("staging"))
    staging.settle("staging", staging.repository.head)


def test_a_service_that_does_not_answer_is_red_and_a_rollback_mends_it(
    staging: Stand, smoke: Smoke, repository: NovaRepository
) -> None:
    good = git(staging.repository.tree, "log", "-1", "--format=%H", "--", f"{OVERLAY}/kustomization.yaml")
    wanted = overlay(staging)
    (staging.repository.tree / "backend" / VICTIM / "main.txt").write_text("broken\n", encoding="utf-8")
    staging.repository.commit("A broken service")
    smoke.services.down(VICTIM)
    run = repository.run(DELIVER, PUSH)
    smoke.services.up(VICTIM)
    assert run.results() == {**SUCCESS, "smoke-test": "failure"}, run.output
    assert repository.message().startswith("❌ staging: smoke-test failed")
    assert VICTIM in run.job("notify").summary
    back = repository.run(ROLL_BACK, Event("workflow_dispatch", {"inputs": {"environment": "staging", "target": good}}))
    assert back.results() == {"roll-back": "success", "deploy": "success", "smoke-test": "success", "notify": "success"}
    assert overlay(staging) == wanted
