"""A configuration with broken fields: everything in it that can be read, for the rules that read nothing else."""

import json
from collections.abc import Sequence
from functools import cache
from typing import TypeVar, cast, get_origin

from pydantic import TypeAdapter

from components.config.base import BrokenField, Section
from components.config.messages import closest_key
from components.config.problems import PathPart, sections_of

Path = tuple[PathPart, ...]
ITSELF: Path = ()
_S = TypeVar("_S", bound=Section)


def readable(model: type[_S], value: object, broken: Sequence[Path]) -> _S:
    """The section without its fields at the `broken` paths; reading one of these raises BrokenField.

    Lists and maps of sections keep all their entries. An unknown key breaks the field that it misspells.
    """
    written = cast("dict[str, object]", value) if isinstance(value, dict) and ITSELF not in broken else {}
    names = {str(field.alias): name for name, field in model.model_fields.items()}
    misspelt = {closest_key(key, sorted(names.keys() - written)) for key in written.keys() - names}
    values: dict[str, object] = {}
    unreadable: list[str] = []
    for key, name in names.items():
        if key in written:
            try:
                values[name] = _part(model, name, written[key], _below(broken, key))
            except BrokenField:
                unreadable.append(name)
        elif ITSELF in broken or key in misspelt or model.model_fields[name].is_required():
            unreadable.append(name)
    section = model.model_construct(set(values), **values)
    for name in unreadable:
        vars(section).pop(name, None)
    return section


def _part(model: type[Section], name: str, value: object, broken: Sequence[Path]) -> object:
    """A field's value. BrokenField if it is not made of sections, whose other fields could be read."""
    if not broken:
        return _reader(model, name).validate_json(json.dumps(value))
    annotation = model.model_fields[name].annotation
    sections = sections_of(annotation)
    if ITSELF not in broken and not sections and get_origin(annotation) is dict:
        # Names and texts: an entry that is refused still has its name.
        return {key: str(entry) for key, entry in cast("dict[str, object]", value).items()}
    if ITSELF in broken or not sections:
        raise BrokenField
    if isinstance(value, list):
        items = enumerate(cast("list[object]", value))
        return tuple(readable(sections[0], item, _below(broken, index)) for index, item in items)
    if get_origin(annotation) is dict:
        entries = cast("dict[str, object]", value).items()
        return {key: readable(sections[0], entry, _below(broken, key)) for key, entry in entries}
    return readable(sections[0], value, broken)


@cache
def _reader(model: type[Section], name: str) -> TypeAdapter[object]:
    """Kept, because building it takes longer than reading the field."""
    return TypeAdapter[object](model.model_fields[name].rebuild_annotation())


def _below(broken: Sequence[Path], part: PathPart) -> list[Path]:
    """The paths that begin with this part, without it."""
    return [path[1:] for path in broken if path[:1] == (part,)]
