"""Reads the configuration that the engine merged from Pulumi.yaml and Pulumi.<stack>.yaml.

`pulumi.Config` cannot list its keys, so a misspelt section would be ignored silently. The runtime's own table is read
instead, and unknown keys are refused.
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
"""Namespace of the engine's settings."""


def raw_sections(project: str, model: type[Section]) -> tuple[dict[str, Any], list[Problem]]:
    """The project's keys with their values as plain data, and problems with keys that cannot be read.

    The engine passes booleans as text; they are converted back if the section is declared as a boolean.
    """
    merged = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    own = {key.split(":", 1)[1]: value for key, value in merged.items() if key.startswith(f"{project}:")}
    secret = {key for key in own if runtime_config.is_config_secret(f"{project}:{key}")}
    problems = [
        Problem(
            path=(key,),
            message="is a secret. Write it in plain text, and keep secret values in AWS Secrets Manager.",
        )
        for key in sorted(secret)
    ]
    known = [str(field.alias) for field in model.model_fields.values()]
    problems += [_foreign(key, project, known) for key in sorted(merged) if not key.startswith((f"{project}:", ENGINE))]
    kinds = {str(field.alias): field.annotation for field in model.model_fields.values()}
    return {key: _parsed(text, kinds.get(key)) for key, text in own.items() if key not in secret}, problems


def _foreign(key: str, project: str, known: Sequence[str]) -> Problem:
    """A key in another namespace: with a misspelt one, a whole section would be ignored silently."""
    name = key.split(":", 1)[-1]
    if name in known:
        message = f"has no effect: this project's keys start with {project}:. Write {project}:{name}."
    else:
        message = f"has no effect: providers are configured in {project}:aws. Remove the key."
    return Problem(path=(key,), message=message)


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
    """File name by top-level key, for messages; files that cannot be read are skipped."""
    folder = Path(pulumi.get_root_directory() or ".")
    files: dict[str, str] = {}
    for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml"):
        try:
            keys = _keys((folder / name).read_text())
        except (OSError, UnicodeDecodeError, YAMLError):
            continue
        files |= {key.removeprefix(f"{project}:"): name for key in keys}
    return files


@cache
def _keys(text: str) -> tuple[str, ...]:
    """The top-level keys of `config` in a file's text. Cached, because hundreds of tests refuse the same files."""
    content = cast("dict[str, Any] | None", YAML(typ="safe").load(text))  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
    return tuple(map(str, cast("dict[str, Any]", (content or {}).get("config") or {})))
