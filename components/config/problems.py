"""Problems in a stack file, reported so that the reader knows which line to change and how.

One line per problem: file and line, key path with index, what is wrong, what to write. One report has all problems.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import pulumi
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from components.config.base import Section
from components.config.files import PathPart, StackFiles
from components.config.messages import LISTS, MAPS, NUMBERS, refused_value
from components.config.redaction import about_secrets, masked

UNEXPLAINED = frozenset({*LISTS, *MAPS, *NUMBERS, "string_too_short", "too_short"})
"""Error types whose message states only a type, so that the key's description is added."""
SIMILAR = 0.75
"""Similarity above which a key counts as misspelt; below it, it is a different word."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem at one key."""

    path: tuple[PathPart, ...]
    """Keys and indices from the top, spelt as in the file."""
    message: str
    """What is wrong and what to write; ends with a full stop. Text that looks like a secret is masked."""

    def __post_init__(self) -> None:
        """Masks secrets, which may be in any rule's message or even in a key."""
        object.__setattr__(self, "message", masked(self.message))
        object.__setattr__(self, "path", tuple(masked(p) if isinstance(p, str) else p for p in self.path))

    @property
    def where(self) -> str:
        """The path as text, for example `services[2].port`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text


class ConfigurationError(pulumi.RunError):
    """The stack's configuration has problems. Pulumi prints the text without a traceback and exits with status 1."""

    def __init__(self, problems: Sequence[Problem], files: StackFiles) -> None:
        self.problems = tuple(problems)
        lines = [f"{files.place(problem.path)}: {problem.where}: {problem.message}" for problem in self.problems]
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        heading = f"{count} in the configuration of stack {files.stack}; nothing was changed."
        super().__init__("\n".join([heading, *lines]))


def problems_of(error: ValidationError, model: type[Section]) -> list[Problem]:
    """Pydantic's errors as problems, in the order of the fields.

    Pydantic also reports a list as too short if its items were refused; that consequence is left out.
    """
    errors = error.errors(include_url=False)
    parents = {details["loc"][:depth] for details in errors for depth in range(1, len(details["loc"]))}
    causes = [details for details in errors if not (details["type"] == "too_short" and details["loc"] in parents)]
    return [Problem(path=_path(details), message=_message(details, model)) for details in causes]


def broken_paths(error: ValidationError) -> list[tuple[PathPart, ...]]:
    """Where pydantic found errors."""
    return [_path(details) for details in error.errors(include_url=False)]


def _path(details: ErrorDetails) -> tuple[PathPart, ...]:
    """Without the parts that are no keys of the file."""
    return tuple(part for part in details["loc"] if not (isinstance(part, str) and part.startswith(("function-", "["))))


def _message(details: ErrorDetails, model: type[Section]) -> str:
    """What is wrong, what to write, and the key's description if these do not explain it."""
    kind, path = details["type"], details["loc"]
    description = _description(model, path)
    if kind == "missing":
        return f"is missing. Add it: {description}"
    if kind == "extra_forbidden":
        return f"is not a known key. {_remedy(str(path[-1]), _known_keys(model, path[:-1]))}"
    refusal = refused_value(kind, details["input"], details.get("ctx", {}), hidden=about_secrets(path))
    if refusal is None:
        return f"{details['msg'][0].lower()}{details['msg'][1:]}. {description}".strip()
    wrong, remedy = refusal
    return f"{wrong} {remedy} {description if kind in UNEXPLAINED else ''}".strip()


def closest_key(key: str, known: Sequence[str]) -> str | None:
    """The known key that is most similar to a misspelt one; None if no key is similar."""
    return next(iter(difflib.get_close_matches(key, known, n=1, cutoff=SIMILAR)), None)


def _remedy(key: str, known: Sequence[str]) -> str:
    closest = closest_key(key, known)
    return f"Write {closest}." if closest else f"Known keys: {', '.join(known)}."


def sections_of(annotation: Any) -> list[type[Section]]:
    """The sections in an annotation such as `tuple[ServiceConfig, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation] if issubclass(annotation, Section) else []
    return [section for part in get_args(annotation) for section in sections_of(part)]


def _section_at(model: type[Section], path: Sequence[PathPart]) -> type[Section] | None:
    current: type[Section] | None = model
    for part in path:
        if isinstance(part, int) or current is None:
            continue
        field = next((f for f in current.model_fields.values() if f.alias == part), None)
        if field is not None:
            sections = sections_of(field.annotation)
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
