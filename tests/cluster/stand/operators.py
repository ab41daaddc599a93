"""Controllers whose real programs run here, as long as the pods of their releases, with the rights of these pods."""

import time
from collections.abc import Mapping, Sequence

from components.controllers import external_secrets, rollouts
from components.kubernetes.names import PLATFORM_NAMESPACE
from tests.cluster.stand import secrets_manager
from tests.cluster.stand.api import Api
from tests.cluster.stand.binaries import built
from tests.cluster.stand.control_plane import ControlPlane
from tests.cluster.stand.polling import Poller
from tests.cluster.stand.processes import Processes


class Operator:
    """One controller: its process starts when a pod of its Deployment is ready, and ends with the Deployment."""

    def __init__(
        self,
        name: str,
        options: Sequence[str],
        environment: Mapping[str, str],
        processes: Processes,
        control_plane: ControlPlane,
    ) -> None:
        self._name, self._options, self._environment = name, options, environment
        self._processes, self._control_plane = processes, control_plane
        self._poller = Poller(self._follow)

    def start(self) -> None:
        """Begin following the pods of the release."""
        self._poller.start()

    def stop(self) -> None:
        """Stop following them."""
        self._poller.stop()

    def _follow(self) -> None:
        path = f"/apis/apps/v1/namespaces/{PLATFORM_NAMESPACE}/deployments/{self._name}"
        deployment = self._control_plane.api.find(path)
        runs = self._processes.runs(self._name)
        if deployment is None and runs:
            self._processes.stop(self._name)
        if deployment is not None and not runs and deployment["status"].get("readyReplicas", 0) > 0:
            (container,) = deployment["spec"]["template"]["spec"]["containers"]
            kubeconfig = self._control_plane.service_account_kubeconfig(PLATFORM_NAMESPACE, self._name)
            # Of an option that is given twice, the last one counts.
            command = [built(self._name), *container.get("args", []), *self._options]
            self._processes.start(self._name, command, {"KUBECONFIG": str(kubeconfig), **self._environment})


def force_sync(api: Api, external_secret: str) -> None:
    """Make External Secrets read the entries of an ExternalSecret (its path) now, as docs/secrets.md says."""
    api.patch(external_secret, {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}})


def operators(processes: Processes, control_plane: ControlPlane) -> list[Operator]:
    """External Secrets and Argo Rollouts; their ports are not the defaults, which are ports of services here."""
    return [
        Operator(
            external_secrets.NAME,
            ["--metrics-addr=127.0.0.1:18080", "--live-addr=127.0.0.1:18082", "--enable-leader-election=false"],
            secrets_manager.ENVIRONMENT,
            processes,
            control_plane,
        ),
        Operator(
            rollouts.NAME,
            ["--metricsPort=18090", "--healthzPort=18091", "--leader-elect=false"],
            {},
            processes,
            control_plane,
        ),
    ]
