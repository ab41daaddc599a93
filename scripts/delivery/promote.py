"""Finds the images that a release promotes: those that an environment runs, built from the release's own code.

Nothing is built again. An image counts as the release's if its files are the same at the commit that it was built from
and at the release; any other one is refused.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from scripts.delivery import actions, images
from scripts.delivery.actions import StepError, optional, require
from scripts.delivery.command import git
from scripts.delivery.images import Image, Reference
from scripts.delivery.plan import HERE, has_changed, release_tag

COMMITS_SHOWN = 20


class Promotion(NamedTuple):
    """One image of a release."""

    image: Image
    source: Reference
    """What the first environment runs."""
    commit: str
    """That it was built from."""
    before: str
    """Commit of the image that the second environment runs; empty if unknown."""


def promotions(wanted: list[Image], shared: list[str], release: str, source: Path, target: Path) -> list[Promotion]:
    """Compare two overlays of this checkout; StepError names every image that is not the release's."""
    proven, present = images.running(source), images.running(target)
    found: list[Promotion] = []
    faults: list[str] = []
    for image in wanted:
        reference = next((reference for reference in proven if reference.names(image.image)), None)
        commit = images.commit_of(reference.tag, HERE) if reference else ""
        if reference is None:
            faults.append(f"{source} runs no {image.image}")
        elif not commit:
            faults.append(f"{image.image} runs with the tag {reference.tag or 'none'}, which names no commit")
        elif not images.is_ancestor(commit, release, HERE):
            faults.append(f"{image.image} was built from {commit[:12]}, which is not in the release")
        elif has_changed(image, commit, release, shared):
            faults.append(f"{image.image} was built from {commit[:12]}, and its files have changed since")
        else:
            old = next((reference for reference in present if reference.names(image.image)), None)
            found.append(Promotion(image, reference, commit, images.commit_of(old.tag, HERE) if old else ""))
    if faults:
        raise StepError(f"{source} does not run this release: {'; '.join(faults)}. Deploy it there first.")
    return found


def changes(promotion: Promotion, shared: list[str]) -> list[str]:
    """Return the commits that an image gains, newest first: `0a1b2c3 Subject`."""
    if not promotion.before:
        return []
    paths = [promotion.image.directory, *shared]
    span = f"{promotion.before}..{promotion.commit}"
    return git(HERE, "log", "--no-merges", "--format=%h %s", span, "--", *paths).splitlines()


def description(found: list[Promotion], shared: list[str], tag: str) -> str:
    """Return the pull request's text: what changes for each service since the release that runs."""
    lines = [f"Raises the images to {tag}. They are the ones that were tested; nothing was built again."]
    for promotion in found:
        since = f"since {promotion.before[:12]}" if promotion.before else "for the first time"
        commits = changes(promotion, shared)
        lines += ["", f"**{promotion.image.image}**, {since}:", ""]
        lines += [f"- {commit}" for commit in commits[:COMMITS_SHOWN]] or ["- no change of its files"]
        if len(commits) > COMMITS_SHOWN:
            lines.append(f"- and {len(commits) - COMMITS_SHOWN} more")
    return "\n".join(lines) + "\n"


def main() -> None:
    wanted, shared = images.parse(require("IMAGES")), optional("SHARED_PATHS").split()
    tag = release_tag(require("GITHUB_REF"))
    found = promotions(wanted, shared, require("GITHUB_SHA"), Path(require("SOURCE")), Path(require("TARGET")))
    Path("description.md").write_text(description(found, shared, tag), encoding="utf-8")
    actions.output("tag", tag)
    actions.output("images", json.dumps({promotion.image.image: str(promotion.source) for promotion in found}))
    actions.output("revision", git(HERE, "log", "-1", "--format=%H", "--", require("SOURCE")).strip())


if __name__ == "__main__":
    actions.run(main)
