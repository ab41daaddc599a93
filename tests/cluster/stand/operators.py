"""Controllers whose real programs run here, as long as the pods of their releases, with the rights of these pods."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.controllers import external_secrets, rollouts
from components.kubernetes.names import PLATFORM_NAMESPACE
from tests.cluster.stand import secrets_manager
from tests.cluster.stand.api import Api
from tests.cluster.stand.binaries import built
from tests.cluster.stand.control_plane import ControlPlane
from tests.cluster.stand.polling import Poller
from tests.cluster.stand.processes import Processes


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One controller: its process starts when a pod of its Deployment is ready, and ends with the Deployment."""

    name: str
    """Of the Deployment, its ServiceAccount and the program."""
    options: Sequence[str]
    """In addition to the container's arguments; of an option that is given twice, the last one counts."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def follow(self, processes: Processes, control_plane: ControlPlane) -> None:
        """Start or end the process if the Deployment asks for it."""
        path = f"/apis/apps/v1/namespaces/{PLATFORM_NAMESPACE}/deployments/{self.name}"
        deployment = control_plane.api.find(path)
        runs = processes.runs(self.name)
        if deployment is None and runs:
            processes.stop(self.name)
        if deployment is not None and not runs and deployment["status"].get("readyReplicas", 0) > 0:
            (container,) = deployment["spec"]["template"]["spec"]["containers"]
            kubeconfig = control_plane.service_account_kubeconfig(PLATFORM_NAMESPACE, self.name)
            command = [built(self.name), *container.get("args", []), *self.options]
            processes.start(self.name, command, {"KUBECONFIG": str(kubeconfig), **self.environment})


# Their ports are not the defaults, which are ports of services here.
OPERATORS = (
    Operator(
        name=external_secrets.NAME,
        options=["--metrics-addr=127.0.0.1:18080", "--live-addr=127.0.0.1:18082", "--enable-leader-election=false"],
        environment=secrets_manager.ENVIRONMENT,
    ),
    Operator(name=rollouts.NAME, options=["--metricsPort=18090", "--healthzPort=18091", "--leader-elect=false"]),
)


def operators(processes: Processes, control_plane: ControlPlane) -> Poller:
    """External Secrets and Argo Rollouts, which follow the pods of their releases from `start` to `stop`."""

    def follow() -> None:
        for operator in OPERATORS:
            operator.follow(processes, control_plane)

    return Poller(follow)


def force_sync(api: Api, external_secret: str) -> None:
    """Make External Secrets read the entries of an ExternalSecret (its path) now, as docs/secrets.md says."""
    api.patch(external_secret, {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}})
