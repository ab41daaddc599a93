"""Runs scripts/smoke.py against a cluster of the test's own, in this process or over a real kubectl."""

import io
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from copy import deepcopy
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from scripts import smoke
from scripts.smoke import Answer, Get, ReadError

NEW, OLD = "a" * 40, "b" * 40
METRICS = '# HELP up Whether it runs.\nup 1\nhttp_requests_total{path="/a b"} 3.0\n'
SERVICES = ("auth-service", "user-service")
APPLICATION = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/nova-staging"
PODS = "/api/v1/namespaces/nova/pods"
PROXY = "/api/v1/namespaces/nova/services/"

Json = dict[str, Any]
Reading = Json | list[Json] | Answer | ReadError


def application(revision: str = NEW) -> Json:
    """An Application that is Synced and Healthy at a revision, in a status written after its sync."""
    listed = ", ".join(f"{name} /health /metrics" for name in SERVICES)
    return {
        "metadata": {"annotations": {"platform/services": listed}},
        "spec": {"destination": {"namespace": "nova"}},
        "status": {
            "sync": {"status": "Synced", "revision": revision},
            "health": {"status": "Healthy"},
            "reconciledAt": "2026-11-21T10:00:05Z",
            "operationState": {
                "phase": "Succeeded",
                "finishedAt": "2026-11-21T10:00:03Z",
                "message": "successfully synced",
                "syncResult": {"revision": revision, "resources": []},
            },
            "conditions": [{"type": "OrphanedResourceWarning", "message": "1 orphaned"}],
            "resources": [
                {"kind": kind, "namespace": "nova", "name": name, "status": "Synced"}
                for name in SERVICES
                for kind in ("Deployment", "Service")
            ],
        },
    }


def pod(service: str, number: int, template: str = "new", tag: str = "1.0") -> Json:
    """A ready pod of a service that answers over HTTP."""
    probes = {probe: {"httpGet": {"path": "/health"}} for probe in ("livenessProbe", "readinessProbe")}
    return {
        "metadata": {
            "name": f"{service}-{template}-{number}",
            "labels": {"app.kubernetes.io/name": service, "pod-template-hash": template},
            "annotations": {"prometheus.io/scrape": "true", "prometheus.io/path": "/metrics"},
            "ownerReferences": [{"kind": "ReplicaSet"}],
        },
        "spec": {"containers": [{"image": f"registry/{service}:{tag}", **probes}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": []},
    }


def unready(ready: Json, state: Json | None = None, **more: Any) -> Json:
    """The same pod with a container that is not ready: it is running, or in `state`."""
    changed = deepcopy(ready)
    changed["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    container = {"name": "app", "ready": False, "restartCount": 2, "state": state or {"running": {}}, **more}
    changed["status"]["containerStatuses"] = [container]
    return changed


def pods() -> list[Json]:
    return [pod(service, number) for service in SERVICES for number in (1, 2)]


def refused(status: int, message: str) -> Answer:
    """The API server's own answer, instead of the service's."""
    return Answer(status, json.dumps({"kind": "Status", "code": status, "message": message}).encode())


class Clock:
    """The time of the script: nothing but its own sleep lets it pass."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@dataclass(frozen=True)
class Result:
    """What one run printed, and what it asked for."""

    status: int
    out: str
    err: str
    requests: list[str]

    def failed(self) -> list[str]:
        return [line for line in self.out.splitlines() if line.startswith("FAIL")]

    @property
    def json(self) -> Json:
        return json.loads(self.out)

    @property
    def looks(self) -> int:
        return self.requests.count(APPLICATION)

    def asked(self, service: str, path: str) -> int:
        """How often a service was asked."""
        return self.requests.count(f"{PROXY}{service}:http/proxy{path}")


class Scenario:
    """The state of the cluster: healthy until a test changes it."""

    def __init__(self) -> None:
        self.application: Reading = application()
        self.pods: Reading = pods()
        self.answers: dict[str, Answer | ReadError] = {
            f"{name}/metrics": Answer(200, METRICS.encode()) for name in SERVICES
        }
        self.before: list[tuple[Reading, Reading]] = []
        """Application and pods of earlier looks."""
        self.requests: list[str] = []

    @property
    def status(self) -> Json:
        assert isinstance(self.application, dict)
        return self.application["status"]

    @property
    def annotations(self) -> Json:
        assert isinstance(self.application, dict)
        return self.application["metadata"]["annotations"]

    def get(self, path: str) -> Answer:
        """Answer in place of the API server."""
        self.requests.append(path)
        looks = [*self.before, (self.application, self.pods)]
        application, pods = looks[min(self.requests.count(APPLICATION), len(looks)) - 1]
        service, _, rest = path.removeprefix(PROXY).partition(":http/proxy")
        known: dict[str, Reading] = {
            APPLICATION: application,
            PODS: {"items": pods} if isinstance(pods, list) else pods,
        }
        answer = known.get(path) or self.answers.get(f"{service}{rest}", Answer(200, b"ok"))
        if isinstance(answer, ReadError):
            raise answer
        return answer if isinstance(answer, Answer) else Answer(200, json.dumps(answer).encode())

    def run(self, *options: str, get: Get | None = None) -> Result:
        """Run the script in this process; without a timeout it has time for two looks."""
        arguments = ["--application", "nova-staging", "--timeout", "1", "--interval", "2", *options]
        out, err, clock = io.StringIO(), io.StringIO(), Clock()
        self.requests.clear()
        with mock.patch.object(smoke, "time", clock), redirect_stdout(out), redirect_stderr(err):
            status = smoke.run(smoke.read_options(arguments), get or self.get)
        return Result(status, out.getvalue(), err.getvalue(), list(self.requests))


@contextmanager
def served(scenario: Scenario) -> Generator[str]:
    """The scenario as an API server; gives its address. A request that is no GET is refused."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = scenario.get(self.path)
            # A client that gave up is no error.
            with suppress(ConnectionError):
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
