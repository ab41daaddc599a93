"""A project's stack files as text: their values without the engine, and the line of each key for messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from components.config.yaml_faults import explain

PROJECT_FILE = "Pulumi.yaml"
PathPart = str | int


class UnreadableError(Exception):
    """A file that is missing or not YAML; the message has file, line and reason."""


@dataclass(frozen=True)
class _Entry:
    """A value of a mapping or a list, and the line on which it begins, counted from 1."""

    line: int
    value: Any


@dataclass(frozen=True, kw_only=True)
class StackFiles:
    """Pulumi.yaml and the file of one stack."""

    folder: Path
    stack: str

    @property
    def stack_file(self) -> str:
        """Name of the stack's file."""
        return f"Pulumi.{self.stack}.yaml"

    def project(self) -> str:
        """Name of the project. UnreadableError without one."""
        name = self._values(PROJECT_FILE).get("name")
        if not isinstance(name, str):
            raise UnreadableError(f"{PROJECT_FILE}: name: is missing. Add the project's name.")
        return name

    def values(self) -> dict[str, Any]:
        """Values by full key, for example `shop:stage`; a key in both files is the stack's. UnreadableError."""
        project, own = self.project(), self._config(self.stack_file)
        values: dict[str, Any] = {
            key: entry["value"]
            for key, entry in self._config(PROJECT_FILE).items()
            if isinstance(entry, dict) and "value" in entry
        }
        values |= own
        for key in own:
            if key.startswith(f"{project}:") and key.removeprefix(f"{project}:") in own:
                place = self.place([key])
                raise UnreadableError(f"{place}: {key}: is there twice, with and without {project}:. Remove one.")
        return {key if ":" in key else f"{project}:{key}": value for key, value in values.items()}

    def place(self, path: Sequence[PathPart]) -> str:
        """`FILE:LINE` of a path such as `("services", 2, "port")`, or of the deepest part of it that exists.

        A path in neither file belongs to the stack's file and has no line.
        """
        file, line = self.position(path)
        return file if line is None else f"{file}:{line}"

    def position(self, path: Sequence[PathPart]) -> tuple[str, int | None]:
        """The same as the file's name and the number of the line, None without one."""
        for name in (self.stack_file, PROJECT_FILE):
            line = next((entry.line for entry in reversed(self._entries(name, path))), None)
            if line is not None:
                return name, line
        return self.stack_file, None

    def text(self, path: Sequence[PathPart]) -> str | None:
        """A scalar as written, which YAML may read as something else; None for what is not a scalar, or is missing."""
        for name in (self.stack_file, PROJECT_FILE):
            entries = self._entries(name, path)
            if entries:
                value = entries[-1].value
                return (
                    str(cast("Any", value).value)
                    if len(entries) == len(path) and isinstance(value, ScalarNode)
                    else None
                )
        return None

    def _entries(self, name: str, path: Sequence[PathPart]) -> list[_Entry]:
        """The entries along a path, as far as they exist."""
        try:
            here = _child(_nodes(self._text(name)), "config")
        except (YAMLError, UnreadableError):
            return []
        entries: list[_Entry] = []
        for depth, part in enumerate(path):
            here = _child(here and here.value, part)
            if here is None:
                break
            if depth == 0 and name == PROJECT_FILE:
                here = _Entry(here.line, getattr(_child(here.value, "value"), "value", None))
            entries.append(here)
        return entries

    def _config(self, name: str) -> dict[str, Any]:
        config: object = self._values(name).get("config") or {}
        if not isinstance(config, dict):
            line = getattr(_child(_nodes(self._text(name)), "config"), "line", 1)
            raise UnreadableError(f"{name}:{line}: config is not a map of keys. Write `key: value` pairs under it.")
        return {str(key): value for key, value in cast("dict[object, Any]", config).items()}

    def _text(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise UnreadableError(f"{name}: there is no such file in {self.folder.resolve()}.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise UnreadableError(f"{name}: cannot be read: {error}.") from None

    def _values(self, name: str) -> dict[str, Any]:
        try:
            content = _values(self._text(name))
        except YAMLError as error:
            raise UnreadableError(f"{name}{explain(error, self._text(name))}") from None
        if not isinstance(content, dict):
            line = _nodes(self._text(name)).start_mark.line + 1
            raise UnreadableError(f"{name}:{line}: is not a map of keys. Begin it with `config:`.")
        return cast("dict[str, Any]", content)


@cache
def _values(text: str) -> object:
    """Cached, because hundreds of tests read the same files."""
    reader: Any = YAML(typ="safe")
    return reader.load(text) or {}


@cache
def _nodes(text: str) -> Any:
    reader: Any = YAML()
    return reader.compose(text)


def _child(node: Any, part: PathPart) -> _Entry | None:
    """The entry at a key, with or without its namespace, or at an index."""
    if isinstance(node, MappingNode):
        for key, value in cast("list[tuple[Any, Any]]", node.value):
            if part in (key.value, str(key.value).rpartition(":")[2]):
                return _Entry(key.start_mark.line + 1, value)
    if isinstance(node, SequenceNode) and isinstance(part, int):
        for item in cast("list[Any]", node.value)[part : part + 1]:
            return _Entry(item.start_mark.line + 1, item)
    return None
