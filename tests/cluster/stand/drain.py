"""Empties nodes as `kubectl drain` does: closed to new pods, then evictions, which disruption budgets may put off."""

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

from tests.cluster.stand import observe
from tests.cluster.stand.api import Api, ApiError, Json
from tests.cluster.stand.nodes import cordon

STEP_SECONDS = 0.5


def drain(api: Api, nodes: Sequence[str], namespace: str, seconds: float) -> Mapping[str, int]:
    """Empty nodes at the same time; the fewest ready pods meanwhile of each of the namespace's budgets, by name.

    TimeoutError when pods are left after `seconds`. The nodes stay closed.
    """
    for node in nodes:
        cordon(api, node)
    fewest: dict[str, int] = {}
    end = time.monotonic() + seconds
    while left := [pod for node in nodes for pod in _evictable(api, node)]:
        if time.monotonic() > end:
            names = ", ".join(pod["metadata"]["name"] for pod in left)
            raise TimeoutError(f"{', '.join(nodes)} still have {names} after {seconds:g} s")
        for pod in left:
            _evict(api, pod)
        for budget, healthy in healthy_by_budget(api, namespace).items():
            fewest[budget] = min(healthy, fewest.get(budget, healthy))
        time.sleep(STEP_SECONDS)
    return fewest


def healthy_by_budget(api: Api, namespace: str) -> Mapping[str, int]:
    """Ready pods of each disruption budget, counted and not as its status says."""
    pods = [pod for pod in observe.pods_of(api, namespace) if observe.ready(pod)]
    found: dict[str, int] = {}
    for budget in api.items(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"):
        wanted = cast("dict[str, str]", budget["spec"]["selector"]["matchLabels"])
        found[budget["metadata"]["name"]] = sum(wanted.items() <= pod["metadata"]["labels"].items() for pod in pods)
    return found


def _evictable(api: Api, node: str) -> list[Json]:
    """Pods on the node but those that a DaemonSet puts on every node."""
    pods = api.items("/api/v1/pods", fieldSelector=f"spec.nodeName={node}")
    return [pod for pod in pods if all(owner["kind"] != "DaemonSet" for owner in _owners(pod))]


def _owners(pod: Json) -> list[Json]:
    return cast("list[Json]", pod["metadata"].get("ownerReferences", []))


def _evict(api: Api, pod: Json) -> None:
    place = {key: pod["metadata"][key] for key in ("name", "namespace")}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": place}
    if "deletionTimestamp" in pod["metadata"]:
        return
    try:
        api.create(f"/api/v1/namespaces/{place['namespace']}/pods/{place['name']}/eviction", eviction)
    except ApiError as error:
        # Put off by its budget, or gone by now.
        if error.code not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND):
            raise
