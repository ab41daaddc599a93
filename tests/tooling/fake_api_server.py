"""A small Kubernetes API server for tests: discovery, server-side apply, dry run, finalizers, conflicts.

Maps merge by key and lists are replaced as a whole. A `rewrite` of the test's own stands for defaults and for the
values that the real server writes in its own way. What it cannot show is shown on the real one by tests/cluster.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Generator
from contextlib import contextmanager
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from sandbox.providers.wire import Json, Value, dig, mapping, text

Leaf = tuple[str, ...]
BUILT_IN: dict[str, dict[str, tuple[str, bool]]] = {
    "/api/v1": {
        "ConfigMap": ("configmaps", True),
        "Namespace": ("namespaces", False),
        "ResourceQuota": ("resourcequotas", True),
        "Secret": ("secrets", True),
        "ServiceAccount": ("serviceaccounts", True),
    },
    "/apis/apps/v1": {"Deployment": ("deployments", True)},
    "/apis/apiextensions.k8s.io/v1": {"CustomResourceDefinition": ("customresourcedefinitions", False)},
}


class Refusal(Exception):  # noqa: N818
    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class FakeApiServer:
    """The objects by path (`/api/v1/namespaces/app/configmaps/settings`), for the test to read and to change."""

    def __init__(self) -> None:
        self.kinds = deepcopy(BUILT_IN)
        self.objects: dict[str, Json] = {}
        self.requests: list[str] = []
        self.applied: list[Json] = []
        self.propagations: list[str] = []
        self.user = "admin"
        """Whom it takes every caller for."""
        self.busy = 0
        """How many requests are still to be answered with 429."""
        self.rewrite: Callable[[Json], None] = lambda _: None
        self._owned: dict[str, dict[str, set[Leaf]]] = {}
        self._lock = threading.RLock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        for name in ("default", "kube-system"):
            self.apply(f"/api/v1/namespaces/{name}", namespace(name), "server")

    def start(self) -> None:
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def apply(self, path: str, sent: Json, manager: str, *, force: bool = False, dry_run: bool = False) -> Json:
        with self._lock:
            self._guard(path, sent)
            live = self.objects.get(path)
            owned = deepcopy(self._owned.get(path, {}))
            made = deepcopy(live) if live is not None else {}
            ours = leaves(sent)
            for other, fields in owned.items():
                shared = fields & ours if other != manager else set[Leaf]()
                taken = {leaf for leaf in shared if at(made, leaf) != at(sent, leaf)}
                if taken and not force:
                    raise Refusal(409, "Conflict", f'Apply failed with 1 conflict: conflict with "{other}"')
                owned[other] = fields - taken
            kept = {leaf for other, fields in owned.items() if other != manager for leaf in fields}
            for leaf in owned.get(manager, set()) - ours - kept:
                drop(made, leaf)
            merge(made, sent)
            owned[manager] = ours
            self.rewrite(made)
            self._stamp(made, live, owned)
            if not dry_run:
                self.objects[path], self._owned[path] = made, owned
                self._define(made)
            return made

    def edit(self, path: str, change: Callable[[Json], None], manager: str = "kubectl-edit") -> None:
        """Change an object by hand, as somebody with kubectl would."""
        with self._lock:
            before = deepcopy(self.objects[path])
            change(self.objects[path])
            changed = {leaf for leaf in leaves(self.objects[path]) if at(before, leaf) != at(self.objects[path], leaf)}
            owners = self._owned[path]
            for fields in owners.values():
                fields.difference_update(changed)
            owners.setdefault(manager, set()).update(changed)

    def delete(self, path: str, uid: str = "") -> None:
        with self._lock:
            live = self._existing(path)
            if uid and uid != text(live, "metadata.uid"):
                raise Refusal(409, "Conflict", "the UID in the precondition does not match")
            if dig(live, "metadata.finalizers"):
                mapping(live["metadata"])["deletionTimestamp"] = "2026-01-02T00:00:00Z"
                return
            inside = (
                f"/namespaces/{path.rpartition('/')[2]}/" if "/namespaces/" in path and path.count("/") == 4 else "//"
            )
            for gone in [path, *(other for other in self.objects if inside in other)]:
                del self.objects[gone], self._owned[gone]

    def answer(self, method: str, target: str, body: Json) -> Json:
        url = urlsplit(target)
        self.requests.append(f"{method} {target}")
        if self.busy:
            self.busy -= 1
            raise Refusal(429, "TooManyRequests", "try again")
        if method == "PATCH":
            self.applied.append(body)
            query = parse_qs(url.query)
            force, dry_run = query.get("force") == ["true"], "dryRun" in query
            return self.apply(url.path, body, query["fieldManager"][0], force=force, dry_run=dry_run)
        if method == "DELETE":
            self.propagations.append(text(body, "propagationPolicy"))
            self.delete(url.path, text(body, "preconditions.uid"))
            return {}
        if url.path in self.kinds:
            kinds = self.kinds[url.path].items()
            return {
                "resources": [
                    {"kind": kind, "name": f"{name}{part}", "namespaced": inner}
                    for part in ("", "/status")
                    for kind, (name, inner) in kinds
                ]
            }
        versions = [root for root in self.kinds if root.startswith(f"{url.path}/")]
        if versions:
            return {"preferredVersion": {"groupVersion": versions[0].removeprefix("/apis/")}}
        if url.path.rpartition("/")[2] in {name for kinds in self.kinds.values() for name, _ in kinds.values()}:
            return {"items": [item for path, item in self.objects.items() if path.startswith(f"{url.path}/")]}
        return self._existing(url.path)

    def _existing(self, path: str) -> Json:
        if path == "/apis/authentication.k8s.io/v1/selfsubjectreviews":
            return {"status": {"userInfo": {"username": self.user}}}
        if path not in self.objects:
            raise Refusal(404, "NotFound", f"{path} not found")
        return self.objects[path]

    def _guard(self, path: str, sent: Json) -> None:
        name = text(sent, "metadata.namespace")
        if name and f"/api/v1/namespaces/{name}" not in self.objects:
            raise Refusal(404, "NotFound", f'namespaces "{name}" not found')
        if text(sent, "metadata.uid") not in ("", text(self.objects.get(path, {}), "metadata.uid")):
            raise Refusal(409, "Conflict", "uid mismatch")

    def _stamp(self, made: Json, live: Json | None, owned: dict[str, set[Leaf]]) -> None:
        metadata = mapping(made["metadata"])
        metadata["uid"] = text(live, "metadata.uid") or str(uuid.uuid4())
        metadata["generation"] = int(str(dig(live, "metadata.generation") or 0)) + 1
        metadata["resourceVersion"] = str(len(self.requests))
        metadata["managedFields"] = [
            {"manager": manager, "operation": "Apply"} for manager, had in owned.items() if had
        ]
        if text(made, "kind") == "Namespace":
            made["status"] = {"phase": "Active"}

    def _define(self, made: Json) -> None:
        if text(made, "kind") == "CustomResourceDefinition":
            names = mapping(dig(made, "spec.names"))
            root = f"/apis/{text(made, 'spec.group')}/v1"
            self.kinds.setdefault(root, {})[text(names, "kind")] = (text(names, "plural"), True)
            made["status"] = {"conditions": [{"type": "Established", "status": "True"}]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet an answer: with two, each would wait 40 ms for the first one's acknowledgement

            def do_GET(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body: Json = mapping(json.loads(self.rfile.read(length))) if length else {}
                status = 200
                try:
                    with fake._lock:
                        said = json.dumps(fake.answer(self.command, self.path, body)).encode()
                except Refusal as refusal:
                    status = refusal.status
                    said = json.dumps({"kind": "Status", "reason": refusal.reason, "message": str(refusal)}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_PATCH = do_POST = do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        return Handler


@contextmanager
def fake_api_server(folder: Path) -> Generator[tuple[FakeApiServer, Path]]:
    """A running server and a kubeconfig whose current context leads to it."""
    server = FakeApiServer()
    server.start()
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [
                    {"name": "elsewhere", "context": {"cluster": "elsewhere", "user": "me"}},
                    {"name": "here", "context": {"cluster": "here", "user": "me"}},
                ],
                "clusters": [
                    {"name": "elsewhere", "cluster": {"server": "http://127.0.0.1:1"}},
                    {"name": "here", "cluster": {"server": server.url}},
                ],
                "users": [{"name": "me", "user": {"token": "t"}}],
            }
        )
    )
    try:
        yield server, kubeconfig
    finally:
        server.stop()


def namespace(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def leaves(value: Value, path: Leaf = ()) -> set[Leaf]:
    """Paths of everything that is no map, without what names the object."""
    if isinstance(value, dict) and value:
        return {leaf for key, item in value.items() for leaf in leaves(item, (*path, key))}
    named = path[:1] in (("apiVersion",), ("kind",), ("status",)) or (
        path[:1] == ("metadata",) and path[1:2] not in OWNED
    )
    return set() if named else {path}


OWNED = (("labels",), ("annotations",), ("finalizers",))


def at(value: Value, leaf: Leaf) -> Value:
    for step in leaf:
        value = mapping(value).get(step)
    return value


def drop(value: Json, leaf: Leaf) -> None:
    parent = at(value, leaf[:-1]) if leaf[1:] else value
    mapping(parent).pop(leaf[-1], None)


def merge(into: Json, sent: Json) -> None:
    for key, value in sent.items():
        mine = into.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            merge(mine, value)
        else:
            into[key] = deepcopy(value)
