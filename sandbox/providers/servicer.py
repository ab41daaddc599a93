"""One package as a gRPC service: translates between messages and a `Package`.

Each provider instance of the engine has its own connection, and only Configure carries settings: they are stored by
connection, so that two regions of one package can coexist.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn, Protocol, cast

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from sandbox.providers.diffing import Change
from sandbox.providers.package import Call, Package, Refused
from sandbox.providers.wire import Json, Value, from_struct, revealed, rewrap, to_struct


class _About(Protocol):
    """The fields that all requests about a resource have."""

    @property
    def urn(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def name(self) -> str: ...


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Serves one package."""

    def __init__(self, package: Package, version: str) -> None:
        self._package = package
        self._version = version
        self._settings: dict[str, Json] = {}
        self._latest: Json = {}

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Announce the special values that this provider accepts."""
        del request, context
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Accept an engine that did not start this process."""
        del request, context
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Version of the simulated package."""
        del request, context
        return plugin_pb2.PluginInfo(version=self._version)

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept any settings; Configure checks them once they are known."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare a provider's settings."""
        del context
        old, new = _old_inputs(request), from_struct(request.news)
        forced = self._package.forced_settings(revealed(new))
        changed = {key for key in {*old, *new} - {"version"} if old.get(key) != new.get(key)}
        kind = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=kind, diffs=sorted(changed), replaces=sorted(changed.intersection(forced))
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Store the settings of this connection."""
        settings = {key: _parsed(value) for key, value in revealed(from_struct(request.args)).items()}
        problem = self._package.configure(settings)
        if problem:
            _abort(context, problem)
        self._settings[context.peer()] = self._latest = settings
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Complete and check inputs."""
        inputs, failures = self._package.check(
            self._call(request, context), from_struct(request.olds), from_struct(request.news)
        )
        return provider_pb2.CheckResponse(
            inputs=to_struct(inputs),
            failures=[provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures],
        )

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare old inputs with new ones."""
        call = self._call(request, context)
        with _refusals(context, f"comparing {call.type} {call.name!r}"):
            difference = self._package.diff(call, _old_inputs(request), from_struct(request.news))
        if not difference.changes:
            return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE, hasDetailedDiff=True)
        replaces = [change.key for change in difference.changes if change.replaces]
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            diffs=sorted({str(change.path[0]) for change in difference.changes}),
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and difference.delete_first,
            detailedDiff={change.key: _property_diff(change) for change in difference.changes},
            hasDetailedDiff=True,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create a resource."""
        call = self._call(request, context)
        with _refusals(context, f"creating {call.type} {call.name!r}"):
            id_, outputs = self._package.create(call, from_struct(request.properties), preview=request.preview)
        return provider_pb2.CreateResponse(id=id_, properties=to_struct(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """The resource as it is, in the engine's secret wrappers; nothing if it does not exist."""
        held_inputs, held_outputs = from_struct(request.inputs), from_struct(request.properties)
        call = self._call(request, context)
        with _refusals(context, f"reading {call.type} {call.name!r}"):
            record = self._package.refresh(call, request.id, held_inputs, held_outputs)
        if record is None:
            return provider_pb2.ReadResponse()
        inputs, outputs = rewrap(held_inputs, record.inputs), rewrap(held_outputs, record.outputs)
        return provider_pb2.ReadResponse(
            id=record.id, inputs=to_struct(cast("Json", inputs)), properties=to_struct(cast("Json", outputs))
        )

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Update a resource in place."""
        call = self._call(request, context)
        with _refusals(context, f"updating {call.type} {call.name!r}"):
            olds, news = _old_inputs(request), from_struct(request.news)
            outputs = self._package.update(call, request.id, olds, news, preview=request.preview)
        return provider_pb2.UpdateResponse(properties=to_struct(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete a resource."""
        call = self._call(request, context)
        with _refusals(context, f"deleting {call.type} {call.name!r}"):
            self._package.delete(call, request.id)
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """Answer a data source."""
        with _refusals(context, f"invoking {request.tok}"):
            answer = self._package.invoke(request.tok, revealed(from_struct(request.args)), self._of(context))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(answer))  # the field's name is a keyword of Python
        return response

    def Construct(
        self, request: provider_pb2.ConstructRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConstructResponse:
        """Register a component and its children."""
        with _refusals(context, f"constructing {request.type} {request.name!r}"):
            return self._package.construct(request)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Nothing here takes long."""
        del request, context
        return empty_pb2.Empty()

    def _call(self, request: _About, context: grpc.ServicerContext) -> Call:
        return Call(request.urn, request.type, request.name, self._of(context))

    def _of(self, context: grpc.ServicerContext) -> Json:
        return self._settings.get(context.peer(), self._latest)


class CallCounter(grpc.ServerInterceptor):
    """Counts the calls to all services, by method."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Count the call and pass it on."""
        with self._lock:
            self._counts[handler_call_details.method.rpartition("/")[2]] += 1
        return continuation(handler_call_details)

    def counts(self) -> dict[str, int]:
        """Number of calls since the last reset, by method."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def reset(self) -> None:
        """Set all counts to zero."""
        with self._lock:
            self._counts.clear()


class _refusals:  # noqa: N801  used as a statement
    """Turns a refusal of the cloud into the error that the engine shows."""

    def __init__(self, context: grpc.ServicerContext, doing: str) -> None:
        self._context = context
        self._doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Refused):
            _abort(self._context, f"{self._doing}: {error}")


def _abort(context: grpc.ServicerContext, message: str) -> NoReturn:
    context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError(message)


def _old_inputs(request: provider_pb2.DiffRequest | provider_pb2.UpdateRequest) -> Json:
    return from_struct(request.old_inputs if request.HasField("old_inputs") else request.olds)


def _property_diff(change: Change) -> provider_pb2.PropertyDiff:
    name = f"{change.kind}_REPLACE" if change.replaces else str(change.kind)
    return provider_pb2.PropertyDiff(kind=provider_pb2.PropertyDiff.Kind.Value(name), inputDiff=True)


def _parsed(value: Value) -> Value:
    """A provider's setting; the SDKs send everything but strings as JSON text."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return cast("Value", json.loads(value))
        except ValueError:
            return value
    return value
