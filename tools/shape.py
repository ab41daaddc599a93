"""The shape of the code: how long files may be, and what may not be written where.

Rules that no linter knows. They are read off the text of every Python file that Git would commit (tests included), so
that a rule is broken at `make lint` and not at review.
"""

import re
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_LINES = 300
MEDIAN_BELOW = 150
MAX_LINES_OF_MAIN = 120


@dataclass(frozen=True)
class Ban:
    """A pattern that may not stand in files under certain folders, and what to write instead."""

    pattern: re.Pattern[str]
    folders: tuple[str, ...]
    remedy: str
    but_not: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the ban holds for the file at this path, relative to the project."""
        return path.startswith(self.folders) and not path.startswith(self.but_not)


PROGRAM = ("__main__.py", "components/", "policy/")
BANS = (
    Ban(
        re.compile(r"ResourceOptions\.merge\(\s*opts\b"),
        PROGRAM,
        "children get ResourceOptions(parent=self); the caller's options reach them through the parent",
    ),
    Ban(
        re.compile(r"get_stack\(\)\s*[!=]="),
        (*PROGRAM, "sandbox/"),
        "a difference between stacks is a key in a stack file, never a comparison with the stack's name",
    ),
    Ban(
        re.compile(r"(?<!re)nova|tiketi|pingvasai", re.IGNORECASE),
        ("components/", "policy/", "sandbox/"),
        "names of systems come from the stack file and Pulumi.yaml",
    ),
    Ban(
        re.compile(r"pulumi\.Config\(|os\.environ|os\.getenv|\bboto3\b"),
        ("components/",),
        "components take arguments; only components/config reads a configuration",
        but_not=("components/config/",),
    ),
)


def length_faults(lines: Mapping[str, int]) -> Iterator[str]:
    """Yield a message for each file that is too long, and one if the files are too long on the whole.

    `lines` maps a path to its number of lines; empty files (packages without a word) do not count for the median.
    """
    for path, count in sorted(lines.items()):
        limit = MAX_LINES_OF_MAIN if path == "__main__.py" else MAX_LINES
        if count > limit:
            yield f"{path}: {count} lines, at most {limit}: split it by what its parts are about"
    median = statistics.median([count for count in lines.values() if count] or [0])
    if median >= MEDIAN_BELOW:
        yield f"the median Python file has {median:g} lines, it must stay under {MEDIAN_BELOW}"


def text_faults(path: str, text: str) -> Iterator[str]:
    """Yield `path:line: what stands there: what to write` for each banned pattern in a file's text."""
    for ban in BANS:
        if ban.covers(path):
            for match in ban.pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: '{match.group()}': {ban.remedy}"


def files_to_commit() -> list[str]:
    """Paths of all Python files that are tracked, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted(path for path in set(listed) if Path(path).is_file())


def main() -> int:
    """Print every fault; 1 if there is one."""
    texts = {path: Path(path).read_text(encoding="utf-8") for path in files_to_commit()}
    faults = list(length_faults({path: len(text.splitlines()) for path, text in texts.items()}))
    for path, text in texts.items():
        faults.extend(text_faults(path, text))
    for fault in faults:
        print(f"shape: {fault}", file=sys.stderr)
    print(f"shape: {len(texts)} Python files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
