"""Alarms of a stack's AWS services, events of its database, and its budget: one SNS topic.

The topic's policy is one of its properties, not a resource of its own, so that it exists before anything that sends.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.alarms.metrics import (
    Metric,
    cache_metrics,
    certificate_metrics,
    database_metrics,
    nat_metrics,
    node_metrics,
)
from components.alarms.topic import publishers_may_use_key, topic_arn, topic_name, topic_policy
from components.config.alarms import AlarmsConfig
from components.config.data import CacheConfig, DatabaseConfig

PERIOD_SECONDS = 300
"""EC2 has one value in five minutes; the other services have more."""
PERIODS = 3
"""A quarter of an hour: a failover, a backup or a short peak passes without an alarm. RDS's events report a database
that is down: it has no values."""
DAY_SECONDS = 86400
DATABASE_EVENTS = ("availability", "deletion", "failover", "failure", "low storage", "maintenance", "recovery")
"""Categories of RDS's events. Left out are those of normal operation, such as backups and changes of settings."""
COST_TAGS = ("Environment", "Project")
SPENT_PERCENT, FORECAST_PERCENT = 80, 100


@dataclass(frozen=True, kw_only=True)
class WatchedDatabase:
    """An RDS instance."""

    settings: DatabaseConfig
    identifier: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class WatchedCache:
    """An ElastiCache replication group."""

    settings: CacheConfig
    replication_group_id: pulumi.Input[str]


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """Arguments of `Alarms`. What is None or empty has no alarm."""

    name: str
    """`<system>-<stage>`: prefix of topic, alarms and budget."""
    settings: AlarmsConfig
    account: Account
    tags: Mapping[str, str]
    """Tags of the stack's resources; the budget counts what has these."""
    database: WatchedDatabase | None = None
    cache: WatchedCache | None = None
    nat_gateways: Mapping[str, pulumi.Input[str]]
    """Ids by zone."""
    auto_scaling_group: pulumi.Input[str] | None = None
    """Name of the node group's."""
    certificate_arn: pulumi.Input[str] | None = None
    """Of the certificate of the host names."""
    protect: bool = True
    """Whether Pulumi refuses to delete the topic's key."""


class Alarms(pulumi.ComponentResource):
    """The topic with its receivers, and everything that sends to it."""

    topic_arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:alarms:Alarms", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.topic_arn = self._topic(name, args)
        for protocol, receivers in (("email", args.settings.emails), ("https", args.settings.endpoints)):
            for receiver in receivers:
                aws.sns.TopicSubscription(
                    f"{name}-{receiver}", topic=self.topic_arn, protocol=protocol, endpoint=receiver, opts=child
                )
        for metric in _metrics(args):
            self._alarm(name, args.name, metric)
        if args.database is not None:
            aws.rds.EventSubscription(
                name,
                name=f"{args.name}-database",
                sns_topic=self.topic_arn,
                source_type="db-instance",
                source_ids=[args.database.identifier],
                event_categories=list(DATABASE_EVENTS),
                opts=child,
            )
        if args.settings.monthly_budget_usd is not None:
            self._budget(name, args, args.settings.monthly_budget_usd)
        self.register_outputs({"topicArn": self.topic_arn})

    def _topic(self, name: str, args: AlarmsArgs) -> pulumi.Output[str]:
        arn = topic_arn(args.account, args.name)
        key = EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=topic_name(args.name),
                description=f"Alarms of {args.name}",
                account=args.account,
                service_statements=[publishers_may_use_key(arn)],
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        )
        topic = aws.sns.Topic(
            name,
            name=topic_name(args.name),
            kms_master_key_id=key.arn,
            policy=topic_policy(arn, args.account.account_id),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return topic.arn

    def _alarm(self, name: str, prefix: str, metric: Metric) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{name}-{metric.key}",
            name=f"{prefix}-{metric.key}",
            alarm_description=metric.advice,
            namespace=metric.namespace,
            metric_name=metric.name,
            dimensions=metric.dimensions,
            statistic=metric.statistic,
            period=DAY_SECONDS if metric.daily else PERIOD_SECONDS,
            evaluation_periods=1 if metric.daily else PERIODS,
            comparison_operator="LessThanThreshold" if metric.below else "GreaterThanThreshold",
            threshold=metric.limit,
            treat_missing_data=metric.missing,
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _budget(self, name: str, args: AlarmsArgs, usd: int) -> None:
        """Cost filters by name would add up the values of the two tags; only an expression has all of them apply."""
        aws.budgets.Budget(
            name,
            name=f"{args.name}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(usd),
            limit_unit="USD",
            metrics="UnblendedCost",
            filter_expression={"ands": [{"tags": {"key": tag, "values": [args.tags[tag]]}} for tag in COST_TAGS]},
            notifications=[
                {
                    "notification_type": kind,
                    "comparison_operator": "GREATER_THAN",
                    "threshold": percent,
                    "threshold_type": "PERCENTAGE",
                    "subscriber_sns_topic_arns": [self.topic_arn],
                }
                for kind, percent in (("ACTUAL", SPENT_PERCENT), ("FORECASTED", FORECAST_PERCENT))
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )


def _metrics(args: AlarmsArgs) -> list[Metric]:
    metrics = nat_metrics(args.nat_gateways)
    if args.database is not None:
        metrics += database_metrics(args.database.settings, args.database.identifier)
    if args.cache is not None:
        metrics += cache_metrics(args.cache.settings, args.cache.replication_group_id)
    if args.auto_scaling_group is not None:
        metrics += node_metrics(args.auto_scaling_group)
    if args.certificate_arn is not None:
        metrics += certificate_metrics(args.certificate_arn)
    return metrics
