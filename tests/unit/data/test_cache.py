"""The cache: network access, when it requires a password, and that a second run shows no diff."""

import json
from functools import cache
from typing import Any

import pulumi
import pytest

from components.account.account import Account
from components.config.data import CacheConfig
from components.data.cache import Cache, CacheArgs
from components.data.store import StoreNetwork
from tests.harness.harness import UNKNOWN, Recorded, Run, run_program

ACCOUNT = "025434362120"
REGION = "ap-northeast-1"
NODES = "sg-0nodes"
SUBNETS = ["subnet-private-a", "subnet-private-c"]
NETWORK = StoreNetwork(vpc_id="vpc-1", subnet_ids=SUBNETS, client_security_group_id=NODES)
SLOW_LOG = "/aws/vendedlogs/elasticache/nova-prod/slow-log"

COMPONENT = "platform:cache:Cache"
CACHE = "aws:elasticache/replicationGroup:ReplicationGroup"
SUBNET_GROUP = "aws:elasticache/subnetGroup:SubnetGroup"
PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
LIFE = "random:index/randomId:RandomId"
PASSWORD = "random:index/randomPassword:RandomPassword"


def model(**changes: Any) -> CacheConfig:
    return CacheConfig.model_validate_json(json.dumps({"nodeType": "cache.m7g.large", **changes}))


@cache
def run(changes: str = "{}", *, name: str = "nova-prod", protect: bool = True, preview: bool = False) -> Run:
    """One cache. `changes`: settings as JSON, over the model's defaults."""
    settings = model(**json.loads(changes))

    def program() -> None:
        cache = Cache(
            "cache",
            CacheArgs(
                name=name,
                settings=settings,
                account=Account(account_id=ACCOUNT, region=REGION),
                network=NETWORK,
                protect=protect,
            ),
        )
        for output in ("primary_endpoint", "reader_endpoint", "auth_token", "security_group_id"):
            pulumi.export(output, getattr(cache, output))

    return run_program(program, preview=preview)


def with_settings(**changes: Any) -> Run:
    return run(json.dumps(changes))


def replication_group(**changes: Any) -> Recorded:
    return with_settings(**changes).one(CACHE)


def test_cache_accepts_connections_from_nodes_only() -> None:
    rules = run().all(INGRESS)
    assert [
        (r.inputs["referencedSecurityGroupId"], r.inputs["ipProtocol"], r.inputs["fromPort"], r.inputs["toPort"])
        for r in rules
    ] == [(NODES, "tcp", 6379, 6379)]
    assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & rules[0].inputs.keys()
    assert rules[0].inputs["securityGroupId"] == run().outputs["security_group_id"]


def test_cache_has_no_egress() -> None:
    assert run().all(EGRESS) == []
    assert not {"ingress", "egress"} & run().one(GROUP).inputs.keys()


def test_security_group_is_in_the_vpc_and_has_descriptions() -> None:
    group = run().one(GROUP).inputs
    assert (group["vpcId"], group["tags"]["Name"]) == ("vpc-1", "nova-prod-cache")
    assert group["description"] == "nova-prod-cache: in from the nodes, nothing out"
    assert run().one(INGRESS).inputs["description"] == "From the nodes"


def test_cache_has_its_own_security_group_and_port() -> None:
    inputs = replication_group().inputs
    assert (inputs["securityGroupIds"], inputs["port"]) == ([run().outputs["security_group_id"]], 6379)


def test_cache_has_its_own_subnet_group_of_private_subnets() -> None:
    assert run().one(SUBNET_GROUP).inputs["subnetIds"] == SUBNETS
    assert replication_group().inputs["subnetGroupName"].startswith("cache-")
    assert run().one(SUBNET_GROUP).urn in replication_group().property_dependencies["subnetGroupName"]


def test_engine_is_valkey_and_version_changes_are_ignored() -> None:
    inputs = replication_group(engineVersion="8.0").inputs
    assert (inputs["engine"], inputs["engineVersion"], inputs["autoMinorVersionUpgrade"]) == ("valkey", "8.0", True)
    assert replication_group().ignore_changes == ["engineVersion"]


def test_parameter_group_follows_engine_version_and_eviction_policy() -> None:
    group = with_settings(maxMemoryPolicy="allkeys-lru").one(PARAMETERS).inputs
    assert group["family"] == "valkey8"
    assert group["parameters"] == [{"name": "maxmemory-policy", "value": "allkeys-lru"}]
    assert run().one(PARAMETERS).inputs["parameters"] == [{"name": "maxmemory-policy", "value": "noeviction"}]
    assert run().one(PARAMETERS).urn in replication_group().property_dependencies["parameterGroupName"]


@pytest.mark.parametrize(
    ("replicas", "multi_az", "expected"),
    [(0, False, (1, False, False)), (1, True, (2, True, True)), (2, False, (3, True, False))],
)
def test_failover_needs_a_replica(replicas: int, multi_az: bool, expected: tuple[int, bool, bool]) -> None:
    inputs = replication_group(replicas=replicas, multiAz=multi_az).inputs
    failover = (inputs["numCacheClusters"], inputs["automaticFailoverEnabled"], inputs["multiAzEnabled"])
    assert failover == expected


def test_multi_az_needs_a_replica() -> None:
    assert replication_group(replicas=0, multiAz=True).inputs["multiAzEnabled"] is False


@pytest.mark.parametrize(
    ("setting", "enabled", "mode", "scheme"),
    [
        ("off", False, None, "redis"),
        ("preferred", True, "preferred", "redis"),
        ("required", True, "required", "rediss"),
    ],
)
def test_transit_encryption_follows_the_settings(setting: str, enabled: bool, mode: str | None, scheme: str) -> None:
    result = with_settings(transitEncryption=setting)
    inputs = result.one(CACHE).inputs
    assert inputs["transitEncryptionEnabled"] is enabled
    assert inputs.get("transitEncryptionMode") == mode
    assert result.one(COMPONENT).outputs["urlScheme"] == scheme


@pytest.mark.parametrize("setting", ["off", "preferred"])
def test_no_password_if_plaintext_is_allowed(setting: str) -> None:
    result = with_settings(transitEncryption=setting)
    assert result.all(PASSWORD) == []
    assert not {"authToken", "authTokenUpdateStrategy"} & result.one(CACHE).inputs.keys()
    assert "auth_token" not in result.outputs


def test_password_with_required_tls_is_enforced_at_once() -> None:
    inputs = replication_group().inputs
    assert inputs["authToken"] == run().outputs["auth_token"]
    assert inputs["authTokenUpdateStrategy"] == "SET"


def test_password_is_a_pulumi_secret() -> None:
    assert "authToken" in replication_group().secret_keys
    assert "auth_token" in run().secret_outputs


def test_password_is_long_and_safe_in_a_url() -> None:
    password = run().one(PASSWORD).inputs
    assert password["special"] is False
    assert 32 <= password["length"] <= 128
    assert (password["minLower"], password["minUpper"], password["minNumeric"]) == (1, 1, 1)
    assert len(run().outputs["auth_token"]) == password["length"]


def test_data_and_log_are_encrypted_with_the_stacks_key() -> None:
    inputs = replication_group().inputs
    assert inputs["atRestEncryptionEnabled"] is True
    assert run().one(LOG_GROUP).inputs["kmsKeyId"] == inputs["kmsKeyId"]
    assert inputs["kmsKeyId"].startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert run().one(ALIAS).inputs["name"] == "alias/nova-prod-cache"


def test_key_policy_allows_cloudwatch_logs_for_this_log_group_only() -> None:
    logs = json.loads(run().one(KEY).inputs["policy"])["Statement"][1]
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    prefix = SLOW_LOG.removesuffix("slow-log")
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{prefix}*"}
    }


def test_without_a_customer_managed_key_aws_keys_encrypt() -> None:
    result = with_settings(customerManagedKey=False)
    assert result.one(CACHE).inputs["atRestEncryptionEnabled"] is True
    assert "kmsKeyId" not in result.one(CACHE).inputs
    assert "kmsKeyId" not in result.one(LOG_GROUP).inputs
    assert result.all(KEY) == []


def test_slow_log_has_a_log_group_with_retention() -> None:
    result = with_settings(logRetentionDays=365)
    assert (result.one(LOG_GROUP).inputs["name"], result.one(LOG_GROUP).inputs["retentionInDays"]) == (SLOW_LOG, 365)
    assert result.one(CACHE).inputs["logDeliveryConfigurations"] == [
        {"destination": SLOW_LOG, "destinationType": "cloudwatch-logs", "logFormat": "json", "logType": "slow-log"}
    ]
    assert result.depends(result.one(CACHE), result.one(LOG_GROUP))


def test_snapshots_and_windows_follow_the_settings() -> None:
    inputs = replication_group(
        snapshotRetentionDays=3, snapshotWindow="01:00-02:00", maintenanceWindow="mon:03:00-mon:04:00"
    ).inputs
    assert inputs["snapshotRetentionLimit"] == 3
    assert (inputs["snapshotWindow"], inputs["maintenanceWindow"]) == ("01:00-02:00", "mon:03:00-mon:04:00")
    assert inputs["applyImmediately"] is False
    assert replication_group(applyImmediately=True).inputs["applyImmediately"] is True


def test_final_snapshot_name_is_unique() -> None:
    prefix, _, number = replication_group().inputs["finalSnapshotIdentifier"].rpartition("-")
    assert (prefix, len(number)) == ("nova-prod-cache-final", 8)
    assert run().one(LIFE).urn in replication_group().property_dependencies["finalSnapshotIdentifier"]


def test_final_snapshot_name_changes_only_when_the_cache_is_replaced() -> None:
    inputs = replication_group().inputs
    life = {"subnetGroup": inputs["subnetGroupName"], "kmsKey": inputs["kmsKeyId"]}
    assert run().one(LIFE).inputs["keepers"] == life
    grown = with_settings(nodeType="cache.r7g.large", replicas=3, engineVersion="8.0", transitEncryption="preferred")
    assert grown.one(LIFE).inputs["keepers"] == life
    assert with_settings(customerManagedKey=False).one(LIFE).inputs["keepers"] == life | {"kmsKey": "aws"}


def test_without_final_snapshot_there_is_no_identifier() -> None:
    result = with_settings(finalSnapshot=False)
    assert "finalSnapshotIdentifier" not in result.one(CACHE).inputs
    assert result.all(LIFE) == []


def test_key_of_a_final_snapshot_is_retained_and_its_alias_is_not() -> None:
    assert run().one(KEY).retain_on_delete is True
    assert run().one(ALIAS).retain_on_delete is False
    assert with_settings(finalSnapshot=False).one(KEY).retain_on_delete is False


def test_cache_is_deleted_before_its_replacement() -> None:
    assert replication_group().inputs["replicationGroupId"] == "nova-prod"
    assert replication_group().delete_before_replace is True


@pytest.mark.parametrize("protect", [True, False])
def test_data_and_everything_it_depends_on_share_protection(protect: bool) -> None:
    result = run(protect=protect)
    assert {result.one(kind).protect for kind in (CACHE, SUBNET_GROUP, KEY, LIFE)} == {protect}
    assert not any(result.one(kind).protect for kind in (GROUP, PARAMETERS, INGRESS, PASSWORD))


def test_every_resource_is_a_child_of_the_component() -> None:
    assert len(run().under(run().one(COMPONENT))) == len(run().resources) - 1 == 11


def test_outputs_have_the_caches_addresses() -> None:
    outputs = run().one(COMPONENT).outputs
    assert outputs["primaryEndpoint"] == run().outputs["primary_endpoint"]
    assert outputs["primaryEndpoint"].startswith("master.nova-prod.")
    assert outputs["readerEndpoint"] == run().outputs["reader_endpoint"]
    assert outputs["readerEndpoint"].startswith("replica.nova-prod.")
    assert (outputs["port"], outputs["replicationGroupId"]) == (6379, "nova-prod")


def test_a_preview_registers_the_same_resources() -> None:
    planned = run(preview=True)
    assert {r.urn for r in planned.resources} == {r.urn for r in run().resources}
    assert planned.one(CACHE).inputs["authToken"] == UNKNOWN


def test_name_too_long_for_elasticache_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 40"):
        run(name="n" * 41)
