"""Takes into the state what a killed run had made and had no time to record.

Before each creation the engine notes in the state that it is pending; a killed run leaves such notes. Refreshing drops
them, and the next `up` would make these things again, or be refused because their names are taken. The account
knows by which URN each thing was made, so it tells which of the notes have come true. (On AWS the tags tell.)
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

CREATING = "creating"


@dataclass(frozen=True)
class Recovery:
    """A deployment without pending creations, and what was put into it: id by URN."""

    deployment: dict[str, Any]
    adopted: dict[str, str]


def recover(deployment: Mapping[str, Any], made: Callable[[str], list[str]]) -> Recovery:
    """Settle the pending creations of an exported deployment; `made` gives the ids of all that a URN has made.

    An id that the state has already is the life that was being replaced: it is left for the next `up` to delete.
    Outputs are left to the refresh that follows. The order holds: a creation begins when all that it needs is recorded.
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
        for found in made(urn):
            if (urn, found) not in recorded and urn not in adopted:
                adopted[urn] = found
                resources = [{**old, "delete": True} if old["urn"] == urn else old for old in resources]
                resources.append({**resource, "id": found, "outputs": resource.get("inputs") or {}})
    left = [operation for operation in pending if operation["type"] != CREATING]
    return Recovery({**deployment, "resources": resources, "pending_operations": left}, adopted)
