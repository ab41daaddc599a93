"""Problems in a stack file, reported so that the reader knows which line to change and how.

One line per problem: file and line, key path with index, what is wrong, what to write. One report has all problems.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal, cast, get_args, get_origin

import pulumi
from annotated_types import Ge
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from components.config.base import Section
from components.config.files import PathPart, StackFiles
from components.config.messages import Refused, closest_key, refused_value, yaml_text
from components.config.redaction import about_secrets, masked

Text = Callable[[Sequence[PathPart]], str | None]
"""A value as written in the file, by path."""
GENERIC = frozenset({"image", "key", "kind", "name", "version"})
"""Keys that mean something else in each section."""
MOST_KEYS = 12
"""Keys that one message lists."""


def key_path(path: Sequence[PathPart]) -> str:
    """A path as text, for example `services[2].port`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


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
        """The path as text."""
        return key_path(self.path)


class ConfigurationError(pulumi.RunError):
    """The stack's configuration has problems, listed in the order of the files.

    Pulumi prints the text without a traceback and exits with status 1.
    """

    def __init__(self, problems: Sequence[Problem], files: StackFiles) -> None:
        def place(problem: Problem) -> tuple[bool, float]:
            file, line = files.position(problem.path)
            return file == files.stack_file, math.inf if line is None else line

        self.problems = tuple(sorted(problems, key=place))
        lines = [f"{files.place(problem.path)}: {problem.where}: {problem.message}" for problem in self.problems]
        count = "1 problem" if len(lines) == 1 else f"{len(lines)} problems"
        heading = f"{count} in the configuration of stack {files.stack}; nothing was changed."
        super().__init__("\n".join([heading, *lines]))


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One of pydantic's errors, and the values that may be the remedy."""

    path: tuple[PathPart, ...]
    refused: Refused
    is_missing: bool = False

    @property
    def candidates(self) -> tuple[object, ...]:
        """Values to try, the most likely one first."""
        return (*self.refused.values, *self.refused.nearest, *self.refused.examples)

    def problem(self, accepted: int | None) -> Problem:
        """With the candidate of this number as the remedy, or none of them."""
        refused = self.refused
        if accepted is None:
            remedy = refused.otherwise
        elif self.is_missing:
            remedy = f"Add `{self.path[-1]}: {yaml_text(self.candidates[accepted])}`."
        else:
            value = yaml_text(self.candidates[accepted])
            is_example = accepted >= len(refused.values) + len(refused.nearest)
            remedy = f"Write e.g. {value}." if is_example else f"Write {value}{refused.more}."
        return Problem(path=self.path, message=f"{refused.wrong} {remedy}".strip())


def refusals_of(
    error: ValidationError, model: type[Section], values: object, text: Text = lambda _: None
) -> list[Refusal]:
    """Pydantic's errors about these values in the order of the fields, without those that follow from another one.

    A key is missing if it is misspelt.
    """
    errors = _causes(error)
    misspelt = {
        (*details["loc"][:-1], closest_key(str(details["loc"][-1]), _free_keys(model, details["loc"][:-1], values)))
        for details in errors
        if details["type"] == "extra_forbidden"
    }
    causes = [details for details in errors if not (details["type"] == "missing" and details["loc"] in misspelt)]
    return [_refusal(details, model, values, text(_path(details))) for details in causes]


def broken_paths(error: ValidationError) -> list[tuple[PathPart, ...]]:
    """Where pydantic found errors."""
    return [_path(details) for details in _causes(error)]


def _causes(error: ValidationError) -> list[ErrorDetails]:
    """The errors without those of lists that are too short only because their items were refused."""
    errors = error.errors(include_url=False)
    parents = {details["loc"][:depth] for details in errors for depth in range(1, len(details["loc"]))}
    return [details for details in errors if not (details["type"] == "too_short" and details["loc"] in parents)]


def _path(details: ErrorDetails) -> tuple[PathPart, ...]:
    """Without the parts that are no keys of the file."""
    return tuple(part for part in details["loc"] if not (isinstance(part, str) and part.startswith(("function-", "["))))


def _refusal(details: ErrorDetails, model: type[Section], values: object, text: str | None) -> Refusal:
    kind, path = details["type"], _path(details)
    field = _field(model, path)
    description = "" if field is None or not field.description else field.description
    if kind == "missing":
        refused = Refused(
            wrong="is missing.", examples=_examples(field, details["input"]), otherwise=f"Add it: {description}"
        )
        return Refusal(path=path, refused=refused, is_missing=True)
    if kind == "extra_forbidden":
        return Refusal(path=path, refused=Refused(wrong="is not a known key.", otherwise=_place(model, path, values)))
    found = refused_value(
        kind, details["input"], details.get("ctx", {}), text, key=path[-1], hidden=_is_hidden(path, details["input"])
    )
    if found is None:
        found = Refused(wrong=f"{details['msg'][0].lower()}{details['msg'][1:]}.", otherwise=description)
    if kind == "string_type" and isinstance(details["input"], bool) and field is not None:
        # In a list or a map, such as `variables`, "true" is a text that may be meant; as a name it is not.
        otherwise = "Write a text." if field.is_required() else "Write a text, or remove the key."
        found = Refused(wrong=found.wrong, otherwise=otherwise)
    if details["loc"][-1] == "[key]":
        # The value is a name in a map: there is no place to try another one.
        example = next((f"Write e.g. {yaml_text(value)}." for value in found.examples), "Rename it.")
        return Refusal(path=path, refused=Refused(wrong=found.wrong, otherwise=example))
    # The message of a validator without a value to write has its own remedy.
    says_all = kind.endswith("_long") or (kind == "value_error" and not (found.nearest or found.examples))
    examples = () if says_all else _examples(field, None)
    listed = _field(model, path[:-1]) if isinstance(path[-1], int) else None
    if kind in ("enum", "literal_error") and listed is not None and listed.default == () and not found.nearest:
        return Refusal(path=path, refused=Refused(wrong=found.wrong, otherwise="Remove it."))
    items = (
        () if listed is None else (item for example in listed.examples or () for item in cast("list[object]", example))
    )
    return Refusal(path=path, refused=replace(found, examples=(*found.examples, *items, *examples)))


def _is_hidden(path: tuple[PathPart, ...], value: object) -> bool:
    """Whether a value may be a secret, which an ARN or a reference to a key is not."""
    return about_secrets(path) and not str(value).startswith(("arn:aws:", "$oidc."))


def _examples(field: FieldInfo | None, section: object) -> tuple[object, ...]:
    """Values that a field often has. A limit in the `section` may be as high as its request."""
    if field is None:
        return ()
    siblings = cast("dict[str, object]", section) if isinstance(section, dict) else {}
    request = siblings.get(str(field.alias).replace("Limit", "Request")) if str(field.alias).endswith("Limit") else None
    lowest = [constraint.ge for constraint in field.metadata if isinstance(constraint, Ge)]
    members = get_args(field.annotation) if get_origin(field.annotation) is Literal else _members(field.annotation)
    default: tuple[object, ...] = ()
    if isinstance(field.default, bool):
        default = (field.default, not field.default)
    elif isinstance(field.default, int | str | float):
        default = (field.default,)
    return tuple(
        value for value in (request, *(field.examples or ()), *default, *lowest, *members) if value is not None
    )


def _members(annotation: Any) -> tuple[str, ...]:
    return tuple(map(str, annotation)) if isinstance(annotation, type) and issubclass(annotation, StrEnum) else ()


def _place(model: type[Section], path: tuple[PathPart, ...], values: object) -> str:
    """Which key an unknown one misspells, where it belongs, or which keys there are."""
    key, known = str(path[-1]), _known_keys(model, path[:-1])
    if (closest := closest_key(key, _free_keys(model, path[:-1], values))) is not None:
        return _renamed(model, (*path[:-1], closest), _value(values, path))
    if (written := closest_key(key, known)) is not None:
        return f"Remove it: {written} is there already."
    elsewhere = {section for section in _sections_with(model, key) if key not in GENERIC}
    if len(elsewhere) == 1:
        return f"Move it to {elsewhere.pop()}."
    if about_secrets(("", key)):
        return "Remove it: a secret does not belong in Git. docs/secrets.md says where it comes from."
    listed = f"one of {', '.join(known)}" if len(known) <= MOST_KEYS else "a key of docs/configuration.md"
    return f"Remove it, or write {listed}."


def _renamed(model: type[Section], path: tuple[PathPart, ...], value: object) -> str:
    """The right key, with what to do about a value that it cannot have."""
    field, key = _field(model, path), path[-1]
    if field is None or isinstance(value, dict):
        return f"Write {key}."
    if sections_of(field.annotation) and not isinstance(value, list):
        return f"Move its value into the section {key}."
    if isinstance(value, list) and "tuple" not in str(field.annotation):
        single = cast("list[object]", value)
        return f"Write `{key}: {yaml_text(single[0])}`." if len(single) == 1 else f"Write {key}, with one value."
    return f"Write {key}."


def _value(values: object, path: Sequence[PathPart]) -> object:
    for part in path:
        values = cast("Any", values)[part]
    return values


def _sections_with(model: type[Section], key: str, path: str = "") -> Iterator[str]:
    """Paths of the sections that have a key."""
    if path and any(field.alias == key for field in model.model_fields.values()):
        yield path
    for field in model.model_fields.values():
        for section in sections_of(field.annotation):
            yield from _sections_with(section, key, f"{path}.{field.alias}" if path else str(field.alias))


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


def _free_keys(model: type[Section], path: Sequence[PathPart], values: object) -> list[str]:
    """The known keys of a section that it does not have."""
    section: Any = values
    for part in path:
        section = section[part]
    return [key for key in _known_keys(model, path) if key not in section]


def _field(model: type[Section], path: Sequence[PathPart]) -> FieldInfo | None:
    """The field at a path; None for an entry of a list or map."""
    section = _section_at(model, path[:-1]) if path else None
    return None if section is None else next((f for f in section.model_fields.values() if f.alias == path[-1]), None)
