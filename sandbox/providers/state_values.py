"""What random and tls have in common: a value that lives in the state alone, and changes by being made again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection

from sandbox.providers.account import Account, Record
from sandbox.providers.package import Call, Package, overlay, stored
from sandbox.providers.schema import Schemas
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, revealed


class StateValues(Package, ABC):
    """A package whose resources are values; a subclass makes them."""

    def __init__(self, name: str, account: Account, schemas: Schemas) -> None:
        super().__init__(name, account)
        self._schemas = schemas

    @abstractmethod
    def values(self, type_: str, token: Token, inputs: Json) -> tuple[str, dict[str, Value]]:
        """The id and the outputs of a new value."""

    def forced(self, call: Call) -> Collection[str]:
        """Everything: a value has no other way to change."""
        del call
        return ("*",)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """What the state says: the value lives nowhere else."""
        return stored(self.name, call, id_, inputs, outputs) if inputs else None

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Make a value; nothing of it stays in the account but the count of lives."""
        computed = self._schemas.of(call.type).computed(inputs)
        # The packages' own defaults: booleans say which characters are allowed, numbers how many at least.
        given: dict[str, Value] = {name: {"bool": True, "int": 0}.get(output.kind) for name, output in computed.items()}
        if preview:
            unknown = {name for name in given if name in self.unknown}
            known = {name: value for name, value in given.items() if value is not None and name not in unknown}
            return "", overlay(inputs, known | dict.fromkeys(unknown, UNKNOWN))
        id_, values = self.values(call.type, Token(call.urn, self.account.next_life(call.urn)), revealed(inputs))
        return id_, overlay(inputs, given | values)

    def delete(self, call: Call, id_: str) -> None:
        """Forget a value."""

    @property
    def unknown(self) -> Collection[str]:
        """Outputs that a preview cannot know."""
        return ()
