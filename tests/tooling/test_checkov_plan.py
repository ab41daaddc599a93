"""What checkov gets to read of a stack: tools/checkov/plan.py. What it makes of it: tests/checkov."""

from typing import Any

import pytest

from sandbox.plan import Resource
from tests.tooling.checkov_resources import resource
from tools.checkov.plan import kubernetes_objects, terraform_plan, terraform_type

BUCKET = resource("aws:s3/bucket:Bucket", "shop-live", tags={"Owner team": "backend"})


def values(*resources: Resource) -> list[dict[str, Any]]:
    """The arguments of each resource in the plan."""
    return [planned["values"] for planned in terraform_plan(resources)["planned_values"]["root_module"]["resources"]]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws_vpc_endpoint"),
        ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"),
        ("aws:rds/instance:Instance", "aws_db_instance"),
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws_s3_bucket_public_access_block"),
        ("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "aws_iam_openid_connect_provider"),
        ("aws:wafv2/webAcl:WebAcl", "aws_wafv2_web_acl"),
    ],
)
def test_a_type_has_terraforms_name(token: str, expected: str) -> None:
    assert terraform_type(token) == expected


def test_arguments_and_blocks_have_terraforms_names() -> None:
    (planned,) = values(
        resource(
            "aws:ec2/launchTemplate:LaunchTemplate",
            "nodes",
            blockDeviceMappings=[{"ebs": {"kmsKeyId": "key"}}],
            vpcSecurityGroupIds=["sg-1"],
            rules=[{"cidrIpv4": "10.0.0.0/8"}],
        )
    )
    assert planned == {
        "block_device_mappings": [{"ebs": {"kms_key_id": "key"}}],
        "vpc_security_group_ids": ["sg-1"],
        "rule": [{"cidr_ipv4": "10.0.0.0/8"}],
    }


def test_tags_keep_their_keys() -> None:
    assert values(BUCKET) == [{"tags": {"Owner team": "backend"}}]


def test_what_a_property_depends_on_is_a_reference() -> None:
    block = resource(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "live/storage",
        depends={"bucket": [BUCKET["urn"], "urn:of:a:component"]},
        bucket="shop-live-1a2b3c4",
    )
    plan = terraform_plan([BUCKET, block])
    _, configured = plan["configuration"]["root_module"]["resources"]
    assert configured["address"] == "aws_s3_bucket_public_access_block.live_storage"
    assert configured["expressions"] == {
        "bucket": {"references": ["aws_s3_bucket.shop-live.id", "aws_s3_bucket.shop-live"]}
    }


def test_kubernetes_objects_are_a_list_without_releases() -> None:
    job = resource("kubernetes:batch/v1:Job", "bootstrap", apiVersion="batch/v1", kind="Job")
    release = resource("kubernetes:helm.sh/v3:Release", "argocd", chart="argo-cd")
    assert kubernetes_objects([BUCKET, job, release]) == {"apiVersion": "v1", "kind": "List", "items": [job["inputs"]]}
