"""The verdict of AWS's schemas on one resource."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial

from sandbox.providers.aws.schemas.lint import Linter
from sandbox.providers.aws.schemas.messages import Fault, describe
from sandbox.providers.aws.schemas.messages import Path as Steps
from sandbox.providers.aws.schemas.node import Node
from sandbox.providers.aws.schemas.table import COUNTERPARTS, Counterpart
from sandbox.providers.aws.schemas.translate import Translation, targets, translate
from sandbox.providers.naming import Failure
from sandbox.providers.wire import Json

_COMBINATIONS = ("anyOf", "oneOf")
"""Say little, and nothing that other faults of the resource do not say better."""


class Verdicts:
    """The schemas of one region."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._linter = Linter(region)

    def on(self, type_: str, inputs: Json, known: Collection[str]) -> list[Failure]:
        """What AWS would refuse, one failure for each property."""
        failures: dict[str, Failure] = {}
        for counterpart in COUNTERPARTS.get(type_, ()):
            for failure in self._judged(type_, counterpart, inputs, known):
                failures.setdefault(failure.property, failure)
        return _distinct(failures.values())

    def _judged(self, type_: str, counterpart: Counterpart, inputs: Json, known: Collection[str]) -> Iterator[Failure]:
        schema = self._linter.schema(counterpart.type)
        if schema is None:
            return
        translation = translate(type_, counterpart, inputs, schema)
        naming = _Naming(type_, counterpart, schema, translation, known)
        faults = sorted(self._linter.faults(counterpart.type, translation.properties), key=_rank)
        for fault in faults:
            if fault is not faults[0] and fault.keyword in _COMBINATIONS:
                continue
            if fault.missing() and (counterpart.only or (counterpart.part and not fault.path)):
                continue
            place = naming.place(fault)
            yield Failure(place, describe(fault, place, self._region, partial(naming.own, fault)))


class _Naming:
    """Pulumi's names for the properties of a CloudFormation resource."""

    def __init__(
        self, type_: str, counterpart: Counterpart, schema: Json, translation: Translation, known: Collection[str]
    ) -> None:
        self._translation = translation
        root = Node(schema, schema)
        self._names = {
            target.removeprefix("/").replace("[]", ""): name
            for name in sorted(known)
            if (target := targets(type_, counterpart, root, (name,)))
        }

    def place(self, fault: Fault) -> str:
        """Pulumi's path of the property at fault: of the missing one, or of the wrong one."""
        absent = [own for name in fault.missing() if (own := self.own(fault, name))]
        return self._text(fault.path) if fault.is_property() or not absent else absent[0]

    def own(self, fault: Fault, name: str) -> str:
        """Pulumi's path of a CloudFormation property of the object at fault; empty if Pulumi does not have it."""
        inside = isinstance(fault.value, dict) and not fault.is_property()
        path = (*(fault.path if inside else fault.path[:-1]), name)
        nameless = len(path) == 1 and path not in self._translation.origins and name not in self._names
        return "" if nameless else self._text(path)

    def _text(self, path: Steps) -> str:
        steps: Steps = self._translation.origin(path)
        named = self._names.get(".".join(step for step in path if isinstance(step, str)))
        if named and path not in self._translation.origins:
            steps = (named,)
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        return text.removeprefix(".")


def _rank(fault: Fault) -> int:
    """A list of what is allowed says more than a pattern, and a pattern more than a name of a format."""
    order = ("enum", "enumCaseInsensitive", "maximum", "minimum", "maxLength", "minLength", "pattern")
    return order.index(fault.keyword) if fault.keyword in order else len(order)


def _distinct(failures: Collection[Failure]) -> list[Failure]:
    """Without repetitions: properties that exclude each other are each at fault."""
    return list({failure.reason: failure for failure in failures}.values())
