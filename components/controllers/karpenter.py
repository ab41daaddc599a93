"""Karpenter: the chart, what it starts nodes with, and where it hears that spot capacity is taken away.

New nodes are like those of the managed group: its role (EKS has given that one access already), its security group, its
subnets. The queue of interruptions exists for spot nodes only: nothing is taken away from others without Kubernetes
seeing it. The group keeps the nodes on which Karpenter itself runs.
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
from components.controllers.chart import Chart
from components.controllers.context import OnAws
from components.controllers.karpenter_policies import karpenter_policy, queue_policy
from components.controllers.values import karpenter_values, node_class_spec, node_pool_spec
from components.sizing.capacity import pods_per_node
from components.sizing.instance_types import INSTANCE_TYPES

CHART = "oci://public.ecr.aws/karpenter/karpenter"
NODES = "platform"
"""Name of the pool and of the class of its nodes."""
MESSAGE_SECONDS = 300
"""A notice of interruption is old after two minutes."""
NOTICES = ("AWS Health Event", "EC2 Instance Rebalance Recommendation", "EC2 Instance State-change Notification",
           "EC2 Spot Instance Interruption Warning")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class KarpenterArgs:
    """What Karpenter needs from outside."""

    chart_version: str
    prefix: str
    """System and stage: what it has in AWS is called so."""
    on_aws: OnAws


class Karpenter(pulumi.ComponentResource):
    """What Karpenter needs in AWS; its chart is installed with the others, and then `nodes` says what it may start."""

    chart: Chart
    """To be installed by the caller, who has the namespace."""

    def __init__(self, name: str, args: KarpenterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:operators_karpenter:Karpenter", name, {}, opts)
        self._name, self._args, on_aws = name, args, args.on_aws
        role_name = pulumi.Output.from_input(on_aws.node_role_arn).apply(lambda arn: arn.rpartition("/")[2])
        self._profile = aws.iam.InstanceProfile(
            f"{args.prefix}-karpenter", role=role_name, opts=pulumi.ResourceOptions(parent=self)
        )
        queue = self._interruptions() if on_aws.nodes.capacity_type is CapacityType.SPOT else None
        queue_arn = None if queue is None else on_aws.account.arn("sqs", queue)
        known = pulumi.Output.all(role=on_aws.node_role_arn, profile=self._profile.arn)
        self.chart = Chart(
            name="karpenter",
            chart=CHART,
            repository=None,
            version=args.chart_version,
            values=karpenter_values(cluster_name=on_aws.cluster, queue_name=queue),
            policy=known.apply(
                lambda arns: karpenter_policy(
                    on_aws.account,
                    cluster_name=on_aws.cluster,
                    node_role_arn=arns["role"],
                    profile_arn=arns["profile"],
                    queue_arn=queue_arn,
                )
            ),
        )
        self.register_outputs({})

    def nodes(self, release: pulumi.Resource) -> Sequence[pulumi.Resource]:
        """Class and pool of the nodes. They go before the release: its controller ends the nodes."""
        on_aws = self._args.on_aws
        settings = on_aws.nodes
        max_pods = pods_per_node(settings.instance_type, prefix_delegation=True) if settings.prefix_delegation else None
        node_class = k8s.apiextensions.CustomResource(
            f"{self._name}-class",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata=ObjectMetaArgs(name=NODES),
            spec=node_class_spec(
                family=settings.ami_family,
                profile=self._profile.name,
                subnet_ids=on_aws.node_subnet_ids,
                security_group_id=on_aws.node_security_group_id,
                volumes=volumes(settings.ami_family, settings.disk_gib),
                max_pods=max_pods,
                tags=on_aws.tags,
            ),
            # The definition comes with the release.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[release]),
        )
        pool = k8s.apiextensions.CustomResource(
            f"{self._name}-pool",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            metadata=ObjectMetaArgs(name=NODES),
            spec=node_pool_spec(
                node_class=NODES,
                instance_type=settings.instance_type,
                spot=settings.capacity_type is CapacityType.SPOT,
                millicores=millicores(settings),
                unavailable_percent=settings.max_unavailable_percent,
            ),
            # A class that nodes still refer to cannot go.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[node_class]),
        )
        return (node_class, pool)

    def _interruptions(self) -> str:
        """A queue that EventBridge fills, and its name, which is fixed so that policies can be read in a plan."""
        child, account = pulumi.ResourceOptions(parent=self), self._args.on_aws.account
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
        policy = queue_policy(
            account, queue_arn=account.arn("sqs", name), rule_arn=account.arn("events", f"rule/{name}")
        )
        aws.sqs.QueuePolicy(name, queue_url=queue.url, policy=policy, opts=child)
        aws.cloudwatch.EventTarget(name, rule=rule.name, arn=queue.arn, opts=child)
        return name


def millicores(settings: NodesConfig) -> int:
    """What the pool may have beside the managed group, so that both together are no more than `maximum` nodes."""
    return (settings.maximum - settings.desired) * INSTANCE_TYPES[settings.instance_type].vcpu * 1000
