"""A Pulumi resource as the CloudFormation resource that AWS's schema describes."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import cast

from sandbox.providers.aws.schemas.messages import Path
from sandbox.providers.aws.schemas.node import Node
from sandbox.providers.aws.schemas.table import NOT_JUDGED, NOT_JUDGED_ANYWHERE, Counterpart
from sandbox.providers.wire import UNKNOWN, Json, Value, is_secret, text

_ATTRIBUTE = "Fn::GetAtt"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Translation:
    """The properties of a CloudFormation resource, and the Pulumi path of each of their paths."""

    properties: Json = field(default_factory=dict[str, Value])
    origins: dict[Path, Path] = field(default_factory=dict[Path, Path])
    verbatim: set[Path] = field(default_factory=set[Path])
    """CloudFormation paths below which names are the user's own, as in a policy."""

    def origin(self, path: Path) -> Path:
        """The Pulumi path of a CloudFormation path, or of the nearest one above it with the remaining steps."""
        for length in range(len(path), 0, -1):
            start, rest = path[:length], path[length:]
            if start in self.origins:
                names = rest if start in self.verbatim else tuple(pulumi_name(step) for step in rest)
                return (*self.origins[start], *names)
        return tuple(pulumi_name(step) for step in path)


def translate(type_: str, counterpart: Counterpart, inputs: Json, schema: Json) -> Translation:
    """The inputs as `counterpart`, whose schema is `schema`; without the properties that the schema does not have."""
    translation = Translation()
    translation.properties.update(counterpart.implied)
    writer = _Writer(type_, counterpart, translation)
    writer.fill(translation.properties, _Spot((), Node(schema, schema), ()), inputs)
    return translation


def targets(type_: str, counterpart: Counterpart, node: Node, path: tuple[str, ...]) -> str | None:
    """Where a Pulumi property (a path without positions) is in CloudFormation, as the table writes it; None: nowhere.

    `node` is the schema of the object with the property.
    """
    dotted = ".".join(path)
    if not_judged(type_, path):
        return None
    if dotted in counterpart.names:
        return counterpart.names[dotted]
    return None if counterpart.only and len(path) == 1 else node.called(path[-1])


def not_judged(type_: str, path: tuple[str, ...]) -> str | None:
    """Why no schema judges a property; None where one should."""
    if len(path) == 1 and path[0] in NOT_JUDGED_ANYWHERE:
        return NOT_JUDGED_ANYWHERE[path[0]]
    return NOT_JUDGED.get(type_, {}).get(".".join(path))


def pulumi_name(step: str | int) -> str | int:
    """CloudFormation's name as Pulumi would write it (`KmsKeyId`: `kmsKeyId`, `DBName`: `dbName`)."""
    if isinstance(step, int):
        return step
    capitals = len(step) - len(step.lstrip(_CAPITALS))
    small = capitals if capitals in (1, len(step)) else capitals - 1
    return step[:small].lower() + step[small:]


@dataclass(frozen=True)
class _Spot:
    """A place in the CloudFormation resource: its path, its schema, and the Pulumi path of what is written there."""

    path: Path
    node: Node
    origin: Path

    def at(self, name: str, origin: Path) -> _Spot:
        return _Spot((*self.path, name), self.node.child(name), origin)

    def element(self, index: int, origin: Path) -> _Spot:
        return _Spot((*self.path, index), self.node.items(), origin)


@dataclass(frozen=True)
class _Writer:
    type: str
    counterpart: Counterpart
    translation: Translation

    def fill(self, result: Json, spot: _Spot, value: Json) -> None:
        """Write the properties of a Pulumi object to the CloudFormation object `result`."""
        for name, item in value.items():
            origin = (*spot.origin, name)
            names = tuple(step for step in origin if isinstance(step, str))
            target = targets(self.type, self.counterpart, spot.node, names)
            if target is None or item is None:
                continue
            if target == "":
                for inner in _objects(item):
                    self.fill(result, _Spot(spot.path, spot.node, origin), inner)
            elif target.startswith("/"):
                root = _Spot((), Node(spot.node.root, spot.node.root), origin)
                self._place(self.translation.properties, root, target[1:].split("."), item)
            else:
                self._place(result, _Spot(spot.path, spot.node, origin), target.split("."), item)

    def _place(self, result: Json, spot: _Spot, steps: list[str], value: Value) -> None:
        """Write a value to the object `result`, at the path of `steps` below it; `spot` has the value's origin."""
        name, each = steps[0].removesuffix("[]"), steps[0].endswith("[]")
        child = spot.at(name, spot.origin)
        self.translation.origins.setdefault(child.path, spot.origin)
        if each:
            elements = cast("list[Value]", result.setdefault(name, []))
            for index, item in enumerate(value if isinstance(value, list) else [value]):
                element = child.element(index, (*spot.origin, index) if isinstance(value, list) else spot.origin)
                if len(steps) == 1:
                    elements.append(self._shaped(item, element))
                    continue
                if len(elements) <= index:
                    elements.append({})
                self._place(cast("Json", elements[index]), element, steps[1:], item)
        elif len(steps) > 1:
            self._place(cast("Json", result.setdefault(name, {})), child, steps[1:], value)
        else:
            result[name] = self._shaped(value, child)

    def _shaped(self, value: Value, spot: _Spot) -> Value:
        """The value in the shape that the schema wants."""
        self.translation.origins[spot.path] = spot.origin
        if _hidden(value):
            return _unknown(spot.path)
        if isinstance(value, dict):
            return self._object(value, spot)
        if isinstance(value, list):
            return self._list(value, spot)
        kinds = spot.node.kinds()
        if "array" in kinds and "string" not in kinds:
            return [self._shaped(value, spot.element(0, spot.origin))]
        return self._text(value, spot) if isinstance(value, str) else _scalar(value, kinds)

    def _text(self, value: str, spot: _Spot) -> Value:
        """The text, or the policy that it contains where the schema wants an object."""
        self.translation.verbatim.add(spot.path)
        if "object" in spot.node.kinds():
            with contextlib.suppress(ValueError):
                return cast("Value", json.loads(value))
        return value

    def _object(self, value: Json, spot: _Spot) -> Value:
        if "array" in spot.node.kinds() and "object" not in spot.node.kinds():
            element = spot.element(0, spot.origin)
            for name in ("Key", "Name"):
                if {name, "Value"} <= set(element.node.names()) and not {name.lower(), "value"} <= set(value):
                    return self._pairs(value, spot, name)
            return [self._object(value, element)]
        result: Json = {}
        if spot.node.names():
            self.fill(result, spot, value)
        else:
            self.translation.verbatim.add(spot.path)
            result.update({key: _plain(item, (*spot.path, key)) for key, item in value.items() if item is not None})
        return result

    def _pairs(self, value: Json, spot: _Spot, name: str) -> list[Value]:
        """A map as a list of `name` and `Value`, as tags are in most types."""
        pairs: list[Value] = []
        for index, (key, item) in enumerate(value.items()):
            place = (*spot.path, index)
            self.translation.origins.update({(*place, part): (*spot.origin, key) for part in (name, "Value")})
            pairs.append({name: key, "Value": _plain(item, place)})
        return pairs

    def _list(self, value: list[Value], spot: _Spot) -> Value:
        kinds = spot.node.kinds()
        if "array" in kinds or not kinds:
            return [self._shaped(item, spot.element(index, (*spot.origin, index))) for index, item in enumerate(value)]
        if "object" in kinds and not spot.node.names():
            named = {text(item, "name"): item.get("value") for item in _objects(value)}
            return {name: _plain(item, (*spot.path, name)) for name, item in named.items()}
        if not value:
            return _unknown(spot.path)
        return self._shaped(value[0], _Spot(spot.path, spot.node, (*spot.origin, 0)))


def _hidden(value: Value) -> bool:
    """Whether the value is unknown, or secret, so that no message may contain it."""
    return value == UNKNOWN or is_secret(value)


def _unknown(path: Path) -> Json:
    """A value that only AWS knows, different from all others: cfn-lint accepts an attribute of a custom resource."""
    return {_ATTRIBUTE: ["Unknown", ".".join(map(str, path))]}


def is_unknown(value: object) -> bool:
    """Whether a translated value stands for an unknown one."""
    return isinstance(value, dict) and _ATTRIBUTE in value


def _scalar(value: Value, kinds: frozenset[str]) -> Value:
    """The number or boolean, as a text where the schema wants one."""
    if kinds == frozenset({"string"}):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _plain(value: Value, path: Path) -> Value:
    """A value whose inner names are the user's, not the schema's."""
    if _hidden(value):
        return _unknown(path)
    if isinstance(value, dict):
        return {key: _plain(item, (*path, key)) for key, item in value.items()}
    return [_plain(item, (*path, index)) for index, item in enumerate(value)] if isinstance(value, list) else value


def _objects(value: Value) -> list[Json]:
    """The objects in a list, or the one that is not in a list."""
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
