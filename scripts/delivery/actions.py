"""What a step says to GitHub Actions: outputs, summaries, annotations. Outside a workflow they are printed."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class StepError(Exception):
    """A step cannot go on; its message says what is wrong and what to do."""


def require(name: str) -> str:
    """Return an environment variable; StepError if it is missing or empty."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise StepError(f"The variable {name} is not set.")
    return value


def optional(name: str) -> str:
    return os.environ.get(name, "").strip()


def flag(name: str) -> bool:
    """Return a boolean input, which a workflow passes as `true` or `false`."""
    value = optional(name) or "false"
    if value not in {"true", "false"}:
        raise StepError(f"{name} is {value!r}. Write true or false.")
    return value == "true"


def output(name: str, value: str) -> None:
    """Set an output of the step; the value has one line."""
    if "\n" in value:
        raise ValueError(f"output {name} has more than one line")
    _append("GITHUB_OUTPUT", f"{name}={value}")


def summarise(markdown: str) -> None:
    """Add to the job's page."""
    _append("GITHUB_STEP_SUMMARY", markdown)


def notice(message: str) -> None:
    print(f"::notice::{_escaped(message)}", flush=True)


def warn(message: str) -> None:
    print(f"::warning::{_escaped(message)}", flush=True)


def run(main: Callable[[], None]) -> None:
    """Run a step's program; a StepError ends it with an annotation."""
    try:
        main()
    except StepError as error:
        print(f"::error::{_escaped(str(error))}", flush=True)
        sys.exit(1)


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
    else:
        print(text, flush=True)


def _escaped(message: str) -> str:
    """Keep a message in one workflow command: a line break would end it, and what follows could be another command."""
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
