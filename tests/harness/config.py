"""A stack's configuration as the engine passes it to a program: project file and stack file merged, values as text.

The engine's rules: a stack's key replaces the project's whole value (no deep merge); a key without a namespace belongs
to the project; objects and lists are passed as JSON text, scalars as text.
"""

import copy
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

SCHEMA_KEYS = {"type", "description", "items", "default", "value", "secret"}


def load_project(root: Path) -> dict[str, Any]:
    """The content of Pulumi.yaml."""
    return _load(root / "Pulumi.yaml")


def stack_config(stack: str, root: Path) -> dict[str, Any]:
    """Merged values by full key. ValueError if a key that the project declares has no value."""
    project = load_project(root)
    merged = {_key(k, project["name"]): v for k, v in _config(_load(root / f"Pulumi.{stack}.yaml")).items()}
    for name, entry in _config(project).items():
        key = _key(name, project["name"])
        if key in merged:
            continue
        declared = _declared(entry)
        if not declared:
            raise ValueError(f"Stack '{stack}' is missing configuration value '{name}'")
        merged[key] = declared[0]
    return merged


def config_values(config: Mapping[str, Any], project: str) -> tuple[dict[str, str], list[str]]:
    """Values as text by full key, and the keys that contain a `{"secure": text}`, whose text is the value."""
    texts = {_key(k, project): _text(_open(v)) for k, v in config.items()}
    return texts, [_key(k, project) for k, v in config.items() if _open(v) != v]


def _declared(entry: Any) -> list[Any]:
    """The value of a declaration in Pulumi.yaml, as a list of one or none."""
    if not isinstance(entry, dict):
        return [entry]
    declaration = cast("dict[str, Any]", entry)
    if not declaration.keys() <= SCHEMA_KEYS:
        raise ValueError(
            f"a declaration has {sorted(SCHEMA_KEYS)}, not {sorted(declaration)}; write `value:` above the object"
        )
    return [declaration[k] for k in ("value", "default") if k in declaration][:1]


def _load(path: Path) -> dict[str, Any]:
    return copy.deepcopy(_parsed(path.read_text()))


@functools.cache
def _parsed(text: str) -> dict[str, Any]:
    """Parsed once, because hundreds of tests read the same stack file and parsing takes longer than all rules."""
    return cast("dict[str, Any]", YAML(typ="safe", pure=True).load(text) or {})


def _config(file: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", file.get("config") or {})


def _key(name: str, project: str) -> str:
    return name if ":" in name else f"{project}:{name}"


def _open(value: Any) -> Any:
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        if entries.keys() == {"secure"}:
            return entries["secure"]
        return {k: _open(v) for k, v in entries.items()}
    return [_open(v) for v in cast("list[Any]", value)] if isinstance(value, list) else value


def _text(value: Any) -> str:
    if value is None:  # `key:` with nothing after it
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
