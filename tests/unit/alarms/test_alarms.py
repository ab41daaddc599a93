"""The alarms: limits, dimensions and names of metrics, who sends, who receives, and what a stack leaves out."""

import json
from functools import cache
from typing import Any

import pulumi
import pytest

from components.account.account import Account
from components.alarms.alarms import Alarms, AlarmsArgs, WatchedCache, WatchedDatabase
from components.config.alarms import AlarmsConfig
from components.config.data import CacheConfig, DatabaseConfig
from components.sizing.database_sizes import max_connections
from tests.harness.harness import Recorded, Run, run_program

ACCOUNT, REGION = "025434362120", "ap-northeast-1"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT}:nova-prod-alarms"
ZONES = {"ap-northeast-1a": "nat-0a", "ap-northeast-1c": "nat-0c"}
GIB = 1024**3
DATABASE = {"DBInstanceIdentifier": "nova-prod"}
CERTIFICATE_ARN = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"
NODES = {"AutoScalingGroupName": "eks-nodes-1a2b"}

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUDGET = "aws:budgets/budget:Budget"
EVENTS = "aws:rds/eventSubscription:EventSubscription"
KEY = "aws:kms/key:Key"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TOPIC = "aws:sns/topic:Topic"


@cache
def run(
    *,
    settings: str = '{"emails": ["ops@nova.app"], "monthlyBudgetUsd": 5000}',
    database: str | None = "{}",
    cache_settings: str | None = '{"replicas": 1}',
    nodes: bool = True,
    certificate: bool = True,
    protect: bool = True,
) -> Run:
    """Alarms on what is given: settings as JSON, over each model's defaults."""

    def program() -> None:
        watched_database = watched_cache = None
        if database is not None:
            values = {"engineVersion": "17", "instanceClass": "db.m7g.large", "storageGib": 100, **json.loads(database)}
            model = DatabaseConfig.model_validate_json(json.dumps(values))
            watched_database = WatchedDatabase(settings=model, identifier="nova-prod")
        if cache_settings is not None:
            values = {"nodeType": "cache.m7g.large", **json.loads(cache_settings)}
            watched_cache = WatchedCache(
                settings=CacheConfig.model_validate_json(json.dumps(values)), replication_group_id="nova-prod"
            )
        alarms = Alarms(
            "alarms",
            AlarmsArgs(
                name="nova-prod",
                settings=AlarmsConfig.model_validate_json(settings),
                account=Account(account_id=ACCOUNT, region=REGION),
                tags={"Project": "nova", "Environment": "prod", "Owner": "backend"},
                database=watched_database,
                cache=watched_cache,
                nat_gateways=ZONES if nodes else {},
                auto_scaling_group="eks-nodes-1a2b" if nodes else None,
                certificate_arn=CERTIFICATE_ARN if certificate else None,
                protect=protect,
            ),
        )
        pulumi.export("topic", alarms.topic_arn)

    return run_program(program)


def alarm(name: str, **given: Any) -> Recorded:
    return next(a for a in run(**given).all(ALARM) if a.inputs["name"] == f"nova-prod-{name}")


def names(**given: Any) -> set[str]:
    return {a.inputs["name"].removeprefix("nova-prod-") for a in run(**given).all(ALARM)}


def policy(resource: Recorded) -> list[dict[str, Any]]:
    return json.loads(resource.inputs["policy"])["Statement"]


DATABASE_ALARMS = {f"database-{metric}" for metric in ("storage", "cpu", "connections", "memory")}
CACHE_ALARMS = {f"cache-{node}-{metric}" for node in ("001", "002") for metric in ("cpu", "lag", "memory")}
NAT_ALARMS = {f"nat-{zone}-{metric}" for zone in ZONES for metric in ("ports", "drops")}
NODE_ALARMS = {"nodes-status", "nodes-cpu"}


def test_every_part_has_its_alarms() -> None:
    assert names() == DATABASE_ALARMS | CACHE_ALARMS | NAT_ALARMS | NODE_ALARMS | {"certificate"}


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({"database": None}, DATABASE_ALARMS),
        ({"cache_settings": None}, CACHE_ALARMS),
        ({"nodes": False}, NAT_ALARMS | NODE_ALARMS),
        ({"certificate": False}, {"certificate"}),
    ],
)
def test_a_part_that_a_stack_leaves_out_has_none(left_out: dict[str, Any], missing: set[str]) -> None:
    assert names(**left_out) == names() - missing
    assert bool(run(**left_out).all(EVENTS)) is ("database" not in left_out)


@pytest.mark.parametrize(
    ("name", "metric", "dimensions", "compared", "threshold"),
    [
        ("database-storage", "AWS/RDS/FreeStorageSpace", DATABASE, "Minimum LessThanThreshold", 5 * GIB),
        ("database-cpu", "AWS/RDS/CPUUtilization", DATABASE, "Average GreaterThanThreshold", 90),
        ("database-connections", "AWS/RDS/DatabaseConnections", DATABASE, "Average GreaterThanThreshold", 663),
        ("database-memory", "AWS/RDS/FreeableMemory", DATABASE, "Average LessThanThreshold", 8 * GIB * 5 // 100),
        ("cache-002-cpu", "AWS/ElastiCache/EngineCPUUtilization", {"CacheClusterId": "nova-prod-002"},
         "Average GreaterThanThreshold", 90),
        ("cache-001-memory", "AWS/ElastiCache/DatabaseMemoryUsagePercentage", {"CacheClusterId": "nova-prod-001"},
         "Average GreaterThanThreshold", 80),
        ("cache-002-lag", "AWS/ElastiCache/ReplicationLag", {"CacheClusterId": "nova-prod-002"},
         "Average GreaterThanThreshold", 10),
        ("certificate", "AWS/CertificateManager/DaysToExpiry", {"CertificateArn": CERTIFICATE_ARN},
         "Minimum LessThanThreshold", 30),
        ("nat-ap-northeast-1c-ports", "AWS/NATGateway/ErrorPortAllocation", {"NatGatewayId": "nat-0c"},
         "Sum GreaterThanThreshold", 0),
        ("nat-ap-northeast-1a-drops", "AWS/NATGateway/PacketsDropCount", {"NatGatewayId": "nat-0a"},
         "Sum GreaterThanThreshold", 100),
        ("nodes-status", "AWS/EC2/StatusCheckFailed", NODES, "Maximum GreaterThanThreshold", 0),
        ("nodes-cpu", "AWS/EC2/CPUUtilization", NODES, "Average GreaterThanThreshold", 90),
    ],
)  # fmt: skip
def test_an_alarm_watches_its_resource(
    name: str, metric: str, dimensions: dict[str, str], compared: str, threshold: int
) -> None:
    inputs = alarm(name).inputs
    assert (f"{inputs['namespace']}/{inputs['metricName']}", inputs["dimensions"]) == (metric, dimensions)
    assert (f"{inputs['statistic']} {inputs['comparisonOperator']}", inputs["threshold"]) == (compared, threshold)


@pytest.mark.parametrize("instance_class", ["db.t4g.micro", "db.m7g.large", "db.r7g.16xlarge"])
def test_connections_are_compared_with_what_the_class_allows(instance_class: str) -> None:
    limit = alarm("database-connections", database=json.dumps({"instanceClass": instance_class})).inputs["threshold"]
    assert 0.78 < limit / max_connections(instance_class) <= 0.8


def test_a_cache_without_replicas_lags_behind_nothing() -> None:
    alone = {"cache_settings": '{"replicas": 0}'}
    assert {name for name in names(**alone) if name.startswith("cache")} == {"cache-001-cpu", "cache-001-memory"}


def test_a_replica_that_becomes_the_primary_lags_no_longer() -> None:
    assert alarm("cache-001-lag").inputs["treatMissingData"] == "notBreaching"


def test_one_of_the_certificates_two_values_a_day_decides() -> None:
    inputs = alarm("certificate").inputs
    assert (inputs["period"], inputs["evaluationPeriods"]) == (86400, 1)
    assert inputs["treatMissingData"] == "ignore"


def test_a_cache_that_evicts_has_an_alarm_on_evictions_in_place_of_its_memory() -> None:
    evicting = {"cache_settings": '{"replicas": 0, "maxMemoryPolicy": "allkeys-lru"}'}
    assert {name for name in names(**evicting) if name.startswith("cache")} == {"cache-001-cpu", "cache-001-evictions"}
    inputs = alarm("cache-001-evictions", **evicting).inputs
    assert (inputs["metricName"], inputs["statistic"], inputs["threshold"]) == ("Evictions", "Sum", 1000)


def test_every_alarm_says_that_it_begins_and_ends_and_what_to_do() -> None:
    for inputs in (a.inputs for a in run().all(ALARM)):
        assert inputs["alarmActions"] == inputs["okActions"] == [TOPIC_ARN]
        assert 80 < len(inputs["alarmDescription"]) <= 1024


def test_a_short_peak_and_a_gap_are_no_alarm() -> None:
    for inputs in (alarm(name).inputs for name in names() - {"certificate", "cache-001-lag", "cache-002-lag"}):
        assert (inputs["period"], inputs["evaluationPeriods"], inputs["treatMissingData"]) == (300, 3, "ignore")


def test_senders_publish_for_this_account_only_and_nobody_without_tls() -> None:
    publishers, tls = policy(run().one(TOPIC))
    assert publishers["Principal"] == {
        "Service": ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "events.rds.amazonaws.com"]
    }
    assert (publishers["Action"], publishers["Resource"]) == (["sns:Publish"], [TOPIC_ARN])
    assert publishers["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert (tls["Effect"], tls["Principal"], tls["Resource"]) == ("Deny", {"AWS": "*"}, [TOPIC_ARN])
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_topic_has_a_key_that_the_senders_use_for_it_only() -> None:
    key = run().one(KEY)
    assert run().one(TOPIC).inputs["kmsMasterKeyId"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert run().depends(run().one(TOPIC), key)
    senders = policy(key)[1]
    assert senders["Principal"] == policy(run().one(TOPIC))[0]["Principal"]
    assert senders["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert senders["Condition"] == {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": TOPIC_ARN}}


@pytest.mark.parametrize("protect", [True, False])
def test_the_key_is_protected_like_the_stack(protect: bool) -> None:
    assert run(protect=protect).one(KEY).protect is protect


def test_mail_addresses_and_urls_are_subscribed_under_their_own_names() -> None:
    settings = '{"emails": ["ops@nova.app", "dba@nova.app"], "endpoints": ["https://on-call.nova.app/sns"]}'
    subscribed = {
        s.name: (s.inputs["protocol"], s.inputs["endpoint"]) for s in run(settings=settings).all(SUBSCRIPTION)
    }
    assert subscribed == {
        "alarms-ops@nova.app": ("email", "ops@nova.app"),
        "alarms-dba@nova.app": ("email", "dba@nova.app"),
        "alarms-https://on-call.nova.app/sns": ("https", "https://on-call.nova.app/sns"),
    }
    assert all(s.inputs["topic"] == run().outputs["topic"] for s in run(settings=settings).all(SUBSCRIPTION))


def test_the_databases_failures_are_reported_and_its_backups_are_not() -> None:
    inputs = run().one(EVENTS).inputs
    assert (inputs["sourceType"], inputs["sourceIds"]) == ("db-instance", ["nova-prod"])
    assert (inputs["name"], inputs["snsTopic"]) == ("nova-prod-database", TOPIC_ARN)
    assert {"availability", "failover", "failure", "low storage", "maintenance", "recovery"} < set(
        inputs["eventCategories"]
    )
    assert "backup" not in inputs["eventCategories"]


def test_the_budget_counts_what_has_both_tags_and_warns_before_it_is_exceeded() -> None:
    inputs = run().one(BUDGET).inputs
    assert (inputs["name"], inputs["limitAmount"], inputs["limitUnit"]) == ("nova-prod-monthly", "5000", "USD")
    assert (inputs["timeUnit"], inputs["metrics"]) == ("MONTHLY", "UnblendedCost")
    assert inputs["filterExpression"] == {
        "ands": [
            {"tags": {"key": "Environment", "values": ["prod"]}},
            {"tags": {"key": "Project", "values": ["nova"]}},
        ]
    }
    warnings = [(n["notificationType"], n["threshold"], n["thresholdType"]) for n in inputs["notifications"]]
    assert warnings == [("ACTUAL", 80, "PERCENTAGE"), ("FORECASTED", 100, "PERCENTAGE")]
    assert all(n["subscriberSnsTopicArns"] == [TOPIC_ARN] for n in inputs["notifications"])


def test_without_an_amount_there_is_no_budget() -> None:
    assert run(settings='{"emails": ["ops@nova.app"]}').all(BUDGET) == []


def test_every_resource_is_a_child_of_the_component() -> None:
    component = run().one("platform:alarms:Alarms")
    assert len(run().under(component)) == len(run().resources) - 1
    assert component.outputs == {"topicArn": TOPIC_ARN}
