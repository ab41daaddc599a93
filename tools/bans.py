"""Patterns that are banned in parts of the code: rules of this project that no linter knows."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.report import report


@dataclass(frozen=True)
class Ban:
    """A pattern that files in certain folders must not contain, and what to write instead."""

    pattern: re.Pattern[str]
    folders: tuple[str, ...]
    remedy: str
    but_not: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the ban applies to the file at this path, relative to the project's root."""
        return path.startswith(self.folders) and not path.startswith(self.but_not)


FOLDERS = ("components", "policy", "sandbox")
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
        "names of systems come from Pulumi.yaml and the stack files",
    ),
    Ban(
        re.compile(r"pulumi\.Config\(|os\.environ|os\.getenv|\bboto3\b"),
        ("components/",),
        "components take arguments; only components/config reads a configuration",
        but_not=("components/config/",),
    ),
)


def text_faults(path: str, text: str) -> Iterator[str]:
    """Yield `path:line: match: remedy` for each banned pattern in a file's text."""
    for ban in BANS:
        if ban.covers(path):
            for match in ban.pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: '{match.group()}': {ban.remedy}"


def main() -> int:
    """Print every fault; 1 if there is one."""
    files = ["__main__.py", *(str(path) for folder in FOLDERS for path in sorted(Path(folder).rglob("*.py")))]
    faults = [fault for path in files for fault in text_faults(path, Path(path).read_text(encoding="utf-8"))]
    return report("bans", f"{len(files)} files", faults)


if __name__ == "__main__":
    sys.exit(main())
