"""The interfaces of third-party actions, and the stand-ins that have them.

interfaces.json has the inputs and outputs of each action at its pinned commit (`python -m tools.action_interfaces`). A
stand-in is a module in `actions/`, named after the action; its `action.yml` is derived, so it cannot differ from the
real one.
"""

import json
import sys
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from tests.pipeline.workflows.actions.stand_in import ROOT

FILE = Path(__file__).parent / "interfaces.json"
MODULES = Path(__file__).parent / "actions"


class Input(BaseModel):
    """An input of an action."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    required: bool
    default: str | None


class Interface(BaseModel):
    """What an action takes and gives."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: dict[str, Input]
    outputs: list[str]


@cache
def interfaces() -> dict[str, Interface]:
    """Every third-party action by `owner/name@commit`."""
    return TypeAdapter(dict[str, Interface]).validate_json(FILE.read_text(encoding="utf-8"))


def module_of(action: str) -> str:
    """Name of an action's stand-in: `actions/setup-go@…` is `actions_setup_go`."""
    return action.partition("@")[0].replace("/", "_").replace("-", "_")


def stand_ins(folder: Path) -> dict[str, Path]:
    """Write the stand-ins' `action.yml` files; return the folder of each action."""
    written: dict[str, Path] = {}
    for action, interface in interfaces().items():
        written[action] = folder / module_of(action)
        written[action].mkdir(parents=True, exist_ok=True)
        text = json.dumps(_definition(action, interface))  # JSON is YAML too
        (written[action] / "action.yml").write_text(text, encoding="utf-8")
    return written


def _definition(action: str, interface: Interface) -> dict[str, object]:
    module = f"tests.pipeline.workflows.actions.{module_of(action)}"
    return {
        "name": action,
        "description": f"stand-in for {action}",
        "inputs": {
            name: {"description": name, "required": given.required, "default": given.default or ""}
            for name, given in interface.inputs.items()
        },
        "outputs": {
            name: {"description": name, "value": f"${{{{ steps.run.outputs.{name} }}}}"} for name in interface.outputs
        },
        "runs": {
            "using": "composite",
            "steps": [
                {
                    "id": "run",
                    "shell": "bash",
                    "env": {"INPUTS": "${{ toJSON(inputs) }}", "PYTHONPATH": str(ROOT)},
                    "run": f"{sys.executable} -S -m {module}",  # with the standard library alone it starts faster
                }
            ],
        },
    }
