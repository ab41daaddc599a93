"""The configuration of a project's stacks, read from their files without the engine, to compare the overlays with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from ruamel.yaml import YAML

from components.config.platform import PlatformConfig


class StackError(Exception):
    """A stack file that is invalid by itself; `make preview` reports the keys."""


def stacks(root: Path) -> dict[str, PlatformConfig]:
    """Configuration by stack, for each `Pulumi.<stack>.yaml` of the project. StackError where one is invalid."""
    project = _read(root / "Pulumi.yaml")
    prefix = f"{project['name']}:"
    shared = {key: entry["value"] for key, entry in _config(project).items() if "value" in entry}
    configs: dict[str, PlatformConfig] = {}
    for file in sorted(root.glob("Pulumi.*.yaml")):
        stack = file.name.split(".")[1]
        merged = shared | {key.removeprefix(prefix): value for key, value in _config(_read(file)).items()}
        sections = {key: value for key, value in merged.items() if ":" not in key}
        try:
            configs[stack] = PlatformConfig.model_validate_json(json.dumps(sections))
        except ValidationError:
            raise StackError(f"{file.name} is invalid: run `make preview STACK={stack}` for the reason") from None
    return configs


def project_name(root: Path) -> str:
    """Name of the Pulumi project in a folder."""
    return str(_read(root / "Pulumi.yaml")["name"])


def _read(file: Path) -> dict[str, Any]:
    reader: Any = YAML(typ="safe")
    return cast("dict[str, Any]", reader.load(file.read_text(encoding="utf-8")))


def _config(file: Mapping[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", file.get("config") or {})
