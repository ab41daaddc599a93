"""Gives an overlay the images that it had at an earlier commit: a commit on top, which Argo CD syncs like any other."""

from __future__ import annotations

from pathlib import Path

from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, optional, require
from scripts.delivery.branch import BOT, clone_of, land
from scripts.delivery.command import git, succeeds


def roll_back(clone: Path, environment: str, overlay: str, branch: str, target: str) -> tuple[str, bool]:
    """Commit the overlay's `kustomization.yaml` of an earlier commit; return the new commit and whether there is one.

    Only that file is restored; the pipeline writes no other. Settings and base stay as they are, because quota and
    databases match the newest state.
    """
    file = f"{overlay}/kustomization.yaml"

    def change() -> str:
        if not succeeds("git", "cat-file", "-e", f"{target}^{{commit}}", cwd=clone):
            raise StepError(f"The repository has no commit {target}. Choose one of `git log {branch} -- {overlay}`.")
        if not images.is_ancestor(target, "HEAD", clone):
            raise StepError(f"{target} is not a commit of {branch}. Choose one of `git log {branch} -- {overlay}`.")
        if not succeeds("git", "checkout", "--quiet", target, "--", file, cwd=clone):
            raise StepError(f"{target} has no {file}. Choose a later commit.")
        images.running(Path(overlay), clone)  # it has to build
        return f"revert({environment}): images of {git(clone, 'rev-parse', target).strip()}"

    return land(clone, branch, overlay, change)


def main() -> None:
    target, branch = require("TARGET"), require("BRANCH")
    with clone_of(Path(), optional("COMMITTER") or BOT) as clone:
        revision, changed = roll_back(clone, require("ENVIRONMENT"), require("OVERLAY"), branch, target)
    if not changed:
        raise StepError(f"The overlay has the images of {target} already. Choose an earlier commit.")
    actions.output("revision", revision)
    actions.summarise(f"{branch}: commit {revision} has the images of {target}")


if __name__ == "__main__":
    actions.run(main)
