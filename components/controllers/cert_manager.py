"""cert-manager: issues certificates to pods; the trial of how a controller is added."""

from collections.abc import Iterator

from components.controllers.chart import Chart, Values
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY
from components.sizing.pods import ContainerSize, Workload

NAME = "cert-manager"
WEBHOOK_PORT = 10250
CONTROLLER_SIZE = ContainerSize(cpu=20, memory=64, cpu_limit=200, memory_limit=128)


def values() -> Values:
    """Helm values."""
    return {
        "containerSecurityContext": CONTAINER_SECURITY,
        "crds": {"enabled": True, "keep": True},
        "fullnameOverride": NAME,
        "replicaCount": REPLICAS,
        "resources": CONTROLLER_SIZE.resources,
        "serviceAccount": {"name": NAME},
    }


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.settings.cert_manager is not None:
        yield Chart(
            name=NAME,
            chart=NAME,
            repository="https://charts.jetstack.io",
            version=context.settings.cert_manager.chart_version,
            values=values(),
        )


CONTROLLER = Controller(
    name=NAME,
    workloads=(Workload(name=NAME, pods=REPLICAS, containers={"cert-manager-controller": CONTROLLER_SIZE}),),
    charts=_charts,
    enabled=lambda settings, _: settings.cert_manager is not None,
    webhooks={"webhook": WEBHOOK_PORT},
)
