"""Permissions of the push, preview and smoke roles. Pure: no Pulumi.

The read policy is custom because AWS's ReadOnlyAccess can read objects, tables and queues of everything else in the
account, and ViewOnlyAccess can list all of it but lacks permissions that a refresh needs. It reads no secret values.
"""

import re
from collections.abc import Sequence

from components.account.policy_documents import Statement, document
from components.ci.policies.alarms import alarms_reading
from components.ci.policies.edge import edge_reading
from components.ci.policies.karpenter import karpenter_reading
from components.ci.policies.runner import runner_reading
from components.ci.scope import StackScope
from components.ci.trust import GITHUB_OIDC_HOST

POLICY_SIZE = 6144
"""Maximum characters of a managed policy."""


def push_policies(repository_arns: Sequence[str]) -> list[str]:
    """Policies to push to these repositories (at least one), layer cache included, and nothing else.

    A policy holds about 80 repositories, so a large catalogue needs several.
    """
    arns = sorted(repository_arns)
    whole = _push_policy(arns)
    if policy_size(whole) <= POLICY_SIZE:
        return [whole]
    half = len(arns) // 2
    return [*push_policies(arns[:half]), *push_policies(arns[half:])]


def policy_size(text: str) -> int:
    """Characters as IAM counts them, without whitespace."""
    return len(re.sub(r"\s", "", text))


def _push_policy(repository_arns: Sequence[str]) -> str:
    return document(
        [
            Statement(sid="LogIn", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
            Statement(
                sid="Push",
                actions=["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload",
                         "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage",
                         "ecr:UploadLayerPart"],
                resources=repository_arns,
            ),
        ]
    )  # fmt: skip


def smoke_policy(scope: StackScope) -> str:
    """What `aws eks update-kubeconfig` asks of AWS; a Kubernetes group decides on the rest."""
    assert scope.cluster_name is not None  # validation requires a cluster
    cluster = scope.account.cluster_arn(scope.cluster_name)
    return document([Statement(sid="Kubeconfig", actions=["eks:DescribeCluster"], resources=[cluster])])


def read_policy(scope: StackScope) -> str:
    """Read access for previews and refreshes: the stack's resources and its state, but no secret values."""
    statements = [
        Statement(
            sid="Describe",
            actions=["ec2:Describe*", "eks:DescribeAddonVersions", "eks:ListClusters", "kms:ListAliases",
                     "logs:DescribeLogGroups", "sts:GetCallerIdentity"],
            resources=["*"],
        ),
        *_identity_reading(scope),
        *_data_reading(scope),
    ]  # fmt: skip
    if scope.cluster_name is not None:
        statements.append(
            Statement(
                sid="Cluster",
                actions=["eks:DescribeAccessEntry", "eks:DescribeAddon", "eks:DescribeCluster", "eks:DescribeNodegroup",
                         "eks:DescribePodIdentityAssociation", "eks:DescribeUpdate", "eks:ListAccessEntries",
                         "eks:ListAssociatedAccessPolicies", "eks:ListNodegroups", "eks:ListPodIdentityAssociations",
                         "eks:ListTagsForResource"],
                resources=scope.eks_arns(),
            )
        )  # fmt: skip
    parts = (edge_reading, karpenter_reading, alarms_reading, runner_reading, _state_reading)
    return document([*statements, *(statement for part in parts for statement in part(scope))])


def _identity_reading(scope: StackScope) -> list[Statement]:
    account = scope.account
    return [
        Statement(
            sid="Identities",
            actions=["iam:GetOpenIDConnectProvider", "iam:GetPolicy", "iam:GetPolicyVersion", "iam:GetRole",
                     "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
                     "iam:ListOpenIDConnectProviderTags", "iam:ListPolicyTags", "iam:ListPolicyVersions",
                     "iam:ListRolePolicies", "iam:ListRoleTags"],
            resources=[*scope.role_arns(), account.role_arn("aws-service-role/*"), scope.policy_arn(),
                       account.oidc_provider_arn(GITHUB_OIDC_HOST)],
        )
    ]  # fmt: skip


def _data_reading(scope: StackScope) -> list[Statement]:
    account = scope.account
    return [
        Statement(
            sid="Keys",
            actions=["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
            resources=[account.arn("kms", "key/*")],
        ),
        Statement(
            sid="Databases",
            actions=["rds:DescribeDBInstances", "rds:DescribeDBParameterGroups", "rds:DescribeDBParameters",
                     "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource"],
            resources=[account.arn("rds", "*")],
        ),
        Statement(
            sid="Caches",
            actions=["elasticache:DescribeCacheClusters", "elasticache:DescribeCacheParameterGroups",
                     "elasticache:DescribeCacheParameters", "elasticache:DescribeCacheSubnetGroups",
                     "elasticache:DescribeReplicationGroups", "elasticache:DescribeSnapshots",
                     "elasticache:ListTagsForResource"],
            resources=[account.arn("elasticache", "*")],
        ),
        Statement(
            sid="LogGroups",
            actions=["logs:ListTagsForResource"],
            resources=[account.arn("logs", "log-group:*")],
        ),
        Statement(
            sid="Repositories",
            actions=["ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource"],
            resources=[account.arn("ecr", "repository/*")],
        ),
        Statement(
            sid="Secrets",
            actions=["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy",
                     "secretsmanager:ListSecretVersionIds"],
            resources=scope.secret_arns(),
        ),
        *_bucket_reading(scope),
    ]  # fmt: skip


def _bucket_reading(scope: StackScope) -> list[Statement]:
    """Bucket settings, but no objects."""
    if not scope.creates_buckets:
        return []
    return [
        Statement(
            sid="Buckets",
            actions=["s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLocation",
                     "s3:GetBucketLogging", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls",
                     "s3:GetBucketPolicy", "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment",
                     "s3:GetBucketTagging", "s3:GetBucketVersioning", "s3:GetBucketWebsite",
                     "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
                     "s3:GetReplicationConfiguration", "s3:ListBucket", "s3:ListTagsForResource"],
            resources=[scope.bucket_arn()],
        )
    ]  # fmt: skip


def _state_reading(scope: StackScope) -> list[Statement]:
    """A preview takes no lock and writes nothing; loading the state decrypts its secrets."""
    if scope.state is None:
        return []
    return [
        Statement(sid="ListState", actions=["s3:ListBucket"], resources=[f"arn:aws:s3:::{scope.state.bucket}"]),
        Statement(
            sid="ReadState",
            actions=["s3:GetObject"],
            resources=[*scope.state.checkpoint_arns, f"arn:aws:s3:::{scope.state.bucket}/.pulumi/meta.yaml"],
        ),
        *state_key(scope, "StateKey", "kms:Decrypt"),
    ]


def state_key(scope: StackScope, sid: str, action: str) -> list[Statement]:
    """Use of the key that encrypts the state and its secrets, identified by its alias because its id is not known."""
    if scope.state is None or scope.state.key_alias is None:
        return []
    return [
        Statement(
            sid=sid,
            actions=[action],
            resources=[scope.account.arn("kms", "key/*")],
            condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": scope.state.key_alias}},
        )
    ]
