"""A stand-in for Reloader: restarts annotated Deployments when a Secret or ConfigMap that they read changes.

Reloader itself is not built: its Go module is not available with checksums that Go's database confirms. The stand-in
follows the program's values for the chart. It works while a pod of the release is ready, as its ServiceAccount, with
the rights that the chart grants. As with Reloader, new objects and changes while no pod is ready restart nothing. It
polls twice a second instead of watching, and restarts only Deployments.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from typing import cast

from components.config.platform import PlatformConfig
from components.controllers import reloader
from components.kubernetes.names import PLATFORM_NAMESPACE
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.polling import Poller

NAME = "reloader"
RELEASE = f"/apis/apps/v1/namespaces/{PLATFORM_NAMESPACE}/deployments/{NAME}"
ENABLED = "reloader.stakater.com/auto"
RESTARTED = "reloader.stakater.com/last-reloaded-from"
STRATEGY = "annotations"
TYPES = {"configmaps": "CONFIGMAP", "secrets": "SECRET"}
"""Reloader's name of the kinds, by API path."""
READ = ["get", "list", "watch"]
RULES = (
    ("", ["secrets", "configmaps", "namespaces"], READ),
    ("apps", ["deployments", "daemonsets", "statefulsets"], ["get", "list", "patch", "update"]),
    ("", ["events"], ["create", "patch"]),
)

ObjectKey = tuple[str, str, str]
"""Namespace, `secrets` or `configmaps`, name."""


def rights() -> Iterator[Json]:
    """The chart's ServiceAccount and ClusterRole, without leader election."""
    metadata = {"name": NAME}
    group = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [api], "resources": resources, "verbs": verbs} for api, resources, verbs in RULES]
    subject = {"kind": "ServiceAccount", "name": NAME, "namespace": PLATFORM_NAMESPACE}
    role = {"apiGroup": group, "kind": "ClusterRole", "name": NAME}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
    yield {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": metadata, "rules": rules}
    yield {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": metadata,
        "roleRef": role,
        "subjects": [subject],
    }


class Reloader:
    """The operator, running from `start` to `stop`."""

    def __init__(self, api: Api, config: PlatformConfig, service_account: Callable[[str, str], Api]) -> None:
        values = reloader.values(system=config.system.name, with_rollouts=config.operators.rollouts is not None)
        self._values = cast("Json", values["reloader"])
        self._api, self._service_account = api, service_account
        self._own: Api | None = None
        self._seen: dict[ObjectKey, str] = {}
        self._poller = Poller(self._follow)

    def start(self) -> None:
        """Start the operator. ValueError for values that the stand-in does not support."""
        if (self._values["reloadStrategy"], self._values["watchGlobally"]) != (STRATEGY, True):
            raise ValueError(f"the stand-in for Reloader supports only the strategy {STRATEGY!r} in all namespaces")
        self._poller.start()

    def stop(self) -> None:
        """Stop the operator."""
        self._poller.stop()

    def _follow(self) -> None:
        release = self._api.find(RELEASE)
        if release is None or not release["status"].get("readyReplicas"):
            self._own, self._seen = None, {}
            return
        if self._own is None:
            self._own = self._service_account(PLATFORM_NAMESPACE, NAME)
        hashes = dict(self._read(self._own))
        for key, value in hashes.items():
            if self._seen.get(key, value) != value:
                self._restart(self._own, key, value)
                self._seen[key] = value
        self._seen = hashes

    def _read(self, api: Api) -> Iterator[tuple[ObjectKey, str]]:
        """A hash of every watched object."""
        for namespace in api.items("/api/v1/namespaces", labelSelector=str(self._values["namespaceSelector"])):
            name = str(namespace["metadata"]["name"])
            for kind in TYPES:
                for item in api.items(f"/api/v1/namespaces/{name}/{kind}"):
                    text = json.dumps([item.get("data"), item.get("binaryData")], sort_keys=True)
                    yield (name, kind, str(item["metadata"]["name"])), hashlib.sha256(text.encode()).hexdigest()

    def _restart(self, api: Api, key: ObjectKey, value: str) -> None:
        namespace, kind, name = key
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        for deployment in api.items(path):
            template = deployment["spec"]["template"]
            containers = [*_readers(template["spec"], kind, name)]
            if not containers or not _enabled(deployment["metadata"], template["metadata"]):
                continue
            cause = {
                "type": TYPES[kind],
                "name": name,
                "namespace": namespace,
                "hash": value,
                "containerRefs": containers[:1],
                "observedAt": int(time.time()),
            }
            body = {"metadata": {"annotations": {RESTARTED: json.dumps(cause)}}}
            api.patch(f"{path}/{deployment['metadata']['name']}", {"spec": {"template": body}})


def _enabled(*metadata: Json) -> bool:
    """The Deployment's own annotation, or its pods' if it has none."""
    values = [item.get("annotations", {}).get(ENABLED) for item in metadata]
    return next((value for value in values if value is not None), "") == "true"


def _readers(pod: Json, kind: str, name: str) -> Iterator[str]:
    """Names of the containers that read the object as environment or volume."""
    volumes = {volume["name"] for volume in pod.get("volumes", []) if name in _mounted(volume, kind)}
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        mounted = any(mount["name"] in volumes for mount in container.get("volumeMounts", []))
        if mounted or name in _environment(container, kind):
            yield str(container["name"])


def _mounted(volume: Json, kind: str) -> set[str]:
    field, key = ("secret", "secretName") if kind == "secrets" else ("configMap", "name")
    sources = [source[field]["name"] for source in volume.get("projected", {}).get("sources", []) if field in source]
    return {*sources, *([volume[field][key]] if field in volume else [])}


def _environment(container: Json, kind: str) -> set[str]:
    whole, part = ("secretRef", "secretKeyRef") if kind == "secrets" else ("configMapRef", "configMapKeyRef")
    imports = [source[whole] for source in container.get("envFrom", []) if whole in source]
    origins = [variable.get("valueFrom", {}) for variable in container.get("env", [])]
    return {str(item["name"]) for item in [*imports, *(origin[part] for origin in origins if part in origin)]}
