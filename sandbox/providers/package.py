"""What every simulated package does alike; a package overrides the questions at the end.

Outputs are a pure function of inputs and birth (URN, life, id, number of writes), so an update that
changes nothing else leaves every computed output as it was, and nothing has to be carried over.
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


class Refused(Exception):  # noqa: N818  it is the cloud's answer, not a fault of the program
    """The simulated cloud says no: `code` and message as the real one gives them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.code = code


class NotReady(Refused):
    """A resource exists and is not ready: the engine records it and updates it at the next run."""

    def __init__(self, message: str, id_: str, outputs: Json) -> None:
        super().__init__("", message)
        self.id = id_
        self.outputs = outputs


@dataclass(frozen=True)
class Call:
    """Which resource a call is about, and the settings of the provider instance that it came through."""

    urn: str
    type: str
    name: str
    settings: Json
    timeout: float = 0
    """Seconds that the resource's `customTimeouts` allow, 0 where it has none."""


@dataclass(frozen=True, kw_only=True)
class Birth:
    """Where a resource's computed values come from. In a preview its id is empty and computed values are unknown."""

    call: Call
    id: str
    token: Token
    version: int
    preview: bool


@dataclass(frozen=True)
class Difference:
    """Diff's answer."""

    changes: Sequence[Change]
    delete_first: bool


class Package:
    """A package whose resources are echoed and remembered."""

    def __init__(self, name: str, account: Account) -> None:
        self.name = name
        self.account = account

    def check(self, call: Call, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
        """Complete the inputs (generated name, defaults) and say what is wrong with them."""
        rule = self.naming(call.type)
        if rule is None:
            return news, []
        token = Token(call.urn, self.account.lives(call.urn) + 1)
        return named(rule, call.name, token, olds, news)

    def diff(self, call: Call, olds: Json, news: Json) -> Difference:
        """Compare old inputs with new ones."""
        changes = compare(olds, news, self.forced(call))
        changed = {change.path[0] for change in changes}
        fields = self.identity_fields(call.type)
        moves = any(field.partition(".")[0] in changed for field in fields)
        rule = self.naming(call.type)
        fresh = rule is not None and (not text(news, rule.path) or was_generated(rule, call.name, news))
        # a new resource beside the old one would find the name taken
        fixed = bool(self.identity(call.type, news)) and not moves and not fresh
        return Difference(changes, delete_first=fixed)

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Make a resource: its id and outputs. Raises Refused."""
        if preview:
            birth = Birth(call=call, id="", token=Token(call.urn, 0), version=1, preview=True)
            return "", self.outputs(birth, inputs)
        with self.account.transaction():
            scope, identity = self.scope(call), self.identity(call.type, inputs)
            self.guard_create(call, inputs)
            if identity and self.account.identified(scope, call.type, identity):
                raise self.taken(call, inputs)
            life = self.account.next_life(call.urn)
            token = Token(call.urn, life)
            id_ = self.make_id(call, inputs, token)
            outputs = self.outputs(Birth(call=call, id=id_, token=token, version=1, preview=False), inputs)
            record = Record(
                package=self.name,
                scope=scope,
                type=call.type,
                id=id_,
                identity=identity,
                urn=call.urn,
                life=life,
                version=1,
                inputs=inputs,
                outputs=outputs,
            )
            self.account.put(record)
            self.after_create(call, record)
        return id_, outputs

    def read(self, call: Call, id_: str) -> Record | None:
        """The resource as it stands in the account, None if it is gone."""
        return self.account.get(self.scope(call), call.type, id_)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """`read`, for an engine that holds these inputs and outputs of it."""
        del inputs, outputs
        return self.read(call, id_)

    def update(self, call: Call, id_: str, news: Json, *, preview: bool) -> Json:
        """Change a resource in place: its new outputs. Raises Refused."""
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
            outputs = self.outputs(birth, news)
            if not preview:
                self.guard_update(call, record, news)
                self.account.put(record.changed(identity=self.identity(call.type, news), inputs=news, outputs=outputs))
        return outputs

    def delete(self, call: Call, id_: str) -> None:
        """Remove a resource and what dies with it; one that is already gone is no error. Raises Refused."""
        with self.account.transaction():
            record = self.read(call, id_)
            if record is not None:
                self.guard_delete(call, record)
                self.account.remove(record)
                self.after_delete(call, record)

    def identity(self, type_: str, inputs: Json) -> str:
        """What no other resource of the type may share in its scope; empty if nothing."""
        fields = self.identity_fields(type_)
        values = [dig(inputs, field) for field in fields]
        return "|".join("" if value is None else str(value) for value in values) if any(values) else ""

    # What a package answers for itself.

    def configure(self, settings: Json) -> str:
        """Say what is wrong with a provider's settings; empty if nothing."""
        del settings
        return ""

    def forced_settings(self, settings: Json) -> Collection[str]:
        """The settings of a provider whose change replaces everything made through it."""
        del settings
        return ()

    def naming(self, type_: str) -> NameRule | None:
        """Which property gets a generated name."""
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
        """The refusal of an identity that something else has."""
        return Refused("AlreadyExists", f"{call.type} {self.identity(call.type, inputs)} already exists")

    def scope(self, call: Call) -> str:
        """Where ids are unique."""
        del call
        return self.name

    def make_id(self, call: Call, inputs: Json, token: Token) -> str:
        """The id of a new resource."""
        del inputs
        return f"{call.name}-{token.hex(8, 'id')}"

    def outputs(self, birth: Birth, inputs: Json) -> Json:
        """Inputs and everything that the cloud adds."""
        del birth
        return dict(inputs)

    def guard_create(self, call: Call, inputs: Json) -> None:
        """Refuse what the cloud refuses to create."""

    def guard_update(self, call: Call, record: Record, news: Json) -> None:
        """Refuse what the cloud refuses to change."""

    def guard_delete(self, call: Call, record: Record) -> None:
        """Refuse what the cloud refuses to delete."""

    def after_create(self, call: Call, record: Record) -> None:
        """Make what comes with a resource."""

    def after_delete(self, call: Call, record: Record) -> None:
        """Remove what dies with a resource."""

    def invoke(self, token: str, args: Json, settings: Json) -> Json:
        """Answer a data source. Raises Refused."""
        del args, settings
        raise Refused("", f"the sandbox does not know the invoke {token}")

    def cancel(self) -> None:
        """End what takes long."""

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Make a component and its children. Raises Refused."""
        raise Refused("", f"the sandbox does not know the component {request.type}")


def stored(package: str, call: Call, id_: str, inputs: Json, outputs: Json) -> Record:
    """A record of what the engine's own state says, for packages that keep nothing in the account."""
    return Record(
        package=package,
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


def overlay(base: Json, extra: Mapping[str, Value]) -> Json:
    """`extra` under `base`: what is given wins, objects are merged, an unknown object stays unknown."""
    merged = dict(base)
    for key, value in extra.items():
        own = merged.get(key)
        if own is None:
            merged[key] = value
        elif isinstance(own, dict) and isinstance(value, dict):
            merged[key] = overlay(own, value)
    return merged
