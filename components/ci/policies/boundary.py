"""The permissions boundary of a stack: what its roles can do at most, whatever their policies say. Pure: no Pulumi.

An administrator creates it from `make boundary`; the program only refers to it. Some services are limited to the
stack's names. The others are allowed, except on resources that carry another stage's tags. Resources without tags and
settings of the whole account are not covered (docs/permissions-boundary.md).
"""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from components.account.policy_documents import Condition, Statement
from components.ci.policies.karpenter import has_profile, has_queue
from components.ci.scope import StackScope
from components.ci.trust import GITHUB_OIDC_HOST
from components.edge.waf import log_group_name

OTHER_STAGES = {
    "Environment": (
        "acm:*", "ec2:*", "ecr:Del*", "ecr:Put*", "ecr:S*", "ecr:T*", "ecr:U*", "eks:*", "elasticache:*",
        "elasticloadbalancing:*", "rds:*", "wafv2:*",
    ),
    "aws:eks:cluster-name": ("ec2:*",),
    "cluster.k8s.amazonaws.com/name": ("ec2:*",),
    "elbv2.k8s.aws/cluster": ("ec2:*", "elasticloadbalancing:*"),
}  # fmt: skip
"""Actions that are denied on resources with another stage's value of a tag.

The program sets `Environment`; EKS, its network plugin and the load balancer controller set the others to the name of
their cluster. Other services' resources are told apart by name. Images may be read: stages share repositories.
"""
KEYS = "arn:aws:kms:*:*:key/*"
_PUSHING = ("ecr:*Upload*", "ecr:BatchDeleteImage", "ecr:PutImage")
_RECORD_NAMES = ("", "a-", "aaaa-", "cname-", "_*.")
"""Prefixes of a host's records: its own, external-dns' ownership records, and the certificate's validation."""


def boundary(scope: StackScope, name: str) -> str:
    """The document; `name` is that of its policy."""
    statements = [
        *_services(scope),
        *_named(scope),
        *_keys_and_entries(scope),
        *_records(scope),
        *_state(scope),
        *_identities(scope, name),
        *_other_stages(scope),
    ]
    policy = {"Version": "2012-10-17", "Statement": [_short(statement.as_dict()) for statement in statements]}
    return json.dumps(policy, sort_keys=True)


def _short(statement: Mapping[str, object]) -> dict[str, object]:
    """The statement with a text in place of a list of one: IAM counts the characters."""
    return {
        key: cast("list[str]", value)[0] if isinstance(value, list) and len(cast("list[str]", value)) == 1 else value
        for key, value in statement.items()
    }


def _services(scope: StackScope) -> list[Statement]:
    """Services whose resources have no names, or are AWS's."""
    statements = [
        Statement(
            actions=["acm:*", "autoscaling:Describe*", "ec2:*", "ec2messages:*", "ecr:*", "eks-auth:*", "eks:*",
                     "elasticache:*", "elasticloadbalancing:*", "kms:CreateKey", "kms:DescribeKey", "kms:Get*",
                     "kms:List*", "logs:*Deliver*", "logs:Describe*", "logs:List*", "logs:PutResourcePolicy", "rds:*",
                     "ssm:DescribeAssociation", "ssm:GetDocument", "ssm:GetManifest", "ssm:List*Associations",
                     "ssm:UpdateInstance*", "ssmmessages:*", "sts:GetCallerIdentity", "wafv2:*"],
            resources=["*"],
            condition=scope.in_region(),
        ),
        Statement(
            actions=["autoscaling:*"],
            resources=["*"],
            condition={"StringEquals": {"aws:ResourceTag/eks:cluster-name": scope.prefix}},
        ),
        Statement(
            actions=["iam:Get*", "iam:List*", "pricing:GetProducts", "route53:Get*", "route53:List*"],
            resources=["*"],
        ),
    ]  # fmt: skip
    if has_profile(scope):  # Karpenter looks up AWS's images
        images = f"arn:aws:ssm:{scope.account.region}::parameter/aws/service/*"
        statements.append(Statement(actions=["ssm:GetParameter"], resources=[images]))
    return statements


def _named(scope: StackScope) -> list[Statement]:
    """Services whose resources are told apart by the stack's prefix in their names."""
    prefix = scope.prefix
    log_groups = [f"{prefix}-*", f"*/{prefix}-*", f"*/{prefix}/*", "RDS*"]
    if scope.creates_firewall:
        log_groups.append(f"{log_group_name(prefix)}*")
    actions = ["kms:*Alias", "logs:*"]
    resources = [
        f"arn:aws:kms:*:*:alias/{prefix}-*",
        *(f"arn:aws:logs:*:*:log-group:{name}" for name in log_groups),
    ]
    if scope.creates_buckets:
        actions.append("s3:*")
        resources.append(scope.bucket_arn())
    if has_queue(scope):
        actions += ["events:*", "sqs:*"]
        resources += [f"arn:aws:events:*:*:rule/{prefix}-*", f"arn:aws:sqs:*:*:{prefix}-*"]
    return [Statement(actions=actions, resources=resources, condition=scope.in_region())]


def _keys_and_entries(scope: StackScope) -> list[Statement]:
    stage, request, resource = scope.tags["Environment"], "aws:RequestTag/Environment", "aws:ResourceTag/Environment"
    others = [prefix for prefix in scope.readable_secret_prefixes if prefix not in scope.secret_prefixes]
    via = {"kms:ViaService": f"secretsmanager.{scope.account.region}.amazonaws.com"}
    return [
        Statement(actions=["kms:*"], resources=[KEYS], condition={"StringEquals": {resource: stage}}),
        Statement(  # with CreateKey, before the key has an ARN
            actions=["kms:TagResource"],
            resources=["*"],
            condition={"StringEquals": {request: stage}, "Null": {resource: "true"}},
        ),
        Statement(
            actions=["secretsmanager:*"],
            resources=[*(_entry(f"{prefix}*") for prefix in scope.secret_prefixes), _entry("rds!*")],
        ),
        Statement(
            actions=["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            resources=[_entry(f"{prefix}*") for prefix in others],
        ),
        # Secrets Manager decrypts for those who may read the entry. Keys of entries that people write may have no tag.
        Statement(
            actions=["kms:Decrypt"],
            resources=[KEYS],
            condition={"StringEquals": via, "StringEqualsIfExists": {resource: stage}},
        ),
        _denied(
            "aws:rds:primaryDBInstanceArn",
            scope.account.arn("rds", f"db:{scope.prefix}"),
            ["secretsmanager:*"],
        ),
    ]


def _entry(name: str) -> str:
    return f"arn:aws:secretsmanager:*:*:secret:{name}"


def _records(scope: StackScope) -> list[Statement]:
    """Records of the stack's own host names: stages may share a zone."""
    zone = scope.edge.zone if scope.edge else None
    statements: list[Statement] = []
    if scope.interface_endpoints:
        statements.append(
            Statement(
                actions=["route53:AssociateVPCWithHostedZone"],
                resources=["arn:aws:route53:::hostedzone/*"],
            )
        )
    if zone is None:
        return statements
    names = [f"{prefix}{host}" for host in scope.hosts for prefix in _RECORD_NAMES]
    zones = [f"arn:aws:route53:::hostedzone/{zone.zone_id or '*'}"]
    statements.append(
        Statement(
            actions=["route53:ChangeResourceRecordSets"],
            resources=zones,
            condition={"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}},
        )
    )
    if scope.creates_zone:
        actions = ["route53:ChangeTagsForResource", "route53:CreateHostedZone", "route53:UpdateHostedZoneComment"]
        statements.append(Statement(actions=actions, resources=["*"]))
    return statements


def _state(scope: StackScope) -> list[Statement]:
    """The stack's files in the state bucket, and the key of the state."""
    state = scope.state
    if state is None:
        return []
    bucket = f"arn:aws:s3:::{state.bucket}"
    statements = [
        Statement(
            actions=["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
            resources=[bucket, *state.checkpoint_arns, state.objects("*"), f"{bucket}/.pulumi/meta.yaml"],
        ),
    ]
    if state.key_alias is not None:
        statements.append(
            Statement(
                actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
                resources=[KEYS],
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": state.key_alias}},
            )
        )
    return statements


def _identities(scope: StackScope, name: str) -> list[Statement]:
    """Roles under this boundary; none of CI's own roles and policies, and not the boundary itself."""
    iam, prefix = "arn:aws:iam::*", scope.prefix
    policy, roles = f"arn:aws:iam::{scope.account.account_id}:policy/{name}", f"{iam}:role/{prefix}-*"
    statements = [
        Statement(
            actions=["iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
                     "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            resources=[roles],
            condition={"StringEquals": {"iam:PermissionsBoundary": policy}},
        ),
        Statement(
            actions=["iam:CreatePolicy*", "iam:DeletePolicy*", "iam:DeleteRole", "iam:PassRole", "iam:TagPolicy",
                     "iam:TagRole", "iam:UntagPolicy", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
                     "iam:UpdateRole*"],
            resources=[f"{iam}:policy/{prefix}-*", roles],
        ),
        Statement(
            actions=["iam:CreateServiceLinkedRole"],
            resources=[f"{iam}:role/aws-service-role/*"],
        ),
        Statement(
            not_actions=["iam:Get*", "iam:List*"],
            resources=[
                policy,
                *(f"{iam}:policy/{prefix}-{kind}-*" for kind in ("deploy", "push", "read")),
                *(f"{iam}:role/{role}" for role in scope.ci_roles),
                f"{iam}:oidc-provider/{GITHUB_OIDC_HOST}",
            ],
            effect="Deny",
        ),
    ]  # fmt: skip
    if has_profile(scope):
        profiles = [f"{iam}:instance-profile/{prefix}-*", roles]
        statements.append(Statement(actions=["iam:*InstanceProfile"], resources=profiles))
    pushers = [scope.account.role_arn(scope.push_role)] if scope.push_role else []
    return [
        *statements,
        Statement(
            actions=_PUSHING,
            resources=["*"],
            condition={"ArnNotEquals": {"aws:PrincipalArn": pushers}} if pushers else {},
            effect="Deny",
        ),
    ]


def _other_stages(scope: StackScope) -> list[Statement]:
    """Nothing on a resource that carries the tags of another stage, but reading images."""
    return [_denied(tag, scope.tags.get(tag, scope.prefix), actions) for tag, actions in OTHER_STAGES.items()]


def _denied(tag: str, own: str, actions: Sequence[str]) -> Statement:
    """Deny the actions on resources that have the tag with another value."""
    key = f"aws:ResourceTag/{tag}"
    condition: Condition = {"StringNotEquals": {key: own}, "Null": {key: "false"}}
    return Statement(actions=actions, resources=["*"], condition=condition, effect="Deny")
