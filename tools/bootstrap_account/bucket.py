"""The S3 bucket of Pulumi's state.

What exists is kept: other statements in the bucket's policy, rules in its lifecycle, a key that it already uses. A
setting is corrected where that makes no object unreadable and deletes none.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

from botocore.exceptions import ClientError

from components.account.policy_documents import Statement
from components.data.storage import tls_only_policy
from tools.bootstrap_account.calls import found, http_status
from tools.bootstrap_account.key import find_key
from tools.manifests.stacks import StackError
from tools.steps import Part, Step

BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
DAYS, NEWEST = 90, 10
OLD_VERSIONS = {
    "ID": "old-versions",
    "Status": "Enabled",
    "Filter": {},
    "NoncurrentVersionExpiration": {"NoncurrentDays": DAYS, "NewerNoncurrentVersions": NEWEST},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}


@dataclass(frozen=True, kw_only=True)
class StateBucket:
    """The bucket that the stack file describes, and the account's clients."""

    s3: Any
    kms: Any
    name: str
    account_id: str
    region: str
    key_alias: str | None
    """Of the key that encrypts its objects; None for S3's own."""


def bucket_part(wanted: StateBucket) -> Part:
    """The bucket with its settings. StackError if it is another account's."""
    region = _region(wanted)
    bucket = _Settings(wanted, exists=region is not None)
    steps = [] if bucket.exists else [Step(f"create it in {wanted.region}", lambda: _create(wanted))]
    for setting in (_versioning, _encryption, _public_access, _ownership, _policy, _lifecycle):
        steps += setting(bucket)
    notes = list(_other_rules(bucket))
    if region not in (None, wanted.region):
        notes.append(f"it is in {region}, so write region={region} where a URL names it")
    return Part(f"S3 bucket {wanted.name}", steps, list(_other_key(bucket)), notes)


def _region(wanted: StateBucket) -> str | None:
    """Where the bucket is; None without one."""
    try:
        answer = wanted.s3.head_bucket(Bucket=wanted.name, ExpectedBucketOwner=wanted.account_id)
    except ClientError as error:
        if http_status(error) == HTTPStatus.NOT_FOUND:
            return None
        if http_status(error) == HTTPStatus.FORBIDDEN:
            raise StackError(
                f"the bucket {wanted.name} exists, and is not one that these credentials of account "
                f"{wanted.account_id} may use: it belongs to another account, or they lack s3:ListBucket. Names of "
                "buckets are unique in all of AWS: write another one in ci.stateBucket."
            ) from None
        raise
    return str(answer["BucketRegion"])


def _create(wanted: StateBucket) -> None:
    # S3 refuses us-east-1 as a location: it is the default.
    location = {} if wanted.region == "us-east-1" else {"LocationConstraint": wanted.region}
    configuration = {"CreateBucketConfiguration": location} if location else {}
    wanted.s3.create_bucket(Bucket=wanted.name, **configuration)


@dataclass(frozen=True)
class _Settings:
    """Reads and writes settings; a bucket that does not exist yet has none."""

    of: StateBucket
    exists: bool

    def read(self, operation: str, absent: str = "") -> dict[str, Any]:
        """A setting; empty if there is none, for which AWS's code is `absent`."""
        if not self.exists:
            return {}
        call = getattr(self.of.s3, operation)
        return found(call, absent, Bucket=self.of.name, ExpectedBucketOwner=self.of.account_id)

    def step(self, words: str, operation: str, **setting: object) -> Step:
        """A step that writes a setting."""
        call = getattr(self.of.s3, operation)
        return Step(words, lambda: call(Bucket=self.of.name, ExpectedBucketOwner=self.of.account_id, **setting))


def _versioning(bucket: _Settings) -> Iterator[Step]:
    if bucket.read("get_bucket_versioning").get("Status") != "Enabled":
        enabled = {"Status": "Enabled"}
        yield bucket.step("turn on versioning", "put_bucket_versioning", VersioningConfiguration=enabled)


def _default_encryption(bucket: _Settings) -> dict[str, str]:
    answer = bucket.read("get_bucket_encryption", "ServerSideEncryptionConfigurationNotFoundError")
    rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    return rules[0]["ApplyServerSideEncryptionByDefault"] if rules else {}


def _has_key(bucket: _Settings) -> bool:
    return _default_encryption(bucket).get("SSEAlgorithm", "").startswith("aws:kms")


def _encryption(bucket: _Settings) -> Iterator[Step]:
    wanted, alias = bucket.of, bucket.of.key_alias
    if alias is None or _has_key(bucket):
        return

    def encrypt() -> None:
        # The key's ARN, because S3 would look an alias up in the writer's account.
        key = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": find_key(wanted.kms, alias)["Arn"]}
        rule = {"ApplyServerSideEncryptionByDefault": key, "BucketKeyEnabled": True}
        wanted.s3.put_bucket_encryption(
            Bucket=wanted.name,
            ExpectedBucketOwner=wanted.account_id,
            ServerSideEncryptionConfiguration={"Rules": [rule]},
        )

    yield Step(f"encrypt new objects with {alias}", encrypt)


def _other_key(bucket: _Settings) -> Iterator[str]:
    """A key that is not the state's: the roles of CI could not read what it encrypts."""
    name, alias = bucket.of.name, bucket.of.key_alias
    if alias is None or not _has_key(bucket):
        return
    used, key = _default_encryption(bucket).get("KMSMasterKeyID", "AWS's own key"), find_key(bucket.of.kms, alias)
    if used not in (key.get("KeyId"), key.get("Arn"), alias):
        yield (
            f"encrypts new objects with {used}, not with {alias}, so the roles of CI cannot read them. If it may "
            f"change: aws s3api delete-bucket-encryption --bucket {name}; then run this again"
        )


def _public_access(bucket: _Settings) -> Iterator[Step]:
    answer = bucket.read("get_public_access_block", "NoSuchPublicAccessBlockConfiguration")
    if answer.get("PublicAccessBlockConfiguration") != BLOCKED:
        yield bucket.step("block public access", "put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)


def _ownership(bucket: _Settings) -> Iterator[Step]:
    answer = bucket.read("get_bucket_ownership_controls", "OwnershipControlsNotFoundError")
    if answer.get("OwnershipControls") != OWNERSHIP:
        words = "turn off ACLs, so that the account owns every object"
        yield bucket.step(words, "put_bucket_ownership_controls", OwnershipControls=OWNERSHIP)


def _policy(bucket: _Settings) -> Iterator[Step]:
    arn, key = f"arn:aws:s3:::{bucket.of.name}", "s3:x-amz-server-side-encryption"
    own: list[dict[str, object]] = json.loads(tls_only_policy(arn))["Statement"]
    if bucket.of.key_alias is not None:
        # Pulumi names no encryption and gets the bucket's. A request that names one must not weaken it.
        other_encryption = Statement(
            sid="KeyOnly",
            effect="Deny",
            actions=["s3:PutObject"],
            resources=[f"{arn}/*"],
            principal={"AWS": "*"},
            condition={"StringNotEquals": {key: "aws:kms"}, "Null": {key: "false"}},
        )
        own.append(other_encryption.as_dict())
    policy = json.loads(bucket.read("get_bucket_policy", "NoSuchBucketPolicy").get("Policy", "{}"))
    present = cast("list[dict[str, object]]", policy.get("Statement", []))
    if all(statement in present for statement in own):
        return
    names = {statement["Sid"] for statement in own}
    others = [statement for statement in present if statement.get("Sid") not in names]
    text = json.dumps({"Version": "2012-10-17", **policy, "Statement": [*others, *own]})
    words = "refuse requests without TLS" + ("" if bucket.of.key_alias is None else ", and objects without the key")
    yield bucket.step(words, "put_bucket_policy", Policy=text)


def _rules(bucket: _Settings) -> list[dict[str, Any]]:
    return bucket.read("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration").get("Rules", [])


def _days(bucket: _Settings) -> dict[str, object]:
    """Days after which old versions are deleted, by the rule's name."""
    key = "NoncurrentVersionExpiration"
    rules = [rule for rule in _rules(bucket) if rule["Status"] == "Enabled" and key in rule]
    return {str(rule.get("ID")): rule[key].get("NoncurrentDays") for rule in rules}


def _lifecycle(bucket: _Settings) -> Iterator[Step]:
    if _days(bucket):
        return
    others = [rule for rule in _rules(bucket) if rule.get("ID") != OLD_VERSIONS["ID"]]
    words = f"delete old versions of an object after {DAYS} days, except the newest {NEWEST}"
    configuration = {"Rules": [*others, OLD_VERSIONS]}
    yield bucket.step(words, "put_bucket_lifecycle_configuration", LifecycleConfiguration=configuration)


def _other_rules(bucket: _Settings) -> Iterator[str]:
    """Rules that delete old versions at other times: to change one could delete versions that someone keeps."""
    for rule, days in _days(bucket).items():
        if days != DAYS:
            yield f"its rule {rule} deletes old versions after {days} days"
