"""Where a key of a stack is written: file, line and value, for messages about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode


@dataclass(frozen=True)
class Place:
    """A key as it is written, or the file that it belongs in, with line 0."""

    file: str
    line: int
    value: str | None
    """As it is written; None for no text, and without the key."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def place(project: Path, stack: str, key: str) -> Place:
    """The place of a key such as `cluster.deletionProtection`; without its own line, of the section around it."""
    own = f"Pulumi.{stack}.yaml"
    path = key.split(".")
    return (
        _find(project / own, path, nested=False)
        or _find(project / "Pulumi.yaml", path, nested=True)
        or _around(project / own, path)
    )


def _around(file: Path, path: Sequence[str]) -> Place:
    around = _find(file, path[:1], nested=False)
    return Place(file.name, around.line if around else 0, None)


def _find(file: Path, path: Sequence[str], *, nested: bool) -> Place | None:
    """The place in one file; `nested`: each key of its `config` has its value below `value`."""
    reader: Any = YAML()
    try:
        node = _child(reader.compose(file.read_text(encoding="utf-8")), "config")
    except (OSError, UnicodeDecodeError, YAMLError):
        return None
    line = 0
    for depth, part in enumerate(path):
        found = _child(node and node[1], part)
        if found is None:
            return None
        line = int(found[0].start_mark.line) + 1
        node = _child(found[1], "value") if nested and not depth else found
    return Place(file.name, line, None if node is None else text(node[1]))


def text(node: Any) -> str | None:
    """The text of a scalar."""
    scalar: Any = node  # ruamel is untyped
    return str(scalar.value) if isinstance(node, ScalarNode) else None


def _child(node: Any, name: str) -> tuple[Any, Any] | None:
    """Key and value of a mapping's entry, with or without its namespace."""
    entries = cast("list[tuple[Any, Any]]", node.value if isinstance(node, MappingNode) else [])
    return next((entry for entry in entries if str(entry[0].value).rpartition(":")[2] == name), None)
