"""A Kubernetes API server over REST: discovery, server-side apply, get, list, delete.

Objects are plain JSON. The `kubernetes` package reads the kubeconfig (certificates, tokens, exec plugins) and sends
the requests; its generated classes are not used, because they know no custom kind.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from kubernetes.client import ApiClient, Configuration
from kubernetes.config import ConfigException, kube_config
from urllib3 import Timeout, disable_warnings
from urllib3.exceptions import HTTPError, InsecureRequestWarning
from yaml import YAMLError

from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, Value, dig, mapping, text

CONNECTIONS = 32
_TIMEOUT = Timeout(connect=5, read=60)
_TRIES = 5
ANONYMOUS = "system:anonymous"
_APPLY = "application/apply-patch+yaml"  # JSON is YAML


class Rejected(Refused):
    """The API server's own refusal; `status` is HTTP's, 0 where there was no answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.status = status


@dataclass(frozen=True)
class Served:
    """A kind as the API server serves it."""

    root: str
    """`/api/v1` or `/apis/GROUP/VERSION`."""
    plural: str
    kind: str
    namespaced: bool

    @classmethod
    def of(cls, api_version: str, plural: str) -> Served:
        """A kind of which only the plural is known."""
        return cls(root_of(api_version), plural, plural, namespaced=True)

    @property
    def api_version(self) -> str:
        """`v1`, `apps/v1`."""
        return self.root.removeprefix("/apis/").removeprefix("/api/")

    @property
    def full_name(self) -> str:
        """As kubectl takes it: `configmaps`, `applications.argoproj.io`."""
        group = self.api_version.rpartition("/")[0]
        return f"{self.plural}.{group}" if group else self.plural


@dataclass(frozen=True)
class Thing:
    """One object's place; `namespace` is empty for what lies in none."""

    served: Served
    namespace: str
    name: str

    @property
    def id(self) -> str:
        """`namespace/name`, or the name alone."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def path(self) -> str:
        """Of its URL."""
        return f"{collection(self.served, self.namespace)}/{quote(self.name, safe=':')}"

    def __str__(self) -> str:
        return f"{self.served.kind} {self.id}"


class Api:
    """One API server, for use by any number of threads. Each call raises Rejected where the server refuses."""

    def __init__(self, kubeconfig: Path) -> None:
        disable_warnings(InsecureRequestWarning)  # it is the kubeconfig that says so
        self.client = client_of(kubeconfig)
        self._kubeconfig = kubeconfig
        self._host = str(cast("Any", self.client).configuration.host)
        self._known: dict[str, dict[str, Served]] = {}
        self._lock = threading.Lock()

    def served(self, api_version: str, kind: str) -> Served | None:
        """The kind, None while the server has none; an unknown one is asked for again, as its CRD may have come."""
        with self._lock:
            kinds = self._known.get(api_version, {})
        if kind not in kinds:
            kinds = self._discover(api_version)
            with self._lock:
                self._known[api_version] = kinds
        return kinds.get(kind)

    def user(self) -> str:
        """Whom the server takes this kubeconfig's user for; empty for nobody in particular."""
        review: Json = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        try:
            said = self._call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review)
        except Rejected as refusal:
            if refusal.status in (401, 403):  # nobody in particular may not even ask
                return ""
            raise
        name = text(said, "status.userInfo.username")
        return "" if name == ANONYMOUS else name

    def kinds(self, api_version: str) -> list[Served]:
        """Everything that a group's version serves."""
        return [*self._discover(api_version).values()]

    def get(self, thing: Thing) -> Json | None:
        """The object, None if there is none."""
        try:
            return self._call("GET", thing.path)
        except Rejected as refusal:
            if refusal.status == 404:
                return None
            raise

    def listed(self, served: Served, namespace: str) -> list[Json]:
        """The objects of a kind in a namespace."""
        items = self._call("GET", collection(served, namespace)).get("items")
        return [mapping(item) for item in items] if isinstance(items, list) else []

    def preferred(self, group: str) -> str:
        """The version of a group that the server prefers, as `apiVersion`; `v1` for the group without a name."""
        return text(self._call("GET", f"/apis/{group}"), "preferredVersion.groupVersion") if group else "v1"

    def apply(self, thing: Thing, sent: Json, manager: str, *, force: bool = False, dry_run: bool = False) -> Json:
        """Apply on the server: the object as it is (or, in a dry run, would be) afterwards."""
        query = {"fieldManager": manager, "force": str(force).lower()}
        if dry_run:
            query["dryRun"] = "All"
        return self._call("PATCH", f"{thing.path}?{urlencode(query)}", sent, _APPLY)

    def delete(self, thing: Thing, uid: str, propagation: str) -> None:
        """Ask for the object's end, if it still is the one of this `uid`; what is gone is no error."""
        body: Json = {"propagationPolicy": propagation, "preconditions": {"uid": uid}}
        try:
            self._call("DELETE", thing.path, body)
        except Rejected as refusal:
            if refusal.status not in (404, 409):  # 409: another object has the name by now
                raise

    def _discover(self, api_version: str) -> dict[str, Served]:
        root = root_of(api_version)
        try:
            found = self._call("GET", root).get("resources")
        except Rejected as refusal:
            if refusal.status == 404:
                return {}
            raise
        resources = [mapping(resource) for resource in found] if isinstance(found, list) else []
        return {
            text(resource, "kind"): Served(
                root, text(resource, "name"), text(resource, "kind"), namespaced=resource.get("namespaced") is True
            )
            for resource in resources
            if "/" not in text(resource, "name")  # `pods/log` and other parts of a resource
        }

    def _call(self, method: str, path: str, body: Json | None = None, kind: str = "application/json") -> Json:
        status, answer = self._send(method, path, body, kind)
        for attempt in range(_TRIES):
            # Too many at once, or two writers of one quota: both are asked to come again.
            if status != 429 and not (status == 409 and "please apply your changes to the latest" in str(answer)):
                break
            time.sleep(0.2 * 2**attempt)
            status, answer = self._send(method, path, body, kind)
        if status < 300:
            return answer
        message = text(answer, "message") or f"{method} {path}: HTTP status {status}"
        raise Rejected(status, text(answer, "reason"), message)

    def _send(self, method: str, path: str, body: Json | None, kind: str) -> tuple[int, Json]:
        client = cast("Any", self.client)  # its methods have no annotations
        headers = {"Accept": "application/json", "Content-Type": kind, "User-Agent": "sandbox"}
        token = client.configuration.auth_settings().get("BearerToken")
        if token:
            headers[token["key"]] = token["value"]
        payload = None if body is None else json.dumps(body).encode()
        try:
            # The pool is the same in all releases of the client, and answers errors without raising.
            response = client.rest_client.pool_manager.request(
                method, f"{self._host}{path}", headers=headers, body=payload, timeout=_TIMEOUT
            )
            return int(response.status), _parsed(response.data)
        except (HTTPError, OSError) as error:
            raise Rejected(0, "", f"{self._host} (in {self._kubeconfig}) does not answer: {error}") from None


def client_of(kubeconfig: Path) -> ApiClient:
    """A client for the current context of a kubeconfig. Raises ValueError saying what is wrong with the file."""
    configuration = Configuration()
    configuration.connection_pool_maxsize = CONNECTIONS
    try:
        cast("Any", kube_config).load_kube_config(str(kubeconfig), client_configuration=configuration)
    except (ConfigException, YAMLError, OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{kubeconfig} is no kubeconfig with a current context: {error}") from None
    return ApiClient(configuration)


def root_of(api_version: str) -> str:
    """Path of a group's version: `/api/v1`, `/apis/apps/v1`."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def collection(served: Served, namespace: str) -> str:
    """Path of the objects of a kind."""
    within = f"/namespaces/{quote(namespace)}" if served.namespaced else ""
    return f"{served.root}{within}/{served.plural}"


def conditions(live: Json) -> list[Json]:
    """`status.conditions` of an object."""
    found: Value = dig(live, "status.conditions")
    return [mapping(condition) for condition in found] if isinstance(found, list) else []


def _parsed(data: bytes) -> Json:
    try:
        return mapping(cast("Value", json.loads(data)))
    except ValueError:
        return {"message": data.decode(errors="replace").strip()}
