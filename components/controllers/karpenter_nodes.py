"""Karpenter's AWS resources, its chart, and the nodes that it may start.

New nodes are like those of the managed group: its role (which has access to the cluster already), its security group,
its subnets. The queue of interruption notices exists for spot nodes only, because only these end without a drain. The
managed group keeps the nodes on which Karpenter itself runs.
"""

from __future__ import annotations  # not every stack needs these SDK modules, and loading them takes a second

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.cluster.ami import volumes
from components.config.cluster import NodesConfig
from components.config.types import CapacityType
from components.controllers import karpenter
from components.controllers.chart import KEEP, Chart
from components.controllers.context import EksContext
from components.sizing.capacity import pods_per_node
from components.sizing.instance_types import INSTANCE_TYPES

NODES = "platform"
"""Name of the NodePool and of its EC2NodeClass."""
MESSAGE_SECONDS = 300
"""A spot instance ends two minutes after its notice."""
NOTICES = ("AWS Health Event", "EC2 Instance Rebalance Recommendation", "EC2 Instance State-change Notification",
           "EC2 Spot Instance Interruption Warning")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class KarpenterArgs:
    """Arguments of Karpenter."""

    chart_version: str
    prefix: str
    """System and stage: prefix of its AWS resources."""
    eks: EksContext


class Karpenter(pulumi.ComponentResource):
    """Instance profile, and for spot nodes the queue; the caller installs the chart and then calls `nodes`."""

    crds: Chart
    """CRDs, which Helm does not upgrade with `chart`. The caller, which has the namespace, installs both charts."""
    chart: Chart
    """The controller."""

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:operators_karpenter:Karpenter", name, {}, opts)
        self._name, self._args, eks = name, args, args.eks
        role_name = pulumi.Output.from_input(eks.node_role_arn).apply(lambda arn: arn.rpartition("/")[2])
        self._profile = aws.iam.InstanceProfile(
            f"{args.prefix}-karpenter", role=role_name, opts=pulumi.ResourceOptions(parent=self)
        )
        queue = self._interruptions() if eks.nodes.capacity_type is CapacityType.SPOT else None
        queue_arn = None if queue is None else eks.account.arn("sqs", queue)
        known = pulumi.Output.all(role=eks.node_role_arn, profile=self._profile.arn)
        self.crds = Chart(
            name=karpenter.CRDS,
            chart=karpenter.CRD_CHART,
            repository=None,
            version=args.chart_version,
            # Removing the release must not remove every NodePool with its CRD, and the nodes of the pool.
            values={"additionalAnnotations": KEEP},
            # The chart of the controller has the CRDs too, and installed them before this release existed.
            take_ownership=True,
        )
        self.chart = Chart(
            name=karpenter.NAME,
            chart=karpenter.CHART,
            repository=None,
            version=args.chart_version,
            values=karpenter.values(cluster_name=eks.cluster, queue_name=queue),
            policy=known.apply(
                lambda arns: karpenter.iam_policy(
                    eks.account,
                    cluster_name=eks.cluster,
                    node_role_arn=arns["role"],
                    profile_arn=arns["profile"],
                    queue_arn=queue_arn,
                )
            ),
        )
        self.register_outputs({})

    def nodes(self, release: pulumi.Resource) -> Sequence[pulumi.Resource]:
        """EC2NodeClass and NodePool. They are deleted before the release, whose controller ends the nodes."""
        eks = self._args.eks
        settings = eks.nodes
        max_pods = pods_per_node(settings.instance_type, prefix_delegation=True) if settings.prefix_delegation else None
        node_class = k8s.apiextensions.CustomResource(
            f"{self._name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata=ObjectMetaArgs(name=NODES),
            spec=karpenter.node_class_spec(
                family=settings.ami_family,
                profile=self._profile.name,
                subnet_ids=eks.node_subnet_ids,
                security_group_id=eks.node_security_group_id,
                volumes=volumes(settings.ami_family, settings.disk_gib),
                max_pods=max_pods,
                tags=eks.tags,
            ),
            # The release installs the CRD.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )
        pool = k8s.apiextensions.CustomResource(
            f"{self._name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=ObjectMetaArgs(name=NODES),
            spec=karpenter.node_pool_spec(
                node_class=NODES,
                instance_type=settings.instance_type,
                spot=settings.capacity_type is CapacityType.SPOT,
                millicores=millicores(settings),
                unavailable_percent=settings.max_unavailable_percent,
            ),
            # A class cannot be deleted while nodes refer to it.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[node_class]),
        )
        return (node_class, pool)

    def _interruptions(self) -> str:
        """Create the queue that EventBridge fills; returns its name, fixed so that policies can be read in a plan."""
        child, account = pulumi.ResourceOptions(parent=self), self._args.eks.account
        name = f"{self._args.prefix}-karpenter"
        queue = aws.sqs.Queue(
            name, name=name, message_retention_seconds=MESSAGE_SECONDS, sqs_managed_sse_enabled=True, opts=child
        )
        rule = aws.cloudwatch.EventRule(
            name,
            name=name,
            description="Interruptions of spot nodes, for Karpenter",
            event_pattern=json.dumps(
                {"detail-type": list(NOTICES), "source": ["aws.ec2", "aws.health"]}, sort_keys=True
            ),
            opts=child,
        )
        policy = karpenter.queue_policy(
            account, queue_arn=account.arn("sqs", name), rule_arn=account.arn("events", f"rule/{name}")
        )
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=policy, opts=child)
        aws.cloudwatch.EventTarget(name, rule=rule.name, arn=queue.arn, opts=child)
        return name


def millicores(settings: NodesConfig) -> int:
    """CPU limit of the pool: with the managed group it has at most `maximum` nodes."""
    return (settings.maximum - settings.desired) * INSTANCE_TYPES[settings.instance_type].vcpu * 1000
