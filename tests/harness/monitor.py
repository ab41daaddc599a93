"""The engine's side of a run under mocks: records every request and answers with plausible outputs.

It reads the requests themselves instead of `MockResourceArgs`, because only they have parent, provider, dependencies,
options and secrets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import google.protobuf.empty_pb2 as empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import callback_pb2, resource_pb2

from tests.harness.frozen import FrozenDict, FrozenList
from tests.harness.mock_outputs import Ref, mock_invoke, mock_outputs
from tests.harness.wire import RESOURCE, SECRET, SIGNATURE, decode, to_dict, to_struct

STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Recorded:
    """One resource as the program requested it from the engine. Nothing in it can be changed.

    Inputs are JSON-like with the engine's keys (camelCase): secrets are unwrapped (`secret_keys` has the top-level
    inputs that are or contain one), a resource is its URN, an unknown value in a preview is `harness.UNKNOWN`.
    `parent` is None for children of the stack. `outputs` are those that a component registered.
    """

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    secret_keys: frozenset[str] = frozenset()
    parent: str | None = None
    protect: bool | None = None
    depends_on: frozenset[str] = frozenset()
    property_dependencies: dict[str, frozenset[str]] = field(default_factory=FrozenDict)
    provider: str | None = None
    providers: dict[str, str] = field(default_factory=FrozenDict)
    aliases: list[dict[str, Any]] = field(default_factory=FrozenList)
    ignore_changes: list[str] = field(default_factory=FrozenList)
    replace_on_changes: list[str] = field(default_factory=FrozenList)
    additional_secret_outputs: list[str] = field(default_factory=FrozenList)
    retain_on_delete: bool = False
    deleted_with: str = ""
    delete_before_replace: bool | None = None
    custom_timeouts: dict[str, str] = field(default_factory=FrozenDict)
    import_id: str = ""
    transforms: tuple[Callable[..., Any], ...] = ()
    custom: bool = True
    remote: bool = False
    outputs: dict[str, Any] = field(default_factory=FrozenDict)


@dataclass(frozen=True)
class Invoked:
    """One provider function that the program called; `provider` is empty for the default provider."""

    token: str
    args: dict[str, Any]
    provider: str


class Answers(Mocks):
    """The answers of the simulated providers; `overrides` (outputs by token) override the table."""

    def __init__(self, overrides: Mapping[str, Mapping[str, Any]]) -> None:
        self.overrides = overrides

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        physical, outputs = mock_outputs(args.typ, args.name, cast("dict[str, Any]", args.inputs))
        return physical, outputs | dict(self.overrides.get(args.typ, {}))

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        override = self.overrides.get(args.token)
        return mock_invoke(args.token, cast("dict[str, Any]", args.args)) if override is None else dict(override), None


class Transforms:
    """Replaces the SDK's callback server, which would open a port for each run. Transforms are stored, never run."""

    def __init__(self) -> None:
        self.by_token: dict[str, Callable[..., Any]] = {}

    def register_transform(self, transform: Callable[..., Any]) -> callback_pb2.Callback:
        token = str(len(self.by_token))
        self.by_token[token] = transform
        return callback_pb2.Callback(token=token)


class Recorder(MockMonitor):
    """A resource monitor that records requests. In a preview, outputs that are not inputs stay unknown."""

    def __init__(self, overrides: Mapping[str, Mapping[str, Any]], *, preview: bool) -> None:
        self.answers = Answers(overrides)
        super().__init__(self.answers)
        self.preview = preview
        self.recorded: list[Recorded] = []
        self.reads: list[Recorded] = []
        self.invokes: list[Invoked] = []
        self.stack_urn = ""
        self.stack_outputs: dict[str, Any] = {}
        self.secret_outputs: frozenset[str] = frozenset()
        self.transforms = Transforms()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Chain the types of all parents, as the engine does; MockMonitor uses one, so that two URNs could be equal."""
        if parent and parent != self.stack_urn:
            type_ = f"{parent.split('::')[2]}${type_}"
        return super().make_urn("", type_, name)

    def RegisterResource(  # noqa: N802 gRPC's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        if request.type == STACK_TYPE:
            self.stack_urn = super().make_urn("", request.type, request.name)
            return resource_pb2.RegisterResourceResponse(urn=self.stack_urn)
        urn = self._new_urn(request.parent, request.type, request.name)
        inputs, secret_keys = decode(request.object)
        recorded = Recorded(
            type=request.type,
            name=request.name,
            urn=urn,
            inputs=inputs,
            secret_keys=secret_keys,
            parent=self._parent(request.parent),
            protect=request.protect if request.HasField("protect") else None,
            depends_on=frozenset(request.dependencies),
            property_dependencies=FrozenDict((k, frozenset(v.urns)) for k, v in request.propertyDependencies.items()),
            provider=request.provider or None,
            providers=FrozenDict(request.providers),
            aliases=FrozenList(_alias(alias) for alias in cast("list[Message]", request.aliases)),
            ignore_changes=FrozenList(request.ignoreChanges),
            replace_on_changes=FrozenList(request.replaceOnChanges),
            additional_secret_outputs=FrozenList(request.additionalSecretOutputs),
            retain_on_delete=request.retainOnDelete,
            deleted_with=request.deletedWith,
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            custom_timeouts=FrozenDict(MessageToDict(request.customTimeouts)),
            import_id=request.importId,
            transforms=tuple(
                self.transforms.by_token[callback.token]
                for callback in cast("list[callback_pb2.Callback]", request.transforms)
            ),
            custom=request.custom,
            remote=request.remote,
        )
        self.recorded.append(recorded)
        has_state = request.custom or request.remote
        secret = secret_keys | frozenset(request.additionalSecretOutputs)
        physical, state = self._answer(recorded, request.object, secret) if has_state else ("", request.object)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=physical if request.custom else "", object=state)

    def ReadResource(  # noqa: N802 gRPC's name
        self, request: resource_pb2.ReadResourceRequest
    ) -> resource_pb2.ReadResourceResponse:
        urn = self._new_urn(request.parent, request.type, request.name)
        inputs, secret_keys = decode(request.properties)
        recorded = Recorded(
            type=request.type,
            name=request.name,
            urn=urn,
            inputs=inputs,
            secret_keys=secret_keys,
            parent=self._parent(request.parent),
            depends_on=frozenset(request.dependencies),
            provider=request.provider or None,
            import_id=request.id,
        )
        self.reads.append(recorded)
        _, state = self._answer(recorded, request.properties, secret_keys | frozenset(request.additionalSecretOutputs))
        return resource_pb2.ReadResourceResponse(urn=urn, properties=state)

    def RegisterResourceOutputs(  # noqa: N802 gRPC's name
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty.Empty:
        outputs, secret_keys = decode(request.outputs)
        if request.urn == self.stack_urn:
            self.stack_outputs, self.secret_outputs = outputs, secret_keys
        else:
            position = next(number for number, r in enumerate(self.recorded) if r.urn == request.urn)
            self.recorded[position] = replace(self.recorded[position], outputs=outputs)
        return empty.Empty()

    def Invoke(  # noqa: N802 gRPC's name
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        args, _ = decode(request.args)
        if request.tok == "pulumi:pulumi:getResource":  # how the SDK follows a resource reference
            result = self.resources[args["urn"]]._asdict()
        else:
            self.invokes.append(Invoked(request.tok, args, request.provider))
            result, _ = self.answers.call(MockCallArgs(request.tok, args, request.provider))
        return resource_pb2.ResourceInvokeResponse(**cast("Any", {"return": to_struct(result)}))

    def _new_urn(self, parent: str, type_: str, name: str) -> str:
        urn = self.make_urn(parent, type_, name)
        if any(r.urn == urn for r in (*self.recorded, *self.reads)):
            raise ValueError(f"Duplicate resource URN '{urn}'; try giving it a unique name")
        return urn

    def _parent(self, parent: str) -> str | None:
        return parent if parent and parent != self.stack_urn else None

    def _answer(self, resource: Recorded, given: Struct, secret: frozenset[str]) -> tuple[str, Struct]:
        """Id and state of a created resource: its inputs, with the computed outputs over them."""
        state = Struct()
        state.CopyFrom(given)
        physical = resource.import_id
        if not self.preview:
            args = MockResourceArgs(resource.type, resource.name, resource.inputs, resource_id=resource.import_id)
            computed, outputs = self.answers.new_resource(args)
            physical = physical or computed
            for key, value in outputs.items():
                wire = self._encode(value, resource)
                state.update({key: {SIGNATURE: SECRET, "value": wire} if key in secret else wire})
        self.resources[resource.urn] = MockMonitor.ResourceRegistration(resource.urn, physical, to_dict(state))
        return physical, state

    def _encode(self, value: Any, owner: Recorded) -> Any:
        if isinstance(value, Ref):
            urn = self.make_urn(owner.urn, value.type, value.name)
            physical, outputs = mock_outputs(value.type, value.name, value.inputs)
            state = to_dict(to_struct({**value.inputs, **outputs}))
            self.resources[urn] = MockMonitor.ResourceRegistration(urn, physical, state)
            return {SIGNATURE: RESOURCE, "urn": urn, "id": physical}
        return value


def _alias(alias: Message) -> dict[str, Any]:
    content = MessageToDict(alias)
    return FrozenDict((key, value) for key, value in content.get("spec", content).items() if value != "")
