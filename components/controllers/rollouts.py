"""Argo Rollouts: canary deployments through the load balancer, judged by Prometheus."""

from collections.abc import Iterator

from components.account.policy_documents import Statement, document
from components.controllers.chart import Chart, Values, scraped
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY, ONE_AT_A_TIME, spread
from components.kubernetes.names import NAME_LABEL
from components.sizing.pods import ContainerSize, Workload

NAME = "argo-rollouts"
METRICS_PORT = 8090

ROLLOUTS = ContainerSize(cpu=50, memory=128, cpu_limit=500, memory_limit=256)


def values(*, region: str | None) -> Values:
    """Helm values; with a region it verifies that load balancers have applied the weights."""
    controller: dict[str, object] = {
        "metrics": {"enabled": True},
        "pdb": {"enabled": True, **ONE_AT_A_TIME},
        "replicas": REPLICAS,
        "resources": ROLLOUTS.resources,
        "topologySpreadConstraints": spread({NAME_LABEL: NAME}),
    }
    if region is not None:
        # Otherwise a step is complete when the weights are written, not when the load balancer has applied them.
        controller["extraArgs"] = ["--aws-verify-target-group"]
        controller["extraEnv"] = [{"name": "AWS_REGION", "value": region}]
    return {
        "containerSecurityContext": CONTAINER_SECURITY,
        "controller": controller,
        "dashboard": {"enabled": False},
        "fullnameOverride": NAME,
        # Removing the release must not remove every Rollout of the cluster with its CRD.
        "installCRDs": True,
        "keepCRDs": True,
        "podAnnotations": scraped(METRICS_PORT),
        "podSecurityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "serviceAccount": {"name": NAME},
    }


def iam_policy() -> str:
    """Verify the targets and weights of load balancers. These calls take no resources."""
    calls = ("Listeners", "LoadBalancers", "Rules", "Tags", "TargetGroups", "TargetHealth")
    return document(
        [
            Statement(
                sid="VerifyTraffic",
                actions=[f"elasticloadbalancing:Describe{call}" for call in calls],
                resources=["*"],
            )
        ]
    )


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.settings.rollouts is not None:
        yield Chart(
            name=NAME,
            chart=NAME,
            repository="https://argoproj.github.io/argo-helm",
            version=context.settings.rollouts.chart_version,
            values=values(region=None if context.eks is None else context.eks.account.region),
            policy=None if context.eks is None else iam_policy(),
        )


CONTROLLER = Controller(
    name=NAME,
    workloads=(Workload(name=NAME, pods=REPLICAS, containers={NAME: ROLLOUTS}),),
    charts=_charts,
    enabled=lambda settings, _: settings.rollouts is not None,
    metrics_port=METRICS_PORT,
)
