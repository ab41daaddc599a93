"""checkov sees what is broken in resources that are spelled as Pulumi spells them."""

import json
from functools import cache

import pytest

from sandbox.plan import Resource
from tests.tooling.checkov_resources import resource
from tools.checkov.findings import findings

BUCKET = resource("aws:s3/bucket:Bucket", "good")
OPEN_BUCKET = resource("aws:s3/bucket:Bucket", "bad")


def statement(action: str) -> str:
    """A policy that allows this."""
    allowed = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def bucket_settings(kind: str, bucket: Resource, **inputs: object) -> Resource:
    """A resource that sets something of a bucket."""
    token = f"aws:s3/{kind[:1].lower()}{kind[1:]}:{kind}"
    return resource(token, bucket["name"], {"bucket": [bucket["urn"]]}, bucket="named-by-aws", **inputs)


def public_access(bucket: Resource, *, blocked: bool) -> Resource:
    """Whether a bucket may be public."""
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    block = bucket_settings("BucketPublicAccessBlock", bucket)
    block["inputs"].update(dict.fromkeys(names, blocked))
    return block


def encryption(bucket: Resource, algorithm: str) -> Resource:
    """A bucket's encryption."""
    rules = [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, "kmsMasterKeyId": "key"}}]
    return bucket_settings("BucketServerSideEncryptionConfiguration", bucket, rules=rules)


RESOURCES = (
    resource("aws:rds/instance:Instance", "good", engine="postgres", storageEncrypted=True, publiclyAccessible=False),
    resource("aws:rds/instance:Instance", "bad", engine="postgres", storageEncrypted=False, publiclyAccessible=True),
    BUCKET,
    public_access(BUCKET, blocked=True),
    encryption(BUCKET, "aws:kms"),
    OPEN_BUCKET,
    public_access(OPEN_BUCKET, blocked=False),
    encryption(OPEN_BUCKET, "AES256"),
    resource("aws:iam/policy:Policy", "good", policy=statement("sts:GetCallerIdentity")),
    resource("aws:iam/policy:Policy", "bad", policy=statement("*")),
    resource("aws:eks/cluster:Cluster", "good", vpcConfig={"endpointPublicAccess": False}),
    resource("aws:eks/cluster:Cluster", "bad", vpcConfig={"endpointPublicAccess": True}),
)


@cache
def failing() -> set[tuple[str, str]]:
    """Each check that fails, and where."""
    return {(finding.check, finding.resource) for finding in findings(RESOURCES).failed}


@pytest.mark.parametrize(
    ("check", "kind"),
    [
        ("CKV_AWS_16", "aws_db_instance"),  # is encrypted
        ("CKV_AWS_17", "aws_db_instance"),  # is not public
        ("CKV_AWS_53", "aws_s3_bucket_public_access_block"),
        ("CKV2_AWS_6", "aws_s3_bucket"),  # has such a block
        ("CKV_AWS_145", "aws_s3_bucket"),  # is encrypted with a key
        ("CKV_AWS_63", "aws_iam_policy"),  # does not allow everything
        ("CKV_AWS_39", "aws_eks_cluster"),  # has no public endpoint
    ],
)
def test_a_broken_resource_fails_and_a_good_one_does_not(check: str, kind: str) -> None:
    assert (check, f"{kind}.bad") in failing()
    assert (check, f"{kind}.good") not in failing()
