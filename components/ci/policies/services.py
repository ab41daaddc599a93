"""The deploy role's permissions on cluster, data stores, repositories, logs and secrets. Pure: no Pulumi.

Permissions are limited by the stack's prefix in the ARN (the database and the cache can be named exactly like it). For
keys, whose ARNs have no names, and repositories, of which there can be too many, the stack's tags limit them.
"""

from components.account.policy_documents import Statement, document
from components.ci.scope import StackScope
from components.edge.waf import log_group_name


def data_policy(scope: StackScope) -> str:
    """Database, cache, secrets and buckets."""
    return document([*_databases(scope), *_caches(scope), *_secrets(scope), *_buckets(scope)])


def cluster_policy(scope: StackScope, *, manages_repositories: bool) -> str:
    """Cluster, log groups, keys, and repositories if the stack creates them."""
    statements = [*_logs(scope), *_keys(scope)]
    if scope.cluster_name is not None:
        statements += _cluster(scope)
    if manages_repositories:
        statements += _repositories(scope)
    return document(statements)


def _repositories(scope: StackScope) -> list[Statement]:
    """By tag, because a policy cannot hold all ARNs of a large catalogue. Pushing is not included."""
    everything = [scope.account.arn("ecr", "repository/*")]
    return [
        Statement(
            sid="NewRepositories",
            actions=["ecr:CreateRepository", "ecr:TagResource"],
            resources=everything,
            condition=scope.newly_tagged(),
        ),
        Statement(
            sid="ChangeRepositories",
            actions=["ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:PutImageScanningConfiguration",
                     "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:TagResource", "ecr:UntagResource"],
            resources=everything,
            condition=scope.tagged("aws:ResourceTag"),
        ),
    ]  # fmt: skip


def _cluster(scope: StackScope) -> list[Statement]:
    return [
        Statement(  # no resource-level permissions
            sid="NewCluster",
            actions=["eks:CreateCluster"],
            resources=["*"],
            condition={
                "StringEquals": {
                    **scope.tagged("aws:RequestTag")["StringEquals"], **scope.in_region()["StringEquals"],
                }
            },
        ),
        Statement(
            sid="Cluster",
            actions=["eks:AssociateAccessPolicy", "eks:AssociateEncryptionConfig", "eks:CreateAccessEntry",
                     "eks:CreateAddon", "eks:CreateNodegroup", "eks:CreatePodIdentityAssociation",
                     "eks:DeleteAccessEntry", "eks:DeleteAddon", "eks:DeleteCluster", "eks:DeleteNodegroup",
                     "eks:DeletePodIdentityAssociation", "eks:DisassociateAccessPolicy", "eks:TagResource",
                     "eks:UntagResource", "eks:UpdateAccessEntry", "eks:UpdateAddon", "eks:UpdateClusterConfig",
                     "eks:UpdateClusterVersion", "eks:UpdateNodegroupConfig", "eks:UpdateNodegroupVersion",
                     "eks:UpdatePodIdentityAssociation"],
            resources=scope.eks_arns(),
        ),
    ]  # fmt: skip


def _databases(scope: StackScope) -> list[Statement]:
    account = scope.account
    kinds = ("db", "pg", "snapshot", "subgrp")
    return [
        Statement(
            sid="Databases",
            actions=["rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBParameterGroup",
                     "rds:CreateDBSnapshot", "rds:CreateDBSubnetGroup", "rds:DeleteDBInstance",
                     "rds:DeleteDBParameterGroup", "rds:DeleteDBSubnetGroup", "rds:ModifyDBInstance",
                     "rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance",
                     "rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup",
                     "rds:RestoreDBInstanceFromDBSnapshot"],
            resources=[account.arn("rds", f"db:{scope.prefix}"), account.arn("rds", "og:default:*"),
                       account.arn("rds", f"snapshot:rds:{scope.prefix}-*"),
                       *(account.arn("rds", f"{kind}:{scope.prefix}-*") for kind in kinds)],
        ),
        Statement(  # RDS creates the master user's secret with the caller's permissions
            sid="MasterSecrets",
            actions=["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"],
            resources=[account.arn("secretsmanager", "secret:rds!*")],
        ),
    ]  # fmt: skip


def _caches(scope: StackScope) -> list[Statement]:
    kinds = ("cluster", "parametergroup", "replicationgroup", "snapshot", "subnetgroup")
    return [
        Statement(
            sid="Caches",
            actions=["elasticache:AddTagsToResource", "elasticache:CreateCacheParameterGroup",
                     "elasticache:CreateCacheSubnetGroup", "elasticache:CreateReplicationGroup",
                     "elasticache:CreateSnapshot", "elasticache:DecreaseReplicaCount",
                     "elasticache:DeleteCacheParameterGroup", "elasticache:DeleteCacheSubnetGroup",
                     "elasticache:DeleteReplicationGroup", "elasticache:IncreaseReplicaCount",
                     "elasticache:ModifyCacheParameterGroup", "elasticache:ModifyCacheSubnetGroup",
                     "elasticache:ModifyReplicationGroup", "elasticache:RemoveTagsFromResource",
                     "elasticache:ResetCacheParameterGroup"],
            resources=[scope.account.arn("elasticache", f"replicationgroup:{scope.prefix}"),
                       *(scope.account.arn("elasticache", f"{kind}:{scope.prefix}-*") for kind in kinds)],
        )
    ]  # fmt: skip


def _logs(scope: StackScope) -> list[Statement]:
    names = [f"*/{scope.prefix}/*"]
    if scope.creates_firewall:  # most actions check the ARN with a trailing `:*`, tagging without
        names += [log_group_name(scope.prefix), f"{log_group_name(scope.prefix)}:*"]
    return [
        Statement(
            sid="LogGroups",
            actions=["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup",
                     "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey", "logs:PutRetentionPolicy",
                     "logs:TagResource", "logs:UntagResource"],
            resources=[scope.account.arn("logs", f"log-group:{name}") for name in names],
        ),
        Statement(  # log delivery of ElastiCache and AWS WAF; no resource-level permissions
            sid="LogDelivery",
            actions=["logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies",
                     "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy",
                     "logs:UpdateLogDelivery"],
            resources=["*"],
            condition=scope.in_region(),
        ),
    ]  # fmt: skip


def _secrets(scope: StackScope) -> list[Statement]:
    return [
        Statement(
            sid="Secrets",
            actions=["secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:GetSecretValue",
                     "secretsmanager:PutSecretValue", "secretsmanager:RestoreSecret", "secretsmanager:TagResource",
                     "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
                     "secretsmanager:UpdateSecretVersionStage"],
            resources=scope.secret_arns(),
        )
    ]  # fmt: skip


def _buckets(scope: StackScope) -> list[Statement]:
    """No reading of objects. Objects are deleted only with `storage.forceDestroy`."""
    if not scope.creates_buckets:
        return []
    bucket = scope.bucket_arn()
    return [
        Statement(
            sid="Buckets",
            actions=["s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketLogging",
                     "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock",
                     "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
                     "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource"],
            resources=[bucket],
        ),
        Statement(
            sid="EmptyBuckets",
            actions=["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ListBucketVersions"],
            resources=[bucket, f"{bucket}/*"],
        ),
    ]  # fmt: skip


def _keys(scope: StackScope) -> list[Statement]:
    account = scope.account
    keys, aliases = account.arn("kms", "key/*"), account.arn("kms", f"alias/{scope.prefix}-*")
    owned, new = scope.tagged("aws:ResourceTag"), scope.newly_tagged()
    via = [f"{service}.{account.region}.amazonaws.com" for service in ("rds", "secretsmanager")]
    return [
        Statement(
            # No resource-level permissions: a new key is one without tags, so other keys need some
            # (docs/permissions-boundary.md).
            sid="NewKeys",
            actions=["kms:CreateKey", "kms:TagResource"],
            resources=["*"],
            condition={**new, "StringEquals": {**new["StringEquals"], "aws:RequestedRegion": account.region}},
        ),
        Statement(
            sid="ChangeKeys",
            actions=["kms:CreateAlias", "kms:DeleteAlias", "kms:DisableKeyRotation", "kms:EnableKeyRotation",
                     "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
                     "kms:UpdateAlias", "kms:UpdateKeyDescription"],
            resources=[keys],
            condition=owned,
        ),
        Statement(
            sid="Aliases",
            actions=["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"],
            resources=[aliases],
        ),
        Statement(
            sid="KeysForServices",
            actions=["kms:CreateGrant", "kms:RetireGrant"],
            resources=[keys],
            condition=owned,  # not kms:GrantIsForAWSResource, which EKS does not support in CreateCluster
        ),
        Statement(
            sid="KeysThroughServices",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[keys],
            condition={"StringEquals": {**owned["StringEquals"], "kms:ViaService": via}},
        ),
    ]  # fmt: skip
