"""When an object counts as ready, by the rules of pulumi-kubernetes: its kind's, or what its annotations say.

`pulumi.com/skipAwait` waits for nothing; `pulumi.com/waitFor` takes the place of the kind's rule. Services and
Ingresses are not waited for: no load balancer answers here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sandbox.providers.kubernetes.api import conditions
from sandbox.providers.kubernetes.jsonpath import parse, show
from sandbox.providers.wire import Json, Value, dig, mapping, text

Check = Callable[[Json], str]
"""What an object still lacks; empty when it is ready."""


class Failed(Exception):  # noqa: N818  it is the object's answer
    """It will not become ready any more."""


def annotation(thing: Json, name: str) -> str:
    """A `pulumi.com/` annotation's value, empty where there is none."""
    value = mapping(dig(thing, "metadata.annotations")).get(f"pulumi.com/{name}")
    return value if isinstance(value, str) else ""


def seconds_of(thing: Json, timeout: float, otherwise: float) -> float:
    """How long to wait: the resource's `customTimeouts`, else its annotation, else the default."""
    said = annotation(thing, "timeoutSeconds")
    return timeout or (float(said) if said.isdecimal() else otherwise)


def checks(thing: Json) -> Sequence[Check]:
    """What to wait for after an object was written. Raises ValueError for an annotation that makes no sense."""
    if annotation(thing, "skipAwait") in ("true", "ready"):
        return ()
    wanted = annotation(thing, "waitFor")
    if wanted:
        return [_expression(entry) for entry in _entries(wanted)]
    rule = _RULES.get(text(thing, "kind"))
    return () if rule is None else (rule,)


def words(thing: Json) -> list[str]:
    """What an object's status says of itself: its conditions' messages and, of an Application, its last sync's."""
    operation = mapping(dig(thing, "status.operationState"))
    results = dig(operation, "syncResult.resources")
    synced = [mapping(result) for result in results] if isinstance(results, list) else []
    failed = [result for result in synced if text(result, "status") == "SyncFailed"]
    found = [text(said, "message") for said in (*conditions(thing), operation, *failed)]
    return [*dict.fromkeys(filter(None, found))]


def _entries(wanted: str) -> list[str]:
    if not wanted.startswith("["):
        return [wanted]
    try:
        entries: object = json.loads(wanted)
    except ValueError:
        entries = None
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"pulumi.com/waitFor: {wanted!r} is no JSON list of expressions")
    return [str(entry) for entry in entries]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  # JSON


def _expression(entry: str) -> Check:
    prefix, _, rest = entry.partition("=")
    if prefix == "condition" and rest:
        type_, _, status = rest.partition("=")
        return lambda live: _condition(live, type_, status or "True")
    if prefix == "jsonpath":
        try:
            expression = parse(rest)
        except ValueError as error:
            raise ValueError(f"pulumi.com/waitFor: {error}") from None
        return lambda live: _selected(expression.select(live), expression.shown, expression.value)
    raise ValueError(f"pulumi.com/waitFor: {entry!r} must begin with `jsonpath=` or `condition=`")


def _selected(found: list[Value], shown: str, value: str) -> str:
    if not found:
        return f"{shown} (there is nothing)"
    if not value or show(found[0]) == value:
        return ""
    return f"{shown} (is {show(found[0])!r})"


def _condition(live: Json, type_: str, status: str) -> str:
    generation = _number(live, "metadata.generation")
    for condition in conditions(live):
        if text(condition, "type").lower() != type_.lower():
            continue
        seen = condition.get("observedGeneration", dig(live, "status.observedGeneration"))
        if isinstance(seen, int) and seen < generation:
            return f"condition {type_} of the latest generation"
        if text(condition, "status").lower() == status.lower():
            return ""
        why = ": ".join(filter(None, [text(condition, "reason"), text(condition, "message")]))
        return f"condition {type_}={status} (is {text(condition, 'status')}{', ' + why if why else ''})"
    return f"condition {type_}={status} (there is none)"


def _number(live: Json, path: str) -> int:
    value = dig(live, path)
    return value if isinstance(value, int) else 0


def _replicas(live: Json, wanted: int, *counts: str) -> str:
    if _number(live, "status.observedGeneration") < _number(live, "metadata.generation"):
        return "its controller has not seen it yet"
    lacking = [f"{_number(live, f'status.{count}')} of {wanted} {count}" for count in counts]
    short = [said for said, count in zip(lacking, counts, strict=True) if _number(live, f"status.{count}") < wanted]
    if not short:
        return ""
    bad = [
        text(condition, "message")
        for condition in conditions(live)
        if (text(condition, "type"), text(condition, "status"))
        in (("ReplicaFailure", "True"), ("Progressing", "False"))
    ]
    return "; ".join([*short, *bad])


def _wanted(live: Json) -> int:
    replicas = dig(live, "spec.replicas")
    return replicas if isinstance(replicas, int) else 1


def _deployment(live: Json) -> str:
    old = _number(live, "status.replicas") - _number(live, "status.updatedReplicas")
    lacking = _replicas(live, _wanted(live), "updatedReplicas", "availableReplicas")
    return lacking or (f"{old} old replicas are still there" if old > 0 else "")


def _stateful_set(live: Json) -> str:
    return _replicas(live, _wanted(live), "updatedReplicas", "readyReplicas")


def _daemon_set(live: Json) -> str:
    wanted = _number(live, "status.desiredNumberScheduled")
    return _replicas(live, wanted, "updatedNumberScheduled", "numberAvailable")


def _job(live: Json) -> str:
    for condition in conditions(live):
        if text(condition, "type") == "Failed" and text(condition, "status") == "True":
            raise Failed(f"the Job failed: {text(condition, 'reason')}: {text(condition, 'message')}")
    return _condition(live, "Complete", "True")


def _namespace(live: Json) -> str:
    phase = text(live, "status.phase")
    return "" if phase == "Active" else f"status.phase Active (is {phase or 'not set'})"


def _pod(live: Json) -> str:
    return "" if text(live, "status.phase") == "Succeeded" else _condition(live, "Ready", "True")


_RULES: dict[str, Check] = {
    "CustomResourceDefinition": lambda live: _condition(live, "Established", "True"),
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Job": _job,
    "Namespace": _namespace,
    "Pod": _pod,
    "StatefulSet": _stateful_set,
}
