"""Opens the pull request that raises an overlay to a release's images. Its merge is the approval."""

from __future__ import annotations

import urllib.parse
from pathlib import Path

from scripts import smoke
from scripts.delivery import actions, images, web
from scripts.delivery.actions import optional, require
from scripts.delivery.branch import BOT, clone_of
from scripts.delivery.command import git
from scripts.delivery.update import Update, check, edit


def propose(update: Update, clone: Path, head: str) -> bool:
    """Push the changed overlay to a branch of its own; False if the overlay runs the release already.

    A second run of the release replaces the branch, which nothing else writes to.
    """
    git(clone, "fetch", "--quiet", "--tags", "origin", update.branch)
    git(clone, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
    check(update, clone, edit(update, clone))
    git(clone, "add", "--", update.overlay)
    if not git(clone, "diff", "--cached", "--name-only").strip():
        return False
    git(clone, "commit", "--quiet", "--message", f"chore({update.environment}): update images to {update.tag}")
    git(clone, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/{head}")
    return True


def open_pull_request(title: str, body: str, head: str, base: str) -> str:
    """Return the address of the branch's pull request, which may be open already."""
    owner = require("GITHUB_REPOSITORY").partition("/")[0]
    query = urllib.parse.urlencode({"state": "open", "head": f"{owner}:{head}", "base": base})
    found = smoke.items({"found": web.github("GET", f"pulls?{query}")}, "found")
    content = {"title": title, "body": body}
    if found:
        answer = web.github("PATCH", f"pulls/{smoke.text(found[0], 'number')}", content)
    else:
        answer = web.github("POST", "pulls", {**content, "head": head, "base": base})
    return smoke.text(answer, "html_url")


def main() -> None:
    environment, tag, base = require("ENVIRONMENT"), require("TAG"), require("BRANCH")
    update = Update(
        environment=environment,
        overlay=require("OVERLAY"),
        branch=base,
        built=images.read(Path(require("IMAGES_FOLDER"))),
        moves=True,  # the digest, too: what was tested is what runs
        tag=tag,
        commit=require("GITHUB_SHA"),
        validate=optional("VALIDATE"),
    )
    head = f"release/{environment}-{tag}"
    with clone_of(Path(), optional("COMMITTER") or BOT) as clone:
        changed = propose(update, clone, head)
    if not changed:
        actions.summarise(f"{environment} runs {tag} already; there is nothing to propose.")
        return
    body = Path(require("DESCRIPTION")).read_text(encoding="utf-8")
    address = open_pull_request(f"chore({environment}): update images to {tag}", body, head, base)
    actions.output("pull-request", address)
    actions.summarise(f"{address} raises {environment} to {tag}. Its merge deploys.")


if __name__ == "__main__":
    actions.run(main)
