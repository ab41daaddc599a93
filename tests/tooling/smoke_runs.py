"""Runs scripts/smoke.sh against a kubectl that answers from a scenario (stub_kubectl.py)."""

import json
import os
import shutil
import subprocess
import sys
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.harness.harness import ROOT

SCRIPT = ROOT / "scripts" / "smoke.sh"
STUB = Path(__file__).with_name("stub_kubectl.py")
NEW, OLD = "a" * 40, "b" * 40
METRICS = '# HELP up Whether it runs.\nup 1\nhttp_requests_total{path="/a b"} 3.0\n'
SERVICES = ("auth-service", "user-service")

Json = dict[str, Any]


def application(revision: str = NEW) -> Json:
    """An Application that is Synced and Healthy at a revision, reckoned after its sync."""
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


def unready(found: Json, state: Json | None = None, **more: Any) -> Json:
    """The same pod with a container that is not ready: it runs, or is in `state`."""
    one = deepcopy(found)
    one["status"]["conditions"] = [{"type": "Ready", "status": "False"}]
    container = {"name": "app", "ready": False, "restartCount": 2, "state": state or {"running": {}}, **more}
    one["status"]["containerStatuses"] = [container]
    return one


def pods() -> list[Json]:
    return [pod(service, number) for service in SERVICES for number in (1, 2)]


@dataclass(frozen=True)
class Result:
    """What one run said."""

    status: int
    out: str
    err: str
    calls: str

    def failed(self) -> list[str]:
        """Lines of what failed."""
        return [line for line in self.out.splitlines() if line.startswith("FAIL")]

    @property
    def json(self) -> Json:
        return json.loads(self.out)


class Scenario:
    """What the cluster is like: all is well until a test changes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.application: Json | str = application()
        self.pods: list[Json] | str = pods()
        self.answers: dict[str, Json] = {f"{name}/metrics": {"code": 200, "body": METRICS} for name in SERVICES}
        self.before: list[Json] = []
        """Looks that come before: each with `application` and `pods`."""

    @property
    def status(self) -> Json:
        assert isinstance(self.application, dict)
        return self.application["status"]

    @property
    def annotations(self) -> Json:
        assert isinstance(self.application, dict)
        return self.application["metadata"]["annotations"]

    def run(
        self,
        *options: str,
        script: Path = SCRIPT,
        named: bool = True,
        path: str | None = None,
        passed: int | None = None,
    ) -> Result:
        """Run the script with the Application's name, unless `named` is false, and without a wait unless one is given.

        `path`: the PATH, in place of the usual one with the stub's folder before it. `passed`: seconds that are over
        before the first look; bash counts SECONDS on from what it inherits. All of them, unless a wait is given.
        """
        looks = [*self.before, {"application": self.application, "pods": self.pods}]
        (self.folder / "scenario.json").write_text(json.dumps({"looks": looks, "answers": self.answers}))
        program = self.folder / "bin" / "kubectl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{STUB}" "$@"\n')
        program.chmod(0o755)
        path = path or f"{program.parent}:{os.environ['PATH']}"
        name = ["--application", "nova-staging"] if named else []
        command = [shutil.which("bash") or "bash", str(script), *name, "--timeout", "1", "--interval", "0.01", *options]
        if passed is None:
            passed = 0 if "--timeout" in options else 1
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            env={
                "PATH": path,
                "SCENARIO": str(self.folder),
                "TMPDIR": str(self.folder),
                "SECONDS": str(passed),
            },
        )
        calls = self.folder / "calls"
        return Result(done.returncode, done.stdout, done.stderr, calls.read_text() if calls.exists() else "")
