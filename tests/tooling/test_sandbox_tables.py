"""The tables of the simulated AWS name only types and inputs that the SDK has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sandbox.providers.aws.names import NAMES
from sandbox.providers.aws.replacements import REPLACES
from sandbox.providers.aws.rules import DELETED_WITH, IN_USE
from sandbox.providers.aws.shapes import SHAPES
from sandbox.providers.aws.unique import UNIQUE
from sandbox.providers.schema import Schema, introspect


@cache
def schema(type_: str) -> Schema:
    """The SDK's schema of a type."""
    return introspect(f"aws:{type_}")


def named_inputs() -> Iterator[tuple[str, str]]:
    """Every input in a table, with its type; a dotted path where it is nested."""
    for type_, paths in REPLACES.items():
        yield from ((type_, path) for path in paths if path != "*")
    for type_, unique in UNIQUE.items():
        yield from ((type_, field) for field in unique.fields)
    for type_, rule in NAMES.items():
        if rule is not None:
            yield from ((type_, path) for path in (rule.path, rule.instead) if path)
    for uses in (*(rule.users for rule in IN_USE.values()), *DELETED_WITH.values()):
        yield from ((user.type, user.path) for user in uses)


def test_every_input_in_a_table_exists() -> None:
    wrong = [(type_, path) for type_, path in named_inputs() if path.partition(".")[0] not in schema(type_).inputs]
    assert wrong == []


def test_every_output_of_a_shape_exists() -> None:
    wrong = [
        (type_, name) for type_, shape in SHAPES.items() for name in shape.out if name not in schema(type_).outputs
    ]
    assert wrong == []


def test_every_type_in_a_table_exists() -> None:
    types = {*SHAPES, *REPLACES, *UNIQUE, *NAMES, *IN_USE, *DELETED_WITH}
    assert [type_ for type_ in sorted(types) if not schema(type_).outputs] == []
