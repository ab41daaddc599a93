"""An environment's bucket: access, retention, and what pods depend on."""

import json
from functools import cache
from typing import Any

import pulumi

from components.account.account import Account
from components.config.storage import StorageConfig
from components.data.storage import Storage, StorageArgs, objects_policy
from tests.harness.harness import Recorded, Run, run_program

BUCKET = "aws:s3/bucket:Bucket"
ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
ROLE = "aws:iam/role:Role"
CLUSTER = "arn:aws:eks:eu-central-1:111122223333:cluster/shop-prod"
LOGGING = "aws:s3/bucketLogging:BucketLogging"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"


@cache
def run(settings: str = "{}", *, protect: bool = True) -> Run:
    args = StorageArgs(
        label="shop-prod-blue",
        settings=StorageConfig.model_validate_json(settings),
        account=Account(account_id="111122223333", region="eu-central-1", permissions_boundary_name="cap"),
        cluster_name="shop-prod",
        cluster_arn=CLUSTER,
        namespace="shop",
        service_accounts=["media", "docs"],
        protect=protect,
    )

    def program() -> None:
        storage = Storage("blue-storage", args)
        pulumi.export("ready", len(storage.ready))

    return run_program(program)


def part(kind: str, done: Run | None = None) -> Recorded:
    return (done or run()).one(f"aws:s3/bucket{kind}:Bucket{kind}")


def statements(text: str) -> dict[str, dict[str, Any]]:
    return {s["Sid"]: s for s in json.loads(text)["Statement"]}


def bucket_arn() -> str:
    return f"arn:aws:s3:::{part('Policy').inputs['bucket']}"


def test_public_access_is_blocked() -> None:
    switches = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    assert [part("PublicAccessBlock").inputs[key] for key in switches] == [True] * 4
    assert part("OwnershipControls").inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_requests_without_tls_are_denied() -> None:
    assert statements(part("Policy").inputs["policy"])["TlsOnly"] == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Action": ["s3:*"],
        "Principal": {"AWS": "*"},
        "Resource": [bucket_arn(), f"{bucket_arn()}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_policy_depends_on_public_access_block_and_ownership() -> None:
    assert run().depends(part("Policy"), part("PublicAccessBlock"))


def test_objects_are_encrypted_with_the_environments_key_or_s3s() -> None:
    [rule] = run().one(ENCRYPTION).inputs["rules"]
    assert rule["bucketKeyEnabled"] is True
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
    assert run().depends(run().one(ENCRYPTION), run().one("aws:kms/key:Key"))
    without = run('{"customerManagedKey": false}')
    [rule] = without.one(ENCRYPTION).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    assert without.all("aws:kms/key:Key") == []


def test_access_is_logged_where_the_stack_says() -> None:
    assert run().all(LOGGING) == []
    inputs = run('{"accessLogsBucket": "company-logs"}').one(LOGGING).inputs
    assert (inputs["targetBucket"], inputs["targetPrefix"]) == ("company-logs", "shop-prod-blue/")


def test_noncurrent_versions_and_incomplete_uploads_expire() -> None:
    assert part("Versioning").inputs["versioningConfiguration"] == {"status": "Enabled"}
    [rule] = part("LifecycleConfiguration", run('{"noncurrentDays": 9}')).inputs["rules"]
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 9}
    assert rule["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert "days" not in rule["expiration"]


def test_bucket_is_protected_by_default() -> None:
    bucket = run().one(BUCKET)
    assert (bucket.protect, bucket.inputs["forceDestroy"]) == (True, False)
    assert run(protect=False).one(BUCKET).protect is False
    assert run('{"forceDestroy": true}').one(BUCKET).inputs["forceDestroy"] is True


def test_bucket_name_is_the_environments_with_a_random_suffix() -> None:
    assert (run().one(BUCKET).name, "bucket" in run().one(BUCKET).inputs) == ("shop-prod-blue", False)


def test_only_services_with_storage_get_the_role() -> None:
    associations = {(a.inputs["namespace"], a.inputs["serviceAccount"]) for a in run().all(ASSOCIATION)}
    assert associations == {("shop", "media"), ("shop", "docs")}
    assert all(run().depends(a, run().one(ROLE)) for a in run().all(ASSOCIATION))


def test_role_trusts_the_clusters_pods_and_has_the_boundary() -> None:
    role = run().one(ROLE)
    trust = statements(role.inputs["assumeRolePolicy"])["AssumeByPodIdentity"]
    assert trust["Condition"]["ArnEquals"] == {"aws:SourceArn": CLUSTER}
    assert role.inputs["permissionsBoundary"] == "arn:aws:iam::111122223333:policy/cap"


def test_role_can_read_and_write_only_objects_of_this_bucket() -> None:
    policy = statements(run().one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    assert policy["List"]["Action"] == ["s3:ListBucket"]
    assert policy["Objects"]["Action"] == [
        "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject",
    ]  # fmt: skip
    assert (policy["List"]["Resource"], policy["Objects"]["Resource"]) == ([bucket_arn()], [f"{bucket_arn()}/*"])
    assert policy["Key"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}}
    assert set(statements(objects_policy("arn:aws:s3:::b", None, "eu-central-1"))) == {"List", "Objects"}


def test_pods_depend_on_bucket_settings_and_identity() -> None:
    # Access, ownership, TLS, encryption, versions, lifecycle; the role's policy and two associations.
    assert run().outputs["ready"] == 9
