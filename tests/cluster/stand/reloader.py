"""In place of Reloader: restarts the Deployments that ask for it when a Secret or ConfigMap that they read changes.

Reloader's own program is not built: its Go module was not to be had with checksums that Go's database confirms. This
one follows the program's values for the chart. It acts while a pod of the release is ready, as its ServiceAccount, with
the rights that the chart grants. As in Reloader, what is made for the first time restarts nothing, nor what changed
while no pod was ready. It looks twice a second instead of watching, and restarts Deployments only.
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
from tests.cluster.stand.following import Following

NAME = "reloader"
RELEASE = f"/apis/apps/v1/namespaces/{PLATFORM_NAMESPACE}/deployments/{NAME}"
ASKS = "reloader.stakater.com/auto"
RESTARTED = "reloader.stakater.com/last-reloaded-from"
STRATEGY = "annotations"
TYPES = {"configmaps": "CONFIGMAP", "secrets": "SECRET"}
"""What Reloader calls them, by the path's name."""
LOOK = ["get", "list", "watch"]
RULES = (
    ("", ["secrets", "configmaps", "namespaces"], LOOK),
    ("apps", ["deployments", "daemonsets", "statefulsets"], ["get", "list", "patch", "update"]),
    ("", ["events"], ["create", "patch"]),
)

Place = tuple[str, str, str]
"""Namespace, `secrets` or `configmaps`, name."""


def rights() -> Iterator[Json]:
    """The chart's ServiceAccount with its ClusterRole, without the part for the leader's election."""
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
    """The operator's work, from `start` to `stop`."""

    def __init__(self, api: Api, config: PlatformConfig, service_account: Callable[[str, str], Api]) -> None:
        values = reloader.values(system=config.system.name, with_rollouts=config.operators.rollouts is not None)
        self._values = cast("Json", values["reloader"])
        self._api, self._service_account = api, service_account
        self._own: Api | None = None
        self._seen: dict[Place, str] = {}
        self._following = Following(self._follow)

    def start(self) -> None:
        """Begin. ValueError for values that this stand-in does not play."""
        if (self._values["reloadStrategy"], self._values["watchGlobally"]) != (STRATEGY, True):
            raise ValueError(f"the stand-in of Reloader knows the strategy {STRATEGY!r} in all namespaces, no other")
        self._following.start()

    def stop(self) -> None:
        """End."""
        self._following.stop()

    def _follow(self) -> None:
        release = self._api.find(RELEASE)
        if release is None or not release["status"].get("readyReplicas"):
            self._own, self._seen = None, {}
            return
        if self._own is None:
            self._own = self._service_account(PLATFORM_NAMESPACE, NAME)
        found = dict(self._read(self._own))
        for place, value in found.items():
            if self._seen.get(place, value) != value:
                self._restart(self._own, place, value)
                self._seen[place] = value
        self._seen = found

    def _read(self, api: Api) -> Iterator[tuple[Place, str]]:
        """A hash of everything that is watched."""
        for namespace in api.items("/api/v1/namespaces", labelSelector=str(self._values["namespaceSelector"])):
            name = str(namespace["metadata"]["name"])
            for kind in TYPES:
                for one in api.items(f"/api/v1/namespaces/{name}/{kind}"):
                    text = json.dumps([one.get("data"), one.get("binaryData")], sort_keys=True)
                    yield (name, kind, str(one["metadata"]["name"])), hashlib.sha256(text.encode()).hexdigest()

    def _restart(self, api: Api, place: Place, value: str) -> None:
        namespace, kind, name = place
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
        for deployment in api.items(path):
            template = deployment["spec"]["template"]
            containers = [*_readers(template["spec"], kind, name)]
            if not containers or not _asks(deployment["metadata"], template["metadata"]):
                continue
            said = {
                "type": TYPES[kind],
                "name": name,
                "namespace": namespace,
                "hash": value,
                "containerRefs": containers[:1],
                "observedAt": int(time.time()),
            }
            body = {"metadata": {"annotations": {RESTARTED: json.dumps(said)}}}
            api.patch(f"{path}/{deployment['metadata']['name']}", {"spec": {"template": body}})


def _asks(*metadata: Json) -> bool:
    """The Deployment's own annotation, else its pods'."""
    said = [found.get("annotations", {}).get(ASKS) for found in metadata]
    return next((value for value in said if value is not None), "") == "true"


def _readers(pod: Json, kind: str, name: str) -> Iterator[str]:
    """Names of the containers that read it: into their environment, or as a mounted volume."""
    volumes = {volume["name"] for volume in pod.get("volumes", []) if name in _mounted(volume, kind)}
    for container in [*pod["containers"], *pod.get("initContainers", [])]:
        mounted = any(mount["name"] in volumes for mount in container.get("volumeMounts", []))
        if mounted or name in _environment(container, kind):
            yield str(container["name"])


def _mounted(volume: Json, kind: str) -> set[str]:
    field, key = ("secret", "secretName") if kind == "secrets" else ("configMap", "name")
    sources = [found[field]["name"] for found in volume.get("projected", {}).get("sources", []) if field in found]
    return {*sources, *([volume[field][key]] if field in volume else [])}


def _environment(container: Json, kind: str) -> set[str]:
    whole, part = ("secretRef", "secretKeyRef") if kind == "secrets" else ("configMapRef", "configMapKeyRef")
    found = [source[whole] for source in container.get("envFrom", []) if whole in source]
    origins = [variable.get("valueFrom", {}) for variable in container.get("env", [])]
    return {str(one["name"]) for one in [*found, *(origin[part] for origin in origins if part in origin)]}
