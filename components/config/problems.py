"""What is wrong with a stack file, said so that the reader knows which line to change and to what.

One line a problem: file, key path with index, what is wrong, what to write. All problems of a run are in one report.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import pulumi
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.config.base import Section

PathPart = str | int
SIMILAR = 0.75
"""A slip of the pen is nearer to its key than this; what is not, is another word."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, at one key."""

    path: tuple[PathPart, ...]
    """Keys and indices from the top, as they are written in the file."""
    message: str
    """What is wrong and what to write; ends with a full stop."""

    @property
    def where(self) -> str:
        """`services[2].port`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text


class ConfigurationError(pulumi.RunError):
    """The stack's configuration is wrong; Pulumi prints the text without a traceback and ends with status 1."""

    def __init__(self, stack: str, problems: Sequence[Problem], files: Mapping[str, str]) -> None:
        """`files` gives the file of each top-level key; keys of nowhere belong to the stack's file."""
        self.problems = tuple(problems)
        own = f"Pulumi.{stack}.yaml"
        lines = [f"{files.get(str(p.path[0]) if p.path else '', own)}: {p.where}: {p.message}" for p in self.problems]
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        super().__init__("\n".join([f"{count} in the configuration of stack {stack}; nothing was changed.", *lines]))


def problems_of(error: ValidationError, model: type[Section]) -> list[Problem]:
    """Pydantic's findings as problems, in the order of the fields.

    A list whose items were refused counts as short by them; that is not a second mistake and is left out.
    """
    details = error.errors(include_url=False)
    refused = {found["loc"][:depth] for found in details for depth in range(1, len(found["loc"]))}
    told = [found for found in details if not (found["type"] == "too_short" and found["loc"] in refused)]
    return [Problem(path=_path(found), message=_message(found, model)) for found in told]


def _path(found: ErrorDetails) -> tuple[PathPart, ...]:
    return tuple(part for part in found["loc"] if not (isinstance(part, str) and part.startswith(("function-", "["))))


def _message(found: ErrorDetails, model: type[Section]) -> str:
    """What is wrong, then the remedy: what to write where pydantic knows it, what the key means where it does not."""
    value: Any = found["input"]
    context = found.get("ctx", {})
    remedy = _description(model, found["loc"])
    match found["type"]:
        case "missing":
            wrong = "is missing."
        case "extra_forbidden":
            wrong = "is not a known key."
            remedy = _closest(str(found["loc"][-1]), _known_keys(model, found["loc"][:-1]))
        case "value_error":
            wrong, remedy = str(context["error"]), ""
        case "enum" | "literal_error":
            wrong, remedy = f"{value!r} is not allowed here.", f"Write {context['expected']}."
        case "string_type" if isinstance(value, int) and not isinstance(value, bool):
            # The number may not be what stands there: YAML reads 0254 as an octal one.
            wrong, remedy = "must be text, and YAML has read a number.", "Put what stands in the file in quotes."
        case "string_type" if isinstance(value, float | bool):
            wrong, remedy = f"{value} must be text.", f'Put it in quotes: "{value}".'
        case "string_pattern_mismatch":
            wrong = f"{value!r} does not have the form of this key."
        case _:
            shown = f"{value!r}: " if isinstance(value, str | int | float | bool) else ""
            wrong = f"{shown}{found['msg'][0].lower()}{found['msg'][1:]}."
    return f"{wrong} {remedy}".strip()


def meant(key: str, known: Sequence[str]) -> str | None:
    """The known key that a misspelt one stands for; None where no key is near."""
    return next(iter(difflib.get_close_matches(key, known, n=1, cutoff=SIMILAR)), None)


def _closest(key: str, known: Sequence[str]) -> str:
    near = meant(key, known)
    return f"Write {near}." if near else f"Known keys here: {', '.join(known)}."


def _sections_of(annotation: Any) -> list[type[Section]]:
    """The section classes inside an annotation such as `tuple[ServiceConfig, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation] if issubclass(annotation, Section) else []
    return [section for part in get_args(annotation) for section in _sections_of(part)]


def _section_at(model: type[Section], path: Sequence[PathPart]) -> type[Section] | None:
    current: type[Section] | None = model
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        field = next((f for f in current.model_fields.values() if f.alias == part), None)
        if field is not None:
            sections = _sections_of(field.annotation)
            current = sections[0] if sections else None
    return current


def _known_keys(model: type[Section], path: Sequence[PathPart]) -> list[str]:
    section = _section_at(model, path)
    return [] if section is None else [str(field.alias) for field in section.model_fields.values()]


def _description(model: type[Section], path: Sequence[PathPart]) -> str:
    section = _section_at(model, path[:-1])
    if section is None or not path:
        return ""
    return next((f.description or "" for f in section.model_fields.values() if f.alias == path[-1]), "")
