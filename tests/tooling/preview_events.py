"""Hand-made events of a preview, as the engine streams them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tools.review.preview import Preview, read

Json = dict[str, Any]

STACK = "urn:pulumi:live::shop::pulumi:pulumi:Stack::shop-live"
DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
PART_OF = {DATABASE: "database:Database::shop-live-database", BUCKET: "storage:Storage::web-storage"}
"""The component of a type; `environment web` of all others."""


def step(
    op: str,
    type_: str,
    name: str,
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    *,
    forced_by: str = "",
    owner: str = "",
    paths: Sequence[str] = (),
    drift: bool = False,
    **state: Any,
) -> str:
    """One step. The engine reports the keys in which `old` and `new` differ, or these `paths`.

    With `drift`, `old` is what a refresh found; the inputs are as they were.
    """
    component, _, instance = (owner or PART_OF.get(type_, "environment:Environment::web")).rpartition("::")
    chain = f"platform:{component}"
    urn, parent = f"urn:pulumi:live::shop::{chain}${type_}::{name}", f"urn:pulumi:live::shop::{chain}::{instance}"
    shared = {"urn": urn, "type": type_, "custom": True, "parent": parent, **state}
    changed = [] if old is None or new is None else [key for key in {**old, **new} if old.get(key) != new.get(key)]
    named = {key if key.isalnum() else f'["{key}"]': key for key in changed}
    kinds = {path: "update-replace" if named.get(path) == forced_by else "update" for path in paths or named}
    metadata: Json = {
        "op": op,
        "urn": urn,
        "type": type_,
        "old": None if old is None else {**shared, "inputs": new if drift else old, "outputs": old},
        "new": None if new is None else {**shared, "inputs": new},
        "keys": [forced_by] if forced_by else None,
        "diffs": changed,
        "detailedDiff": {key: {"diffKind": kind, "inputDiff": not drift} for key, kind in kinds.items()} or None,
    }
    return json.dumps({"sequence": 1, "timestamp": 1, "resourcePreEvent": {"metadata": metadata}})


def drifted(op: str, type_: str, name: str, state: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    """What a refresh reports of a resource: `update` if it found something else than in the state, or `delete`."""
    event = json.loads(step(op, type_, name, state, found))["resourcePreEvent"]
    return json.dumps({"resOutputsEvent": event})


def message(severity: str, text: str) -> str:
    """A warning or an error."""
    return json.dumps({"diagnosticEvent": {"severity": severity, "prefix": f"{severity}: ", "message": f"{text}\n"}})


def outputs(before: Json, after: Json) -> str:
    """The stack's outputs at the end of a preview."""
    shared = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    metadata = {**shared, "op": "same", "old": {**shared, "outputs": before}, "new": {**shared, "outputs": after}}
    return json.dumps({"resOutputsEvent": {"metadata": metadata}})


def preview(*events: str) -> Preview:
    return read(events)
