"""A place in one of AWS's resource schemas, and what it accepts there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from sandbox.providers.wire import Json, Value, mapping

_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True)
class Node:
    """A JSON Schema inside `root`, the schema of a resource type; references are followed."""

    schema: Json
    root: Json

    def kinds(self) -> frozenset[str]:
        """The JSON types that are accepted; empty where the schema does not say."""
        kinds: set[str] = set()
        for schema in self._schemas():
            kind = schema.get("type")
            kinds.update(str(item) for item in (kind if isinstance(kind, list) else [kind] if kind else []))
            kinds.update(name for key, name in (("properties", "object"), ("items", "array")) if key in schema)
        return frozenset(kinds)

    def names(self) -> Sequence[str]:
        """The properties of an object."""
        return list(self._properties())

    def child(self, name: str) -> Node:
        """The schema of a property; one that accepts everything if there is no such property."""
        return Node(mapping(self._properties().get(name)), self.root)

    def items(self) -> Node:
        """The schema of a list's elements."""
        items = [mapping(schema["items"]) for schema in self._schemas() if "items" in schema]
        return Node(items[0] if items else {}, self.root)

    def called(self, name: str) -> str | None:
        """The property whose name has the same letters as Pulumi's (`dbName`: `DBName`), or differs in a plural s."""
        names = self.names()
        for fold in (str.lower, _singular):
            found = [own for own in names if fold(own) == fold(name)]
            if found:
                return found[0]
        return None

    def below(self, path: str) -> Node | None:
        """The schema at a path as in the table (`/Logging.EnabledTypes[].Type`), an element's for a list; or None."""
        node = Node(self.root, self.root) if path.startswith("/") else self
        for step in path.removeprefix("/").split("."):
            name = step.removesuffix("[]")
            if name not in node.names():
                return None
            node = node.child(name)
            node = node.items() if "array" in node.kinds() else node
        return node

    def _properties(self) -> Json:
        found: Json = {}
        for schema in self._schemas():
            found = {**mapping(schema.get("properties")), **found}
        return found

    def _schemas(self) -> Iterator[Json]:
        return _all(self.schema, self.root)


def _all(schema: Json, root: Json) -> Iterator[Json]:
    """The schema itself, and what it refers to or combines."""
    yield schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _all(_resolved(reference, root), root)
    for key in _ALTERNATIVES:
        for part in cast("list[Value]", schema.get(key) or []):
            if isinstance(part, dict) and not {"required", "format"} >= part.keys():
                yield from _all(part, root)


def _resolved(reference: str, root: Json) -> Json:
    """The definition at `#/definitions/Name/…`."""
    target = root
    for step in reference.removeprefix("#/").split("/"):
        target = mapping(target.get(step))
    return target


def _singular(name: str) -> str:
    name = name.lower()
    return f"{name.removesuffix('ies')}y" if name.endswith("ies") else name.removesuffix("s")
