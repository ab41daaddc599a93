"""What Karpenter may do in AWS, as IAM policy documents (pure).

The instance profile is the program's: Karpenter passes it on and makes none, so it cannot give a node another role.
Source: the CloudFormation template of Karpenter's reference, 1.14.
"""

from components.account.account import Account
from components.account.policy_documents import Condition, Statement, document

POOL_TAG = "karpenter.sh/nodepool"


def karpenter_policy(
    account: Account, *, cluster_name: str, node_role_arn: str, profile_arn: str, queue_arn: str | None
) -> str:
    """Starting and ending nodes of one cluster. `queue_arn`: where notices of interruption arrive, if they do."""
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
    """Lets one rule of EventBridge put messages into the queue."""
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
            resources=[account.arn("eks", f"cluster/{cluster_name}")],
        ),
    )
