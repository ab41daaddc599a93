"""In place of External Secrets: makes the Secret of every ExternalSecret, with exactly the keys that it declares.

Values come from the entries of the simulated Secrets Manager where they are known, else they are made up: what a test
holds is names and keys. Status, owner and API version are External Secrets' own.
"""

import base64
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

from tests.cluster.stand.api import Api, ApiError, Json
from tests.cluster.stand.following import Following

GROUP_VERSION = "external-secrets.io/v1"
EXTERNAL_SECRETS = f"/apis/{GROUP_VERSION}/externalsecrets"
STORES = f"/apis/{GROUP_VERSION}/clustersecretstores"
READY: Json = {"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced",
               "lastTransitionTime": "2026-01-01T00:00:00Z"}  # fmt: skip
VALID: Json = {**READY, "reason": "Valid", "message": "store validated"}

Values = Callable[[str, str | None], str | None]
"""Value of an entry of Secrets Manager, or of a property in it; None where there is none."""


class ExternalSecrets:
    """The operator's work, from `start` to `stop`."""

    def __init__(self, api: Api, values: Values) -> None:
        self._api, self._values = api, values
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
        for secret in self._found(EXTERNAL_SECRETS):
            if secret["metadata"].get("deletionTimestamp") is None:
                self._sync(secret)

    def _found(self, path: str) -> list[Json]:
        try:
            return self._api.items(path)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:  # the definitions are not there (yet)
                return []
            raise

    def _sync(self, external: Json) -> None:
        metadata, spec = external["metadata"], external["spec"]
        namespace, name = str(metadata["namespace"]), str(metadata["name"])
        target = str(spec.get("target", {}).get("name", name))
        path = f"/api/v1/namespaces/{namespace}/secrets/{target}"
        wanted = {
            str(entry["secretKey"]): self._value(entry["remoteRef"]) for entry in cast("list[Json]", spec["data"])
        }
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in wanted.items()}
        there = self._api.find(path)
        if there is None or there.get("data") != encoded:
            owner = {"apiVersion": GROUP_VERSION, "kind": "ExternalSecret", "name": name, "uid": metadata["uid"]}
            place = {"name": target, "namespace": namespace, "ownerReferences": [{**owner, "controller": True}]}
            manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": place, "type": "Opaque", "data": encoded}
            self._api.apply(manifest, manager="external-secrets")
        root = f"/apis/{GROUP_VERSION}/namespaces/{namespace}/externalsecrets/{name}"
        self._report(root, external, READY)

    def _value(self, reference: Json) -> str:
        key, inside = str(reference["key"]), reference.get("property")
        found = self._values(key, inside)
        return f"value of {json.dumps([key, inside])}" if found is None else found

    def _report(self, path: str, found: Json, condition: Json) -> None:
        if found.get("status", {}).get("conditions") != [condition]:
            self._api.patch(f"{path}/status", {"status": {"conditions": [condition]}})
