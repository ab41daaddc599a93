"""Lands one commit on a branch that others push to.

The change is made on the branch's newest commit and, if another push lands in between, made again on top of it. So two
runs that race both land, even if they change the same lines.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.delivery.actions import StepError
from scripts.delivery.command import CommandError, git

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ATTEMPTS, PAUSE_SECONDS = 6, 2
BOT = "github-actions[bot]"
"""Committer where no app commits."""
PROTECTED = ("GH006", "GH013", "protected branch", "repository rule")
"""What GitHub's refusals of a push to a protected branch contain."""
MOVED = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "incorrect old value")
"""What Git's refusals contain if the branch has a new commit."""


@contextmanager
def clone_of(repository: Path, committer: str) -> Generator[Path]:
    """Yield a clone with the same remote, in which nothing is checked out; the checkout stays as it is."""
    url = git(repository, "remote", "get-url", "origin").strip()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        git(repository, "clone", "--quiet", "--no-checkout", url, str(clone))
        git(clone, "config", "user.name", committer)
        git(clone, "config", "user.email", f"{committer}@users.noreply.github.com")
        yield clone


def land(clone: Path, branch: str, folder: str, change: Callable[[], str]) -> tuple[str, bool]:
    """Commit what `change` does to a folder of the clone; it returns the commit's message.

    Returns the branch's newest commit, and whether it is a new one. StepError leaves the branch as it was.
    """
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE_SECONDS * attempt)
        git(clone, "fetch", "--quiet", "--tags", "origin", branch)
        git(clone, "checkout", "--quiet", "--force", "--detach", "FETCH_HEAD")
        message = change()
        git(clone, "add", "--", folder)
        changed = bool(git(clone, "diff", "--cached", "--name-only").strip())
        if changed:
            git(clone, "commit", "--quiet", "--message", message)
        if not changed or push(clone, branch):
            return git(clone, "rev-parse", "HEAD").strip(), changed
        print(f"{branch} has a new commit; the change is made again on it", flush=True)
    raise StepError(
        f"{branch} moved {ATTEMPTS} times while this run wrote to it. Nothing was changed: run the job again."
    )


def push(clone: Path, branch: str) -> bool:
    """Whether the branch took the commit; False if it has moved, StepError if it refuses."""
    try:
        git(clone, "push", "--quiet", "origin", f"HEAD:refs/heads/{branch}")
    except CommandError as error:
        if any(words in error.output for words in MOVED):
            return False
        last = error.output.splitlines()[-1] if error.output else "no reason given"
        if any(sign in error.output for sign in PROTECTED):
            raise StepError(
                f"{branch} is protected, and this run may not push to it ({last}). Nothing was changed. Give the "
                'pipeline a GitHub App that may: docs/delivery.md, "A protected branch".'
            ) from error
        raise StepError(f"The push to {branch} was refused: {last}. Nothing was changed.") from error
    return True
