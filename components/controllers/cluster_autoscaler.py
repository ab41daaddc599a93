"""Cluster Autoscaler: changes the size of the managed node group, where `cluster.nodes.scaling` chooses it."""

from collections.abc import Iterator

from components.account.account import Account
from components.account.policy_documents import Statement, document
from components.config.controllers import NodeScaling
from components.controllers.chart import Chart, Values, scraped
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, Controller
from components.kubernetes.defaults import CONTAINER_SECURITY, ONE_AT_A_TIME, POD_SECURITY, spread
from components.kubernetes.names import NAME_LABEL
from components.sizing.pods import ContainerSize, Workload

NAME = "cluster-autoscaler"
POD_NAME = f"aws-{NAME}"
"""The chart puts the cloud provider before the name of pods and containers."""
METRICS_PORT = 8085

CLUSTER_AUTOSCALER = ContainerSize(cpu=50, memory=256, cpu_limit=500, memory_limit=512)
"""Keeps the whole cluster in memory to simulate scheduling."""


def values(*, cluster_name: str, region: str, image_tag: str) -> Values:
    """Helm values: it scales the Auto Scaling groups that EKS tags with the cluster's name."""
    return {
        "autoDiscovery": {"clusterName": cluster_name},
        "awsRegion": region,
        "cloudProvider": "aws",
        "containerSecurityContext": CONTAINER_SECURITY,
        "extraArgs": {
            "balance-similar-node-groups": True,
            "expander": "least-waste",
            # Most pods have an emptyDir, and controllers have disruption budgets: neither may block scaling in.
            "skip-nodes-with-local-storage": False,
            "skip-nodes-with-system-pods": False,
        },
        "fullnameOverride": NAME,
        # It simulates the scheduler of one Kubernetes version; the chart's default is that of another.
        "image": {"tag": image_tag},
        "podAnnotations": scraped(METRICS_PORT),
        "podDisruptionBudget": ONE_AT_A_TIME,
        "rbac": {"serviceAccount": {"name": NAME}},
        "replicaCount": REPLICAS,
        "resources": CLUSTER_AUTOSCALER.resources,
        "securityContext": POD_SECURITY,
        "topologySpreadConstraints": spread({NAME_LABEL: POD_NAME}),
    }


def iam_policy(account: Account, cluster_name: str) -> str:
    """Change the size of the cluster's own node groups: EKS tags their Auto Scaling groups."""
    return document(
        [
            Statement(
                sid="Scale",
                actions=["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                resources=[account.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*")],
                condition={
                    "StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{cluster_name}": "owned"}
                },
            ),
            Statement(
                sid="ReadNodeGroups",
                actions=["eks:DescribeNodegroup"],
                resources=[account.arn("eks", f"nodegroup/{cluster_name}/*")],
            ),
            Statement(
                sid="Read",
                actions=["autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances",
                         "autoscaling:DescribeLaunchConfigurations", "autoscaling:DescribeScalingActivities",
                         "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
                         "ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements"],
                resources=["*"],
            ),
        ]
    )  # fmt: skip


def _charts(context: ControllerContext) -> Iterator[Chart]:
    if context.scaling is NodeScaling.CLUSTER_AUTOSCALER:
        settings, eks = context.settings.cluster_autoscaler, context.on_eks
        yield Chart(
            name=NAME,
            chart=NAME,
            repository="https://kubernetes.github.io/autoscaler",
            version=settings.chart_version,
            values=values(
                cluster_name=eks.cluster,
                region=eks.account.region,
                image_tag=settings.tag(eks.kubernetes_version),
            ),
            policy=iam_policy(eks.account, eks.cluster),
        )


CONTROLLER = Controller(
    name=POD_NAME,
    workloads=(Workload(name=NAME, pods=REPLICAS, containers={POD_NAME: CLUSTER_AUTOSCALER}),),
    charts=_charts,
    enabled=lambda _, scaling: scaling is NodeScaling.CLUSTER_AUTOSCALER,
    requires_eks=True,
    metrics_port=METRICS_PORT,
)
