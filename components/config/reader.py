"""Reads the configuration of a project: as the engine merged it from Pulumi.yaml and Pulumi.<stack>.yaml, or the files.

`pulumi.Config` cannot list its keys, so a misspelt section would be ignored silently. The runtime's own table is read
instead, and unknown keys are refused.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from pulumi.runtime import config as runtime_config

from components.config.base import Section
from components.config.files import StackFiles
from components.config.problems import Problem

ENGINE = "pulumi:"
"""Namespace of the engine's settings."""


def raw_sections(project: str, model: type[Section]) -> tuple[dict[str, Any], list[Problem]]:
    """The running project's keys with their values as plain data, and problems with keys that cannot be read.

    The engine passes booleans as text; they are converted back if the section is declared as a boolean.
    """
    merged = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return _sections(merged, {key for key in merged if runtime_config.is_config_secret(key)}, project, model)


def sections_of_files(files: StackFiles, model: type[Section]) -> tuple[dict[str, Any], list[Problem]]:
    """The same without the engine. UnreadableError for a file that is missing or not YAML."""
    values = files.values()
    secret = {key for key, value in values.items() if _is_secret(value)}
    return _sections(values, secret, files.project(), model)


def _is_secret(value: object) -> bool:
    """Whether any part of a value is encrypted: `{"secure": TEXT}`."""
    if isinstance(value, dict):
        return "secure" in value or any(map(_is_secret, cast("dict[str, object]", value).values()))
    return isinstance(value, list) and any(map(_is_secret, cast("list[object]", value)))


def _sections(
    merged: Mapping[str, Any], secrets: Collection[str], project: str, model: type[Section]
) -> tuple[dict[str, Any], list[Problem]]:
    own = {key.split(":", 1)[1]: value for key, value in merged.items() if key.startswith(f"{project}:")}
    secret = {key for key in own if f"{project}:{key}" in secrets}
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
