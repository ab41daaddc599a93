"""Drains nodes as `kubectl drain` does: cordon, then evictions, which disruption budgets may delay."""

import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import cast

from tests.cluster.stand import observe
from tests.cluster.stand.api import Api, ApiError, Json
from tests.cluster.stand.nodes import cordon

STEP_SECONDS = 0.5


def drain(api: Api, nodes: Sequence[str], namespace: str, seconds: float) -> Mapping[str, int]:
    """Drain nodes at once; the lowest number of ready pods meanwhile for each disruption budget of the namespace.

    TimeoutError if pods remain after `seconds`. The nodes stay cordoned.
    """
    for node in nodes:
        cordon(api, node)
    fewest: dict[str, int] = {}
    end = time.monotonic() + seconds
    while remaining := [pod for node in nodes for pod in _evictable(api, node)]:
        if time.monotonic() > end:
            names = ", ".join(pod["metadata"]["name"] for pod in remaining)
            raise TimeoutError(f"{', '.join(nodes)} still have {names} after {seconds:g} s")
        for pod in remaining:
            _evict(api, pod)
        for budget, healthy in healthy_by_budget(api, namespace).items():
            fewest[budget] = min(healthy, fewest.get(budget, healthy))
        time.sleep(STEP_SECONDS)
    return fewest


def healthy_by_budget(api: Api, namespace: str) -> Mapping[str, int]:
    """Number of ready pods of each disruption budget, counted instead of read from its status."""
    pods = [pod for pod in observe.pods_of(api, namespace) if observe.ready(pod)]
    counts: dict[str, int] = {}
    for budget in api.items(f"/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets"):
        selector = cast("dict[str, str]", budget["spec"]["selector"]["matchLabels"])
        counts[budget["metadata"]["name"]] = sum(selector.items() <= pod["metadata"]["labels"].items() for pod in pods)
    return counts


def _evictable(api: Api, node: str) -> list[Json]:
    """Pods on the node, except those of DaemonSets."""
    pods = api.items("/api/v1/pods", fieldSelector=f"spec.nodeName={node}")
    return [pod for pod in pods if all(owner["kind"] != "DaemonSet" for owner in _owners(pod))]


def _owners(pod: Json) -> list[Json]:
    return cast("list[Json]", pod["metadata"].get("ownerReferences", []))


def _evict(api: Api, pod: Json) -> None:
    metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    if "deletionTimestamp" in pod["metadata"]:
        return
    try:
        api.create(f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/eviction", eviction)
    except ApiError as error:
        # Delayed by its budget, or already deleted.
        if error.code not in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND):
            raise
