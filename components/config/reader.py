"""Reads the configuration of a project: as the engine merged it from Pulumi.yaml and Pulumi.<stack>.yaml, or the files.

`pulumi.Config` cannot list its keys, so a misspelt section would be ignored silently. The runtime's own table is read
instead, and unknown keys are refused.
"""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from pulumi.runtime import config as runtime_config

from components.config.base import Section
from components.config.files import PathPart, StackFiles
from components.config.messages import Refused, yaml_text
from components.config.problems import Refusal

Path = tuple[PathPart, ...]
KINDS: Mapping[type, str] = {float: "number", bytes: "binary value", set: "set"}
"""What YAML reads besides text, numbers that JSON has, booleans, lists and maps; the others are dates."""
ENGINE = "pulumi:"
"""Namespace of the engine's settings."""


def raw_sections(project: str, model: type[Section]) -> tuple[dict[str, Any], list[Refusal]]:
    """The running project's keys with their values as plain data, and refusals of those that cannot be read.

    A value that cannot be read is None.
    The engine passes booleans as text; they are converted back if the section is declared as a boolean.
    """
    merged = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return _sections(merged, {key for key in merged if runtime_config.is_config_secret(key)}, project, model)


def sections_of_files(files: StackFiles, model: type[Section]) -> tuple[dict[str, Any], list[Refusal]]:
    """The same without the engine. UnreadableError for a file that is missing or not YAML."""
    foreign: list[Refusal] = []
    values = {key: _plain(value, (key.rpartition(":")[2],), files, foreign) for key, value in files.values().items()}
    secret = {key for key, value in values.items() if _is_secret(value)}
    sections, problems = _sections(values, secret, files.project(), model)
    return sections, [*problems, *foreign]


def _plain(value: object, path: Path, files: StackFiles, problems: list[Refusal], inside: tuple[int, ...] = ()) -> Any:
    """The value without what JSON does not have: dates and the like, keys that are not text, loops.

    Each of these becomes a problem, and None.
    """
    within = (*inside, id(value))
    if id(value) in inside:
        problems.append(_refusal(path, "contains itself.", "Remove the reference (*)."))
    elif isinstance(value, dict):
        plain: dict[str, Any] = {}
        for key, item in cast("dict[object, object]", value).items():
            if isinstance(key, str):
                plain[key] = _plain(item, (*path, key), files, problems, within)
            else:
                named = "~" if key is None else yaml_text(key) if isinstance(key, int | float) else None
                wrong = (
                    "has a key that is a list or a date."
                    if named is None
                    else f"has the key {named}, which is not text."
                )
                problems.append(_refusal(path, wrong, "Write it in quotes."))
        return plain
    elif isinstance(value, list):
        items = enumerate(cast("list[object]", value))
        return [_plain(item, (*path, index), files, problems, within) for index, item in items]
    elif value is None or isinstance(value, str | int | bool) or (isinstance(value, float) and math.isfinite(value)):
        return value
    else:
        text, kind = files.text(path), KINDS.get(type(value), "date")
        refused = Refused(
            wrong=f"must be text, but YAML reads it as a {kind}.",
            values=() if text is None else (text,),
            is_misread=text is not None,
            otherwise="Write plain text.",
        )
        problems.append(Refusal(path=path, refused=refused))
    return None


def _is_secret(value: object) -> bool:
    """Whether any part of a value is encrypted: `{"secure": TEXT}`."""
    if isinstance(value, dict):
        return "secure" in value or any(map(_is_secret, cast("dict[str, object]", value).values()))
    return isinstance(value, list) and any(map(_is_secret, cast("list[object]", value)))


def _sections(
    merged: Mapping[str, Any], secrets: Collection[str], project: str, model: type[Section]
) -> tuple[dict[str, Any], list[Refusal]]:
    known = [str(field.alias) for field in model.model_fields.values()]
    former = _former_name(merged, project, known)
    if former is not None:
        renamed = [key for key in merged if key.startswith(f"{former}:")]
        wrong = f"begins with {former}:, as do {len(renamed) - 1} other keys, and the project's name is {project}."
        remedy = f"Rename the keys, or write name: {former} in Pulumi.yaml."
        merged = {re.sub(rf"^{re.escape(former)}:", f"{project}:", key): value for key, value in merged.items()}
        sections, problems = _sections(merged, secrets, project, model)
        return sections, [_refusal((renamed[0],), wrong, remedy), *problems]
    own = {key.split(":", 1)[1]: value for key, value in merged.items() if key.startswith(f"{project}:")}
    secret = {key for key in own if f"{project}:{key}" in secrets}
    remedy = "Write it in plain text, and keep secret values in AWS Secrets Manager."
    problems = [_refusal((key,), "is a secret.", remedy) for key in sorted(secret)]
    problems += [_foreign(key, project, known) for key in sorted(merged) if not key.startswith((f"{project}:", ENGINE))]
    kinds = {str(field.alias): field.annotation for field in model.model_fields.values()}
    return {key: None if key in secret else _parsed(text, kinds.get(key)) for key, text in own.items()}, problems


def _former_name(merged: Collection[str], project: str, known: Collection[str]) -> str | None:
    """The name before the stack file's keys, if the project has been renamed: no key has its present name."""
    names = {key.split(":", 1)[0] for key in merged if key.split(":", 1)[-1] in known}
    written = names - {project}
    counts = {name: sum(key.startswith(f"{name}:") for key in merged) for name in written}
    former = max(counts, key=counts.__getitem__, default=None)
    return former if former is not None and counts[former] > 1 else None


def _foreign(key: str, project: str, known: Sequence[str]) -> Refusal:
    """A key in another namespace: with a misspelt one, a whole section would be ignored silently."""
    name = key.split(":", 1)[-1]
    if name in known:
        return _refusal(
            (key,), f"has no effect: this project's keys start with {project}:.", f"Write {project}:{name}."
        )
    return _refusal((key,), f"has no effect: providers are configured in {project}:aws.", "Remove the key.")


def _refusal(path: Path, wrong: str, remedy: str) -> Refusal:
    return Refusal(path=path, refused=Refused(wrong=wrong, otherwise=remedy))


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
