"""In place of External Secrets: makes the Secret of every ExternalSecret, with exactly the keys that it declares.

Values come from the entries of the simulated Secrets Manager; a key whose entry is not there leaves the Secret unmade
and the ExternalSecret not Ready, as in the cluster. Status, owner and API version are External Secrets' own.
"""

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import cast

from tests.cluster.stand.api import Api, ApiError, Json
from tests.cluster.stand.entries import value
from tests.cluster.stand.following import Following

GROUP_VERSION = "external-secrets.io/v1"
EXTERNAL_SECRETS = f"/apis/{GROUP_VERSION}/externalsecrets"
STORES = f"/apis/{GROUP_VERSION}/clustersecretstores"
READY: Json = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced",
               "lastTransitionTime": "2026-01-01T00:00:00Z"}  # fmt: skip
OWNER = "Owner"
VALID: Json = {**READY, "reason": "Valid", "message": "store validated"}
MISSING: Json = {**READY, "status": "False", "reason": "SecretSyncedError", "message": "could not get secret data"}

Entries = Callable[[], Mapping[str, str]]
"""The values of Secrets Manager as they are now, by the entries' names."""


class ExternalSecrets:
    """The operator's work, from `start` to `stop`."""

    def __init__(self, api: Api, entries: Entries) -> None:
        self._api, self._entries = api, entries
        self._following = Following(self._follow)

    def start(self) -> None:
        """Begin."""
        self._following.start()

    def stop(self) -> None:
        """End."""
        self._following.stop()

    def _follow(self) -> None:
        for store in self._found(STORES):
            self._report(f"{STORES}/{store['metadata']['name']}", store, VALID)
        found = [one for one in self._found(EXTERNAL_SECRETS) if "deletionTimestamp" not in one["metadata"]]
        entries: Mapping[str, str] = self._entries() if found else {}
        for external in found:
            self._sync(external, entries)

    def _found(self, path: str) -> list[Json]:
        try:
            return self._api.items(path)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:  # the definitions are not there (yet)
                return []
            raise

    def _sync(self, external: Json, entries: Mapping[str, str]) -> None:
        metadata, spec = external["metadata"], external["spec"]
        namespace, name = str(metadata["namespace"]), str(metadata["name"])
        root = f"/apis/{GROUP_VERSION}/namespaces/{namespace}/externalsecrets/{name}"
        wanted = _data(spec, entries)
        if wanted is None:
            self._report(root, external, MISSING)
            return
        target = cast("Json", spec.get("target", {}))
        place: Json = {"name": str(target.get("name", name)), "namespace": namespace}
        there = self._api.find(f"/api/v1/namespaces/{namespace}/secrets/{place['name']}")
        if there is None or not wanted.items() <= cast("Json", there.get("data", {})).items():
            if target.get("creationPolicy", OWNER) == OWNER:
                owner = {"apiVersion": GROUP_VERSION, "kind": "ExternalSecret", "name": name, "uid": metadata["uid"]}
                place["ownerReferences"] = [{**owner, "controller": True}]
            manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": place, "type": "Opaque", "data": wanted}
            self._api.apply(manifest, manager="external-secrets")
        self._report(root, external, READY)

    def _report(self, path: str, found: Json, condition: Json) -> None:
        if found.get("status", {}).get("conditions") != [condition]:
            self._api.patch(f"{path}/status", {"status": {"conditions": [condition]}})


def _data(spec: Json, entries: Mapping[str, str]) -> Json | None:
    """`data` of the Secret; None when the value of a key is nowhere. A template's texts are not filled in."""
    found: dict[str, str] = {}
    for wanted in cast("list[Json]", spec["data"]):
        reference = wanted["remoteRef"]
        known = value(entries.get(str(reference["key"])), reference.get("property"))
        if known is None:
            return None
        found[str(wanted["secretKey"])] = known
    texts = cast("dict[str, str]", spec.get("target", {}).get("template", {}).get("data", found))
    return {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
