"""A client of the API server for tests: objects as plain data, by path or by manifest.

Plain HTTPS with `requests`: tests use objects as data, and a client with a class for each kind would take longer to
import than the API server takes to start.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import requests

Json = dict[str, Any]
MANAGER = "cluster-tests"
CORE = "v1"
TIMEOUT_SECONDS = 30


class ApiError(LookupError):
    """A refusal of the API server, with its message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Api:
    """One identity at one API server; thread-safe."""

    server: str
    token: str
    authority: Path
    """PEM of the certificate authority."""
    _local: threading.local = field(default_factory=threading.local)
    _resources: dict[tuple[str, str], tuple[str, bool]] = field(default_factory=dict[tuple[str, str], tuple[str, bool]])

    def get(self, path: str, **query: str) -> Json:
        """An object or a list. ApiError if it does not exist."""
        return self._call("GET", path, query=query)

    def find(self, path: str) -> Json | None:
        """An object, or None."""
        try:
            return self.get(path)
        except ApiError as error:
            if error.code == HTTPStatus.NOT_FOUND:
                return None
            raise

    def text(self, path: str) -> str:
        """The raw response: for probes and for the proxy to Services and pods."""
        return self._answer("GET", path, {}, None, {}).text

    def items(self, path: str, **query: str) -> list[Json]:
        """The objects of a list."""
        return cast("list[Json]", self.get(path, **query)["items"])

    def create(self, path: str, body: Mapping[str, Any]) -> Json:
        """Create an object in the collection at `path`."""
        return self._call("POST", path, body=body)

    def apply(self, manifest: Mapping[str, Any], *, dry_run: bool = False, manager: str = MANAGER) -> Json:
        """Server-side apply, by force."""
        query = {"fieldManager": manager, "force": "true", **({"dryRun": "All"} if dry_run else {})}
        return self._call("PATCH", self.path(manifest), query=query, body=manifest, kind="apply-patch+yaml")

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """Merge patch; `PATH/status` for the status."""
        return self._call("PATCH", path, body=body, kind="merge-patch+json")

    def delete(self, path: str) -> None:
        """Request the deletion of an object; it is no error if it does not exist."""
        try:
            self._call("DELETE", path, body={"propagationPolicy": "Background"})
        except ApiError as error:
            if error.code != HTTPStatus.NOT_FOUND:
                raise

    def path(self, manifest: Mapping[str, Any]) -> str:
        """Path of a manifest's object. LookupError if the server does not know its kind."""
        version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
        metadata = cast("Json", manifest["metadata"])
        resource, namespaced = self._resource(version, kind)
        namespace = f"namespaces/{metadata.get('namespace', 'default')}/" if namespaced else ""
        return f"{_root(version)}/{namespace}{resource}/{metadata['name']}"

    def _resource(self, version: str, kind: str) -> tuple[str, bool]:
        if (version, kind) not in self._resources:
            for resource in cast("list[Json]", self.get(_root(version))["resources"]):
                if "/" not in resource["name"]:
                    self._resources[version, resource["kind"]] = (resource["name"], resource["namespaced"])
        if (version, kind) not in self._resources:
            raise ApiError(HTTPStatus.NOT_FOUND, f"the server has no kind {kind} in {version}")
        return self._resources[version, kind]

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        kind: str = "json",
    ) -> Json:
        data = None if body is None else json.dumps(body)
        return cast(
            "Json", self._answer(method, path, query or {}, data, {"Content-Type": f"application/{kind}"}).json()
        )

    def _answer(
        self, method: str, path: str, query: Mapping[str, str], data: str | None, headers: Mapping[str, str]
    ) -> requests.Response:
        answer = self._session().request(
            method, self.server + path, params=query, data=data, headers=headers, timeout=TIMEOUT_SECONDS
        )
        if not answer.ok:
            raise ApiError(answer.status_code, _message(answer))
        return answer

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:  # a session serves one thread
            session = self._local.session = requests.Session()
            session.verify = str(self.authority)
            session.headers["Authorization"] = f"Bearer {self.token}"
            session.trust_env = False
        return session


def _root(version: str) -> str:
    return f"/api/{version}" if version == CORE else f"/apis/{version}"


def _message(answer: requests.Response) -> str:
    try:
        return str(cast("Json", answer.json())["message"])
    except (ValueError, KeyError):
        return f"{answer.status_code}: {answer.text[:500]}"
