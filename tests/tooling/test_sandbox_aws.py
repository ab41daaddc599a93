"""The simulated AWS: what is unknown in a preview, shapes, replacements and data sources."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from sandbox.providers.aws.invokes import VPCS
from sandbox.providers.aws.package import Aws
from sandbox.providers.package import Refused
from sandbox.providers.schema import Schemas
from sandbox.providers.wire import UNKNOWN, Json, dig, secret, text
from tests.tooling.sandbox_cloud import (
    CLUSTER,
    DATABASE,
    LOG_GROUP,
    NODES,
    REGION,
    REPOSITORY,
    ROLE,
    SETTINGS,
    VPC,
    Cloud,
    refusal,
)


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


def test_a_preview_creates_nothing(tmp_path: Path) -> None:
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
        (
            "aws:sns/topicSubscription:TopicSubscription",
            {"topic": "arn:aws:sns:ap-northeast-1:025434362120:alarms"},
            "arn:aws:sns:ap-northeast-1:025434362120:alarms:.{36}",
            "arn:aws:sns:ap-northeast-1:025434362120:alarms:.{36}",
        ),
        (
            "aws:rds/eventSubscription:EventSubscription",
            {"name": "events"},
            "events",
            "arn:aws:rds:ap-northeast-1:025434362120:es:events",
        ),
    ],
)
def test_ids_and_arns_have_aws_shapes(tmp_path: Path, type_: str, inputs: Json, id_: str, arn: str) -> None:
    created, outputs = Cloud(tmp_path).create(type_, "thing", inputs)
    assert re.fullmatch(id_, created)
    assert re.fullmatch(arn, text(outputs, "arn"))


def test_a_cluster_has_the_outputs_that_pulumi_eks_reads(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    vpc, subnet = cloud.network()
    cloud.cluster(subnet)
    (record,) = cloud.account.all(CLUSTER)
    outputs = record.outputs
    assert re.fullmatch(r"https://[0-9A-F]{32}\.gr7\.ap-northeast-1\.eks\.amazonaws\.com", text(outputs, "endpoint"))
    assert dig(outputs, "vpcConfig.vpcId") == vpc
    assert text(outputs, "vpcConfig.clusterSecurityGroupId").startswith("sg-0")
    assert "oidc.eks.ap-northeast-1.amazonaws.com/id/" in json.dumps(outputs["identities"])


def test_a_database_has_its_address_port_and_managed_secret(tmp_path: Path) -> None:
    inputs: Json = {"engine": "postgres", "identifier": "db", "manageMasterUserPassword": True}
    _, outputs = Cloud(tmp_path).create(DATABASE, "db", inputs)
    assert text(outputs, "endpoint") == f"{text(outputs, 'address')}:5432"
    assert text(outputs, "address").endswith(".ap-northeast-1.rds.amazonaws.com")
    assert "arn:aws:secretsmanager:" in json.dumps(outputs["masterUserSecrets"])


def test_a_resources_own_tags_override_default_tags(tmp_path: Path) -> None:
    _, outputs = Cloud(tmp_path).create(VPC, "net", {"cidrBlock": "10.0.0.0/16", "tags": {"Stage": "prod"}})
    assert outputs["tagsAll"] == {"Owner": "platform", "Stage": "prod"}


def test_a_secret_input_stays_wrapped_in_account_and_outputs(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, outputs = cloud.create(DATABASE, "db", {"engine": "postgres", "password": secret("hush")})
    assert outputs["password"] == secret("hush")
    assert cloud.account.all(DATABASE)[0].inputs["password"] == secret("hush")


def test_an_update_keeps_computed_outputs_and_increments_the_version(tmp_path: Path) -> None:
    cloud, type_ = Cloud(tmp_path), "aws:ec2/launchTemplate:LaunchTemplate"
    id_, before = cloud.create(type_, "lt", {"name": "lt", "imageId": "ami-1"})
    call, news = cloud.call(type_, "lt"), {"name": "lt", "imageId": "ami-2"}
    assert cloud.aws.update(call, id_, {}, dict(news), preview=True)["latestVersion"] == UNKNOWN
    after = cloud.aws.update(call, id_, {}, dict(news), preview=False)
    assert (before["latestVersion"], after["latestVersion"]) == (1, 2)
    assert after["arn"] == before["arn"]


def test_a_recreated_resource_gets_a_new_id(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    first, _ = cloud.create(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
    cloud.delete(VPC, "net", first)
    assert cloud.create(VPC, "net", {"cidrBlock": "10.0.0.0/16"})[0] != first


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


def test_data_sources_know_account_region_and_zones(tmp_path: Path) -> None:
    aws = Cloud(tmp_path).aws
    assert aws.invoke("aws:index/getCallerIdentity:getCallerIdentity", {}, SETTINGS)["accountId"] == "025434362120"
    zones = aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {}, SETTINGS)
    assert zones["names"] == [f"{REGION}a", f"{REGION}c", f"{REGION}d"]
    assert zones["zoneIds"] == ["apne1-az1", "apne1-az2", "apne1-az3"]


def test_data_sources_list_what_the_account_has(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    invoke = partial(cloud.aws.invoke, settings=SETTINGS)
    assert invoke("aws:eks/getClusters:getClusters", {})["names"] == []
    cluster = cloud.cluster(cloud.network()[1])
    numbers: Json = {"minSize": 1, "desiredSize": 2, "maxSize": 3}
    cloud.create(NODES, "n", {"clusterName": cluster, "nodeGroupName": "n", "scalingConfig": numbers})
    cloud.create(LOG_GROUP, "logs", {"name": "/aws/x"})
    assert invoke("aws:eks/getClusters:getClusters", {})["names"] == ["demo"]
    assert invoke("aws:eks/getNodeGroups:getNodeGroups", {"clusterName": "demo"})["names"] == ["n"]
    group = invoke("aws:eks/getNodeGroup:getNodeGroup", {"clusterName": "demo", "nodeGroupName": "n"})
    assert group["scalingConfigs"] == [numbers]
    for prefix, found in (("/aws", ["/aws/x"]), ("/eks", [])):
        listed = invoke("aws:cloudwatch/getLogGroups:getLogGroups", {"logGroupNamePrefix": prefix})
        assert listed["logGroupNames"] == found
    missing: dict[str, Json] = {
        "aws:eks/getNodeGroups:getNodeGroups": {"clusterName": "other"},
        "aws:eks/getNodeGroup:getNodeGroup": {"clusterName": "demo", "nodeGroupName": "other"},
    }
    for token, args in missing.items():
        assert refusal(partial(invoke, token, args)) == "ResourceNotFoundException"


def test_a_machine_with_an_address_is_not_in_a_vpc_before_it_exists(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    outside = Aws(cloud.account, Schemas("aws", tmp_path), address="203.0.113.7")
    args: Json = {"tags": {"Owner": "platform"}}
    assert outside.invoke(VPCS, args, SETTINGS)["ids"] == []
    assert cloud.aws.invoke(VPCS, args, SETTINGS)["ids"] == ["vpc-of-this-machine"]
    vpc, _ = cloud.network()
    for aws in (outside, cloud.aws):
        assert aws.invoke(VPCS, args, SETTINGS)["ids"] == [vpc]
    assert outside.invoke(VPCS, {"tags": {"Owner": "another"}}, SETTINGS)["ids"] == []


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


def test_the_refusal_of_an_unknown_data_source_names_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="aws:x/getY:getY"):
        Cloud(tmp_path).aws.invoke("aws:x/getY:getY", {}, SETTINGS)
