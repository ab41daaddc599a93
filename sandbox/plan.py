"""The report of a run, which `--json` writes: what the run did or would do.

A plan comes from the engine's JSON preview and a finished run from the stack's exported state, because the event log
has neither dependencies nor options. Both are masked here: no secret leaves this module in plain text.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypedDict, cast

from pulumi.automation import EngineEvent, OpType

from sandbox.program import REPEAT
from sandbox.values import masked

STACK_TYPE = "pulumi:pulumi:Stack"
OWN_PROVIDER = "pulumi:providers:pulumi"
"""The engine's own provider, which it does not count among the changes."""

COLOUR = re.compile(r"<\{%.*?%\}>")


class Result(StrEnum):
    """How a run ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The engine began the operation but did not finish it."""
    REFUSED = "refused"
    """Nothing was changed: the request was invalid, or the preview before `up` or `destroy` failed."""
    INTERRUPTED = "interrupted"


class Resource(TypedDict):
    """One resource of a plan or a state; it refers to other resources by URN."""

    urn: str
    type: str
    name: str
    parent: str | None
    provider: str | None
    dependencies: list[str]
    propertyDependencies: dict[str, list[str]]
    deletedWith: str | None
    protect: bool
    retainOnDelete: bool
    custom: bool
    op: str
    """The engine's operation on it: create, update, replace, delete, same …"""
    inputs: dict[str, Any]


@dataclass
class Report:
    """How one run ended; `seconds` and `calls` cover the operation alone, without set-up and the first preview."""

    result: Result = Result.REFUSED
    changes: dict[str, int] = field(default_factory=dict[str, int])
    seconds: float = 0.0
    calls: dict[str, int] = field(default_factory=dict[str, int])
    resources: list[Resource] = field(default_factory=list[Resource])
    """After a preview the planned resources (removed ones as `delete`), otherwise those that exist. Optional."""
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    error: str | None = None
    kinds: dict[str, int] = field(default_factory=dict[str, int])
    """Number of resources after the operation, by type."""

    @property
    def ok(self) -> bool:
        """Whether the operation succeeded."""
        return self.result is Result.SUCCEEDED

    def write(self, file: Path) -> None:
        """Write the report as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def planned_resources(digest: Mapping[str, Any]) -> list[Resource]:
    """Resources of `pulumi preview --json --show-sames`, in the engine's order, one row for each URN."""
    rows: dict[str, Resource] = {}
    for step in cast(list[dict[str, Any]], digest.get("steps") or []):
        new = cast(dict[str, Any] | None, step.get("newState"))
        # A replacement has several steps; the resulting state counts.
        if new is not None or step["urn"] not in rows:
            rows[step["urn"]] = _resource(new or step["oldState"], str(step["op"]))
    return list(rows.values())


def recorded_resources(deployment: Mapping[str, Any], ops: Mapping[str, str]) -> list[Resource]:
    """Resources of an exported state; `ops` has the last operation on each, by URN."""
    states = cast(list[dict[str, Any]], deployment.get("resources") or [])
    return [_resource(state, ops.get(state["urn"], "same")) for state in states if not state.get("delete")]


def _resource(state: Mapping[str, Any], op: str) -> Resource:
    urn, provider = str(state["urn"]), str(state.get("provider") or "")
    return Resource(
        urn=urn,
        type=str(state["type"]),
        name=urn.rsplit("::", 1)[-1],
        parent=state.get("parent") or None,
        provider=provider.rsplit("::", 1)[0] or None,  # the engine adds the provider's id to its URN
        dependencies=sorted(state.get("dependencies") or []),
        propertyDependencies={key: sorted(urns or []) for key, urns in _items(state.get("propertyDependencies"))},
        deletedWith=state.get("deletedWith") or None,
        protect=bool(state.get("protect")),
        retainOnDelete=bool(state.get("retainOnDelete")),
        custom=bool(state.get("custom")),
        op=op,
        inputs=masked(state.get("inputs") or {}),
    )


def _items(value: Any) -> Iterable[tuple[str, list[str] | None]]:
    return cast(dict[str, list[str] | None], value or {}).items()


class Watch:
    """Collects the engine's events during one operation: steps by resource, outputs, counts and errors."""

    def __init__(self) -> None:
        self.ops: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.outputs: dict[str, Any] = {}
        self.changes: dict[str, int] = {}
        self.errors: list[str] = []
        self.failed: dict[str, str] = {}
        """Message by URN of the resource."""

    def __call__(self, event: EngineEvent) -> None:
        """Record one event."""
        if event.resource_pre_event:
            step = event.resource_pre_event.metadata
            self.ops[step.urn] = OpType(step.op).value
            self.types[step.urn] = step.type
        if event.res_outputs_event:
            step = event.res_outputs_event.metadata
            if step.type == STACK_TYPE and step.new is not None:
                self.outputs = masked(dict(step.new.outputs or {}))
        if event.summary_event:
            self.changes = {OpType(op).value: count for op, count in event.summary_event.resource_changes.items()}
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            message = COLOUR.sub("", event.diagnostic_event.message).strip().removeprefix(REPEAT)
            if message not in self.errors:
                self.errors.append(message)
            if event.diagnostic_event.urn:
                self.failed[event.diagnostic_event.urn] = message

    @property
    def kinds(self) -> dict[str, int]:
        """Number of resources after the operation, by type."""
        deletions = {"delete", "delete-replaced", "discard", "discard-replaced"}
        counts: dict[str, int] = {}
        for urn, kind in sorted(self.types.items()):
            if self.ops[urn] not in deletions and kind != OWN_PROVIDER:
                counts[kind] = counts.get(kind, 0) + 1
        return counts
