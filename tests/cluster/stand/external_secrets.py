"""A stand-in for External Secrets: creates the Secret of every ExternalSecret, with exactly the keys that it declares.

Values come from the simulated Secrets Manager. If the entry of a key is missing, the Secret is not created and the
ExternalSecret is not Ready, as with the real operator. Status, owner and API version are the operator's own.
"""

import base64
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import cast

from tests.cluster.stand.api import Api, ApiError, Json
from tests.cluster.stand.entries import value
from tests.cluster.stand.polling import Poller

GROUP_VERSION = "external-secrets.io/v1"
EXTERNAL_SECRETS = f"/apis/{GROUP_VERSION}/externalsecrets"
STORES = f"/apis/{GROUP_VERSION}/clustersecretstores"
READY: Json = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced",
               "lastTransitionTime": "2026-01-01T00:00:00Z"}  # fmt: skip
OWNER = "Owner"
VALID: Json = {**READY, "reason": "Valid", "message": "store validated"}
MISSING: Json = {**READY, "status": "False", "reason": "SecretSyncedError", "message": "could not get secret data"}

Entries = Callable[[], Mapping[str, str]]
"""The current values in Secrets Manager, by the entry's name."""


class ExternalSecrets:
    """The operator, running from `start` to `stop`."""

    def __init__(self, api: Api, entries: Entries) -> None:
        self._api, self._entries = api, entries
        self._poller = Poller(self._follow)

    def start(self) -> None:
        """Start the operator."""
        self._poller.start()

    def stop(self) -> None:
        """Stop the operator."""
        self._poller.stop()

    def _follow(self) -> None:
        for store in self._items(STORES):
            self._report(f"{STORES}/{store['metadata']['name']}", store, VALID)
        externals = [item for item in self._items(EXTERNAL_SECRETS) if "deletionTimestamp" not in item["metadata"]]
        entries: Mapping[str, str] = self._entries() if externals else {}
        for external in externals:
            self._sync(external, entries)

    def _items(self, path: str) -> list[Json]:
        try:
            return self._api.items(path)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:  # the CRDs do not exist (yet)
                return []
            raise

    def _sync(self, external: Json, entries: Mapping[str, str]) -> None:
        metadata, spec = external["metadata"], external["spec"]
        namespace, name = str(metadata["namespace"]), str(metadata["name"])
        root = f"/apis/{GROUP_VERSION}/namespaces/{namespace}/externalsecrets/{name}"
        data = _data(spec, entries)
        if data is None:
            self._report(root, external, MISSING)
            return
        target = cast("Json", spec.get("target", {}))
        secret: Json = {"name": str(target.get("name", name)), "namespace": namespace}
        live = self._api.find(f"/api/v1/namespaces/{namespace}/secrets/{secret['name']}")
        if live is None or not data.items() <= cast("Json", live.get("data", {})).items():
            if target.get("creationPolicy", OWNER) == OWNER:
                owner = {"apiVersion": GROUP_VERSION, "kind": "ExternalSecret", "name": name, "uid": metadata["uid"]}
                secret["ownerReferences"] = [{**owner, "controller": True}]
            manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": secret, "type": "Opaque", "data": data}
            self._api.apply(manifest, manager="external-secrets")
        self._report(root, external, READY)

    def _report(self, path: str, item: Json, condition: Json) -> None:
        if item.get("status", {}).get("conditions") != [condition]:
            self._api.patch(f"{path}/status", {"status": {"conditions": [condition]}})


def _data(spec: Json, entries: Mapping[str, str]) -> Json | None:
    """`data` of the Secret; None if the value of a key is missing. Templates are not rendered."""
    values: dict[str, str] = {}
    for declared in cast("list[Json]", spec["data"]):
        reference = declared["remoteRef"]
        content = value(entries.get(str(reference["key"])), reference.get("property"))
        if content is None:
            return None
        values[str(declared["secretKey"])] = content
    texts = cast("dict[str, str]", spec.get("target", {}).get("template", {}).get("data", values))
    return {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
