"""The base of random and tls: values that exist only in the state, and change only by replacement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection

from sandbox.providers.account import Account, Record
from sandbox.providers.package import Call, Package, overlay
from sandbox.providers.schema import Schemas
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, revealed


class StateValues(Package, ABC):
    """A package whose resources are values, which a subclass generates."""

    def __init__(self, name: str, account: Account, schemas: Schemas) -> None:
        super().__init__(name, account)
        self._schemas = schemas

    @abstractmethod
    def values(self, type_: str, token: Token, inputs: Json) -> tuple[str, dict[str, Value]]:
        """The id and the outputs of a new value."""

    def forced(self, call: Call) -> Collection[str]:
        """All properties: a value can only be replaced."""
        del call
        return ("*",)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """The engine's own state: the value exists nowhere else."""
        if not inputs:
            return None
        return Record(
            package=self.name,
            scope="",
            type=call.type,
            id=id_,
            identity="",
            urn=call.urn,
            life=0,
            version=1,
            inputs=inputs,
            outputs=outputs,
        )

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Generate a value; the account keeps only the number of lives."""
        computed = self._schemas.of(call.type).computed(inputs)
        # The packages' defaults: all kinds of characters are allowed, none is required.
        given: dict[str, Value] = {name: {"bool": True, "int": 0}.get(output.kind) for name, output in computed.items()}
        if preview:
            unknown = {name for name in given if name in self.unknown}
            known = {name: value for name, value in given.items() if value is not None and name not in unknown}
            return "", overlay(inputs, known | dict.fromkeys(unknown, UNKNOWN))
        id_, values = self.values(call.type, Token(call.urn, self.account.next_life(call.urn)), revealed(inputs))
        return id_, overlay(inputs, given | values)

    def delete(self, call: Call, id_: str) -> None:
        """Nothing to delete."""

    @property
    def unknown(self) -> Collection[str]:
        """Outputs that a preview cannot know."""
        return ()
