"""A private copy of the project, in which the tests run against one mutant at a time.

Each worker has its own, so the project's own files never change. The interpreter, with everything that is installed, is
the project's.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.model import Mutant
from tests.mutants.verdict import Outcome, Verdict, judge

LEFT_OUT = (".git", ".venv", ".tools", ".sandbox", ".bench", ".hypothesis", ".*_cache", "__pycache__")
TIMEOUT_SECONDS = 600
WIDE = "1000"
"""Columns of the output: pytest truncates the reason of a failure at the end of the line."""


@dataclass(frozen=True)
class Workspace:
    """One copy of the project's tree."""

    root: Path

    @classmethod
    def copy(cls, project: Path, folder: Path) -> "Workspace":
        """Copy the project into `folder`, which must not exist, without Git's files and what the tools produced."""
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        return cls(folder)

    def test(self, path: str, *options: str) -> Outcome:
        """Run the tests of a file or folder until the first failure."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *options, path]
        try:
            run = subprocess.run(
                command,
                cwd=self.root,
                env={**os.environ, "COLUMNS": WIDE},
                capture_output=True,
                text=True,
                check=False,
                timeout=TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return Outcome(Verdict.INVALID, f"still running after {TIMEOUT_SECONDS} s")
        return judge(run.returncode, run.stdout)

    @contextmanager
    def broken(self, mutant: Mutant) -> Generator[None, None, None]:
        """Apply the mutant inside the `with` and restore the file after it."""
        path, text = mutant.applied(self.root)
        sound = path.read_text(encoding="utf-8")
        _write(path, text)
        try:
            yield
        finally:
            _write(path, sound)

    def outcome(self, mutant: Mutant) -> Outcome:
        """Run the mutant's tests, the nearest first, until one of them notices it."""
        outcome = Outcome(Verdict.SURVIVED, "no test failed")
        try:
            with self.broken(mutant):
                for path in mutant.tests(self.root):
                    outcome = self.test(path)
                    if outcome.verdict is not Verdict.SURVIVED:
                        break
        except ValueError as reason:
            return Outcome(Verdict.INVALID, str(reason))
        return outcome


def _write(path: Path, text: str) -> None:
    """Write and delete the byte code: Python notices a change by time and size, and both may be the same."""
    path.write_text(text, encoding="utf-8")
    for stale in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        stale.unlink()
