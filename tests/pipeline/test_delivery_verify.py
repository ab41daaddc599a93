"""The smoke test of a run, while other commits land on the branch."""

import json
from pathlib import Path

import pytest

from scripts import smoke
from scripts.delivery import verify
from scripts.delivery.images import Reference
from scripts.delivery.wait import Deployment, time_of
from tests.pipeline.application import FIRST, OVERLAY, REGISTRY, SECOND, Application
from tests.tooling import smoke_runs
from tests.tooling.smoke_runs import Clock, Scenario


class Busy(Scenario):
    """A cluster in which Argo CD follows the branch."""

    def __init__(self, *revisions: str) -> None:
        super().__init__()
        self.before = [(smoke_runs.application(revision), smoke_runs.pods()) for revision in revisions[:-1]]
        self.application = smoke_runs.application(revisions[-1])


@pytest.fixture
def deployed(application: Application, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """A run whose images Argo CD has synced."""
    monkeypatch.chdir(application.work)
    monkeypatch.setattr(smoke, "time", Clock())
    commit = application.deploy({FIRST: application.first, SECOND: application.first})
    references = [Reference(f"{REGISTRY}/{FIRST}", application.first, "")]
    return Deployment("nova-staging", "argocd", commit, time_of(commit), Path(OVERLAY), references)


def test_a_commit_that_keeps_the_images_fails_no_smoke_test(application: Application, deployed: Deployment) -> None:
    later = application.change("auth", "not deployed yet")
    report = json.loads(verify.run_smoke_test(deployed, Busy(deployed.revision, later).get))
    assert (report["ok"], report["revision"]) == (True, later)


def test_a_commit_that_replaces_the_images_ends_the_smoke_test(application: Application, deployed: Deployment) -> None:
    commit = application.change("auth", "new")
    later = application.deploy({FIRST: commit, SECOND: application.first})
    cluster = Busy(deployed.revision, later)
    cluster.pods = [smoke_runs.unready(pod) for pod in smoke_runs.pods()]
    with pytest.raises(verify.SupersededError, match=later):
        verify.run_smoke_test(deployed, cluster.get)


def test_an_application_that_cannot_be_read_is_the_smoke_tests_failure(deployed: Deployment) -> None:
    cluster = Busy(deployed.revision)
    cluster.application = smoke_runs.refused(403, 'applications.argoproj.io "nova-staging" is forbidden')
    report = json.loads(verify.run_smoke_test(deployed, cluster.get))
    assert [check["reason"] for check in report["checks"] if check["status"] == "failed"] == ["Forbidden"]
