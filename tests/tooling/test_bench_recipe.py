"""From a plan to the recipe of the bare program."""

import json
from typing import Any

import pytest

from tests.bench.recipe import KUBECONFIG, python_class, python_name, recipe

STACK = "urn:stack"


def _planned(type_: str, urn: str, inputs: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": type_, "urn": urn, "name": urn, "custom": True, "provider": None, "dependencies": [],
        "propertyDependencies": {}, "inputs": inputs or {}, **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("aws:ec2/vpc:Vpc", "aws.ec2.Vpc"),
        ("random:index/randomId:RandomId", "random.RandomId"),
        ("pulumi:providers:kubernetes", "kubernetes.Provider"),
        ("kubernetes:core/v1:Namespace", "kubernetes.core.v1.Namespace"),
        ("kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes.rbac.v1.Role"),
        ("kubernetes:helm.sh/v3:Release", "kubernetes.helm.v3.Release"),
        ("kubernetes:argoproj.io/v1alpha1:Application", "kubernetes.apiextensions.CustomResource"),
        ("kubernetes:argoproj.io/v1alpha1:AppProjectPatch", "kubernetes.apiextensions.CustomResourcePatch"),
    ],
)
def test_a_type_is_made_by_its_class_in_the_sdk(token: str, path: str) -> None:
    assert python_class(token) == path.split(".")


@pytest.mark.parametrize(
    ("name", "python"),
    [("vpcId", "vpc_id"), ("ipv6CidrBlock", "ipv6_cidr_block"), ("maxAllocatedStorage", "max_allocated_storage")],
)
def test_an_input_has_the_sdks_name(name: str, python: str) -> None:
    assert python_name(name) == python


def test_components_the_stack_and_default_providers_are_left_out() -> None:
    plan = [
        _planned("pulumi:pulumi:Stack", STACK, custom=False),
        _planned("platform:network:Network", "network", custom=False),
        _planned("pulumi:providers:pulumi", "default"),
        _planned("aws:ec2/vpc:Vpc", "vpc"),
    ]
    assert [entry["name"] for entry in recipe(plan)] == ["vpc"]


def test_an_unknown_input_comes_from_the_resource_that_it_depends_on() -> None:
    vpc = _planned("aws:ec2/vpc:Vpc", "vpc", {"cidrBlock": "10.0.0.0/16"})
    subnet = _planned(
        "aws:ec2/subnet:Subnet", "subnet", {"vpcId": "[unknown]"},
        dependencies=["vpc"], propertyDependencies={"vpcId": ["vpc"]},
    )  # fmt: skip
    made = recipe([vpc, subnet])
    assert made[0]["inputs"] == {"cidr_block": "10.0.0.0/16"}
    assert made[1]["inputs"] == {"vpc_id": {"$from": 0, "outputs": ["vpc_id", "id"]}}
    assert made[1]["after"] == [0]


def test_unknowns_in_one_list_come_from_different_resources() -> None:
    subnets = [_planned("aws:ec2/subnet:Subnet", name) for name in ("a", "b")]
    group = _planned(
        "aws:rds/subnetGroup:SubnetGroup", "group", {"subnetIds": ["[unknown]", "[unknown]"]},
        dependencies=["a", "b"], propertyDependencies={"subnetIds": ["a", "b"]},
    )  # fmt: skip
    assert [value["$from"] for value in recipe([*subnets, group])[2]["inputs"]["subnet_ids"]] == [0, 1]


def test_an_arn_comes_from_an_arn() -> None:
    role = _planned("aws:iam/role:Role", "role")
    log = _planned(
        "aws:ec2/flowLog:FlowLog", "log", {"iamRoleArn": "[unknown]"}, propertyDependencies={"iamRoleArn": ["role"]}
    )
    assert recipe([role, log])[1]["inputs"]["iam_role_arn"]["outputs"] == ["iam_role_arn", "arn", "id"]


def test_a_kubeconfig_stays_unknown_until_the_cluster_is_there() -> None:
    cluster = _planned("aws:eks/cluster:Cluster", "cluster")
    provider = _planned(
        "pulumi:providers:kubernetes", "k8s", {"kubeconfig": "[unknown]", "version": "4.0.0"},
        propertyDependencies={"kubeconfig": ["cluster"]},
    )  # fmt: skip
    settings = recipe([cluster, provider])[1]["inputs"]
    assert settings["kubeconfig"]["$from"] == 0
    assert settings["kubeconfig"]["as"].format("x") == KUBECONFIG.replace("SERVER", "x")
    assert "version" not in settings


def test_an_unknown_policy_is_a_document_about_what_it_depends_on() -> None:
    bucket = _planned("aws:s3/bucket:Bucket", "bucket")
    policy = _planned(
        "aws:s3/bucketPolicy:BucketPolicy",
        "policy",
        {"policy": "[unknown]"},
        propertyDependencies={"policy": ["bucket"]},
    )
    found = recipe([bucket, policy])[1]["inputs"]["policy"]
    assert found["outputs"][0] == "arn"
    assert json.loads(found["as"].format("x"))["Statement"]["Resource"] == "x"


def test_settings_of_a_provider_are_no_longer_texts_of_json() -> None:
    provider = _planned("pulumi:providers:aws", "aws", {"region": "eu-west-1", "allowedAccountIds": '["012345678901"]'})
    assert recipe([provider])[0]["inputs"] == {"region": "eu-west-1", "allowed_account_ids": ["012345678901"]}


def test_a_resource_comes_after_its_provider_wherever_the_plan_has_it() -> None:
    namespace = _planned("kubernetes:core/v1:Namespace", "namespace", provider="k8s")
    provider = _planned("pulumi:providers:kubernetes", "k8s")
    made = recipe([namespace, provider])
    assert [(entry["name"], entry["provider"]) for entry in made] == [("k8s", None), ("namespace", 0)]


def test_two_of_a_type_with_one_name_stay_two() -> None:
    plan = [_planned("aws:kms/key:Key", urn, name="key") for urn in ("one", "two")]
    assert [entry["name"] for entry in recipe(plan)] == ["key", "key-1"]
