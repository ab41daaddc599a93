"""What a preview says, from the engine's events: `pulumi preview --json` with PULUMI_ENABLE_STREAMING_JSON_PREVIEW.

Of a refresh as well, which the engine previews likewise.

The other form of `--json` has neither the stack's new outputs nor warnings. The engine masks secrets in both.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from sandbox.urns import kind
from sandbox.values import UNKNOWN, at, differences, first, masked, natural

Json = dict[str, Any]

STACK = "pulumi:pulumi:Stack"
REPLACE = "replace"
OPERATIONS = {
    "create": "create", "update": "update", "delete": "delete", "import": "import", "discard": "discard",
    "replace": REPLACE, "create-replacement": REPLACE, "import-replacement": REPLACE,
    "delete-replaced": REPLACE, "discard-replaced": REPLACE,
}  # fmt: skip
"""The engine's steps that change something; a replacement has several."""
REPEATED = re.compile(r"^(an unhandled error occurred: |Preview failed: )|^preview failed$")
"""How the engine begins an error that the program has reported itself, and its last word."""


@dataclass(frozen=True, kw_only=True)
class Property:
    """One value that changes; `sandbox.values.ABSENT` for none."""

    path: str
    old: Any
    new: Any
    replaces: bool
    """Whether it forces a replacement."""

    @property
    def is_known(self) -> bool:
        """Whether the preview knows the new value; otherwise it follows from another change."""
        return self.new != UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to one resource."""

    operation: str
    urn: str
    parent: str
    """URN of the parent."""
    old: Json
    """Inputs before; empty for a new resource."""
    new: Json
    properties: tuple[Property, ...]
    retained: bool
    """Whether a deletion leaves it in the account."""

    @property
    def type(self) -> str:
        """The type, such as `aws:rds/instance:Instance`."""
        return kind(self.urn)


@dataclass(frozen=True, kw_only=True)
class Preview:
    """One stack's preview. The outputs are those of the state and those of the program."""

    changes: tuple[Change, ...]
    before: Json
    after: Json
    warnings: tuple[str, ...]
    errors: tuple[str, ...]


def relevant(lines: Iterable[str]) -> Iterator[str]:
    """The events that a review reads: without the state of what does not change, and without the configuration."""
    for line in lines:
        event = json.loads(line)
        step = _step(event)
        kept = step["op"] in OPERATIONS or step["type"] == STACK if step else "preludeEvent" not in event
        if kept and event.get("diagnosticEvent", {}).get("severity") != "debug":
            yield line


def read(lines: Iterable[str]) -> Preview:
    """The preview that the events tell of."""
    steps: dict[str, Json] = {}
    messages: dict[str, dict[str, None]] = {"warning": {}, "error": {}}
    before: Json = {}
    after: Json = {}
    for line in lines:
        event = cast("Json", json.loads(line))
        step, diagnostic = _step(event), cast("Json", event.get("diagnosticEvent") or {})
        if diagnostic.get("severity") in messages:
            text = REPEATED.sub("", str(diagnostic["message"]).strip())
            messages[diagnostic["severity"]].update({text: None} if text else {})
        if step and step["type"] == STACK and "resOutputsEvent" in event:
            # The engine reports the stack twice: without new outputs when it begins, with them when it ends.
            before = masked((step.get("old") or {}).get("outputs") or {}) or before
            after = masked((step.get("new") or {}).get("outputs") or {}) or after
        elif step and step["op"] in OPERATIONS and "resourcePreEvent" in event:
            known = steps.get(step["urn"])
            # Of a replacement's steps, one says why.
            if known is None or not _paths(known):
                steps[step["urn"]] = step
    changes = tuple(_change(step) for step in steps.values() if _state(step).get("custom"))
    errors, warnings = tuple(messages["error"]), tuple(messages["warning"])
    return Preview(changes=changes, before=before, after=after, warnings=warnings, errors=errors)


def steps(lines: Iterable[str]) -> list[str]:
    """Operation and URN of each step that changes something: what two previews have in common if they do the same."""
    found = (cast("Json", json.loads(line)).get("resourcePreEvent") for line in lines)
    metadata = (event["metadata"] for event in found if event)
    return sorted({f"{step['op']} {step['urn']}" for step in metadata if step["op"] in OPERATIONS})


def refreshed(lines: Iterable[str]) -> tuple[Change, ...]:
    """What `pulumi refresh --preview-only --json` found: `old` is what the state says, `new` what exists."""
    found = (cast("Json", json.loads(line)).get("resOutputsEvent") for line in lines)
    metadata = (event["metadata"] for event in found if event)
    return tuple(_refreshed(step) for step in metadata if step["op"] in ("update", "delete"))


def _refreshed(step: Json) -> Change:
    """The engine compares as an update would that restores the state, and so does `_change`; then turned round."""
    restored = _change({**step, "old": step["new"], "new": step["old"]})
    properties = tuple(replace(found, old=found.new, new=found.old, replaces=False) for found in restored.properties)
    return replace(restored, old=restored.new, new=restored.old, properties=properties)


def _step(event: Json) -> Json | None:
    for name in ("resourcePreEvent", "resOutputsEvent"):
        if name in event:
            return cast("Json", event[name]["metadata"])
    return None


def _state(step: Json) -> Json:
    return step.get("new") or step.get("old") or {}


def _paths(step: Json) -> list[str]:
    return list(step.get("detailedDiff") or step.get("keys") or step.get("diffs") or ())


def _change(step: Json) -> Change:
    old, new = (masked((step.get(side) or {}).get("inputs") or {}) for side in ("old", "new"))
    operation = OPERATIONS[step["op"]]
    return Change(
        operation=operation,
        urn=step["urn"],
        parent=_state(step).get("parent") or "",
        old=old,
        new=new,
        properties=tuple(_properties(step, old, new)) if operation in ("update", REPLACE) else (),
        retained=bool(cast("Json", step.get("old") or {}).get("retainOnDelete")),
    )


def _properties(step: Json, old: Json, new: Json) -> Iterator[Property]:
    """The values that differ. The engine compares lists by position, which makes one new item many changes."""
    details, keys = cast("dict[str, Json]", step.get("detailedDiff") or {}), set(step.get("keys") or ())
    forcing = {first(path) for path, detail in details.items() if str(detail["diffKind"]).endswith("-replace")}
    forcing |= {first(key) for key in keys} if not forcing else set()
    roots = dict.fromkeys(path.partition("[")[0] if re.search(r"\[\d", path) else path for path in _paths(step))
    outputs = masked(cast("Json", step.get("old") or {}).get("outputs") or {})
    for root in sorted(roots, key=natural):
        # A difference that a refresh found is one between what exists and the inputs.
        drifted = root in details and not details[root].get("inputDiff")
        found = list(differences(root, at(outputs if drifted else old, root), at(new, root)))
        for path, before, after in found:
            if before != after or len(found) == 1:
                yield Property(path=path, old=before, new=after, replaces=first(path) in forcing)
