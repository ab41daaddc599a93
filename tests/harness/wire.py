"""Decodes the engine's protocol: on the wire, secrets and resource references are JSON objects with a signature."""

from collections.abc import Mapping
from typing import Any, cast

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct

from tests.harness.frozen import FrozenDict, FrozenList

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"


def decode(struct: Struct) -> tuple[dict[str, Any], frozenset[str]]:
    """The properties as plain values, and the top-level ones that are or contain a secret."""
    raw = to_dict(struct)
    plain = FrozenDict((k, _plain(v)) for k, v in raw.items())
    return plain, frozenset(k for k, v in raw.items() if _is_secret(v))


def to_dict(struct: Struct) -> dict[str, Any]:
    return MessageToDict(struct)


def to_struct(values: Mapping[str, Any]) -> Struct:
    struct = Struct()
    struct.update(values)
    return struct


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return FrozenList(_plain(item) for item in cast("list[Any]", value))
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        match entries.get(SIGNATURE):
            case s if s == SECRET:
                return _plain(entries["value"])
            case s if s == RESOURCE:
                return entries["urn"]
            case _:  # an asset or archive keeps its path or text
                return FrozenDict((k, _plain(v)) for k, v in entries.items() if k != SIGNATURE)
    if isinstance(value, float) and value.is_integer():  # the wire has only doubles
        return int(value)
    return value


def _is_secret(value: Any) -> bool:
    if isinstance(value, list):
        return any(_is_secret(item) for item in cast("list[Any]", value))
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        return entries.get(SIGNATURE) == SECRET or any(_is_secret(item) for item in entries.values())
    return False
