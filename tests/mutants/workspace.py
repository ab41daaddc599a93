"""A private copy of the project in which a mutant lives for one run of the tests.

Each worker has its own, so that nobody's files change under the feet of other runs; the interpreter, with everything
installed, is the project's. The catalogue's own test stays behind: it would see every mutant by its text.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.model import UNIT_TESTS, Area, Mutant
from tests.mutants.verdict import Outcome, Verdict, judge

LEFT_OUT = (".git", ".venv", ".tools", ".sandbox", ".bench", ".hypothesis", ".*_cache", "__pycache__",
            "test_mutants.py")  # fmt: skip
TIMEOUT_SECONDS = 600
WIDE = "1000"
"""Columns of the output: pytest cuts the reason of a failure off at the end of the line."""


@dataclass(frozen=True)
class Workspace:
    """One copy of the project's tree."""

    root: Path

    @classmethod
    def copy(cls, project: Path, folder: Path) -> "Workspace":
        """Copy the project into `folder`, which must not exist, without what Git and the tools keep there."""
        shutil.copytree(project, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        return cls(folder)

    def test(self, paths: Sequence[str], *options: str) -> Outcome:
        """Run pytest on test files or folders until the first failure."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *options, *paths]
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
            return Outcome(Verdict.INVALID, f"no end after {TIMEOUT_SECONDS} s")
        return judge(run.returncode, run.stdout)

    @contextmanager
    def broken(self, mutant: Mutant) -> Generator[None, None, None]:
        """The mutant's file is broken inside the `with`, and as it was after it."""
        path = self.root / mutant.file
        sound = path.read_text()
        _write(path, mutant.applied(sound))
        try:
            yield
        finally:
            _write(path, sound)

    def outcome(self, area: Area, mutant: Mutant) -> Outcome:
        """Let the mutant live for the area's tests, then for all of them."""
        try:
            with self.broken(mutant):
                first = self.test(area.files)
                return self.test([UNIT_TESTS]) if first.verdict is Verdict.SURVIVED else first
        except (OSError, ValueError) as reason:  # the file is gone, or does not have the text any more
            return Outcome(Verdict.INVALID, str(reason))


def _write(path: Path, text: str) -> None:
    """Write and drop the byte code: Python tells a changed file by second and size, and both may be the same."""
    path.write_text(text)
    for stale in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        stale.unlink()
