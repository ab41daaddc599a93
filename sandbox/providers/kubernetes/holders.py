"""What keeps an object from going, and the one command that frees it and all that waits for the same controller.

A controller that is gone holds every object with its finalizer, also those whose turn to go has not come. They are
named together, so that a destroy is freed once.
"""

from __future__ import annotations

import re

from sandbox.providers.kubernetes.api import Api, Rejected, Served, Thing, conditions
from sandbox.providers.kubernetes.readiness import words
from sandbox.providers.wire import Json, dig, text

_REMAINING = re.compile(r"([a-z0-9-]+)\.([a-z0-9.-]*) has \d+ resource instances")
_FOREGROUND = "foregroundDeletion"
_MANAGER = "pulumi-kubernetes-"


def holder(api: Api, thing: Thing, live: Json) -> str:
    """Sentences about an object whose end has been asked for and does not come."""
    if thing.served.full_name == "namespaces":
        return _holder_of_namespace(api, thing, live)
    held = [name for name in _finalizers(live) if name != _FOREGROUND]
    if not held:
        return "What it owns is not gone yet: the garbage collector (kube-controller-manager) removes it."
    said = "; ".join(words(live))
    return (
        f"It is held by the finalizer {', '.join(held)}.{f' It says: {said}.' if said else ''} "
        "While its controller is at work, run destroy again. If its controller is gone, free all that waits for it "
        f"with:\n  {_command(_held_alike(api, thing, held))}"
    )


def _holder_of_namespace(api: Api, thing: Thing, live: Json) -> str:
    said = [text(condition, "message") for condition in conditions(live) if text(condition, "status") == "True"]
    if not said:
        return "Its content is removed by kube-controller-manager, which has said nothing."
    held = [
        found
        for plural, group in _REMAINING.findall(" ".join(said))
        for found in _held_in(api, thing.name, plural, group)
    ]
    free = f" If the controller of these is gone, free them with:\n  {_command(held)}" if held else ""
    return " ".join(said) + free


def _held_in(api: Api, namespace: str, plural: str, group: str) -> list[Thing]:
    served = Served.of(api.preferred(group), plural)
    return [
        Thing(served, namespace, text(item, "metadata.name"))
        for item in api.listed(served, namespace)
        if _finalizers(item)
    ]


def _held_alike(api: Api, thing: Thing, names: list[str]) -> list[Thing]:
    """The object, and what Pulumi has made beside it, of its kind or a kind of its group, with the same finalizer."""
    found = [thing]
    for served in api.kinds(thing.served.api_version) if thing.namespace else ():
        if not served.namespaced:
            continue
        try:
            items = api.listed(served, thing.namespace)
        except Rejected:  # a kind that this user may not list: its objects are named when their turn comes
            continue
        for item in items:
            other = Thing(served, thing.namespace, text(item, "metadata.name"))
            if other != thing and _made_by_pulumi(item) and set(names) & set(_finalizers(item)):
                found.append(other)
    return sorted(found, key=lambda one: (one.served.plural, one.name))


def _made_by_pulumi(item: Json) -> bool:
    fields = dig(item, "metadata.managedFields")
    return any(text(entry, "manager").startswith(_MANAGER) for entry in (fields if isinstance(fields, list) else []))


def _finalizers(live: Json) -> list[str]:
    found = dig(live, "metadata.finalizers")
    return [str(name) for name in found] if isinstance(found, list) else []


def _command(things: list[Thing]) -> str:
    """Of one namespace, or of none."""
    where = f" -n {things[0].namespace}" if things[0].namespace else ""
    named = " ".join(f"{thing.served.full_name}/{thing.name}" for thing in things)
    patch = '{"metadata":{"finalizers":null}}'
    return f"kubectl{where} patch {named} --type=merge -p '{patch}'"
