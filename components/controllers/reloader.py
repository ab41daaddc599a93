"""Reloader: restarts the pods that read a changed Secret or ConfigMap.

It marks the restart by an annotation of the pod template. The chart's default is an environment variable in the
container. Argo CD tolerates that in a Deployment but reports it as a difference in a Rollout, because it compares lists
as a whole in kinds without a schema.
It acts on Deployments with `reloader.stakater.com/auto: "true"`, in the environments' namespaces only. It reads every
Secret there, so its pods reach the API server and no other address.
Sources: chart reloader, "Reload strategies" and "Scope Reloader to specific namespaces" of its documentation;
Argo CD, issue 6154.
"""

from collections.abc import Iterator

from components.controllers import rollouts
from components.controllers.chart import Chart, Values, scraped
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY, NOBODY, ONE_AT_A_TIME
from components.kubernetes.names import PART_OF_LABEL
from components.sizing.pods import ContainerSize, Workload

NAME = "reloader"
METRICS_PORT = 9090

RELOADER = ContainerSize(cpu=10, memory=64, cpu_limit=100, memory_limit=256)
"""Keeps a hash of each watched Secret and ConfigMap, and the objects themselves while it starts."""


def values(*, system: str, with_rollouts: bool) -> Values:
    """Helm values.

    `system`: it watches namespaces with this value of the label `app.kubernetes.io/part-of`. `with_rollouts`: whether
    it restarts Rollouts, whose CRD must exist before the chart.
    """
    return {
        "fullnameOverride": NAME,
        "reloader": {
            "deployment": {
                "containerSecurityContext": CONTAINER_SECURITY,
                "pod": {"annotations": scraped(METRICS_PORT)},
                "replicas": REPLICAS,
                "resources": RELOADER.resources,
                "securityContext": {
                    "runAsGroup": NOBODY,
                    "runAsNonRoot": True,
                    "runAsUser": NOBODY,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
            },
            # Two pods elect a leader, so that no change is missed while a node is drained.
            "enableHA": True,
            "ignoreCronJobs": True,
            # The database bootstrap reads Secrets too; a change there creates a new Job.
            "ignoreJobs": True,
            "isArgoRollouts": with_rollouts,
            "namespaceSelector": f"{PART_OF_LABEL}={system}",
            "podDisruptionBudget": {"enabled": True, **ONE_AT_A_TIME},
            "readOnlyRootFileSystem": True,
            "reloadStrategy": "annotations",
            "serviceAccount": {"name": NAME},
            "watchGlobally": True,
        },
    }


def _charts(context: ControllerContext) -> Iterator[Chart]:
    with_rollouts = context.settings.rollouts is not None
    if context.settings.reloader is not None:
        yield Chart(
            name=NAME,
            chart=NAME,
            repository="https://stakater.github.io/stakater-charts",
            version=context.settings.reloader.chart_version,
            values=values(system=context.system, with_rollouts=with_rollouts),
            after=rollouts.NAME if with_rollouts else None,
        )


CONTROLLER = Controller(
    name=NAME,
    workloads=(Workload(name=NAME, pods=REPLICAS, containers={NAME: RELOADER}),),
    charts=_charts,
    enabled=lambda settings, _: settings.reloader is not None,
    metrics_port=METRICS_PORT,
    calls_aws=False,
)
