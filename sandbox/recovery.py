"""Adds the resources to the state that a killed run created but did not record.

Before each creation the engine records in the state that it is pending; a killed run leaves such entries. A refresh
drops them, and the next `up` would create the resources again, or fail because their names are taken. The account knows
which URN created each resource, and so which of the entries succeeded. (On AWS the tags show it.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

CREATING = "creating"


@dataclass(frozen=True)
class Recovery:
    """A deployment without pending creations, and the resources added to it: id by URN."""

    deployment: dict[str, Any]
    adopted: dict[str, str]


def recover(deployment: Mapping[str, Any], created: Callable[[str], list[str]]) -> Recovery:
    """Resolve the pending creations of an exported deployment; `created` lists the ids that a URN has created.

    An id that the state already has is the resource being replaced: the next `up` deletes it. The refresh that follows
    fills in the outputs. The order is right: a creation begins only when everything it needs is recorded.
    """
    resources = cast(list[dict[str, Any]], list(deployment.get("resources") or []))
    pending = cast(list[dict[str, Any]], deployment.get("pending_operations") or [])
    recorded = {(str(resource["urn"]), str(resource.get("id"))) for resource in resources}
    adopted: dict[str, str] = {}
    for operation in pending:
        if operation["type"] != CREATING:
            continue
        resource = cast(dict[str, Any], operation["resource"])
        urn = str(resource["urn"])
        for id_ in created(urn):
            if (urn, id_) not in recorded and urn not in adopted:
                adopted[urn] = id_
                resources = [{**old, "delete": True} if old["urn"] == urn else old for old in resources]
                resources.append({**resource, "id": id_, "outputs": resource.get("inputs") or {}})
    remaining = [operation for operation in pending if operation["type"] != CREATING]
    return Recovery({**deployment, "resources": resources, "pending_operations": remaining}, adopted)
