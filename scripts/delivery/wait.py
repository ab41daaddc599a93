"""Waits until Argo CD has synced the images of this run: at its commit, or at a later one that keeps them.

It ends early, with Argo CD's own words, if the commit was refused; and if a later commit replaced the images, because
that commit's own run then checks them. Whether the pods become ready is the smoke test's question.
"""

from __future__ import annotations

import datetime
import time
from pathlib import Path
from typing import NamedTuple

from scripts import smoke
from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, flag, require
from scripts.delivery.command import git
from scripts.delivery.images import Reference

SYNCED, SUPERSEDED = "synced", "superseded"
REFUSALS = {"SyncRefused"}
BEFORE_SYNC = {*REFUSALS, "OtherRevision", "Syncing", "OutOfSync", "StaleStatus"}
"""Reasons of `smoke.judge_sync` for which the sync is not over; all others are about health."""
HERE = Path()
INTERVAL_SECONDS = 3
REFUSED_FOR_SECONDS = 60
"""An error that Argo CD reports for this long is no passing one: a repo-server that restarts takes less."""


class Deployment(NamedTuple):
    """What has to be in the cluster."""

    application: str
    namespace: str
    """Of the Application."""
    revision: str
    """Commit that has the images in the overlay."""
    committed: str
    """When, as Kubernetes writes times."""
    overlay: Path
    """In a checkout of the repository, whose working tree may change."""
    references: list[Reference]
    """The run's images that its commit has; none if newer builds have replaced all of them."""
    newer: bool = False
    """Whether the branch has a newer build of one of the run's images."""

    @property
    def path(self) -> str:
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self.namespace}/applications/{self.application}"


class Revisions:
    """What became of the images in commits after the run's own."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.kept: dict[str, bool | None] = {deployment.revision: True}

    def keeps_images(self, revision: str) -> bool | None:
        """Whether a commit has the images; None for one that does not contain the run's own."""
        if revision not in self.kept:
            self.kept[revision] = self._look(revision)
        return self.kept[revision]

    def _look(self, revision: str) -> bool | None:
        deployment = self.deployment
        check_out(revision)
        if not images.is_ancestor(deployment.revision, revision, HERE):
            return None
        running = images.running(deployment.overlay)
        return all(reference in running for reference in deployment.references)


def check_out(revision: str) -> None:
    git(HERE, "fetch", "--quiet", "origin", revision)
    git(HERE, "checkout", "--quiet", "--force", "--detach", revision)


def wait(deployment: Deployment, get: smoke.Get, timeout: int) -> tuple[str, str]:
    """Return the outcome and the commit that Argo CD is at; StepError with Argo CD's words."""
    if not deployment.references:
        return SUPERSEDED, deployment.revision
    revisions, begun, shown = Revisions(deployment), time.monotonic(), ""
    refused_since: float | None = None
    while True:
        problem, now = None, time.monotonic()
        try:
            application = smoke.read(get, deployment.path)
            wanted = deployment.revision
            seen = smoke.text(application, "status", "sync", "revision")
            kept = revisions.keeps_images(seen) if seen else None
            if kept is False:
                return SUPERSEDED, seen
            if kept:
                wanted = seen
            _, problem = smoke.judge_sync(application, wanted)
            if problem is None or problem.reason not in BEFORE_SYNC:
                return SYNCED, wanted
            looked = smoke.text(application, "status", "reconciledAt")
            if problem.reason in REFUSALS and not problem.final and looked < deployment.committed:
                words = f"Argo CD has not seen {deployment.revision} yet. Before it: {problem.message}"
                problem = smoke.Problem("OtherRevision", words)
        except smoke.ReadError as error:
            problem = error.problem
        refused_since = (refused_since or now) if problem.reason in REFUSALS else None
        persists = refused_since is not None and now - refused_since >= REFUSED_FOR_SECONDS
        if problem.final or persists or now - begun >= timeout:
            late = "" if problem.final or persists else f"Not synced after {timeout} s. "
            raise StepError(f"{late}{smoke.one_line(problem.message)}")
        if problem.message != shown:
            shown = problem.message
            print(f"{int(now - begun):4d} s  {smoke.one_line(shown)}", flush=True)
        time.sleep(INTERVAL_SECONDS)


def time_of(commit: str) -> str:
    seconds = int(git(HERE, "show", "--no-patch", "--format=%ct", commit))
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def deployment_of_run() -> Deployment:
    """Read what this run has put into the overlay; without a build (a merge, a rollback) all that the overlay runs."""
    revision, overlay = require("REVISION"), Path(require("OVERLAY"))
    check_out(revision)
    running = images.running(overlay)
    if not running:
        raise StepError(f"{overlay} runs no image at {revision}: there is nothing to wait for.")
    built = [image.in_overlay(flag("MOVES")) for image in images.read(Path(require("IMAGES_FOLDER")))]
    references = [reference for reference in built if reference in running] if built else running
    return Deployment(
        application=require("APPLICATION"),
        namespace=require("ARGOCD_NAMESPACE"),
        revision=revision,
        committed=time_of(revision),
        overlay=overlay,
        references=references,
        newer=len(references) < len(built),
    )


def main() -> None:
    deployment = deployment_of_run()
    with smoke.kubectl_proxy("") as get:
        outcome, revision = wait(deployment, get, 60 * int(require("WAIT_MINUTES")))
    actions.output("outcome", outcome)
    actions.output("revision", revision)
    if outcome == SUPERSEDED:
        actions.notice(f"{revision} replaced these images; its own run checks them.")
    actions.summarise(f"{deployment.application}: {outcome} at {revision}")


if __name__ == "__main__":
    actions.run(main)
