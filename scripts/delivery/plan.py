"""Decides what a run builds: the images whose files changed since the ones that the overlay runs, and their tag.

The comparison is with the commit in the overlay's tags and not with the push before: a service whose last build failed
is then built by the next push, whatever that push changes.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path

from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, flag, optional, require
from scripts.delivery.command import run, succeeds
from scripts.delivery.images import Image

COMMIT, COMMIT_AND_TIME, RELEASE = "commitSha", "commitShaAndTime", "releaseTag"
HERE = Path()


def tag_for(rule: str, commit: str, ref: str) -> str:
    """Return the images' tag by the rule of `deployment.imageTag`; any other text is a tag that moves.

    The time is the commit's and not the run's, so that a second run of the commit finds its images.
    """
    if rule == COMMIT:
        return commit
    if rule == COMMIT_AND_TIME:
        seconds = int(run("git", "show", "--no-patch", "--format=%ct", commit))
        time = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return f"{commit[:7]}-{time:%Y%m%d-%H%M%S}"
    return release_tag(ref) if rule == RELEASE else image_tag(rule)


def release_tag(ref: str) -> str:
    """Return the tag that a run is for."""
    if not ref.startswith("refs/tags/"):
        raise StepError(f"tag: releaseTag needs a run for a tag, and this one is for {ref}. Push a release tag.")
    return image_tag(ref[len("refs/tags/") :])


def image_tag(tag: str) -> str:
    if not images.TAG.fullmatch(tag):
        raise StepError(f"tag: {tag!r} cannot be the tag of an image. Use letters, digits, dots, dashes, underscores.")
    return tag


def has_changed(image: Image, since: str, commit: str, shared: list[str]) -> bool:
    paths = [image.directory, *shared]
    return not succeeds("git", "diff", "--quiet", since, commit, "--", *paths)


def changed(all_images: list[Image], overlay: Path, commit: str, shared: list[str]) -> list[Image]:
    """Return the images that differ from what the overlay runs; an image of an unknown commit counts as changed."""
    running = images.running(overlay)
    found: list[Image] = []
    for image in all_images:
        tag = next((reference.tag for reference in running if reference.names(image.image)), "")
        since = images.commit_of(tag, HERE)
        if not since or has_changed(image, since, commit, shared):
            found.append(image)
    return found


def main() -> None:
    commit, rule = require("GITHUB_SHA"), require("TAG")
    wanted = everything = images.parse(require("IMAGES"))
    if flag("CHANGED_ONLY"):
        wanted = changed(everything, Path(require("OVERLAY")), commit, optional("SHARED_PATHS").split())
    tag = tag_for(rule, commit, require("GITHUB_REF"))
    actions.output("images", json.dumps([{**image._asdict(), "slug": image.slug} for image in wanted]))
    actions.output("tag", tag)
    actions.output("moves", json.dumps(rule not in {COMMIT, COMMIT_AND_TIME, RELEASE}))
    actions.output("all", json.dumps(len(wanted) == len(everything)))
    names = ", ".join(image.image for image in wanted) or "nothing: no image's files changed"
    print(f"Tag {tag}; to build: {names}")


if __name__ == "__main__":
    actions.run(main)
