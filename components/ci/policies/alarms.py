"""CI's permissions on a stack's topic, CloudWatch alarms, subscription to RDS's events and budget. Pure: no Pulumi.

Everything is limited by the stack's prefix in its name. An alarm can also stop instances or change Auto Scaling groups,
of other stages too, so the alarms may only send to the stack's topic.
"""

from collections.abc import Sequence

from components.account.policy_documents import Statement
from components.alarms.topic import topic_arn
from components.ci.scope import StackScope


def alarms_reading(scope: StackScope) -> list[Statement]:
    """Read access for previews and refreshes."""
    statements = _statements(
        scope,
        topic=["sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
               "sns:ListTagsForResource"],
        alarms=["cloudwatch:ListTagsForResource"],
        events=["rds:DescribeEventSubscriptions"],
        budget=["budgets:ListTagsForResource", "budgets:ViewBudget"],
    )  # fmt: skip

    if scope.alarms:
        # AWS checks it on all alarms of the account, whichever are asked for.
        every = scope.account.arn("cloudwatch", "alarm:*")
        statements.append(Statement(sid="ReadAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[every]))
    return statements


def alarms_changes(scope: StackScope) -> list[Statement]:
    """Write access for deployments."""
    statements = _statements(
        scope,
        topic=["sns:CreateTopic", "sns:DeleteTopic", "sns:SetSubscriptionAttributes", "sns:SetTopicAttributes",
               "sns:Subscribe", "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource"],
        alarms=["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
        events=["rds:AddSourceIdentifierToSubscription", "rds:AddTagsToResource", "rds:CreateEventSubscription",
                "rds:DeleteEventSubscription", "rds:ModifyEventSubscription",
                "rds:RemoveSourceIdentifierFromSubscription", "rds:RemoveTagsFromResource"],
        budget=["budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource"],
    )  # fmt: skip
    if scope.alarms:
        statements.append(
            Statement(
                sid="AlarmsThatOnlySend",
                actions=["cloudwatch:PutMetricAlarm"],
                resources=[_alarms(scope)],
                condition={
                    "ForAllValues:StringEquals": {"cloudwatch:AlarmActions": _topic(scope)},
                    "Null": {"cloudwatch:AlarmActions": "false"},
                },
            )
        )
    return statements


def _statements(
    scope: StackScope, *, topic: Sequence[str], alarms: Sequence[str], events: Sequence[str], budget: Sequence[str]
) -> list[Statement]:
    if not scope.alarms:
        return []
    account, prefix = scope.account, scope.prefix
    budgets = f"arn:aws:budgets::{account.account_id}:budget/{prefix}-*"  # budgets have no region
    return [
        # The wildcard is for its subscriptions, whose ARNs begin with the topic's.
        Statement(sid="Topic", actions=topic, resources=[f"{_topic(scope)}*"]),
        Statement(sid="Alarms", actions=alarms, resources=[_alarms(scope)]),
        Statement(sid="Events", actions=events, resources=[account.arn("rds", f"es:{prefix}-*")]),
        Statement(sid="Budget", actions=budget, resources=[budgets]),
    ]


def _topic(scope: StackScope) -> str:
    return topic_arn(scope.account, scope.prefix)


def _alarms(scope: StackScope) -> str:
    return scope.account.arn("cloudwatch", f"alarm:{scope.prefix}-*")
