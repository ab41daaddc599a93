"""The resource monitor as a component sees it: registers the component and its children.

The component's `dependsOn` is its own: children do not repeat it. The engine deletes a child before its parent, and so
before everything that the parent depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from sandbox.providers.package import Refused
from sandbox.providers.wire import (
    OUTPUT,
    RESOURCE,
    SIGNATURE,
    UNKNOWN,
    Json,
    Value,
    dig,
    from_struct,
    has_unknown,
    is_secret,
    reveal,
    secret,
    to_struct,
)

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Arg:
    """A value and the URNs of the resources that it depends on."""

    value: Value = None
    needs: frozenset[str] = NOTHING


@dataclass(frozen=True)
class Registered:
    """A registered resource. `id` is None for components, and empty in a preview if it is unknown."""

    urn: str
    id: str | None
    state: Json

    def get(self, path: str) -> Arg:
        """An output of this resource; unknown if it has none yet."""
        value = dig(self.state, path)
        return Arg(UNKNOWN if value is None else value, frozenset({self.urn}))

    def own_id(self) -> Arg:
        """The resource's id."""
        return Arg(self.id or UNKNOWN, frozenset({self.urn}))

    def ref(self) -> Arg:
        """A reference to the resource."""
        reference: Json = {SIGNATURE: RESOURCE, "urn": self.urn}
        if self.id is not None:
            reference["id"] = self.id or UNKNOWN
        return Arg(reference, frozenset({self.urn}))


class Monitor:
    """The engine's resource monitor for the Construct call of one component."""

    def __init__(self, request: provider_pb2.ConstructRequest) -> None:
        self._request = request
        channel = grpc.insecure_channel(
            request.monitorEndpoint,
            options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
        )
        self._stub = resource_pb2_grpc.ResourceMonitorStub(channel)
        self._inputs = from_struct(request.inputs)

    @property
    def names(self) -> Collection[str]:
        """The names of the arguments that were given."""
        return self._inputs.keys()

    def arg(self, name: str) -> Arg:
        """One of the component's arguments; its value is None if it was not given."""
        known = self._request.inputDependencies
        given = opened(self._inputs.get(name))
        return Arg(given.value, given.needs.union(known[name].urns if name in known else ()))

    def plain(self, name: str) -> Value:
        """An argument that decides which children exist, without the mark of a secret."""
        return reveal(self.arg(name).value)

    def entries(self, name: str) -> Mapping[str, Value]:
        """The entries of an argument that is a mapping, in the form in which they arrived: see `opened`."""
        value = self._inputs.get(name)
        return value if isinstance(value, dict) else {}

    def constructed(self) -> Registered:
        """Register the constructed component with its arguments and options."""
        request = self._request
        message = resource_pb2.RegisterResourceRequest(
            type=request.type,
            name=request.name,
            parent=request.parent,
            aliases=request.aliases,
            providers=request.providers,
            ignoreChanges=request.ignoreChanges,
            replaceOnChanges=request.replaceOnChanges,
            retainOnDelete=request.retainOnDelete,
            deletedWith=request.deletedWith,
        )
        return self._register(message, {name: self.arg(name) for name in self.names}, request.dependencies)

    def component(
        self,
        type_: str,
        name: str,
        parent: Registered,
        args: Mapping[str, Arg],
        *,
        after: Collection[str] = (),
        kubernetes: Registered | None = None,
    ) -> Registered:
        """Register a component inside the constructed one; `kubernetes` is its provider for that package."""
        message = resource_pb2.RegisterResourceRequest(type=type_, name=name, parent=parent.urn)
        if kubernetes is not None:
            message.providers["kubernetes"] = f"{kubernetes.urn}::{kubernetes.id or UNKNOWN}"
        return self._register(message, args, after)

    def resource(
        self,
        type_: str,
        name: str,
        parent: Registered,
        args: Mapping[str, Arg],
        *,
        after: Collection[str] = (),
        ignore_changes: Collection[str] = (),
        version: str = "",
    ) -> Registered:
        """Register a custom resource; `version` is that of its plugin."""
        message = resource_pb2.RegisterResourceRequest(
            type=type_,
            name=name,
            custom=True,
            parent=parent.urn,
            provider=self._provider(type_),
            ignoreChanges=ignore_changes,
            version=version,
        )
        return self._register(message, args, after)

    def outputs(self, component: Registered, outputs: Mapping[str, Arg]) -> None:
        """Register a component's outputs; those without a value are omitted."""
        values: Json = {key: arg.value for key, arg in outputs.items() if arg.value is not None}
        self._stub.RegisterResourceOutputs(
            resource_pb2.RegisterResourceOutputsRequest(urn=component.urn, outputs=to_struct(values))
        )

    def state_of(self, reference: Value) -> Registered | None:
        """The resource of a reference, with its state in the engine."""
        if not isinstance(reference, dict) or reference.get(SIGNATURE) != RESOURCE:
            return None
        answer = self.invoke("pulumi:pulumi:getResource", {"urn": reference["urn"]})
        return Registered(str(reference["urn"]), str(answer.get("id") or ""), cast("Json", answer.get("state") or {}))

    def invoke(self, token: str, args: Json) -> Json:
        """The result of a data source."""
        request = resource_pb2.ResourceInvokeRequest(
            tok=token, args=to_struct(args), provider=self._provider(token), acceptResources=True
        )
        reply = cast("provider_pb2.InvokeResponse", self._stub.Invoke(request))
        return from_struct(cast("Struct", getattr(reply, "return")))  # the field's name is a keyword of Python

    def _provider(self, token: str) -> str:
        """The component's provider for a token's package; none for a provider itself."""
        return self._request.providers.get(token.split(":", maxsplit=1)[0], "")

    def _register(
        self, message: resource_pb2.RegisterResourceRequest, args: Mapping[str, Arg], after: Collection[str]
    ) -> Registered:
        given = {key: arg for key, arg in args.items() if arg.value is not None}
        message.object.CopyFrom(to_struct({key: arg.value for key, arg in given.items()}))
        message.dependencies.extend(sorted(joined(given.values()).union(after)))
        for key, arg in given.items():
            message.propertyDependencies[key].urns.extend(sorted(arg.needs))
        message.protect = self._request.protect
        message.acceptSecrets = message.acceptResources = message.supportsPartialValues = message.aliasSpecs = True
        try:
            answer = cast("resource_pb2.RegisterResourceResponse", self._stub.RegisterResource(message))
        except grpc.RpcError as error:
            reason = cast("grpc.Call", error).details()
            raise Refused("", f"{message.type} {message.name!r}: {reason}") from error
        return Registered(answer.urn, answer.id if message.custom else None, from_struct(answer.object))


def opened(value: Value) -> Arg:
    """A value as it arrived, without the wrappers of outputs: their dependencies are the argument's."""
    needs = set[str]()
    return Arg(_opened(value, needs), frozenset(needs))


def applied(compute: Callable[..., Value], *args: Arg) -> Arg:
    """What an `apply` makes of the arguments: wholly unknown or secret if any part of them is."""
    needs, values = joined(args), [arg.value for arg in args]
    if has_unknown(values):
        return Arg(UNKNOWN, needs)
    result = compute(*(reveal(value) for value in values))
    return Arg(secret(result) if _has_secret(values) else result, needs)


def applied_if_given(compute: Callable[[Value], Value], arg: Arg) -> Arg:
    """`applied` to an argument that has a value; otherwise nothing."""
    return applied(compute, arg) if arg.value is not None else Arg()


def nested(**args: Arg) -> Arg:
    """An object of the arguments that have a value, each with its own secrets and unknowns."""
    given = {key: arg for key, arg in args.items() if arg.value is not None}
    return Arg({key: arg.value for key, arg in given.items()}, joined(given.values()))


def joined(args: Iterable[Arg]) -> frozenset[str]:
    """The dependencies of all arguments."""
    return NOTHING.union(*(arg.needs for arg in args))


def _opened(value: Value, needs: set[str]) -> Value:
    if isinstance(value, list):
        return [_opened(item, needs) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get(SIGNATURE) == RESOURCE:
        needs.add(str(value["urn"]))
        return value
    if value.get(SIGNATURE) != OUTPUT:
        return {key: _opened(item, needs) for key, item in value.items()}
    sources = value.get("dependencies")
    needs.update(str(urn) for urn in sources) if isinstance(sources, list) else None
    inner = _opened(value["value"], needs) if "value" in value else UNKNOWN
    return secret(inner) if value.get("secret") is True else inner


def _has_secret(value: Value) -> bool:
    if isinstance(value, dict):
        return is_secret(value) or any(_has_secret(item) for item in value.values())
    return isinstance(value, list) and any(_has_secret(item) for item in value)
