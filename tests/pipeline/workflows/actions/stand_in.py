"""What every stand-in does: read its inputs, give outputs, and record what it was used for.

A test sets the environment variables: `STAND_IN_RECORDS`, a folder, and those that single stand-ins name.
"""

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parents[4]


def inputs() -> dict[str, str]:
    """All inputs, defaults included; an input that is not given and has no default is empty."""
    return json.loads(os.environ["INPUTS"])


def lines(value: str) -> list[str]:
    """The lines of an input that is a list."""
    return [line.strip() for line in value.splitlines() if line.strip()]


def _append(variable: str, text: str) -> None:
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def output(name: str, value: str) -> None:
    """Set an output."""
    _append("GITHUB_OUTPUT", f"{name}={value}")


def export(name: str, value: str) -> None:
    """Set an environment variable for the job's later steps."""
    _append("GITHUB_ENV", f"{name}={value}")


def add_path(folder: Path) -> None:
    """Put a folder's programs on the PATH of the job's later steps."""
    _append("GITHUB_PATH", str(folder))


def install(name: str, text: str) -> None:
    """Put a program of that text on the PATH."""
    folder = Path(os.environ["RUNNER_TEMP"], name)
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    add_path(folder)


def record(kind: str, **facts: object) -> None:
    """Add a line to what the test reads with `recorded`."""
    with Path(os.environ["STAND_IN_RECORDS"], kind).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"job": os.environ["GITHUB_JOB"], **facts}) + "\n")


def fail(message: str) -> NoReturn:
    """End the step with an error, as the real action does."""
    print(f"::error::{message}")
    sys.exit(1)
