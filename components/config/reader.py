"""Where configuration comes from: the engine's merged view of Pulumi.yaml and Pulumi.<stack>.yaml.

`pulumi.Config` cannot list its keys, so a misspelt section would be absent without a word; the runtime's own table is
read instead, and what is not known is refused.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import pulumi
from pulumi.runtime import config as runtime_config
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.config.base import Section
from components.config.problems import Problem

ENGINE = "pulumi:"
"""Namespace of the engine's own settings."""


def raw_sections(project: str, model: type[Section]) -> tuple[dict[str, Any], list[Problem]]:
    """The project's own keys with their values as plain data, and what cannot be read.

    A scalar arrives as text; it becomes a boolean or a number again where the section is declared as one.
    """
    merged = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    own = {key.split(":", 1)[1]: value for key, value in merged.items() if key.startswith(f"{project}:")}
    secret = {key for key in own if runtime_config.is_config_secret(f"{project}:{key}")}
    problems = [
        Problem(
            path=(key,), message="is a secret. No section of the stack file is one: secrets stay in Secrets Manager."
        )
        for key in sorted(secret)
    ]
    known = [str(field.alias) for field in model.model_fields.values()]
    problems += [_foreign(key, project, known) for key in sorted(merged) if not key.startswith((f"{project}:", ENGINE))]
    kinds = {str(field.alias): field.annotation for field in model.model_fields.values()}
    return {key: _parsed(text, kinds.get(key)) for key, text in own.items() if key not in secret}, problems


def _foreign(key: str, project: str, known: Sequence[str]) -> Problem:
    """A key of another namespace: a slip of the pen would take its whole section away without a word."""
    name = key.split(":", 1)[-1]
    remedy = f"Write {project}:{name}." if name in known else f"The keys of this project begin with {project}:."
    return Problem(path=(key,), message=f"is read by nobody: providers are configured by {project}:aws. {remedy}")


def _parsed(text: Any, kind: Any) -> Any:
    if not isinstance(text, str):
        return text
    if kind is bool:
        return {"true": True, "false": False}.get(text, text)
    if text[:1] in "{[":
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            return text
    return text


def files_of_keys(project: str, stack: str) -> dict[str, str]:
    """File name by top-level key, for messages; empty where the files cannot be read."""
    folder = Path(pulumi.get_root_directory() or ".")
    found: dict[str, str] = {}
    for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml"):
        try:
            keys = _keys((folder / name).read_text())
        except (OSError, UnicodeDecodeError, YAMLError):
            continue
        found |= {key.removeprefix(f"{project}:"): name for key in keys}
    return found


@cache
def _keys(text: str) -> tuple[str, ...]:
    """The top-level keys of `config` in a file's text. Remembered: hundreds of tests are refused by the same files."""
    content = cast("dict[str, Any] | None", YAML(typ="safe").load(text))  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
    return tuple(map(str, cast("dict[str, Any]", (content or {}).get("config") or {})))
