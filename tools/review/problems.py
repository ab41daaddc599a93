"""What validation refuses: the list that `python -m components.validation --json` prints."""

import json
from dataclasses import dataclass
from pathlib import Path

from tools.review.markdown import code, text


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem. `line` is None where it is about a whole file, `path` empty for a file that cannot be read."""

    file: str
    line: int | None
    path: str
    message: str

    @property
    def markdown(self) -> str:
        """An item of a list."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"- {code(place)} {f'{code(self.path)}: ' if self.path else ''}{text(self.message)}"

    @property
    def annotation(self) -> str:
        """GitHub's command that shows it on the line in the pull request."""
        line = "" if self.line is None else f",line={self.line}"
        title = f",title={_escaped_property(self.path)}" if self.path else ""
        return f"::error file={_escaped_property(self.file)}{line}{title}::{escaped(self.message)}"


def problems(file: Path) -> list[Problem]:
    """The problems in a file; none if it is missing, or empty because validation itself failed."""
    listed = file.read_text(encoding="utf-8") if file.is_file() else ""
    return [_problem(entry) for entry in json.loads(listed or "[]")]


def _problem(entry: dict[str, str]) -> Problem:
    file, _, line = entry["place"].rpartition(":")
    if not line.isdigit():
        file, line = entry["place"], ""
    return Problem(file=file, line=int(line) if line else None, path=entry["path"], message=entry["message"])


def escaped(value: str) -> str:
    """A text in one of GitHub's commands."""
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(value: str) -> str:
    return escaped(value).replace(":", "%3A").replace(",", "%2C")
