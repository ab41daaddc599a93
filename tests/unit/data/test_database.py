"""The database: network access, encryption, backups, and that a second run shows no diff."""

import json
from functools import cache
from typing import Any

import pulumi
import pytest

from components.account.account import Account
from components.config.data import DatabaseConfig
from components.data.database import Database, DatabaseArgs
from components.data.store import StoreNetwork
from tests.harness.harness import UNKNOWN, Recorded, Run, run_program

ACCOUNT = "025434362120"
REGION = "ap-northeast-1"
NODES = "sg-0nodes"
SUBNETS = ["subnet-private-a", "subnet-private-c"]
NETWORK = StoreNetwork(vpc_id="vpc-1", subnet_ids=SUBNETS, client_security_group_id=NODES)
LOGS = "/aws/rds/instance/nova-prod/"

COMPONENT = "platform:database:Database"
INSTANCE = "aws:rds/instance:Instance"
SUBNET_GROUP = "aws:rds/subnetGroup:SubnetGroup"
PARAMETERS = "aws:rds/parameterGroup:ParameterGroup"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"
ALIAS = "aws:kms/alias:Alias"
ROLE = "aws:iam/role:Role"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
LIFE = "random:index/randomId:RandomId"


@cache
def run(
    changes: str = "{}", *, boundary: str | None = "platform-boundary", protect: bool = True, preview: bool = False
) -> Run:
    """One database. `changes`: settings as JSON, over the model's defaults."""
    values: dict[str, Any] = {"engineVersion": "17.6", "instanceClass": "db.m7g.large", **json.loads(changes)}
    settings = DatabaseConfig.model_validate_json(json.dumps(values))

    def program() -> None:
        database = Database(
            "database",
            DatabaseArgs(
                name="nova-prod",
                settings=settings,
                account=Account(account_id=ACCOUNT, region=REGION, permissions_boundary_name=boundary),
                network=NETWORK,
                protect=protect,
            ),
        )
        for name in ("address", "endpoint", "master_secret_arn", "key_arn", "security_group_id"):
            pulumi.export(name, getattr(database, name))

    return run_program(program, preview=preview)


def with_settings(**changes: Any) -> Run:
    return run(json.dumps(changes))


def instance(**changes: Any) -> Recorded:
    return with_settings(**changes).one(INSTANCE)


def test_database_accepts_connections_from_nodes_only() -> None:
    rules = run().all(INGRESS)
    keys = ("referencedSecurityGroupId", "ipProtocol", "fromPort", "toPort")
    assert [[r.inputs[key] for key in keys] for r in rules] == [[NODES, "tcp", 5432, 5432]]
    assert not {"cidrIpv4", "cidrIpv6", "prefixListId"} & rules[0].inputs.keys()
    assert rules[0].inputs["securityGroupId"] == run().outputs["security_group_id"]


def test_database_has_no_egress() -> None:
    assert run().all(EGRESS) == []
    assert not {"ingress", "egress"} & run().one(GROUP).inputs.keys()


def test_ingress_rule_follows_the_port_and_security_group_has_a_description() -> None:
    changed = with_settings(port=6432)
    rule = changed.one(INGRESS).inputs
    assert (rule["fromPort"], rule["toPort"], changed.one(INSTANCE).inputs["port"]) == (6432, 6432, 6432)
    group = run().one(GROUP).inputs
    assert (group["vpcId"], group["tags"]["Name"]) == ("vpc-1", "nova-prod-database")
    assert group["description"] == "nova-prod-database: in from the nodes, nothing out"
    assert run().one(INGRESS).inputs["description"] == "From the nodes"


def test_instance_is_in_private_subnets_with_its_own_security_group() -> None:
    assert instance().inputs["publiclyAccessible"] is False
    assert instance().inputs["vpcSecurityGroupIds"] == [run().outputs["security_group_id"]]
    assert run().one(SUBNET_GROUP).inputs["subnetIds"] == SUBNETS
    assert run().depends(instance(), run().one(SUBNET_GROUP))
    assert instance().inputs["dbSubnetGroupName"].startswith("database-")


def test_identifier_is_the_name_and_instance_is_deleted_before_its_replacement() -> None:
    assert instance().inputs["identifier"] == "nova-prod"
    assert instance().delete_before_replace is True
    assert run().one(COMPONENT).outputs["instanceIdentifier"] == "nova-prod"


def test_master_password_is_managed_by_aws_and_iam_authentication_is_on() -> None:
    inputs = instance().inputs
    assert inputs["manageMasterUserPassword"] is True
    assert inputs["masterUserSecretKmsKeyId"] == run().outputs["key_arn"]
    assert "password" not in inputs
    assert inputs["iamDatabaseAuthenticationEnabled"] is True
    assert run().outputs["master_secret_arn"].startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!")


def test_everything_is_encrypted_with_the_stacks_key() -> None:
    inputs, key = instance().inputs, run().outputs["key_arn"]
    assert inputs["storageEncrypted"] is True
    assert key.startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert inputs["kmsKeyId"] == inputs["performanceInsightsKmsKeyId"] == key
    assert [g.inputs["kmsKeyId"] for g in run().all(LOG_GROUP)] == [key, key]


def test_key_policy_allows_cloudwatch_logs_for_these_log_groups_only() -> None:
    policy = json.loads(run().one(KEY).inputs["policy"])
    logs = policy["Statement"][1]
    assert logs["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    assert logs["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{LOGS}*"}
    }
    assert run().one(ALIAS).inputs["name"] == "alias/nova-prod-database"


def test_without_a_customer_managed_key_aws_keys_encrypt() -> None:
    changed = with_settings(customerManagedKey=False)
    inputs = changed.one(INSTANCE).inputs
    assert inputs["storageEncrypted"] is True
    assert not {"kmsKeyId", "masterUserSecretKmsKeyId", "performanceInsightsKmsKeyId"} & inputs.keys()
    assert changed.all(KEY) == []
    assert "key_arn" not in changed.outputs


def test_tls_is_required_and_connections_schema_changes_and_slow_statements_are_logged() -> None:
    assert instance().inputs["caCertIdentifier"] == "rds-ca-rsa2048-g1"
    assert {p["name"]: (p["value"], p["applyMethod"]) for p in run().one(PARAMETERS).inputs["parameters"]} == {
        "rds.force_ssl": ("1", "pending-reboot"),
        "log_connections": ("1", "immediate"),
        "log_disconnections": ("1", "immediate"),
        "log_min_duration_statement": ("1000", "immediate"),
        "log_statement": ("ddl", "immediate"),
    }


@pytest.mark.parametrize(
    ("version", "family", "connections"), [("17", "postgres17", "1"), ("18.1", "postgres18", "all")]
)
def test_parameters_follow_the_major_version(version: str, family: str, connections: str) -> None:
    group = with_settings(engineVersion=version).one(PARAMETERS).inputs
    assert group["family"] == family
    assert {p["name"]: p["value"] for p in group["parameters"]}["log_connections"] == connections
    assert run().one(PARAMETERS).urn in instance().property_dependencies["parameterGroupName"]


def test_aws_upgrades_minor_versions_and_version_changes_are_ignored() -> None:
    inputs = instance().inputs
    assert (inputs["engine"], inputs["engineVersion"]) == ("postgres", "17.6")
    assert inputs["autoMinorVersionUpgrade"] is True
    assert inputs["allowMajorVersionUpgrade"] is False
    assert instance().ignore_changes == ["engineVersion"]
    assert inputs["engineLifecycleSupport"] == "open-source-rds-extended-support-disabled"


def test_a_major_upgrade_is_a_setting() -> None:
    upgrading = instance(engineVersion="18", majorUpgrade=True)
    assert upgrading.inputs["allowMajorVersionUpgrade"] is True
    assert upgrading.ignore_changes == []


def test_a_restored_instance_comes_from_its_snapshot_and_leaves_another_final_one() -> None:
    restored = with_settings(restoreFrom="rds:shop-2026-11-01")
    assert restored.one(INSTANCE).inputs["snapshotIdentifier"] == "rds:shop-2026-11-01"
    assert restored.one(LIFE).inputs["keepers"]["restoreFrom"] == "rds:shop-2026-11-01"
    assert "restoreFrom" not in run().one(LIFE).inputs["keepers"]


def test_changes_wait_for_the_maintenance_window() -> None:
    inputs = instance(backupWindow="01:00-02:00", maintenanceWindow="mon:03:00-mon:04:00").inputs
    assert inputs["applyImmediately"] is False
    assert instance(applyImmediately=True).inputs["applyImmediately"] is True
    assert (inputs["backupWindow"], inputs["maintenanceWindow"]) == ("01:00-02:00", "mon:03:00-mon:04:00")


def test_size_user_and_standby_follow_the_settings_and_storage_autoscales() -> None:
    inputs = instance(storageGib=50, maxStorageGib=500).inputs
    assert (inputs["storageType"], inputs["allocatedStorage"], inputs["maxAllocatedStorage"]) == ("gp3", 50, 500)

    inputs = instance(instanceClass="db.t4g.medium", username="chief", multiAz=False).inputs
    assert (inputs["instanceClass"], inputs["username"], inputs["multiAz"]) == ("db.t4g.medium", "chief", False)
    assert instance().inputs["multiAz"] is True


def test_backups_are_kept_after_deletion_and_deletion_protection_follows_the_settings() -> None:
    inputs = instance(backupRetentionDays=30).inputs
    assert inputs["deletionProtection"] is True
    assert instance(deletionProtection=False).inputs["deletionProtection"] is False
    assert inputs["backupRetentionPeriod"] == 30
    assert inputs["copyTagsToSnapshot"] is True
    assert inputs["deleteAutomatedBackups"] is False


def test_final_snapshot_name_is_unique() -> None:
    inputs, life = instance().inputs, run().one(LIFE)
    prefix, _, number = inputs["finalSnapshotIdentifier"].rpartition("-")
    assert (inputs["skipFinalSnapshot"], prefix, len(number)) == (False, "nova-prod-database-final", 8)
    assert life.urn in instance().property_dependencies["finalSnapshotIdentifier"]
    assert life.inputs["byteLength"] == 4


def test_final_snapshot_name_changes_only_when_the_instance_is_replaced() -> None:
    life = run().one(LIFE).inputs["keepers"]
    assert life == {"username": "platform_admin", "kmsKey": run().outputs["key_arn"]}
    plain = with_settings(username="chief", customerManagedKey=False).one(LIFE)
    assert plain.inputs["keepers"] == {"username": "chief", "kmsKey": "aws"}
    grown = with_settings(instanceClass="db.r7g.large", storageGib=40, multiAz=False, engineVersion="17.7")
    assert grown.one(LIFE).inputs["keepers"] == life


def test_without_final_snapshot_there_is_no_identifier_and_the_key_is_deleted() -> None:
    changed = with_settings(finalSnapshot=False)
    assert changed.one(INSTANCE).inputs["skipFinalSnapshot"] is True
    assert "finalSnapshotIdentifier" not in changed.one(INSTANCE).inputs
    assert changed.all(LIFE) == []
    assert changed.one(KEY).retain_on_delete is False


def test_key_of_a_final_snapshot_is_retained_and_its_alias_is_not() -> None:
    assert run().one(KEY).retain_on_delete is True
    assert run().one(ALIAS).retain_on_delete is False


@pytest.mark.parametrize("protect", [True, False])
def test_data_and_everything_it_depends_on_share_protection(protect: bool) -> None:
    result = run(protect=protect)
    assert {result.one(kind).protect for kind in (INSTANCE, SUBNET_GROUP, KEY, LIFE)} == {protect}
    assert not any(result.one(kind).protect for kind in (GROUP, PARAMETERS, INGRESS))


def test_instance_depends_on_log_groups_with_retention() -> None:
    groups = with_settings(logRetentionDays=365).all(LOG_GROUP)
    assert {g.inputs["name"]: g.inputs["retentionInDays"] for g in groups} == {
        f"{LOGS}postgresql": 365,
        f"{LOGS}upgrade": 365,
    }
    assert instance().inputs["enabledCloudwatchLogsExports"] == ["postgresql", "upgrade"]
    assert all(g.urn in instance().depends_on for g in run().all(LOG_GROUP))


def test_monitoring_role_trusts_rds_for_this_account_within_the_boundary() -> None:
    role = run().one(ROLE)
    statement = json.loads(role.inputs["assumeRolePolicy"])["Statement"][0]
    assert statement["Principal"] == {"Service": "monitoring.rds.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert role.inputs["permissionsBoundary"] == f"arn:aws:iam::{ACCOUNT}:policy/platform-boundary"
    assert "permissionsBoundary" not in run(boundary=None).one(ROLE).inputs


def test_instance_depends_on_the_monitoring_policy_and_zero_seconds_creates_no_role() -> None:
    policy = run().one(ATTACHMENT)
    assert policy.inputs["policyArn"] == "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    assert run().one(ROLE).urn in policy.property_dependencies["role"]
    assert policy.urn in instance().depends_on
    assert instance().inputs["monitoringInterval"] == 60
    assert instance().inputs["monitoringRoleArn"].startswith(f"arn:aws:iam::{ACCOUNT}:role/database-monitoring")
    changed = with_settings(enhancedMonitoringSeconds=0)
    assert changed.all(ROLE) == changed.all(ATTACHMENT) == []
    assert "monitoringRoleArn" not in changed.one(INSTANCE).inputs


def test_performance_insights_stay_in_the_free_tier() -> None:
    inputs = instance().inputs
    assert (inputs["performanceInsightsEnabled"], inputs["performanceInsightsRetentionPeriod"]) == (True, 7)
    off = instance(performanceInsights=False).inputs
    assert off["performanceInsightsEnabled"] is False
    assert not {"performanceInsightsKmsKeyId", "performanceInsightsRetentionPeriod"} & off.keys()


def test_every_resource_is_a_child_of_the_component() -> None:
    assert len(run().under(run().one(COMPONENT))) == len(run().resources) - 1 == 13


def test_outputs_have_the_databases_address() -> None:
    result = run()
    outputs = result.one(COMPONENT).outputs
    assert (outputs["address"], outputs["port"]) == (result.outputs["address"], 5432)
    assert result.outputs["endpoint"] == f"{result.outputs['address']}:5432"
    assert outputs["masterSecretArn"] == result.outputs["master_secret_arn"]


def test_a_preview_registers_the_same_resources() -> None:
    planned = run(preview=True)
    assert {r.urn for r in planned.resources} == {r.urn for r in run().resources}
    assert planned.one(INSTANCE).inputs["kmsKeyId"] == UNKNOWN


def test_name_too_long_for_rds_is_refused() -> None:
    account = Account(account_id=ACCOUNT, region=REGION)
    settings = DatabaseConfig.model_validate({"engineVersion": "17", "instanceClass": "db.t4g.micro"})
    args = DatabaseArgs(name="n" * 64, settings=settings, account=account, network=NETWORK)
    with pytest.raises(ValueError, match="at most 63"):
        run_program(lambda: Database("database", args))
