"""The behaviour that all simulated packages share; a package overrides the methods at the end.

Outputs are a pure function of the inputs and the birth (URN, life, id, number of writes), so an update leaves all other
computed outputs as they were, without carrying them over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pulumi.runtime.proto import provider_pb2

from sandbox.providers.account import Account, Record
from sandbox.providers.diffing import Change, compare
from sandbox.providers.naming import Failure, NameRule, named, was_generated
from sandbox.providers.tokens import Token
from sandbox.providers.wire import Json, Value, dig, text


class Refused(Exception):  # noqa: N818  the cloud's answer, not an error of the program
    """A refusal of the simulated cloud, with the real cloud's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code


@dataclass(frozen=True)
class Call:
    """The resource of a call, and the settings of the provider instance that received it."""

    urn: str
    type: str
    name: str
    settings: Json


@dataclass(frozen=True, kw_only=True)
class Birth:
    """The source of a resource's computed values. In a preview the id is empty and computed values are unknown."""

    call: Call
    id: str
    token: Token
    version: int
    preview: bool


@dataclass(frozen=True)
class Difference:
    """The answer of Diff."""

    changes: Sequence[Change]
    delete_first: bool


class Package:
    """A package that stores its resources and returns their inputs."""

    def __init__(self, name: str, account: Account) -> None:
        self.name = name
        self.account = account
        self._recorded: set[str] = set()
        """URNs in the engine's state, as far as it has asked about them."""

    def check(self, call: Call, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
        """The inputs completed with a generated name and defaults, and their faults."""
        if olds:
            self._recorded.add(call.urn)
        rule = self.naming(call.type)
        if rule is None:
            return news, []
        token = Token(call.urn, self.account.lives(call.urn) + 1)
        return named(rule, call.name, token, olds, news)

    def diff(self, call: Call, olds: Json, news: Json) -> Difference:
        """Compare old inputs with new ones."""
        # Deleted before its replacement because of what it depends on: its only check is the replacement's.
        self._recorded.add(call.urn)
        changes = compare(olds, news, self.forced(call))
        changed = {change.path[0] for change in changes}
        fields = self.identity_fields(call.type)
        moves = any(field.partition(".")[0] in changed for field in fields)
        rule = self.naming(call.type)
        fresh = rule is not None and (not text(news, rule.path) or was_generated(rule, call.name, news))
        # a new resource next to the old one would find its name taken
        fixed = bool(self.identity(call.type, news)) and not moves and not fresh
        return Difference(changes, delete_first=fixed)

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Create a resource: its id and outputs. Raises Refused."""
        if preview:
            self._refuse_taken(call, inputs)
            birth = Birth(call=call, id="", token=Token(call.urn, 0), version=1, preview=True)
            return "", self.outputs(birth, inputs)
        with self.account.transaction():
            scope, identity = self.scope(call), self.identity(call.type, inputs)
            self.guard_create(call, inputs)
            if identity and self.account.identified(scope, call.type, identity):
                raise self.taken(call, inputs)
            record = self.put(call, inputs)
            self.after_create(call, record)
        return record.id, record.outputs

    def _refuse_taken(self, call: Call, inputs: Json) -> None:
        """Refuse a name that is taken in the preview: the real cloud does so only half way through the `up`.

        The name of a resource of the stack is free again when its replacement is created.
        """
        identity = self.identity(call.type, inputs)
        holder = self.account.identified(self.scope(call), call.type, identity) if identity else None
        if holder is not None and holder.urn not in self._recorded:
            raise self.taken(call, inputs)

    def put(self, call: Call, inputs: Json) -> Record:
        """Add a resource to the account, without any checks."""
        life = self.account.next_life(call.urn)
        token = Token(call.urn, life)
        id_ = self.make_id(call, inputs, token)
        record = Record(
            package=self.name,
            scope=self.scope(call),
            type=call.type,
            id=id_,
            identity=self.identity(call.type, inputs),
            urn=call.urn,
            life=life,
            version=1,
            inputs=inputs,
            outputs=self.outputs(Birth(call=call, id=id_, token=token, version=1, preview=False), inputs),
        )
        self.account.put(record)
        return record

    def read(self, call: Call, id_: str) -> Record | None:
        """The resource as it is in the account, None if it does not exist."""
        return self.account.get(self.scope(call), call.type, id_)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """`read`, given the inputs and outputs in the engine's state."""
        del inputs, outputs
        return self.read(call, id_)

    def update(self, call: Call, id_: str, olds: Json, news: Json, *, preview: bool) -> Json:
        """Update a resource in place, from the inputs in the engine's state: its new outputs. Raises Refused."""
        with self.account.transaction():
            record = self.read(call, id_)
            if record is None:
                raise Refused("ResourceNotFoundException", f"{call.type} {id_} does not exist; refresh the stack")
            birth = Birth(
                call=Call(record.urn, call.type, call.name, call.settings),
                id=id_,
                token=Token(record.urn, record.life),
                version=record.version + 1,
                preview=preview,
            )
            inputs = self.updated(record, olds, news)
            outputs = self.outputs(birth, inputs)
            if not preview:
                self.guard_update(call, record, inputs)
                identity = self.identity(call.type, inputs)
                self.account.put(record.changed(identity=identity, inputs=inputs, outputs=outputs))
        return outputs

    def delete(self, call: Call, id_: str) -> None:
        """Delete a resource and its parts; it is no error if it does not exist. Raises Refused."""
        with self.account.transaction():
            record = self.read(call, id_)
            if record is not None:
                self.guard_delete(call, record)
                self.account.remove(record)
                self.after_delete(call, record)

    def identity(self, type_: str, inputs: Json) -> str:
        """The value that no other resource of the type may have in its scope; empty if there is none."""
        fields = self.identity_fields(type_)
        values = [dig(inputs, field) for field in fields]
        return "|".join("" if value is None else str(value) for value in values) if any(values) else ""

    # Methods that a package overrides.

    def configure(self, settings: Json) -> str:
        """The fault of a provider's settings; empty if there is none."""
        del settings
        return ""

    def forced_settings(self, settings: Json) -> Collection[str]:
        """The settings of a provider whose change replaces all its resources."""
        del settings
        return ()

    def naming(self, type_: str) -> NameRule | None:
        """The property that gets a generated name."""
        del type_

    def forced(self, call: Call) -> Collection[str]:
        """The properties that cannot be changed in place."""
        del call
        return ()

    def identity_fields(self, type_: str) -> Sequence[str]:
        """The inputs that together make a resource unique in its scope."""
        del type_
        return ()

    def taken(self, call: Call, inputs: Json) -> Refused:
        """The refusal of an identity that another resource has."""
        return Refused("AlreadyExists", f"{call.type} {self.identity(call.type, inputs)} already exists")

    def scope(self, call: Call) -> str:
        """The scope in which ids are unique."""
        del call
        return self.name

    def make_id(self, call: Call, inputs: Json, token: Token) -> str:
        """The id of a new resource."""
        del inputs
        return f"{call.name}-{token.hex(8, 'id')}"

    def outputs(self, birth: Birth, inputs: Json) -> Json:
        """The inputs and everything that the cloud adds."""
        del birth
        return dict(inputs)

    def updated(self, record: Record, olds: Json, news: Json) -> Json:
        """The inputs of a resource after an update."""
        del record, olds
        return news

    def guard_create(self, call: Call, inputs: Json) -> None:
        """Refuse a creation that the cloud refuses."""

    def guard_update(self, call: Call, record: Record, inputs: Json) -> None:
        """Refuse an update after which the resource would have these inputs."""

    def guard_delete(self, call: Call, record: Record) -> None:
        """Refuse a deletion that the cloud refuses."""

    def after_create(self, call: Call, record: Record) -> None:
        """Create what the cloud creates with a resource."""

    def after_delete(self, call: Call, record: Record) -> None:
        """Remove what the cloud deletes with a resource."""

    def invoke(self, token: str, args: Json, settings: Json) -> Json:
        """Answer a data source. Raises Refused."""
        del args, settings
        raise Refused("", f"the sandbox does not simulate the invoke {token}")

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Register a component and its children. Raises Refused."""
        raise Refused("", f"the sandbox does not simulate the component {request.type}")


def overlay(base: Json, extra: Mapping[str, Value]) -> Json:
    """`base` completed with `extra`: values of `base` win, objects are merged, an unknown object stays unknown."""
    merged = dict(base)
    for key, value in extra.items():
        own = merged.get(key)
        if own is None:
            merged[key] = value
        elif isinstance(own, dict) and isinstance(value, dict):
            merged[key] = overlay(own, value)
    return merged
