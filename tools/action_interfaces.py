"""Reads the inputs and outputs of every third-party action that a workflow uses, at its pinned commit.

`make interfaces` writes them to tests/pipeline/workflows/interfaces.json, where there is a network. The tests of the
workflows judge each `with:` by that file and derive the stand-ins' interfaces from it; they say when it is out of date.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import requests
from ruamel.yaml import YAML

ROOT = Path(__file__).parent.parent
FOLDERS = (".github", "examples/*/.github")
"""Where GitHub would read workflows and actions from: this repository, and those of the examples."""
PINNED = re.compile(r"^\s*(?:- )?uses: ([\w.-]+/[\w.-]+)@([0-9a-f]{40})\b", re.MULTILINE)


def workflow_files(root: Path = ROOT) -> list[Path]:
    """Every workflow file."""
    return sorted(path for folder in FOLDERS for path in root.glob(f"{folder}/workflows/*.yml"))


def action_files(root: Path = ROOT) -> list[Path]:
    """The `action.yml` of every action of our own."""
    return sorted(path for folder in FOLDERS for path in root.glob(f"{folder}/actions/*/action.yml"))


def pinned_actions(files: Iterable[Path]) -> set[str]:
    """Each third-party action that the files use, as `owner/name@commit`."""
    return {f"{name}@{commit}" for path in files for name, commit in PINNED.findall(path.read_text(encoding="utf-8"))}


def interface(text: str) -> dict[str, Any]:
    """The inputs (whether one is required, and its default) and outputs that an `action.yml` declares."""
    declared: dict[str, Any] = YAML(typ="safe").load(text)
    inputs: dict[str, dict[str, Any] | None] = declared.get("inputs") or {}
    return {
        "inputs": {
            name: {
                "required": (given or {}).get("required") in (True, "true"),
                "default": _text((given or {}).get("default")),
            }
            for name, given in sorted(inputs.items())
        },
        "outputs": sorted(declared.get("outputs") or ()),
    }


def _text(default: object) -> str | None:
    """A default as the action receives it: a string."""
    if default is None or isinstance(default, str):
        return default
    return json.dumps(default)


def _definition(action: str, repositories: Path | None) -> str:
    """The text of an action's `action.yml`, which may also be called `action.yaml`."""
    name, commit = action.split("@")
    for file in ("action.yml", "action.yaml"):
        if repositories:
            shown = subprocess.run(
                ["git", "-C", repositories / name, "show", f"{commit}:{file}"],
                capture_output=True,
                text=True,
                check=False,
            )
            if shown.returncode == 0:
                return shown.stdout
        else:
            response = requests.get(f"https://raw.githubusercontent.com/{name}/{commit}/{file}", timeout=60)
            if response.ok:
                return response.text
    raise SystemExit(f"{action}: neither action.yml nor action.yaml was found.")


def _read(repositories: Path | None) -> Iterator[tuple[str, dict[str, Any]]]:
    for action in sorted(pinned_actions([*workflow_files(), *action_files()])):
        yield action, interface(_definition(action, repositories))


def main() -> int:
    """Print the interfaces as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.action_interfaces", description=__doc__)
    parser.add_argument("--repositories", type=Path, help="folder with clones, owner/name, to read instead of GitHub")
    options = parser.parse_args()
    print(json.dumps(dict(_read(options.repositories)), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
