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
from components.config.messages import LISTS, MAPS, NUMBERS, refused_value
from components.config.redaction import about_secrets, masked

PathPart = str | int
UNEXPLAINED = frozenset({*LISTS, *MAPS, *NUMBERS, "string_too_short", "too_short"})
"""Kinds of findings after which the key's meaning helps: what to write says no more than its type."""
SIMILAR = 0.75
"""A slip of the pen is nearer to its key than this; what is not, is another word."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is wrong, at one key."""

    path: tuple[PathPart, ...]
    """Keys and indices from the top, as they are written in the file."""
    message: str
    """What is wrong and what to write; ends with a full stop. What has the form of a secret is masked."""

    def __post_init__(self) -> None:
        """Mask what any rule may have put into the message, or a person into the name of a key."""
        object.__setattr__(self, "message", masked(self.message))
        object.__setattr__(self, "path", tuple(masked(p) if isinstance(p, str) else p for p in self.path))

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
    """What is wrong, what to write, and what the key means where neither says it."""
    kind, path = found["type"], found["loc"]
    meaning = _description(model, path)
    if kind == "missing":
        return f"is missing. Add it: {meaning}"
    if kind == "extra_forbidden":
        return f"is not a known key. {_closest(str(path[-1]), _known_keys(model, path[:-1]))}"
    told = refused_value(kind, found["input"], found.get("ctx", {}), hidden=about_secrets(path))
    if told is None:
        return f"{found['msg'][0].lower()}{found['msg'][1:]}. {meaning}".strip()
    wrong, remedy = told
    return f"{wrong} {remedy} {meaning if kind in UNEXPLAINED else ''}".strip()


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
