"""What AWS's schemas judge of the resources that the program can create, and what they do not, with the reason.

`python -m tools.aws_schemas` compares the SDK's inputs with the table in sandbox/providers/aws/schemas and fails if a
type or a property is in neither; `--list` prints every property that is not judged. Entries of the table that fit
nothing are faults too.
"""

from __future__ import annotations

import ast
import importlib
import re
import sys
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pulumi_aws
from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage]  # nothing public reads a class

from sandbox.providers.aws.schemas.lint import resource_schema
from sandbox.providers.aws.schemas.node import Node
from sandbox.providers.aws.schemas.table import COUNTERPARTS, NOT_JUDGED, Counterpart
from sandbox.providers.aws.schemas.translate import not_judged, targets
from sandbox.providers.schema import class_of

_REGION = "us-east-1"
"""The region in which AWS offers every type; names of properties do not differ between regions."""
_SDK_CLASS = re.compile(r"^aws\.([a-z0-9]+)\.([A-Z]\w+)$")
_TYPE = re.compile(r"\"(aws:[a-z0-9]+/(?!get[A-Z])\w+:\w+)\"")
"""A resource's token; those of functions start with `get`."""


def used_types() -> set[str]:
    """The types that the program and the sandbox's EKS component create, without `aws:`."""
    types: set[str] = set()
    for file in [Path("__main__.py"), *Path("components").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match = _SDK_CLASS.match(ast.unparse(node.func)) if isinstance(node, ast.Call) else None
            cls = getattr(importlib.import_module(f"pulumi_aws.{match[1]}"), match[2]) if match else None
            types.update(filter(None, [getattr(cls, "pulumi_type", None)]))
    for file in Path("sandbox/providers/eks").glob("*.py"):
        types.update(_TYPE.findall(file.read_text(encoding="utf-8")))
    return {type_.removeprefix("aws:") for type_ in types}


class Coverage:
    """The properties of one type: judged, not judged with a reason, and neither; as paths without positions."""

    def __init__(self, type_: str) -> None:
        self.judged: set[str] = set()
        self.excused: dict[str, str] = {}
        self.unmapped: set[str] = set()
        self._type = type_
        self._seen: set[str] = set()
        counterparts = COUNTERPARTS[type_]
        roots = [
            (part, Node(schema, schema)) for part in counterparts if (schema := resource_schema(part.type, _REGION))
        ]
        self._walk((_arguments(type_),), roots, ())

    def stale(self) -> Sequence[str]:
        """Entries of the table that name no property of the SDK."""
        entries = {*NOT_JUDGED.get(self._type, {}), *(name for part in COUNTERPARTS[self._type] for name in part.names)}
        return sorted(entries - self._seen)

    def _walk(
        self, classes: tuple[type, ...], nodes: Sequence[tuple[Counterpart, Node]], path: tuple[str, ...]
    ) -> None:
        """Visit the inputs of the innermost class; `classes` are those that contain it."""
        for name, inner in _inputs(classes[-1]):
            here = (*path, name)
            dotted = ".".join(here)
            self._seen.add(dotted)
            reason = not_judged(self._type, here)
            if reason:
                self.excused[dotted] = reason
                continue
            found = [(part, spot) for part, node in nodes if (spot := self._target(part, node, here))]
            (self.judged if found else self.unmapped).add(dotted)
            # without names of its own the schema wants a text, as for a policy, or a map with the user's keys
            if inner and inner not in classes and any(spot.names() for _, spot in found):
                self._walk((*classes, inner), found, here)

    def _target(self, part: Counterpart, node: Node, path: tuple[str, ...]) -> Node | None:
        target = targets(self._type, part, node, path)
        if target is None:
            return None
        return node.below(target) if target else node


def _arguments(type_: str) -> type:
    """The SDK's class of a resource's inputs."""
    cls = class_of(f"aws:{type_}")
    module = sys.modules[cls.__module__] if cls else pulumi_aws
    name = cls.__name__ if cls else type_
    return cast("type", getattr(module, f"{name}InitArgs", None) or getattr(module, f"{name}Args"))


def _inputs(cls: type) -> Iterator[tuple[str, type | None]]:
    """Pulumi's names of the inputs, and the class of those that are objects or lists of objects."""
    types = cast("Mapping[str, Any]", sdk_types.input_type_types(cls))
    for own, name in sdk_types.input_type_py_to_pulumi_names(cls).items():
        yield name, _object(types.get(name, types.get(own)))


def _object(hint: object) -> type | None:
    if isinstance(hint, type) and sdk_types.is_input_type(hint):
        return hint
    if typing.get_origin(hint) is dict or str(typing.get_origin(hint)).endswith("Mapping'>"):
        return None
    return next(filter(None, map(_object, typing.get_args(hint))), None)


def main(arguments: Sequence[str]) -> int:
    """Print the numbers and every fault; 1 if there is one."""
    faults = [f"{type_}: not in COUNTERPARTS" for type_ in sorted(used_types() - COUNTERPARTS.keys())]
    judged = excused = 0
    for type_ in COUNTERPARTS:
        coverage = Coverage(type_)
        judged += len(coverage.judged)
        excused += len(coverage.excused)
        faults += [f"{type_}: {name}: neither judged nor in NOT_JUDGED" for name in sorted(coverage.unmapped)]
        faults += [f"{type_}: {name}: the table names it, but the SDK does not" for name in coverage.stale()]
        if "--list" in arguments:
            for name, reason in sorted(coverage.excused.items()):
                print(f"{type_}: {name}: {reason}")
    for fault in faults:
        print(f"aws-schemas: {fault}", file=sys.stderr)
    numbers = f"{judged} properties judged, {excused} not judged for a reason, {len(faults)} faults"
    print(f"aws-schemas: {len(COUNTERPARTS)} types, {numbers}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
