"""`docs/configuration.md` from the model: `python -m components.config.docs > docs/configuration.md`."""

import sys
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from components.config.base import Section
from components.config.platform import PlatformConfig

PROJECT_KEYS = ("system", "repository", "resourceClasses", "services")

INTRODUCTION = """# Configuration

Generated from `components/config` by `make docs`. Do not edit.

A stack is described by two files: `Pulumi.yaml` says what all stacks share ({shared}),
`Pulumi.<stack>.yaml` says the rest. A key that is not listed here is refused. A section that is left out makes nothing.
Text that looks like a number (`"17.6"`, `"1.36"`, account ids) is written in quotes.
"""


def _type_name(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return " or ".join(_type_name(part) for part in get_args(annotation) if part is not type(None))
    if origin is Literal:
        return " \\| ".join(f"`{value}`" for value in get_args(annotation))
    if origin is tuple:
        return f"list of {_type_name(get_args(annotation)[0])}"
    if origin is dict:
        return f"map of {_type_name(get_args(annotation)[1])}"
    if origin is not None:
        return _type_name(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return f"[{_heading(annotation)}](#{_heading(annotation).lower()})"
    values = getattr(annotation, "__members__", None)
    if values:
        return " \\| ".join(f"`{value}`" for value in values.values())
    return {"str": "text", "int": "number", "bool": "true or false"}.get(annotation.__name__, annotation.__name__)


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
        lines += [f"## {_heading(section)}", "", (section.__doc__ or "").strip(), "", *_table(section), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(render())
