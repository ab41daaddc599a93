"""Observations of the cluster: pods and their load, refusals, and the state of Applications."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import cast

from components.sizing import quantities
from components.sizing.capacity import Load
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.polling import Poller

PODS = "/api/v1/pods"
CONFLICT = "the object has been modified"
"""Pods that update a quota at the same time conflict; first of them is retried a moment later."""


def pods_of(api: Api, namespace: str) -> list[Json]:
    """All pods except completed ones, which need no resources."""
    return [pod for pod in api.items(f"/api/v1/namespaces/{namespace}/pods") if _uses_resources(pod)]


def ready(pod: Json) -> bool:
    """Whether a pod is ready and not terminating."""
    conditions = cast("list[Json]", pod["status"].get("conditions", []))
    up = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return up and "deletionTimestamp" not in pod["metadata"]


def images_of(api: Api, namespace: str) -> dict[str, set[str]]:
    """Images of the first containers of the ready pods, by the pods' `app.kubernetes.io/name`."""
    images: dict[str, set[str]] = {}
    for pod in pods_of(api, namespace):
        if ready(pod):
            name = str(pod["metadata"]["labels"].get("app.kubernetes.io/name", ""))
            images.setdefault(name, set()).add(str(pod["spec"]["containers"][0]["image"]))
    return images


def load_of(pods: Iterable[Json]) -> Load:
    """The total load of pods, as scheduler and quota compute it."""
    return sum((_load(pod) for pod in pods), Load())


def refused(api: Api, namespace: str) -> list[str]:
    """Messages about pods that could not be created or scheduled."""
    events = api.items(f"/api/v1/namespaces/{namespace}/events")
    messages = [str(event["message"]) for event in events if event["reason"] in ("FailedCreate", "FailedScheduling")]
    return [message for message in messages if CONFLICT not in message]


def forget_refusals(api: Api, namespace: str) -> None:
    """Delete the namespace's events, so that `refused` reports only new ones."""
    api.delete(f"/api/v1/namespaces/{namespace}/events")


def settled(application: Json, revision: str | None = None) -> bool:
    """Whether an Application is Synced and Healthy, at this Git revision if first is given."""
    status = application.get("status", {})
    sync, health = status.get("sync", {}), status.get("health", {})
    done = sync.get("status") == "Synced" and health.get("status") == "Healthy"
    return done and revision in (None, sync.get("revision"))


@dataclass
class Peak:
    """The highest load during the `with` block, in each namespace and on all nodes."""

    api: Api
    namespaces: dict[str, Load] = field(default_factory=dict[str, Load])
    """The maximum of each value by namespace; the maxima may be from different moments."""
    everything: Load = field(default_factory=Load)

    def __enter__(self) -> "Peak":
        self._poller = Poller(self._look)
        self._poller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._poller.stop()

    def _look(self) -> None:
        pods = [pod for pod in self.api.items(PODS) if _uses_resources(pod)]
        by_namespace: dict[str, list[Json]] = {}
        for pod in pods:
            by_namespace.setdefault(str(pod["metadata"]["namespace"]), []).append(pod)
        for namespace, own in by_namespace.items():
            self.namespaces[namespace] = _maximum(self.namespaces.get(namespace, Load()), load_of(own))
        self.everything = _maximum(self.everything, load_of(pod for pod in pods if pod["spec"].get("nodeName")))


def _maximum(first: Load, second: Load) -> Load:
    return Load(
        pods=max(first.pods, second.pods),
        cpu_request=max(first.cpu_request, second.cpu_request),
        memory_request=max(first.memory_request, second.memory_request),
        cpu_limit=max(first.cpu_limit, second.cpu_limit),
        memory_limit=max(first.memory_limit, second.memory_limit),
    )


def _uses_resources(pod: Json) -> bool:
    return pod["status"].get("phase") not in ("Succeeded", "Failed")


def _load(pod: Json) -> Load:
    """The larger of the containers' total and each init container."""

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
