"""Karpenter: starts and ends nodes, where `cluster.nodes.scaling` chooses it.

The program owns the instance profile: Karpenter passes it on and creates none, so it cannot give a node another role.
`karpenter_nodes.py` has the resources that it needs in AWS and the description of its nodes.
Source: the CloudFormation template of Karpenter's reference.
"""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.account.account import Account
from components.account.policy_documents import Condition, Statement, document
from components.config.controllers import NodeScaling
from components.config.types import AmiFamily
from components.controllers.chart import Chart, Values, scraped
from components.controllers.context import ControllerContext
from components.controllers.controller import REPLICAS, Controller
from components.sizing.pods import ContainerSize, Workload

NAME = "karpenter"
CRDS = f"{NAME}-crd"
CHART, CRD_CHART = "oci://public.ecr.aws/karpenter/karpenter", "oci://public.ecr.aws/karpenter/karpenter-crd"
METRICS_PORT = 8080
POOL_TAG = "karpenter.sh/nodepool"

KARPENTER = ContainerSize(cpu=200, memory=512, cpu_limit=1000, memory_limit=1024)
"""Keeps the whole cluster in memory, and every instance type with its price."""


def values(*, cluster_name: str, queue_name: str | None) -> Values:
    """Helm values. `queue_name`: the queue of interruption notices, if there is one."""
    settings = {"clusterName": cluster_name}
    if queue_name is not None:
        settings["interruptionQueue"] = queue_name
    return {
        "controller": {"resources": KARPENTER.resources},
        "podAnnotations": scraped(METRICS_PORT),
        "replicas": REPLICAS,
        "serviceAccount": {"name": NAME},
        "settings": settings,
    }


def node_class_spec(
    *,
    family: AmiFamily,
    profile: pulumi.Input[str],
    subnet_ids: Sequence[pulumi.Input[str]],
    security_group_id: pulumi.Input[str],
    volumes: Mapping[str, int | None],
    max_pods: int | None,
    tags: Mapping[str, str],
) -> Mapping[str, object]:
    """`spec` of the EC2NodeClass: nodes like those of the managed node group. Volumes in GiB by device."""
    spec: dict[str, object] = {
        "amiSelectorTerms": [{"alias": f"{family.lower()}@latest"}],
        "associatePublicIPAddress": False,
        "blockDeviceMappings": [
            {"deviceName": device, "ebs": _volume(size)} for device, size in volumes.items() if size is not None
        ],
        "instanceProfile": profile,
        "metadataOptions": {"httpEndpoint": "enabled", "httpPutResponseHopLimit": 1, "httpTokens": "required"},
        "securityGroupSelectorTerms": [{"id": security_group_id}],
        "subnetSelectorTerms": [{"id": subnet} for subnet in subnet_ids],
        "tags": dict(tags),
    }
    if max_pods is not None:
        spec["kubelet"] = {"maxPods": max_pods}
    return spec


def node_pool_spec(
    *, node_class: str, instance_type: str, spot: bool, millicores: int, unavailable_percent: int
) -> Mapping[str, object]:
    """`spec` of the NodePool: nodes of one type, with `millicores` of CPU at most."""
    requirements = {
        "karpenter.sh/capacity-type": "spot" if spot else "on-demand",
        "node.kubernetes.io/instance-type": instance_type,
    }
    return {
        "disruption": {
            "budgets": [{"nodes": f"{unavailable_percent}%"}],
            "consolidateAfter": "5m",
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
        },
        "limits": {"cpu": f"{millicores}m"},
        "template": {
            "spec": {
                "expireAfter": "720h",
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": node_class},
                "requirements": [
                    {"key": key, "operator": "In", "values": [value]} for key, value in requirements.items()
                ],
            }
        },
    }


def iam_policy(
    account: Account, *, cluster_name: str, node_role_arn: str, profile_arn: str, queue_arn: str | None
) -> str:
    """Start and end nodes of one cluster. `queue_arn`: the queue of interruption notices, if there is one."""
    owned = f"kubernetes.io/cluster/{cluster_name}"
    of_this_pool: Condition = {
        "StringEquals": {f"aws:ResourceTag/{owned}": "owned"},
        "StringLike": {f"aws:ResourceTag/{POOL_TAG}": "*"},
    }
    statements = [
        *_starting(account, cluster_name, owned, of_this_pool),
        Statement(
            sid="TagNodes",
            actions=["ec2:CreateTags"],
            resources=[account.arn("ec2", "instance/*")],
            condition={
                **of_this_pool,
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
                },
                "Null": {"aws:TagKeys": "false"},
            },
        ),
        Statement(
            sid="End",
            actions=["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"],
            resources=[account.arn("ec2", "instance/*"), account.arn("ec2", "launch-template/*")],
            condition=of_this_pool,
        ),
        Statement(
            sid="PassNodeRole",
            actions=["iam:PassRole"],
            resources=[node_role_arn],
            condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
        ),
        Statement(sid="ReadProfile", actions=["iam:GetInstanceProfile"], resources=[profile_arn]),
        *_reading(account, cluster_name),
    ]
    if queue_arn is not None:
        statements.append(
            Statement(
                sid="Interruptions",
                actions=["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
                resources=[queue_arn],
            )
        )
    return document(statements)


def queue_policy(account: Account, *, queue_arn: str, rule_arn: str) -> str:
    """Resource policy of the queue: one EventBridge rule may send messages."""
    return document(
        [
            Statement(
                sid="Notices",
                actions=["sqs:SendMessage"],
                resources=[queue_arn],
                principal={"Service": "events.amazonaws.com"},
                condition={
                    "ArnEquals": {"aws:SourceArn": rule_arn},
                    "StringEquals": {"aws:SourceAccount": account.account_id},
                },
            ),
        ]
    )


def _volume(gib: int) -> Mapping[str, object]:
    return {"deleteOnTermination": True, "encrypted": True, "volumeSize": f"{gib}Gi", "volumeType": "gp3"}


def _starting(
    account: Account, cluster_name: str, owned: str, of_this_pool: Condition
) -> tuple[Statement, Statement, Statement, Statement]:
    run = ["ec2:CreateFleet", "ec2:RunInstances"]
    kinds = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
    new = [account.arn("ec2", f"{kind}/*") for kind in kinds]
    tags = {f"aws:RequestTag/{owned}": "owned", "aws:RequestTag/eks:eks-cluster-name": cluster_name}
    of_a_pool = {f"aws:RequestTag/{POOL_TAG}": "*"}
    return (
        Statement(
            sid="Use",
            actions=run,
            resources=[
                *(f"arn:aws:ec2:{account.region}::{kind}/*" for kind in ("image", "snapshot")),
                *(account.arn("ec2", f"{kind}/*") for kind in ("security-group", "subnet")),
            ],
        ),
        Statement(
            sid="UseTemplates",
            actions=run,
            resources=[account.arn("ec2", "launch-template/*")],
            condition=of_this_pool,
        ),
        Statement(
            sid="Start",
            actions=[*run, "ec2:CreateLaunchTemplate"],
            resources=new,
            condition={"StringEquals": tags, "StringLike": of_a_pool},
        ),
        Statement(
            sid="TagNew",
            actions=["ec2:CreateTags"],
            resources=new,
            condition={
                "StringEquals": {
                    **tags,
                    "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                },
                "StringLike": of_a_pool,
            },
        ),
    )


def _reading(account: Account, cluster_name: str) -> tuple[Statement, ...]:
    calls = ("CapacityReservations", "Images", "InstanceStatus", "InstanceTypeOfferings", "InstanceTypes", "Instances",
             "LaunchTemplates", "PlacementGroups", "SecurityGroups", "SpotPriceHistory", "Subnets")  # fmt: skip
    return (
        Statement(
            sid="Read",
            actions=[f"ec2:Describe{call}" for call in calls],
            resources=["*"],
            condition={"StringEquals": {"aws:RequestedRegion": account.region}},
        ),
        Statement(sid="ReadPrices", actions=["pricing:GetProducts"], resources=["*"]),
        Statement(sid="ListProfiles", actions=["iam:ListInstanceProfiles"], resources=["*"]),
        Statement(
            sid="ReadImages",
            actions=["ssm:GetParameter"],
            resources=[f"arn:aws:ssm:{account.region}::parameter/aws/service/*"],
        ),
        Statement(
            sid="ReadCluster",
            actions=["eks:DescribeCluster"],
            resources=[account.cluster_arn(cluster_name)],
        ),
    )


def _no_charts(_context: ControllerContext) -> Iterator[Chart]:
    """Its chart needs AWS resources of its own: `karpenter_nodes.py` creates both."""
    return iter(())


CONTROLLER = Controller(
    name=NAME,
    workloads=(Workload(name=NAME, pods=REPLICAS, containers={"controller": KARPENTER}),),
    charts=_no_charts,
    enabled=lambda _, scaling: scaling is NodeScaling.KARPENTER,
    requires_eks=True,
    metrics_port=METRICS_PORT,
)
