"""A project's stack files as text: their values without the engine, and the line of each key for messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from components.config.messages import closest_key
from components.config.yaml_faults import explain

PROJECT_FILE = "Pulumi.yaml"
STACK_KEYS = ("config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment")
PROJECT_KEYS = (
    *("name", "runtime", "description", "main", "config", "backend", "options", "template", "plugins", "packages"),
    *("author", "website", "license", "stackConfigDir", "refresh", "requiredPulumiVersion"),
)
"""Top-level keys. Source: Pulumi's documentation, "Pulumi project file reference", "Stack settings file reference"."""
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
        values = {key: self._default(key, entry) for key, entry in self._config(PROJECT_FILE).items()} | own
        for key in own:
            if key.startswith(f"{project}:") and key.removeprefix(f"{project}:") in own:
                place = self.place([key])
                raise UnreadableError(f"{place}: {key}: is there twice, with and without {project}:. Remove one.")
        return {key if ":" in key else f"{project}:{key}": value for key, value in values.items()}

    def _default(self, key: str, entry: object) -> Any:
        """The value of a key of the project's file, where maps and lists are below `value`."""
        if not isinstance(entry, dict | list):
            return entry
        values = cast("dict[object, Any]", entry) if isinstance(entry, dict) else {}
        if "value" not in values:
            near = closest_key("value", list(map(str, values)))
            remedy = "Write its value below `value:`." if near is None else f"Write value in place of {near}."
            raise UnreadableError(f"{self.place([key])}: {key}: has no key value. {remedy}")
        return values["value"]

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
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise UnreadableError(
                f"{name}:{line}: has a character that is not UTF-8. Save the file as UTF-8."
            ) from None
        except OSError as error:
            raise UnreadableError(f"{name}: cannot be read: {error.strerror}.") from None

    def _values(self, name: str) -> dict[str, Any]:
        try:
            content = _values(self._text(name))
        except YAMLError as error:
            raise UnreadableError(f"{name}{explain(error, self._text(name))}") from None
        except RecursionError:
            raise UnreadableError(f"{name}: has brackets in brackets that never end. Write plain values.") from None
        except ValueError:
            line = next(number for number, line in enumerate(self._text(name).splitlines(), 1) if not _readable(line))
            raise UnreadableError(
                f"{name}:{line}: has a date or a number that does not exist. Put the value in quotes."
            ) from None
        if not isinstance(content, dict):
            line = _nodes(self._text(name)).start_mark.line + 1
            raise UnreadableError(f"{name}:{line}: is not a map of keys. Begin it with `config:`.")
        known = PROJECT_KEYS if name == PROJECT_FILE else STACK_KEYS
        for key in map(str, cast("dict[object, Any]", content)):
            if key not in known:
                line = getattr(_child(_nodes(self._text(name)), key), "line", 1)
                near = closest_key(key, [other for other in known if other not in content])
                remedy = "Move it below `config:`, or remove it." if near is None else f"Write {near}."
                raise UnreadableError(f"{name}:{line}: {key}: is not a key of {name}. {remedy}")
        return cast("dict[str, Any]", content)


@cache
def _values(text: str) -> object:
    """Cached, because hundreds of tests read the same files."""
    reader: Any = YAML(typ="safe")
    return reader.load(text) or {}


def _readable(line: str) -> bool:
    """Whether the values of a line exist; 2026-02-30 does not, nor does a number of thousands of digits."""
    try:
        _values(line)
    except YAMLError:
        return True
    except ValueError:
        return False
    return True


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
