"""CI's permissions on Karpenter's AWS resources: instance profile, and queue and rule for spot interruptions. Pure.

Queue and rule have fixed names. The profile's name has a suffix from Pulumi, so its permissions depend on the stack's
tags too. `iam:PassRole` decides which role it can have.
"""

from components.account.policy_documents import Statement
from components.ci.scope import StackScope
from components.config.controllers import NodeScaling
from components.config.types import CapacityType


def karpenter_reading(scope: StackScope) -> list[Statement]:
    """Read access for previews and refreshes."""
    statements: list[Statement] = []
    if has_profile(scope):
        statements.append(
            Statement(
                sid="InstanceProfile",
                actions=["iam:GetInstanceProfile", "iam:ListInstanceProfileTags"],
                resources=[_profiles(scope)],
            )
        )
    if has_queue(scope):
        statements.append(
            Statement(
                sid="Interruptions",
                actions=["events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
                         "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
                resources=[_queue(scope), _rule(scope)],
            )
        )  # fmt: skip
    return statements


def karpenter_changes(scope: StackScope) -> list[Statement]:
    """Write access for deployments; none without Karpenter."""
    statements: list[Statement] = []
    if has_profile(scope):
        statements += [
            Statement(
                sid="NewInstanceProfile",
                actions=["iam:CreateInstanceProfile", "iam:TagInstanceProfile"],
                resources=[_profiles(scope)],
                condition=scope.newly_tagged(),
            ),
            Statement(
                sid="ChangeInstanceProfile",
                actions=["iam:AddRoleToInstanceProfile", "iam:DeleteInstanceProfile",
                         "iam:RemoveRoleFromInstanceProfile", "iam:TagInstanceProfile", "iam:UntagInstanceProfile"],
                resources=[_profiles(scope)],
                condition=scope.tagged("aws:ResourceTag"),
            ),
        ]  # fmt: skip
    if has_queue(scope):
        statements += [
            Statement(
                sid="Queue",
                actions=["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue",
                         "sqs:UntagQueue"],
                resources=[_queue(scope)],
            ),
            Statement(
                sid="Rule",
                actions=["events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets",
                         "events:TagResource", "events:UntagResource"],
                resources=[_rule(scope)],
            ),
        ]  # fmt: skip
    return statements


def has_profile(scope: StackScope) -> bool:
    """Whether Karpenter starts nodes, with an instance profile."""
    return scope.nodes is not None and scope.nodes.scaling is NodeScaling.KARPENTER


def has_queue(scope: StackScope) -> bool:
    """Whether Karpenter has a queue for interruptions of spot instances."""
    return has_profile(scope) and scope.nodes is not None and scope.nodes.capacity_type is CapacityType.SPOT


def _profiles(scope: StackScope) -> str:
    return f"arn:aws:iam::{scope.account.account_id}:instance-profile/{scope.prefix}-*"


def _queue(scope: StackScope) -> str:
    return scope.account.arn("sqs", f"{scope.prefix}-karpenter")


def _rule(scope: StackScope) -> str:
    return scope.account.arn("events", f"rule/{scope.prefix}-karpenter")
