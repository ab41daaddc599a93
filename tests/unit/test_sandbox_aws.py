"""The simulated AWS: what is unknown in a preview, shapes, replacements and refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.providers.account import Account
from sandbox.providers.aws.package import Aws
from sandbox.providers.package import Call, Refused
from sandbox.providers.schema import Schemas
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, secret, text

REGION = "ap-northeast-1"
SETTINGS: Json = {
    "region": REGION,
    "allowedAccountIds": ["025434362120"],
    "defaultTags": {"tags": {"Owner": "platform", "Stage": "dev"}},
}
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
REPOSITORY = "aws:ecr/repository:Repository"
ROLE = "aws:iam/role:Role"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
DATABASE = "aws:rds/instance:Instance"
SECRET = "aws:secretsmanager/secret:Secret"


class Cloud:
    """An account with the AWS package on it."""

    def __init__(self, folder: Path) -> None:
        self.account = Account(folder / "account.db")
        self.aws = Aws(self.account, Schemas("aws", folder))

    def call(self, type_: str, name: str, settings: Json = SETTINGS) -> Call:
        return Call(f"urn:pulumi:dev::project::{type_}::{name}", type_, name, settings)

    def make(self, type_: str, name: str, inputs: Json) -> tuple[str, Json]:
        checked, failures = self.aws.check(self.call(type_, name), {}, inputs)
        assert failures == []
        return self.aws.create(self.call(type_, name), checked, preview=False)

    def preview(self, type_: str, name: str, inputs: Json) -> Json:
        checked, _ = self.aws.check(self.call(type_, name), {}, inputs)
        return self.aws.create(self.call(type_, name), checked, preview=True)[1]

    def delete(self, type_: str, name: str, id_: str) -> None:
        self.aws.delete(self.call(type_, name), id_)

    def network(self) -> tuple[str, str]:
        vpc, _ = self.make(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
        subnet, _ = self.make(SUBNET, "a", {"vpcId": vpc, "cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a"})
        return vpc, subnet

    def cluster(self, subnet: str, **more: Value) -> str:
        inputs: Json = {"name": "demo", "roleArn": "arn", "vpcConfig": {"subnetIds": [subnet]}, **more}
        return self.make(CLUSTER, "c", inputs)[0]


def refusal(act: Callable[[], object]) -> str:
    """The code of the refusal that the act meets."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_computed_outputs_are_unknown_in_a_preview(tmp_path: Path) -> None:
    planned = Cloud(tmp_path).preview(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    assert planned["arn"] == planned["defaultSecurityGroupId"] == planned["ownerId"] == UNKNOWN
    assert planned["cidrBlock"] == "10.0.0.0/16"
    assert planned["region"] == REGION


def test_only_the_computed_part_of_an_object_is_unknown_in_a_preview(tmp_path: Path) -> None:
    inputs: Json = {"name": "demo", "roleArn": "arn", "vpcConfig": {"subnetIds": ["subnet-1"]}}
    planned = Cloud(tmp_path).preview(CLUSTER, "c", inputs)
    assert dig(planned, "vpcConfig.subnetIds") == ["subnet-1"]
    assert dig(planned, "vpcConfig.clusterSecurityGroupId") == UNKNOWN
    assert planned["name"] == "demo"


def test_a_preview_makes_nothing(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.preview(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    assert cloud.account.all(VPC) == []
    assert cloud.account.lives(cloud.call(VPC, "net").urn) == 0


@pytest.mark.parametrize(
    ("type_", "inputs", "id_", "arn"),
    [
        (
            VPC,
            {"cidrBlock": "10.0.0.0/16"},
            r"vpc-0[0-9a-f]{16}",
            r"arn:aws:ec2:ap-northeast-1:025434362120:vpc/vpc-.+",
        ),
        (REPOSITORY, {"name": "x/y"}, "x/y", "arn:aws:ecr:ap-northeast-1:025434362120:repository/x/y"),
        (ROLE, {"name": "ci"}, "ci", "arn:aws:iam::025434362120:role/ci"),
        (
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            {"url": "https://token.example.com"},
            "arn:aws:iam::025434362120:oidc-provider/token.example.com",
            "arn:aws:iam::025434362120:oidc-provider/token.example.com",
        ),
        (
            "aws:kms/key:Key",
            {},
            r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}",
            r"arn:aws:kms:ap-northeast-1:025434362120:key/.{36}",
        ),
        (
            "aws:cloudwatch/logGroup:LogGroup",
            {"name": "/aws/eks/demo/cluster"},
            "/aws/eks/demo/cluster",
            "arn:aws:logs:ap-northeast-1:025434362120:log-group:/aws/eks/demo/cluster",
        ),
    ],
)
def test_ids_and_arns_have_the_shape_of_aws(tmp_path: Path, type_: str, inputs: Json, id_: str, arn: str) -> None:
    made, outputs = Cloud(tmp_path).make(type_, "thing", inputs)
    assert re.fullmatch(id_, made)
    assert re.fullmatch(arn, text(outputs, "arn"))


def test_a_cluster_has_what_pulumi_eks_reads_from_it(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    vpc, subnet = cloud.network()
    cloud.cluster(subnet)
    (record,) = cloud.account.all(CLUSTER)
    found = record.outputs
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.ap-northeast-1\.eks\.amazonaws\.com", text(found, "endpoint"))
    assert dig(found, "vpcConfig.vpcId") == vpc
    assert text(found, "vpcConfig.clusterSecurityGroupId").startswith("sg-0")
    assert "oidc.eks.ap-northeast-1.amazonaws.com/id/" in json.dumps(found["identities"])


def test_a_database_has_its_address_port_and_managed_secret(tmp_path: Path) -> None:
    inputs: Json = {"engine": "postgres", "identifier": "db", "manageMasterUserPassword": True}
    _, outputs = Cloud(tmp_path).make(DATABASE, "db", inputs)
    assert text(outputs, "endpoint") == f"{text(outputs, 'address')}:5432"
    assert text(outputs, "address").endswith(".ap-northeast-1.rds.amazonaws.com")
    assert "arn:aws:secretsmanager:" in json.dumps(outputs["masterUserSecrets"])


def test_default_tags_are_merged_under_the_resource_s_own(tmp_path: Path) -> None:
    _, outputs = Cloud(tmp_path).make(VPC, "net", {"cidrBlock": "10.0.0.0/16", "tags": {"Stage": "prod"}})
    assert outputs["tagsAll"] == {"Owner": "platform", "Stage": "prod"}


def test_a_secret_input_stays_wrapped_in_account_and_outputs(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, outputs = cloud.make(DATABASE, "db", {"engine": "postgres", "password": secret("hush")})
    assert outputs["password"] == secret("hush")
    assert cloud.account.all(DATABASE)[0].inputs["password"] == secret("hush")


def test_an_update_keeps_computed_outputs_and_moves_the_version(tmp_path: Path) -> None:
    cloud, type_ = Cloud(tmp_path), "aws:ec2/launchTemplate:LaunchTemplate"
    id_, before = cloud.make(type_, "lt", {"name": "lt", "imageId": "ami-1"})
    call, news = cloud.call(type_, "lt"), {"name": "lt", "imageId": "ami-2"}
    assert cloud.aws.update(call, id_, dict(news), preview=True)["latestVersion"] == UNKNOWN
    after = cloud.aws.update(call, id_, dict(news), preview=False)
    assert (before["latestVersion"], after["latestVersion"]) == (1, 2)
    assert after["arn"] == before["arn"]


def test_a_recreated_resource_gets_a_new_id(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    first, _ = cloud.make(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    cloud.delete(VPC, "net", first)
    assert cloud.make(VPC, "net", {"cidrBlock": "10.0.0.0/16"})[0] != first


@pytest.mark.parametrize(
    ("type_", "old", "new", "answer"),
    [
        (VPC, {"cidrBlock": "10.0.0.0/16"}, {"cidrBlock": "10.1.0.0/16"}, (True, False)),
        (VPC, {"enableDnsHostnames": False}, {"enableDnsHostnames": True}, (False, False)),
        (CLUSTER, {"vpcConfig": {"subnetIds": ["a"]}}, {"vpcConfig": {"subnetIds": ["b"]}}, (False, False)),
        (NODES, {"subnetIds": ["a"]}, {"subnetIds": ["b"]}, (True, False)),
        (DATABASE, {"identifier": "a"}, {"identifier": "b"}, (False, False)),
        (DATABASE, {"storageEncrypted": False}, {"storageEncrypted": True}, (True, False)),
        (
            DATABASE,
            {"identifier": "fixed", "storageEncrypted": False},
            {"identifier": "fixed", "storageEncrypted": True},
            (True, True),
        ),
        (
            DATABASE,
            {"identifier": "thing-0a1b2c3", "storageEncrypted": False},
            {"identifier": "thing-0a1b2c3", "storageEncrypted": True},
            (True, False),
        ),
    ],
)
def test_aws_replaces_what_it_cannot_change(
    tmp_path: Path, type_: str, old: Json, new: Json, answer: tuple[bool, bool]
) -> None:
    cloud = Cloud(tmp_path)
    replaces, delete_first = answer
    difference = cloud.aws.diff(cloud.call(type_, "thing"), old, new)
    assert [change.replaces for change in difference.changes] == [replaces]
    assert (replaces and difference.delete_first) is delete_first


@pytest.mark.parametrize(
    ("type_", "inputs", "code"),
    [
        (REPOSITORY, {"name": "x/y"}, "RepositoryAlreadyExistsException"),
        (ROLE, {"name": "ci"}, "EntityAlreadyExists"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", {"url": "https://x"}, "EntityAlreadyExists"),
        (CLUSTER, {"name": "demo"}, "ResourceInUseException"),
        ("aws:cloudwatch/logGroup:LogGroup", {"name": "/x"}, "ResourceAlreadyExistsException"),
        (DATABASE, {"identifier": "db"}, "DBInstanceAlreadyExists"),
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            {"replicationGroupId": "cache"},
            "ReplicationGroupAlreadyExists",
        ),
        ("aws:kms/alias:Alias", {"name": "alias/x"}, "AlreadyExistsException"),
    ],
)
def test_a_fixed_name_cannot_be_taken_twice(tmp_path: Path, type_: str, inputs: Json, code: str) -> None:
    cloud = Cloud(tmp_path)
    cloud.make(type_, "first", dict(inputs))
    assert refusal(lambda: cloud.make(type_, "second", dict(inputs))) == code


def test_rules_of_one_group_differ_by_their_ports(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    rule: Json = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "10.0.0.0/8", "toPort": 80}
    cloud.make(INGRESS, "a", {**rule, "fromPort": 80})
    cloud.make(INGRESS, "b", {**rule, "fromPort": 79})
    assert refusal(lambda: cloud.make(INGRESS, "c", {**rule, "fromPort": 80})) == "InvalidPermission.Duplicate"


@pytest.mark.parametrize(
    ("cidr", "zone", "code"),
    [
        ("10.0.0.128/25", f"{REGION}a", "InvalidSubnet.Conflict"),
        ("10.9.0.0/24", f"{REGION}a", "InvalidSubnet.Range"),
        ("10.0.1.0/24", f"{REGION}b", "InvalidParameterValue"),
    ],
)
def test_a_subnet_that_does_not_fit_is_refused(tmp_path: Path, cidr: str, zone: str, code: str) -> None:
    cloud = Cloud(tmp_path)
    vpc, _ = cloud.make(VPC, "net", {"cidrBlock": "10.0.0.0/21"})
    cloud.make(SUBNET, "a", {"vpcId": vpc, "cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a"})
    inputs: Json = {"vpcId": vpc, "cidrBlock": cidr, "availabilityZone": zone}
    assert refusal(lambda: cloud.make(SUBNET, "b", inputs)) == code


def test_a_network_in_use_cannot_be_deleted(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    vpc, subnet = cloud.network()
    assert refusal(lambda: cloud.delete(VPC, "net", vpc)) == "DependencyViolation"
    nat, _ = cloud.make("aws:ec2/natGateway:NatGateway", "nat", {"subnetId": subnet, "allocationId": "eipalloc-1"})
    igw, _ = cloud.make("aws:ec2/internetGateway:InternetGateway", "igw", {"vpcId": vpc})
    assert refusal(lambda: cloud.delete(SUBNET, "a", subnet)) == "DependencyViolation"
    assert refusal(lambda: cloud.delete("aws:ec2/internetGateway:InternetGateway", "igw", igw)) == "DependencyViolation"
    cloud.delete("aws:ec2/natGateway:NatGateway", "nat", nat)
    cloud.delete("aws:ec2/internetGateway:InternetGateway", "igw", igw)
    cloud.delete(SUBNET, "a", subnet)
    cloud.delete(VPC, "net", vpc)
    assert cloud.account.all(VPC) == []


def test_a_security_group_that_another_names_cannot_be_deleted_and_takes_its_own_rules_along(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    one, _ = cloud.make(GROUP, "one", {"vpcId": "vpc-1"})
    two, _ = cloud.make(GROUP, "two", {"vpcId": "vpc-1"})
    rule: Json = {"ipProtocol": "-1"}
    cloud.make(INGRESS, "self", {**rule, "securityGroupId": one, "referencedSecurityGroupId": one})
    cloud.make(INGRESS, "other", {**rule, "securityGroupId": two, "referencedSecurityGroupId": one})
    assert refusal(lambda: cloud.delete(GROUP, "one", one)) == "DependencyViolation"
    cloud.delete(GROUP, "two", two)
    cloud.delete(GROUP, "one", one)
    assert cloud.account.all(INGRESS) == []


def test_a_cluster_with_nodes_or_under_protection_cannot_be_deleted(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, subnet = cloud.network()
    cluster = cloud.cluster(subnet, deletionProtection=True)
    assert refusal(lambda: cloud.delete(CLUSTER, "c", cluster)) == "InvalidRequestException"
    (record,) = cloud.account.all(CLUSTER)
    unprotected: Json = {**record.inputs, "deletionProtection": False}
    cloud.aws.update(cloud.call(CLUSTER, "c"), cluster, unprotected, preview=False)
    nodes, _ = cloud.make(NODES, "n", {"clusterName": "demo", "subnetIds": [subnet]})
    assert refusal(lambda: cloud.delete(CLUSTER, "c", cluster)) == "ResourceInUseException"
    cloud.delete(NODES, "n", nodes)
    cloud.delete(CLUSTER, "c", cluster)
    assert cloud.account.all(CLUSTER) == []


def test_coredns_needs_nodes(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    addon: Json = {"clusterName": "demo", "addonName": "coredns"}
    with pytest.raises(Refused, match="DEGRADED"):
        cloud.make("aws:eks/addon:Addon", "dns", addon)
    cloud.make(NODES, "n", {"clusterName": "demo", "subnetIds": []})
    assert cloud.make("aws:eks/addon:Addon", "dns", addon)[0] == "demo:coredns"


def test_a_protected_database_stays_and_a_final_snapshot_is_unique(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    protected, _ = cloud.make(DATABASE, "p", {"identifier": "p", "deletionProtection": True})
    assert refusal(lambda: cloud.delete(DATABASE, "p", protected)) == "InvalidParameterCombination"
    bare, _ = cloud.make(DATABASE, "b", {"identifier": "b"})
    with pytest.raises(Refused, match="final_snapshot_identifier"):
        cloud.delete(DATABASE, "b", bare)
    inputs: Json = {"identifier": "s", "finalSnapshotIdentifier": "last"}
    cloud.delete(DATABASE, "s", cloud.make(DATABASE, "s", inputs)[0])
    again, _ = cloud.make(DATABASE, "s", inputs)
    assert refusal(lambda: cloud.delete(DATABASE, "s", again)) == "DBSnapshotAlreadyExists"


def test_a_secret_s_name_waits_for_its_recovery_window(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    cloud.delete(SECRET, "now", cloud.make(SECRET, "now", {"name": "now", "recoveryWindowInDays": 0})[0])
    cloud.make(SECRET, "now", {"name": "now"})
    cloud.delete(SECRET, "later", cloud.make(SECRET, "later", {"name": "later"})[0])
    assert refusal(lambda: cloud.make(SECRET, "later", {"name": "later"})) == "InvalidRequestException"


def test_deleting_what_is_gone_succeeds_and_reading_it_finds_nothing(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    id_, _ = cloud.make(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    cloud.account.remove(cloud.account.all(VPC)[0])
    assert cloud.aws.read(cloud.call(VPC, "net"), id_) is None
    cloud.delete(VPC, "net", id_)


def test_a_policy_that_is_no_json_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, failures = cloud.aws.check(cloud.call(ROLE, "r"), {}, {"assumeRolePolicy": "{"})
    assert [failure.property for failure in failures] == ["assumeRolePolicy"]


def test_data_sources_know_account_region_and_zones(tmp_path: Path) -> None:
    aws = Cloud(tmp_path).aws
    assert aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, SETTINGS)["accountId"] == "025434362120"
    zones = aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {}, SETTINGS)
    assert zones["names"] == [f"{REGION}a", f"{REGION}c", f"{REGION}d"]
    assert zones["zoneIds"] == ["apne1-az1", "apne1-az2", "apne1-az3"]


def test_a_policy_document_becomes_json(tmp_path: Path) -> None:
    statement: Json = {
        "actions": ["sts:AssumeRole"],
        "principals": [{"type": "Service", "identifiers": ["ec2.amazonaws.com"]}],
        "conditions": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": ["1"]}],
    }
    token = "aws:iam/getPolicyDocument:getPolicyDocument"
    document = Cloud(tmp_path).aws.invoke(token, {"statements": [statement]}, SETTINGS)
    assert json.loads(text(document, "json"))["Statement"] == [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Service": ["ec2.amazonaws.com"]},
            "Condition": {"StringEquals": {"aws:SourceAccount": ["1"]}},
        }
    ]


def test_an_unknown_data_source_is_named_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="aws:x/getY:getY"):
        Cloud(tmp_path).aws.invoke("aws:x/getY:getY", {}, SETTINGS)


def test_a_provider_without_a_region_is_refused(tmp_path: Path) -> None:
    assert "region" in Cloud(tmp_path).aws.configure({})
    assert Cloud(tmp_path).aws.configure(SETTINGS) == ""
