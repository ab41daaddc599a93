"""`docs/configuration.md` from the model: `python -m tools.configuration_docs > docs/configuration.md`."""

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.config.base import Section
from components.config.platform import PlatformConfig

PROJECT_KEYS = ("system", "repository", "resourceClasses", "services", "secrets")

INTRODUCTION = """# Configuration

Generated from `components/config` by `make docs`. Do not edit.

A stack is configured in two files: `Pulumi.yaml` has what all stacks share ({shared}),
`Pulumi.<stack>.yaml` has the rest. Keys that are not listed here are refused. A section that is left out creates
nothing. Put strings that look like numbers (`"17.6"`, `"1.36"`, account ids) in quotes.
"""


def _values(values: Iterable[object]) -> str:
    return " \\| ".join(f"`{value}`" for value in values)


def _alternatives(parts: Sequence[Any]) -> str:
    return " or ".join(_type_name(part) for part in parts if part is not type(None))


SHAPES: Mapping[Any, Callable[[Sequence[Any]], str]] = {
    Annotated: lambda parts: _type_name(parts[0]),
    Union: _alternatives,
    UnionType: _alternatives,
    Literal: _values,
    tuple: lambda parts: f"list of {_type_name(parts[0])}",
    dict: lambda parts: f"map of {_type_name(parts[1])}",
}
"""How a type with parameters reads, by its origin."""


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation)
    return _plain_name(annotation) if origin is None else SHAPES[origin](get_args(annotation))


def _plain_name(kind: type) -> str:
    if issubclass(kind, Section):
        return f"[{_heading(kind)}](#{_heading(kind).lower()})"
    if issubclass(kind, Enum):
        return _values(kind)
    return {"str": "string", "int": "number", "float": "number", "bool": "boolean"}.get(kind.__name__, kind.__name__)


def _heading(section: type[Section]) -> str:
    return section.__name__.removesuffix("Config")


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if isinstance(field.default, Section):
        return "its defaults"
    if field.default is None:
        return "none"
    if isinstance(field.default, tuple | dict):
        values: list[Any] = list(field.default)  # pyright: ignore[reportUnknownArgumentType] a default of any shape
        return ", ".join(f"`{value}`" for value in values) or "empty"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def sections(section: type[Section], seen: list[type[Section]] | None = None) -> list[type[Section]]:
    """A section and all sections inside it, each once, in the order of the keys."""
    seen = [] if seen is None else seen
    if section not in seen:
        seen.append(section)
        for field in section.model_fields.values():
            for inner in _inner(field.annotation):
                sections(inner, seen)
    return seen


def _inner(annotation: Any) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _inner(part)


def _table(section: type[Section]) -> Iterator[str]:
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    for field in section.model_fields.values():
        description = (field.description or "").replace("|", "\\|")
        yield f"| `{field.alias}` | {_type_name(field.annotation)} | {_default(field)} | {description} |"


def render() -> str:
    """The whole reference as Markdown."""
    lines = [INTRODUCTION.format(shared=", ".join(f"`{key}`" for key in PROJECT_KEYS))]
    for section in sections(PlatformConfig):
        lines += [f"## {_heading(section)}", "", inspect.cleandoc(section.__doc__ or ""), "", *_table(section), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(render())
