"""What is on the nodes, what was refused, and whether Applications are done: the questions of the tests."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import cast

from components.sizing import quantities
from components.sizing.capacity import Load
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.following import Following

PODS = "/api/v1/pods"
CONFLICT = "the object has been modified"
"""Pods that count themselves on a quota at once meet: one comes too late, and is asked for again a moment later."""


def pods_of(api: Api, namespace: str) -> list[Json]:
    """Pods that take room: all but those that have run to their end."""
    return [pod for pod in api.items(f"/api/v1/namespaces/{namespace}/pods") if _takes_room(pod)]


def ready(pod: Json) -> bool:
    """Whether a pod is ready and is to stay."""
    conditions = cast("list[Json]", pod["status"].get("conditions", []))
    up = any(found["type"] == "Ready" and found["status"] == "True" for found in conditions)
    return up and "deletionTimestamp" not in pod["metadata"]


def images_of(api: Api, namespace: str) -> dict[str, set[str]]:
    """Images of the first containers of the ready pods, by the pods' `app.kubernetes.io/name`."""
    found: dict[str, set[str]] = {}
    for pod in pods_of(api, namespace):
        if ready(pod):
            name = str(pod["metadata"]["labels"].get("app.kubernetes.io/name", ""))
            found.setdefault(name, set()).add(str(pod["spec"]["containers"][0]["image"]))
    return found


def load_of(pods: Iterable[Json]) -> Load:
    """Sums of pods, as scheduler and quota count them."""
    return sum((_load(pod) for pod in pods), Load())


def refused(api: Api, namespace: str) -> list[str]:
    """Messages about pods that were not let in, or found no node."""
    events = api.items(f"/api/v1/namespaces/{namespace}/events")
    found = [str(event["message"]) for event in events if event["reason"] in ("FailedCreate", "FailedScheduling")]
    return [message for message in found if CONFLICT not in message]


def forget_refusals(api: Api, namespace: str) -> None:
    """Delete the namespace's events, so that `refused` tells what happens from now on."""
    api.delete(f"/api/v1/namespaces/{namespace}/events")


def settled(application: Json, revision: str | None = None) -> bool:
    """Whether an Application is Synced and Healthy, with this revision of Git if one is given."""
    status = application.get("status", {})
    sync, health = status.get("sync", {}), status.get("health", {})
    done = sync.get("status") == "Synced" and health.get("status") == "Healthy"
    return done and revision in (None, sync.get("revision"))


@dataclass
class Peak:
    """The most that was there at once while the `with` block ran, in each namespace and on all nodes."""

    api: Api
    namespaces: dict[str, Load] = field(default_factory=dict[str, Load])
    """The most of each sum by namespace; the sums need not be of the same moment."""
    everything: Load = field(default_factory=Load)

    def __enter__(self) -> "Peak":
        self._following = Following(self._look)
        self._following.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._following.stop()

    def _look(self) -> None:
        pods = [pod for pod in self.api.items(PODS) if _takes_room(pod)]
        by_namespace: dict[str, list[Json]] = {}
        for pod in pods:
            by_namespace.setdefault(str(pod["metadata"]["namespace"]), []).append(pod)
        for namespace, found in by_namespace.items():
            self.namespaces[namespace] = _most(self.namespaces.get(namespace, Load()), load_of(found))
        self.everything = _most(self.everything, load_of(pod for pod in pods if pod["spec"].get("nodeName")))


def _most(one: Load, other: Load) -> Load:
    return Load(
        pods=max(one.pods, other.pods),
        cpu_request=max(one.cpu_request, other.cpu_request),
        memory_request=max(one.memory_request, other.memory_request),
        cpu_limit=max(one.cpu_limit, other.cpu_limit),
        memory_limit=max(one.memory_limit, other.memory_limit),
    )


def _takes_room(pod: Json) -> bool:
    return pod["status"].get("phase") not in ("Succeeded", "Failed")


def _load(pod: Json) -> Load:
    """The larger of the sum of the containers and each init container."""

    def sums(kind: str, resource: str) -> int:
        read = quantities.millicores if resource == "cpu" else quantities.mebibytes

        def size(container: Json) -> int:
            return read(str(container.get("resources", {}).get(kind, {}).get(resource, "0")))

        before = [size(container) for container in pod["spec"].get("initContainers", [])]
        return max([sum(map(size, pod["spec"]["containers"])), *before])

    return Load(
        pods=1,
        cpu_request=sums("requests", "cpu"),
        memory_request=sums("requests", "memory"),
        cpu_limit=sums("limits", "cpu"),
        memory_limit=sums("limits", "memory"),
    )
