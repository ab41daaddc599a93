"""From a push to verified pods: Nova's workflow on the real Argo CD."""

from pathlib import Path

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.smoke.budget import budget
from tests.cluster.smoke.verdicts import DELIVER, PUSH, Delivered, results
from tests.cluster.stand.pipeline import NovaRepository
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, REGISTRY
from tests.pipeline.workflows.ground import git

TOGETHER = """#!/bin/sh
# Two pushes arrive before either is accepted, and that with the images of {first} is accepted first.
read -r _ new _
touch "{folder}/$new"
until [ "$(ls {folder} | wc -l)" -ge 2 ]; do sleep 0.1; done
until {{ git log -2 --format=%s "$new"; git log -1 --format=%s main; }} | grep -q {first}; do sleep 0.1; done
"""


def images(commit: str) -> dict[str, set[str]]:
    """The image of each service, built from a commit."""
    return {name: {f"{REGISTRY}/nova/{name}:{commit}"} for name in NAMES}


def test_a_push_becomes_verified_pods(
    staging: Stand, repository: NovaRepository, delivered: Delivered, figures: Figures
) -> None:
    assert delivered.run.results() == results(), delivered.run.output
    assert repository.ready_images() == images(delivered.commit)
    assert f"staging: {delivered.commit} is deployed and verified" in delivered.run.job("notify").summary
    figures.seconds("staging: from a push to verified pods, without the builds' own time", delivered.seconds)
    for what, value in budget(staging.config, delivered.run):
        figures.note(f"staging: time budget: {what}", value)


@pytest.mark.parametrize("older_first", [True, False])
def test_two_pushes_that_race_both_land(repository: NovaRepository, older_first: bool, tmp_path: Path) -> None:
    tree, arrived = repository.stand.repository.tree, tmp_path / "arrived"
    arrived.mkdir()
    older = change(repository, "auth-service", tmp_path.name)
    copy = repository.copy(tmp_path / "ada")
    newer = change(repository, "user-service", tmp_path.name)
    with repository.hook(TOGETHER.format(folder=arrived, first=older if older_first else newer)):
        ada, bob = repository.race(DELIVER, PUSH, copy, tree)
    assert bob.results() == results(), bob.output
    assert repository.ready_images() == images(newer)
    assert "failure" not in ada.results().values(), ada.output
    landed = git(tree, "log", "--format=%s", f"{newer}..HEAD").splitlines()
    written = [f"chore(staging): update images to {commit}" for commit in (newer, older)]
    verdict = ada.job("notify").summary.removeprefix("## ✅ staging: ")
    superseded = f"{older} was superseded by {repository.head}"
    if older_first:
        assert landed == written
        assert verdict.startswith((superseded, f"{older} is deployed and verified"))
    else:
        assert landed == written[:1]
        assert verdict.startswith(superseded)
        assert (
            "notice: main has a newer build of nova/auth-service, which stays."
            in ada.job("update-deployment").annotations
        )


def change(repository: NovaRepository, service: str, text: str) -> str:
    """A developer's commit."""
    (repository.stand.repository.tree / "backend" / service / "main.txt").write_text(f"{text}\n", encoding="utf-8")
    return repository.stand.repository.commit(f"Change {service}")
