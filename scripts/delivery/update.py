"""Writes the built images into an environment's overlay: one commit on the branch that Argo CD tracks.

The edit is made on the branch's newest commit and, if somebody else pushes in between, made again on theirs: two runs
that race both land, and neither has a conflict. An older run never replaces a newer run's image.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, flag, optional, require
from scripts.delivery.command import CommandError, git, run

if TYPE_CHECKING:
    from collections.abc import Generator

    from scripts.delivery.images import BuiltImage

ATTEMPTS, PAUSE_SECONDS = 6, 2
PROTECTED = ("GH006", "GH013", "protected branch", "repository rule")
"""What GitHub's refusals of a push to a protected branch contain."""
MOVED = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value")
"""What Git's refusals contain if the branch has a new commit."""


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
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_SECONDS * attempt)
        git(clone, "fetch", "--quiet", "--tags", "origin", update.branch)
        git(clone, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
        newer = edit(update, clone)
        check(update, clone, newer)
        if not git(clone, "status", "--porcelain", "--", update.overlay).strip():
            return Outcome(head(clone), changed=False, newer=newer)
        git(clone, "add", "--", update.overlay)
        git(clone, "commit", "--quiet", "--message", f"chore({update.environment}): update images to {update.tag}")
        try:
            git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{update.branch}")
        except CommandError as error:
            if not any(words in error.output for words in MOVED):
                raise refused(update.branch, error.output) from error
            print(f"{update.branch} has a new commit; the edit is made again on it", flush=True)
            continue
        return Outcome(head(clone), changed=True, newer=newer)
    raise StepError(
        f"{update.branch} moved {ATTEMPTS} times while the images were written to it. Nothing was changed: run this "
        "job again."
    )


def edit(update: Update, clone: Path) -> list[str]:
    """Set the images in the overlay, except where it has a newer build; return the names of those."""
    overlay = clone / update.overlay
    if not overlay.is_dir():
        raise StepError(f"{update.branch} has no folder {update.overlay}. Correct the input `overlay`.")
    running = images.running(overlay)
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
    running = [str(reference) for reference in images.running(clone / update.overlay)]
    for image in update.built:
        wanted = str(image.in_overlay(update.moves))
        if image.image not in newer and wanted not in running:
            raise StepError(
                f"{update.overlay} runs no image {image.image}: no container of it has that name. Write "
                f"`image: {image.image}` in its manifest, or remove the line from `images`."
            )
    if update.validate:
        done = subprocess.run(["bash", "-c", update.validate], cwd=clone, check=False)
        if done.returncode:
            raise StepError(f"`{update.validate}` refuses the overlay (see above). Nothing was pushed.")


def refused(branch: str, words: str) -> StepError:
    last = words.strip().splitlines()[-1] if words.strip() else "no reason given"
    if any(sign in words for sign in PROTECTED):
        return StepError(
            f"{branch} is protected, and this run may not push to it ({last}). Nothing was changed. Give the pipeline "
            'a GitHub App that may: docs/delivery.md, "A protected branch".'
        )
    return StepError(f"The push to {branch} was refused: {last}. Nothing was changed.")


def head(clone: Path) -> str:
    return git(clone, "rev-parse", "HEAD").strip()


@contextmanager
def clone_of(repository: Path, name: str, mail: str) -> Generator[Path]:
    """Yield a clone whose remote is the repository's own, so that the checkout stays as it is."""
    url = git(repository, "remote", "get-url", "origin").strip()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        git(repository, "clone", "--quiet", "--no-checkout", url, str(clone))
        git(clone, "config", "user.name", name)
        git(clone, "config", "user.email", mail)
        yield clone


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
    author = optional("COMMITTER") or "github-actions[bot]"
    with clone_of(Path(), author, f"{author}@users.noreply.github.com") as clone:
        outcome = deliver(update, clone)
    actions.output("revision", outcome.revision)
    actions.output("changed", json.dumps(outcome.changed))
    for image in outcome.newer:
        actions.notice(f"{update.branch} has a newer build of {image}, which stays.")
    done = f"commit {outcome.revision}" if outcome.changed else f"nothing to change at {outcome.revision}"
    actions.summarise(f"{update.branch}: {done}")


if __name__ == "__main__":
    try:
        main()
    except StepError as error:
        actions.fail(str(error))
