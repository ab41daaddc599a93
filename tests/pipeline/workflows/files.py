"""Workflows and actions as data."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tools.action_interfaces import ROOT, action_files, workflow_files

Node = dict[str, Any]
LOCAL, PLATFORM = "./.github/workflows/", "proerror77/Nova/.github/workflows/"


def load(path: Path) -> Node:
    """Parse a file."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """A file's name in a message: `preview.yml`, `tiketi/develop.yml`, `actions/stack`."""
    relative = path.relative_to(ROOT)
    if path.name == "action.yml":
        return f"actions/{path.parent.name}"
    return path.name if relative.parts[0] == ".github" else f"{relative.parts[1]}/{path.name}"


@cache
def workflows() -> dict[str, Node]:
    """Every workflow by its name in a message."""
    return {name_of(path): load(path) for path in workflow_files()}


def called(name: str, uses: str) -> Node:
    """The workflow that a job of another one calls."""
    if uses.startswith(PLATFORM):
        return load(ROOT / ".github/workflows" / uses.removeprefix(PLATFORM).partition("@")[0])
    return workflows()["/".join(filter(None, (name.rpartition("/")[0], uses.removeprefix(LOCAL))))]


def step_lists() -> Iterator[tuple[str, Node]]:
    """Everything that has steps, jobs and composite actions, with its place: `preview.yml check`."""
    for name, workflow in workflows().items():
        yield from ((f"{name} {job}", node) for job, node in workflow["jobs"].items() if "steps" in node)
    yield from ((name_of(path), load(path)["runs"]) for path in action_files())
