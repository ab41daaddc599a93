"""The resource monitor as a component sees it: registers the component and its children.

Every child gets the component's dependencies in addition to its own: without them a destroy would delete what the
component needs (routes, NAT gateways) before the component's own resources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from sandbox.providers.package import Refused
from sandbox.providers.wire import OUTPUT, RESOURCE, SIGNATURE, UNKNOWN, Json, Value, from_struct, secret, to_struct


@dataclass(frozen=True)
class Arg:
    """A value and the URNs of the resources that it depends on."""

    value: Value = None
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Registered:
    """A registered resource. `id` is empty for components, and in a preview if it is unknown."""

    urn: str
    id: str
    state: Json

    def out(self, value: Value) -> Arg:
        """A value of this resource."""
        return Arg(value, frozenset({self.urn}))

    def ref(self) -> Json:
        """A reference to the resource."""
        return {SIGNATURE: RESOURCE, "urn": self.urn, "id": self.id, "packageVersion": ""}


class Monitor:
    """The engine's resource monitor for the Construct call of one component."""

    def __init__(self, request: provider_pb2.ConstructRequest) -> None:
        self._request = request
        channel = grpc.insecure_channel(
            request.monitorEndpoint,
            options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)],
        )
        self._stub = resource_pb2_grpc.ResourceMonitorStub(channel)
        self.args = {name: self._arg(name, value) for name, value in from_struct(request.inputs).items()}

    def component(self, type_: str, name: str, parent: Registered | None = None) -> Registered:
        """Register a component: the constructed one if `parent` is None."""
        message = resource_pb2.RegisterResourceRequest(type=type_, name=name, custom=False)
        if parent is None:
            message.parent = self._request.parent
            message.aliases.extend(self._request.aliases)
            message.providers.update(self._request.providers)
        else:
            message.parent = parent.urn
        return self._register(message, {})

    def resource(self, type_: str, name: str, parent: Registered, args: Mapping[str, Arg]) -> Registered:
        """Register a custom resource; arguments without a value are omitted."""
        given = {key: arg for key, arg in args.items() if arg.value is not None}
        provider = (
            ""
            if type_.startswith("pulumi:providers:")
            else self._request.providers.get(type_.split(":", maxsplit=1)[0], "")
        )
        message = resource_pb2.RegisterResourceRequest(
            type=type_, name=name, custom=True, parent=parent.urn, provider=provider
        )
        return self._register(message, given)

    def outputs(self, component: Registered, outputs: Json) -> None:
        """Register a component's outputs, without resource references: a saved plan with them could not be applied."""
        plain: Json = {key: value for key, value in outputs.items() if not _refers(value)}
        message = resource_pb2.RegisterResourceOutputsRequest(urn=component.urn, outputs=to_struct(plain))
        self._stub.RegisterResourceOutputs(message)

    def state_of(self, reference: Value) -> Registered | None:
        """The resource of a reference, with its state in the engine."""
        if not isinstance(reference, dict) or reference.get(SIGNATURE) != RESOURCE:
            return None
        request = resource_pb2.ResourceInvokeRequest(
            tok="pulumi:pulumi:getResource", args=to_struct({"urn": reference["urn"]}), acceptResources=True
        )
        reply = cast("provider_pb2.InvokeResponse", self._stub.Invoke(request))
        answer = from_struct(cast("Struct", getattr(reply, "return")))  # the field's name is a keyword of Python
        return Registered(str(reference["urn"]), str(answer.get("id") or ""), cast("Json", answer.get("state") or {}))

    def provider(self, package: str) -> Json | None:
        """The component's provider for a package, as a reference."""
        urn, separator, id_ = self._request.providers.get(package, "").rpartition("::")
        return Registered(urn, id_, {}).ref() if separator else None

    def _register(self, message: resource_pb2.RegisterResourceRequest, args: Mapping[str, Arg]) -> Registered:
        request = self._request
        needs = set(request.dependencies).union(*(arg.needs for arg in args.values()))
        message.object.CopyFrom(to_struct({key: arg.value for key, arg in args.items()}))
        message.dependencies.extend(sorted(needs))
        for key, arg in args.items():
            message.propertyDependencies[key].urns.extend(sorted(arg.needs))
        if request.protect:
            message.protect = True
        if request.retainOnDelete:
            message.retainOnDelete = True
        message.deletedWith = request.deletedWith
        message.acceptSecrets = message.acceptResources = message.supportsPartialValues = message.aliasSpecs = True
        try:
            answer = cast("resource_pb2.RegisterResourceResponse", self._stub.RegisterResource(message))
        except grpc.RpcError as error:
            reason = cast("grpc.Call", error).details()
            raise Refused("", f"{message.type} {message.name!r}: {reason}") from error
        return Registered(answer.urn, answer.id, from_struct(answer.object))

    def _arg(self, name: str, value: Value) -> Arg:
        known = self._request.inputDependencies
        needs = set[str](known[name].urns if name in known else ())
        return Arg(_opened(value, needs), frozenset(needs))


def joined(args: Iterable[Arg]) -> frozenset[str]:
    """The dependencies of all arguments."""
    return frozenset[str]().union(*(arg.needs for arg in args))


def _opened(value: Value, needs: set[str]) -> Value:
    """The value without the wrappers of outputs; their dependencies are added to `needs`."""
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


def _refers(value: Value) -> bool:
    if isinstance(value, dict):
        return value.get(SIGNATURE) == RESOURCE or any(_refers(item) for item in value.values())
    return isinstance(value, list) and any(_refers(item) for item in value)
