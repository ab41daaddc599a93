"""Names of the tests' GitHub, and what a test does in its repositories."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.pipeline.workflows.actions.stand_in import ROOT

PLATFORM = "acme/platform"
USED = (".ci", ".github", "sandbox", "scripts", "tools", "Makefile", "Pulumi*.yaml", "requirements*.txt")
RUN_TOKEN = "ghs_token_of_the_run"
IDENTITY = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]


def git(folder: Path, *arguments: str) -> str:
    """What Git prints."""
    return subprocess.check_output(["git", "-C", folder, *IDENTITY, *arguments], text=True).strip()


def commit_all(folder: Path, message: str) -> str:
    """Commit a folder's files, in a new repository if it is none; the commit."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", message)
    return git(folder, "rev-parse", "HEAD")


def snapshot(folder: Path) -> Path:
    """A repository with the files of this working tree that workflows use, as its only commit."""
    for file in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z", *USED).split("\0"):
        if (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
    commit_all(folder, "the platform")
    return folder


def recorded(folder: Path, kind: str) -> list[dict[str, Any]]:
    """What the stand-ins have recorded of a kind."""
    path = folder / kind
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def program(path: Path, text: str) -> Path:
    """Write an executable script."""
    path.write_text(text, encoding="utf-8")
    os.chmod(path, 0o755)  # noqa: PTH101
    return path
