"""One environment's bucket on S3, and the identity of the services that use it.

Nobody else is let in: public access is blocked, ownership is the bucket's, plain HTTP is refused, and a service reaches
the objects through EKS Pod Identity with a role of the environment. What is deleted can be restored for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import pod_identity_trust
from components.config.storage import StorageConfig
from components.data.storage_policies import objects_policy, tls_only_policy

UPLOAD_DAYS = 7
"""Days after which the parts of an upload that was never finished are deleted."""


@dataclass(frozen=True, kw_only=True)
class StorageArgs:
    """What a bucket needs from outside."""

    label: str
    """System, stage and environment: the beginning of the bucket's name, and the key's."""
    settings: StorageConfig
    account: Account
    cluster_name: pulumi.Input[str]
    """The cluster's name as its output: identities come after the cluster."""
    cluster_arn: str
    """The cluster's ARN as text, so that the trust can be read in a plan."""
    namespace: str
    service_accounts: Sequence[str]
    """Service accounts of the namespace whose pods may use the bucket."""
    protect: bool = True
    """Whether Pulumi refuses to delete the bucket and its key."""


class Storage(pulumi.ComponentResource):
    """Bucket, key, role and the associations of its service accounts."""

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    ready: tuple[pulumi.Resource, ...]
    """What pods come after: one that starts before its association has no identity until it is restarted."""

    def __init__(self, name: str, args: StorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:storage:Storage", name, {}, opts)
        self._name, self._args = name, args
        self._child = pulumi.ResourceOptions(parent=self)
        key = self._key() if args.settings.customer_managed_key else None
        bucket = aws.s3.Bucket(
            # Buckets of all accounts share their names: the rest of this one is Pulumi's.
            args.label,
            force_destroy=args.settings.force_destroy,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        configured = (*self._closed(bucket), *self._encrypted(bucket, key), *self._kept(bucket))
        self.bucket = bucket.bucket
        self.ready = (*configured, *self._identity(bucket, key))
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

    def _closed(self, bucket: aws.s3.Bucket) -> tuple[pulumi.Resource, ...]:
        blocked = aws.s3.BucketPublicAccessBlock(
            self._name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        owned = aws.s3.BucketOwnershipControls(
            self._name,
            bucket=bucket.bucket,
            rule=aws.s3.BucketOwnershipControlsRuleArgs(object_ownership="BucketOwnerEnforced"),
            opts=self._child,
        )
        policy = aws.s3.BucketPolicy(
            self._name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(tls_only_policy),
            # S3 refuses two changes of one bucket's access at the same time.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[blocked, owned]),
        )
        return blocked, owned, policy

    def _encrypted(self, bucket: aws.s3.Bucket, key: EncryptionKey | None) -> tuple[pulumi.Resource, ...]:
        rule = aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
            apply_server_side_encryption_by_default=(
                aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                    sse_algorithm="aws:kms" if key else "AES256", kms_master_key_id=key.arn if key else None
                )
            ),
            # One call to KMS for many objects.
            bucket_key_enabled=key is not None,
        )
        return (
            aws.s3.BucketServerSideEncryptionConfiguration(
                self._name, bucket=bucket.bucket, rules=[rule], opts=self._child
            ),
        )

    def _kept(self, bucket: aws.s3.Bucket) -> tuple[pulumi.Resource, ...]:
        """Former versions of objects for a while, and nothing unfinished for ever."""
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
            # A deleted object's marker goes when its last version has gone.
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
        role = aws.iam.Role(
            name,
            description=f"Services of {args.label} that use its bucket",
            assume_role_policy=pod_identity_trust(args.account.account_id, args.cluster_arn),
            permissions_boundary=args.account.permissions_boundary_arn,
            opts=self._child,
        )
        policy = pulumi.Output.all(bucket.arn, key.arn if key else None).apply(
            lambda arns: objects_policy(str(arns[0]), None if arns[1] is None else str(arns[1]), args.account.region)
        )
        return (
            aws.iam.RolePolicy(name, role=role.name, policy=policy, opts=self._child),
            *(
                aws.eks.PodIdentityAssociation(
                    f"{self._name}-{account}",
                    cluster_name=args.cluster_name,
                    namespace=args.namespace,
                    service_account=account,
                    role_arn=role.arn,
                    opts=self._child,
                )
                for account in args.service_accounts
            ),
        )
