"""Argo CD's repo-server and application controller as processes that live as long as their pods.

kwok's pods run nothing, so these processes do their work: they start when the release's pods are ready, and end when
its workloads are deleted. So an Application that is deleted after Argo CD hangs here, as it does on EKS.
"""

import os
import shutil
from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path

from components.argocd import mutual_tls
from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import BIN, SHARE, built
from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.control_plane import ControlPlane
from tests.cluster.stand.namespace import GIT_HOST
from tests.cluster.stand.polling import Poller
from tests.cluster.stand.processes import Processes

REDIS_PORT, REPO_SERVER_PORT = 6379, 9081
METRICS_PORTS = {"repo-server": 9084, "controller": 9082}
"""Not the defaults: 8081, 8082 and 8084 are ports of services, which the stand serves for their pods."""
REPO_SERVER, CONTROLLER, REDIS = "argocd-repo-server", "argocd-application-controller", "redis"
RESYNC_SECONDS = 5
REFRESH = "argocd.argoproj.io/refresh"
VERIFY = "git-verify-wrapper.sh"


class ArgoCd:
    """The processes, and access to Applications for tests."""

    def __init__(
        self, folder: Path, processes: Processes, control_plane: ControlPlane, *, namespace: str, authority: Authority
    ) -> None:
        self._folder, self._processes, self._namespace = folder, processes, namespace
        self._control_plane, self._api = control_plane, control_plane.api
        self.certificates = folder / "mutual-tls"
        """The files of the Secret with the certificate of the repo-server's clients."""
        self._poller = Poller(self._follow)
        self._held = False
        tls = folder / "tls"
        tls.mkdir(parents=True)
        shutil.copy2(authority.certificate, tls / GIT_HOST)
        (folder / "ssh").mkdir(mode=0o700)
        shutil.copy2(SHARE / "argocd" / VERIFY, folder / VERIFY)
        (folder / VERIFY).chmod(0o755)

    def start(self) -> None:
        """Begin following the pods of the release."""
        self._poller.start()

    def stop(self) -> None:
        """Stop following them."""
        self._poller.stop()

    @property
    def runs(self) -> bool:
        """Whether the application controller runs."""
        return self._processes.runs(CONTROLLER)

    def kill_controller(self) -> None:
        """Kill the application controller, as a crash would, and do not restart it until `revive`."""
        self._held = True
        if self.runs:
            self._processes.kill(CONTROLLER)

    def revive(self) -> None:
        """Restart the application controller."""
        self._held = False

    def applications(self) -> str:
        """Path of the Applications."""
        return f"/apis/argoproj.io/v1alpha1/namespaces/{self._namespace}/applications"

    def application(self, name: str) -> Json:
        """An Application's current state."""
        return self._api.get(f"{self.applications()}/{name}")

    def refresh(self, name: str) -> None:
        """Make Argo CD read Git now, as a webhook does."""
        self._api.patch(f"{self.applications()}/{name}", {"metadata": {"annotations": {REFRESH: "normal"}}})

    def _follow(self) -> None:
        root = f"/apis/apps/v1/namespaces/{self._namespace}"
        server = self._api.find(f"{root}/deployments/{REPO_SERVER}")
        controller = self._api.find(f"{root}/statefulsets/{CONTROLLER}")
        if _ready(server) and not self._processes.runs(REPO_SERVER):
            self._start_repo_server()
        if _ready(controller) and not self._held and not self._processes.runs(CONTROLLER):
            self._make_default_project()
            self._start_controller()
        for workload, name in ((controller, CONTROLLER), (server, REPO_SERVER)):
            if workload is None and self._processes.runs(name):
                self._processes.stop(name)

    def _make_default_project(self) -> None:
        """Create it as Argo CD's API server does when it starts, which does not run here."""
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{self._namespace}/appprojects"
        if self._api.find(f"{path}/default") is None:
            everything: Json = {
                "clusterResourceWhitelist": [{"group": "*", "kind": "*"}],
                "destinations": [{"namespace": "*", "server": "*"}],
                "sourceRepos": ["*"],
            }
            self._api.create(
                path,
                {
                    "apiVersion": "argoproj.io/v1alpha1",
                    "kind": "AppProject",
                    "metadata": {"name": "default"},
                    "spec": everything,
                },
            )

    def _start_repo_server(self) -> None:
        if not self._processes.runs(REDIS):
            self._processes.start(
                REDIS,
                [
                    built("redis-server"),
                    *("--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
                ],
            )
        self._processes.start(
            REPO_SERVER,
            [
                built(REPO_SERVER),
                *("--address", "127.0.0.1", "--port", str(REPO_SERVER_PORT), "--metrics-address", "127.0.0.1"),
                *("--metrics-port", str(METRICS_PORTS["repo-server"])),
                *("--redis", f"127.0.0.1:{REDIS_PORT}"),
                *self._mounted(mutual_tls.server_flags()),
                # A commit is seen immediately, not up to three minutes later.
                *("--revision-cache-expiration", "1s"),
            ],
            self._environment(self._control_plane.kubeconfig("admin", self._control_plane.token, self._namespace)),
        )

    def _start_controller(self) -> None:
        kubeconfig = self._control_plane.service_account_kubeconfig(self._namespace, CONTROLLER)
        self._processes.start(
            CONTROLLER,
            [
                built(CONTROLLER),
                *("--kubeconfig", str(kubeconfig), "--namespace", self._namespace),
                *("--repo-server", f"127.0.0.1:{REPO_SERVER_PORT}"),
                *self._mounted(mutual_tls.client_flags()),
                *("--redis", f"127.0.0.1:{REDIS_PORT}"),
                *("--metrics-port", str(METRICS_PORTS["controller"])),
                *("--app-resync", str(RESYNC_SECONDS), "--app-resync-jitter", "0"),
            ],
            self._environment(kubeconfig),
        )

    def _mounted(self, flags: Sequence[str]) -> list[str]:
        """The program's flags, with the folder in which the certificate's Secret is in place of its mount."""
        path = f"/api/v1/namespaces/{self._namespace}/secrets/{mutual_tls.SECRET}"
        self.certificates.mkdir(exist_ok=True)
        for name, content in self._api.get(path)["data"].items():
            (self.certificates / name).write_bytes(b64decode(content))
        return [flag.replace(mutual_tls.MOUNT, str(self.certificates)) for flag in flags]

    def _environment(self, kubeconfig: Path) -> dict[str, str]:
        return {
            "ARGOCD_FAKE_IN_CLUSTER": "true",
            # No signatures are verified, and the keys are only in the image.
            "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_SSH_DATA_PATH": str(self._folder / "ssh"),
            "ARGOCD_TLS_DATA_PATH": str(self._folder / "tls"),
            "KUBECONFIG": str(kubeconfig),
            "PATH": f"{self._folder}:{BIN}:{os.environ['PATH']}",
        }


def _ready(workload: Json | None) -> bool:
    return workload is not None and workload["status"].get("readyReplicas", 0) > 0
