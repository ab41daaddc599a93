"""Runs programs whose output decides what happens next."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from scripts.delivery.actions import StepError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


TOKENS = ("GIT_TOKEN", "GITHUB_TOKEN")


class CommandError(StepError):
    """A program ended with an error."""

    def __init__(self, words: str, output: str) -> None:
        super().__init__(f"{words}: {output or 'it failed without a message'}")
        self.output = output


def run(*command: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Return what a program prints on stdout; CommandError with its stderr."""
    try:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise StepError(f"{command[0]} is not installed on this runner.") from error
    if done.returncode:
        raise CommandError(command[0], done.stderr.strip() or done.stdout.strip())
    return done.stdout


def without_tokens() -> dict[str, str]:
    """The environment for a program that is not ours."""
    return {name: value for name, value in os.environ.items() if name not in TOKENS}


def succeeds(*command: str, cwd: Path | None = None) -> bool:
    """Whether a program ends with status 0; for questions such as `git merge-base --is-ancestor`."""
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0


def git(folder: Path, *arguments: str) -> str:
    """Run Git in a repository with the token of GIT_TOKEN, which no file keeps."""
    helper = '!f() { echo username=x-access-token; echo "password=$GIT_TOKEN"; }; f'
    command = ["git", "-c", f"credential.helper={helper}", *arguments]
    return run(*command, cwd=folder, env={**os.environ, "GIT_TERMINAL_PROMPT": "0"})
