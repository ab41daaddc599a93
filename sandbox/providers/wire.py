"""Pulumi's wire values as plain Python, with secrets and unknowns as they arrived.

A secret stays in its wrapper and an unknown stays its marker string, so that values are stored and sent back as they
arrived. Only `reveal` opens secrets, for comparisons and rules; its result is never stored, sent or logged.
"""

from __future__ import annotations

from typing import TypeAlias

from google.protobuf import struct_pb2
from pulumi.runtime import rpc

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
Json: TypeAlias = "dict[str, Value]"

UNKNOWN = rpc.UNKNOWN
SIGNATURE = rpc._special_sig_key  # pyright: ignore[reportPrivateUsage]  # the SDK has no public name for it
SECRET = rpc._special_secret_sig  # pyright: ignore[reportPrivateUsage]
RESOURCE = rpc._special_resource_sig  # pyright: ignore[reportPrivateUsage]
OUTPUT = rpc._special_output_value_sig  # pyright: ignore[reportPrivateUsage]


def from_struct(message: struct_pb2.Struct) -> Json:
    """The message as a dictionary; whole numbers are int."""
    return {key: _from_value(value) for key, value in message.fields.items()}


def to_struct(values: Json) -> struct_pb2.Struct:
    """The dictionary as a message."""
    message = struct_pb2.Struct()
    message.update(values)
    return message


def is_secret(value: Value) -> bool:
    """Whether the value is wrapped as a secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def secret(value: Value) -> Value:
    """The value, wrapped as a secret unless it is one."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def reveal(value: Value) -> Value:
    """The value with every secret opened."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET:
            return reveal(value.get("value"))
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def revealed(values: Json) -> Json:
    """`reveal` for a dictionary of properties."""
    return {key: reveal(item) for key, item in values.items()}


def rewrap(shape: Value, value: Value) -> Value:
    """The value, wrapped as a secret wherever `shape` is."""
    if is_secret(shape) and not is_secret(value):
        return secret(value)
    if isinstance(shape, dict) and isinstance(value, dict) and not is_secret(value):
        return {key: rewrap(shape.get(key), item) for key, item in value.items()}
    if isinstance(shape, list) and isinstance(value, list) and len(shape) == len(value):
        return [rewrap(old, item) for old, item in zip(shape, value, strict=True)]
    return value


def has_unknown(value: Value) -> bool:
    """Whether any part of the value is unknown."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value == UNKNOWN


def dig(value: Value, path: str) -> Value:
    """The value at a dotted path (`vpcConfig.subnetIds`), also inside secrets; None where there is none."""
    for step in path.split("."):
        value = reveal(value) if is_secret(value) else value
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return reveal(value)


def text(value: Value, path: str) -> str:
    """The string at a dotted path, empty where there is none."""
    string = dig(value, path)
    return string if isinstance(string, str) else ""


def put(values: Json, key: str, value: Value) -> Json:
    """A copy of the values with one more or changed."""
    changed = dict(values)
    changed[key] = value
    return changed


def mapping(value: Value) -> Json:
    """The value if it is an object, otherwise an empty one."""
    return value if isinstance(value, dict) else {}


def _from_value(message: struct_pb2.Value) -> Value:
    match message.WhichOneof("kind"):
        case "struct_value":
            return from_struct(message.struct_value)
        case "list_value":
            return [_from_value(item) for item in message.list_value.values]
        case "number_value":
            number = message.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return message.string_value
        case "bool_value":
            return message.bool_value
        case _:
            return None
