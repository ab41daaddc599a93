"""Writes the built images into an environment's overlay: one commit on the branch that Argo CD tracks.

An older run never replaces a newer run's image.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, flag, optional, require
from scripts.delivery.branch import BOT, clone_of, land
from scripts.delivery.command import run, without_tokens

if TYPE_CHECKING:
    from scripts.delivery.images import BuiltImage


class Update(NamedTuple):
    """What a run wants to be in an overlay."""

    environment: str
    overlay: str
    """Folder in the repository."""
    branch: str
    built: list[BuiltImage]
    moves: bool
    """Whether the tag moves; the overlay then gets digests."""
    tag: str
    commit: str
    """That the images were built from."""
    validate: str
    """A shell command that must succeed in the changed clone; empty for none."""


class Outcome(NamedTuple):
    """What became of it."""

    revision: str
    """Newest commit of the branch."""
    changed: bool
    newer: list[str]
    """Images of which the branch has a newer build, which stays."""


def deliver(update: Update, clone: Path) -> Outcome:
    """Commit and push; StepError leaves the branch as it was."""
    newer: list[str] = []

    def change() -> str:
        newer[:] = edit(update, clone)
        check(update, clone, newer)
        return f"chore({update.environment}): update images to {update.tag}"

    revision, changed = land(clone, update.branch, update.overlay, change)
    return Outcome(revision, changed=changed, newer=newer)


def edit(update: Update, clone: Path) -> list[str]:
    """Set the images in the overlay, except where it has a newer build; return the names of those."""
    overlay = clone / update.overlay
    if not overlay.is_dir():
        raise StepError(f"{update.branch} has no folder {update.overlay}. Correct the input `overlay`.")
    running = images.running(Path(update.overlay), clone)
    newer: list[str] = []
    for image in update.built:
        present = next((reference for reference in running if reference.names(image.image)), None)
        theirs = images.commit_of(present.tag, clone) if present else ""
        if theirs and theirs != update.commit and images.is_ancestor(update.commit, theirs, clone):
            newer.append(image.image)
            continue
        run("kustomize", "edit", "set", "image", f"{image.image}={image.in_overlay(update.moves)}", cwd=overlay)
    return newer


def check(update: Update, clone: Path, newer: list[str]) -> None:
    """Refuse an overlay that does not build, does not use an image, or fails the caller's own check."""
    running = [str(reference) for reference in images.running(Path(update.overlay), clone)]
    for image in update.built:
        wanted = str(image.in_overlay(update.moves))
        if image.image not in newer and wanted not in running:
            raise StepError(
                f"{update.overlay} runs no image {image.image}: no container of it has that name. Write "
                f"`image: {image.image}` in its manifest, or remove the line from `images`."
            )
    if update.validate:
        done = subprocess.run(["bash", "-c", update.validate], cwd=clone, env=without_tokens(), check=False)
        if done.returncode:
            raise StepError(f"`{update.validate}` refuses the overlay (see above). Nothing was pushed.")


def main() -> None:
    built = images.read(Path(require("IMAGES_FOLDER")))
    if not built:
        raise StepError("No build left an image.json. Run all jobs again.")
    update = Update(
        environment=require("ENVIRONMENT"),
        overlay=require("OVERLAY"),
        branch=require("BRANCH"),
        built=built,
        moves=flag("MOVES"),
        tag=require("TAG"),
        commit=require("GITHUB_SHA"),
        validate=optional("VALIDATE"),
    )
    with clone_of(Path(), optional("COMMITTER") or BOT) as clone:
        outcome = deliver(update, clone)
    actions.output("revision", outcome.revision)
    actions.output("changed", json.dumps(outcome.changed))
    for image in outcome.newer:
        actions.notice(f"{update.branch} has a newer build of {image}, which stays.")
    done = f"commit {outcome.revision}" if outcome.changed else f"nothing to change at {outcome.revision}"
    actions.summarise(f"{update.branch}: {done}")


if __name__ == "__main__":
    actions.run(main)
