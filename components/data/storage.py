"""An environment's S3 bucket, and the IAM role of the services that use it.

Public access is blocked, ACLs are disabled, TLS is required, and services get access through EKS Pod Identity with the
environment's role. Versioning lets deleted objects be restored for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.pod_identity import pod_identity_association, pod_identity_role
from components.account.policy_documents import Statement, document
from components.config.storage import StorageConfig

UPLOAD_DAYS = 7
"""Days after which the parts of an incomplete multipart upload are deleted."""


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    """Arguments of `Storage`."""

    label: str
    """`<system>-<stage>-<environment>`: prefix of the names of bucket, key and role."""
    settings: StorageConfig
    account: Account
    cluster_name: pulumi.Input[str]
    """The cluster's name as an output, so that the Pod Identity associations depend on the cluster."""
    cluster_arn: str
    """The cluster's ARN as text, so that a preview shows the complete trust policy."""
    namespace: str
    service_accounts: Sequence[str]
    """Service accounts of the namespace whose pods may use the bucket."""
    protect: bool = True
    """Whether Pulumi refuses to delete the bucket and its key."""


class Storage(pulumi.ComponentResource):
    """Bucket, key, role, and a Pod Identity association for each service account."""

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    ready: tuple[pulumi.Resource, ...]
    """For `depends_on` of pods: one that starts before its association has no credentials until it is restarted."""

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:storage:Storage", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        key = self._key() if args.settings.customer_managed_key else None
        bucket = aws.s3.Bucket(
            # Bucket names are global, so Pulumi adds a random suffix.
            args.label,
            force_destroy=args.settings.force_destroy,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        settings = (*self._access(bucket), *self._encryption(bucket, key), *self._versioning(bucket))
        self.bucket = bucket.bucket
        self.ready = (*settings, *self._identity(bucket, key))
        self.register_outputs({"bucket": self.bucket})

    def _key(self) -> EncryptionKey:
        label = f"{self._args.label}-storage"
        return EncryptionKey(
            f"{self._name}-key",
            EncryptionKeyArgs(
                alias=label,
                description=f"Objects of {self._args.label}",
                account=self._args.account,
                protect=self._args.protect,
            ),
            self._child,
        )

    def _access(self, bucket: aws.s3.Bucket) -> tuple[pulumi.Resource, ...]:
        public_access_block = aws.s3.BucketPublicAccessBlock(
            self._name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        ownership = aws.s3.BucketOwnershipControls(
            self._name,
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )
        policy = aws.s3.BucketPolicy(
            self._name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(tls_only_policy),
            # S3 rejects concurrent changes to a bucket's access settings.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[public_access_block, ownership]),
        )
        return public_access_block, ownership, policy, *self._access_logs(bucket)

    def _access_logs(self, bucket: aws.s3.Bucket) -> tuple[pulumi.Resource, ...]:
        target = self._args.settings.access_logs_bucket
        if target is None:
            return ()
        logging = aws.s3.BucketLogging(
            self._name,
            bucket=bucket.bucket,
            target_bucket=target,
            target_prefix=f"{self._args.label}/",
            opts=self._child,
        )
        return (logging,)

    def _encryption(self, bucket: aws.s3.Bucket, key: EncryptionKey | None) -> tuple[pulumi.Resource, ...]:
        rule = aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
            apply_server_side_encryption_by_default=(
                aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                    sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
                )
            ),
            # A bucket key saves a KMS call per object.
            bucket_key_enabled=key is not None,
        )
        return (
            aws.s3.BucketServerSideEncryptionConfiguration(
                self._name, bucket=bucket.bucket, rules=[rule], opts=self._child
            ),
        )

    def _versioning(self, bucket: aws.s3.Bucket) -> tuple[pulumi.Resource, ...]:
        """Versioning, and a lifecycle rule that expires noncurrent versions and incomplete uploads."""
        versioning = aws.s3.BucketVersioning(
            self._name,
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(status="Enabled"),
            opts=self._child,
        )
        rule = aws.s3.BucketLifecycleConfigurationRuleArgs(
            id="former-versions",
            status="Enabled",
            filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
            abort_incomplete_multipart_upload=(
                aws.s3.BucketLifecycleConfigurationRuleAbortIncompleteMultipartUploadArgs(
                    days_after_initiation=UPLOAD_DAYS
                )
            ),
            noncurrent_version_expiration=aws.s3.BucketLifecycleConfigurationRuleNoncurrentVersionExpirationArgs(
                noncurrent_days=self._args.settings.noncurrent_days
            ),
            # Removes the delete marker of an object once its last version has expired.
            expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(expired_object_delete_marker=True),
        )
        lifecycle = aws.s3.BucketLifecycleConfiguration(
            self._name,
            bucket=bucket.bucket,
            rules=[rule],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        return versioning, lifecycle

    def _identity(self, bucket: aws.s3.Bucket, key: EncryptionKey | None) -> tuple[pulumi.Resource, ...]:
        args, name = self._args, f"{self._args.label}-storage"
        role = pod_identity_role(
            name,
            description=f"Services of {args.label} that use its bucket",
            account=args.account,
            cluster_arn=args.cluster_arn,
            parent=self,
        )
        policy = pulumi.Output.all(bucket.arn, key.arn if key else None).apply(
            lambda arns: objects_policy(str(arns[0]), None if arns[1] is None else str(arns[1]), args.account.region)
        )
        return (
            aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self._child),
            *(
                pod_identity_association(
                    f"{self._name}-{account}",
                    role=role,
                    cluster_name=args.cluster_name,
                    namespace=args.namespace,
                    service_account=account,
                    parent=self,
                )
                for account in args.service_accounts
            ),
        )


def tls_only_policy(bucket_arn: str) -> str:
    """The bucket's own policy: whatever else is allowed, nothing without TLS."""
    return document(
        [
            Statement(
                sid="TlsOnly",
                effect="Deny",
                actions=["s3:*"],
                resources=[bucket_arn, f"{bucket_arn}/*"],
                principal={"AWS": "*"},
                condition={"Bool": {"aws:SecureTransport": "false"}},
            )
        ]
    )


def objects_policy(bucket_arn: str, key_arn: str | None, region: str) -> str:
    """What services do: list, read, write and delete objects. `key_arn` is the bucket's key, None for S3's own."""
    statements = [
        Statement(sid="List", actions=["s3:ListBucket"], resources=[bucket_arn]),
        Statement(
            sid="Objects",
            actions=["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts",
                     "s3:PutObject"],
            resources=[f"{bucket_arn}/*"],
        ),
    ]  # fmt: skip
    if key_arn is not None:
        statements.append(
            Statement(
                sid="Key",
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=[key_arn],
                condition={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
            )
        )
    return document(statements)
