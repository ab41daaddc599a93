"""Waiting for Argo CD: what ends it, and with which words. A fake clock and an API server of the test's own."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.delivery import wait
from scripts.delivery.actions import StepError
from scripts.delivery.images import BuiltImage, Reference
from scripts.delivery.wait import Deployment
from scripts.smoke import Answer
from tests.pipeline.application import FIRST, OVERLAY, REGISTRY, SECOND, Application
from tests.tooling import smoke_runs

COMMITTED, BEFORE = "2026-11-21T10:00:00Z", "2026-11-21T09:59:59Z"
Status = dict[str, object]
Run = Callable[..., tuple[str, str]]
OfRun = Callable[..., Deployment]


@pytest.fixture
def synced(application: Application) -> str:
    """The commit that a run has put its images into the overlay with."""
    return application.deploy({FIRST: application.first, SECOND: application.first})


@pytest.fixture
def run(application: Application, synced: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(application.work)
    clock = [0.0]
    monkeypatch.setattr(wait.time, "monotonic", lambda: clock[0])

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(wait.time, "sleep", sleep)
    references = [Reference(f"{REGISTRY}/{FIRST}", application.first, "")]
    deployment = Deployment("shop-staging", "argocd", synced, COMMITTED, Path(OVERLAY), references)

    def waited(*looks: object, timeout: int = 300) -> tuple[str, str]:
        """The last look stays."""
        rest: Iterator[object] = iter(looks[:-1])

        def get(path: str) -> Answer:
            assert path == "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/shop-staging"
            look = next(rest, looks[-1])
            return look if isinstance(look, Answer) else Answer(200, json.dumps(look).encode())

        return wait.wait(deployment, get, timeout)

    return waited


def at(revision: str, **status: object) -> Status:
    application = smoke_runs.application(revision)
    application["status"] |= status
    return application


def failed(revision: str, phase: str = "Failed") -> Status:
    return at(
        revision,
        sync={"status": "OutOfSync", "revision": revision},
        operationState={
            "phase": phase,
            "message": "one or more objects failed to apply",
            "syncResult": {
                "revision": revision,
                "resources": [
                    {
                        "kind": "Deployment",
                        "name": "auth",
                        "status": "SyncFailed",
                        "message": "exceeded quota: pods",
                    }
                ],
            },
        },
    )


def test_it_waits_until_its_commit_is_synced(application: Application, run: Run, synced: str) -> None:
    running = at(synced, operationState={"phase": "Running", "message": "applying", "syncResult": {"revision": synced}})
    assert run(at(application.first), running, at(synced)) == ("synced", synced)


def test_pods_that_are_not_ready_are_the_smoke_tests_question(run: Run, synced: str) -> None:
    assert run(at(synced, health={"status": "Progressing"})) == ("synced", synced)
    assert run(at(synced, health={"status": "Degraded"})) == ("synced", synced)


def test_a_refused_sync_ends_it_at_once_with_argo_cds_words(run: Run, synced: str) -> None:
    with pytest.raises(StepError, match=r"could not sync .*\(Deployment auth: exceeded quota: pods\)") as refused:
        run(failed(synced))
    assert "Not synced after" not in str(refused.value)


def test_the_failure_of_an_earlier_commit_is_no_reason_to_end(application: Application, run: Run, synced: str) -> None:
    assert run(failed(application.first), at(synced)) == ("synced", synced)


def test_an_error_that_persists_ends_it(run: Run, synced: str) -> None:
    error = [{"type": "ComparisonError", "message": "failed to generate manifest: accumulating resources"}]
    broken = at(synced, conditions=error)
    assert run(broken, broken, at(synced)) == ("synced", synced)
    with pytest.raises(
        StepError, match="ComparisonError: failed to generate manifest: accumulating resources"
    ) as ended:
        run(broken)
    assert "Not synced after" not in str(ended.value)


def test_an_error_from_before_the_commit_is_no_reason_to_end(application: Application, run: Run, synced: str) -> None:
    error = [{"type": "SyncError", "message": f"Failed last sync attempt to {application.first}: image not allowed"}]
    before = at(application.first, conditions=error, reconciledAt=BEFORE)
    assert run(*[before] * 30, at(synced)) == ("synced", synced)
    with pytest.raises(StepError, match=f"Argo CD has not seen {synced} yet. Before it: .* image not allowed"):
        run(before)


def test_the_time_of_a_commit_is_in_utc(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(application.work)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-21T10:00:00+09:00")
    assert wait.time_of(application.commit_nothing()) == "2026-11-21T01:00:00Z"


def test_a_later_commit_that_keeps_the_images_will_do(application: Application, run: Run) -> None:
    later = application.change("auth", "not deployed yet")
    assert run(at(later)) == ("synced", later)


def test_a_later_commit_that_replaces_an_image_supersedes(application: Application, run: Run) -> None:
    commit = application.change("auth", "new")
    later = application.deploy({FIRST: commit, SECOND: application.first})
    assert run(at(later)) == ("superseded", later)


def test_a_later_commit_that_replaces_only_another_runs_image_keeps_ours(application: Application, run: Run) -> None:
    commit = application.change("cart", "new")
    later = application.deploy({FIRST: application.first, SECOND: commit})
    assert run(at(later)) == ("synced", later)


def test_the_refusal_of_a_later_commit_with_our_images_counts(application: Application, run: Run) -> None:
    later = application.change("auth", "not deployed yet")
    with pytest.raises(StepError, match="could not sync"):
        run(failed(later))


def test_time_runs_out_with_the_last_reason(application: Application, run: Run, synced: str) -> None:
    with pytest.raises(StepError, match=f"Not synced after 30 s. Argo CD is at {application.first}, not at {synced}"):
        run(at(application.first), timeout=30)


def test_a_cluster_that_does_not_answer_is_asked_again(run: Run, synced: str) -> None:
    assert run(Answer(503, b"starting"), at(synced)) == ("synced", synced)


def test_a_missing_application_ends_it(run: Run) -> None:
    missing = {"kind": "Status", "message": 'applications.argoproj.io "shop-staging" not found'}
    with pytest.raises(StepError, match='"shop-staging" not found'):
        run(Answer(404, json.dumps(missing).encode()))


@pytest.fixture
def of_run(application: Application, synced: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfRun:
    """What a run of a commit has to see in the cluster, after it has built images."""
    monkeypatch.chdir(application.work)

    def read(commit: str, *built: str) -> Deployment:
        for image in built:
            record = BuiltImage(image, f"{REGISTRY}/{image}:{commit}", "", built=True, seconds=1, findings=None)
            file = tmp_path / "images" / image / "image.json"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(record._asdict()), encoding="utf-8")
        values = {
            "APPLICATION": "shop-staging",
            "ARGOCD_NAMESPACE": "gitops",
            "REVISION": synced,
            "OVERLAY": OVERLAY,
            "MOVES": "false",
            "IMAGES_FOLDER": str(tmp_path / "images"),
        }
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        return wait.deployment_of_run()

    return read


def test_a_run_waits_for_the_images_that_it_has_written(application: Application, of_run: OfRun) -> None:
    deployment = of_run(application.first, FIRST)
    assert deployment.references == [Reference(f"{REGISTRY}/{FIRST}", application.first, "")]
    assert not deployment.newer


def test_a_run_without_a_build_waits_for_all_images_of_its_commit(application: Application, of_run: OfRun) -> None:
    deployment = of_run(application.first)
    assert [reference.repository for reference in deployment.references] == [
        f"{REGISTRY}/{image}" for image in (FIRST, SECOND)
    ]
    assert not deployment.newer


def test_a_run_whose_images_are_all_older_than_the_overlays_is_superseded(of_run: OfRun, synced: str) -> None:
    deployment = of_run("0" * 40, FIRST, SECOND)
    assert deployment.newer
    assert wait.wait(deployment, unasked, 300) == ("superseded", synced)


def unasked(path: str) -> Answer:
    raise AssertionError(f"{path} was read")
