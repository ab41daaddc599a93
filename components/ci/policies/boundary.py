"""The permissions boundary of a stack: what its roles can do at most, whatever their policies say. Pure: no Pulumi.

An administrator creates it with `scripts/bootstrap-account`; the program only refers to it. Some services are limited
to the stack's names. The others are allowed on resources, except on those that carry another stage's tags, and
without a resource only what is listed: an action that has none is a setting of the whole account
(docs/permissions-boundary.md).
"""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from components.account.policy_documents import Condition, Statement
from components.ci.policies.karpenter import has_profile, has_queue
from components.ci.policies.runner import project_name
from components.ci.scope import StackScope
from components.edge.waf import log_group_name

OTHER_STAGES = {
    "Environment": (
        "acm:A*", "acm:Del*", "acm:E*", "acm:I*", "acm:R*", "acm:U*", "ec2:*", "ecr:Del*", "ecr:Put*", "ecr:S*",
        "ecr:T*", "ecr:U*", "elasticache:*", "elasticloadbalancing:*", "rds:*", "wafv2:*",
    ),
    "aws:eks:cluster-name": ("ec2:*",),
}  # fmt: skip
"""Actions that are denied on resources with another stage's value of a tag.

The program and its controllers set `Environment`; EKS puts the other on its security group. Other services' resources
are told apart by name. Images may be read: stages share repositories. The load balancer controller reads all
certificates to find those of its hosts.
"""
KEYS = "arn:aws:kms:*:*:key/*"
_PUSHING = ("ecr:*Upload*", "ecr:BatchDel*", "ecr:PutImage")
_COPYING = "ec2:Copy*"
"""Copies of snapshots and volumes: AWS does not say whose they are. Nothing here copies any."""
_RECORD_NAMES = ("", "a-", "aaaa-", "cname-", "_*.")
"""Prefixes of a host's records: its own, external-dns' ownership records, and the certificate's validation."""


def boundary(scope: StackScope, name: str) -> str:
    """The document; `name` is that of its policy."""
    statements = [
        *_services(scope),
        *_named(scope),
        *_alarms(scope),
        *_keys_and_entries(scope),
        *_records(scope),
        *_state(scope),
        *_identities(scope, name),
        *_other_stages(scope),
    ]
    policy = {"Version": "2012-10-17", "Statement": [_short(statement.as_dict()) for statement in statements]}
    return json.dumps(policy, sort_keys=True)


def _short(statement: Mapping[str, object]) -> dict[str, object]:
    """The statement as short as it can be, because IAM counts the characters.

    A text in place of a list of one, and a wildcard in place of the partition: an account is in one only.
    """
    short: dict[str, object] = {}
    for key, value in statement.items():
        items = cast("list[str]", value) if isinstance(value, list) else []
        texts = [arn.replace("arn:aws:", "arn:*:", 1) for arn in items] if key == "Resource" else items
        short[key] = (texts[0] if len(texts) == 1 else texts) if items else value
    return short


def _services(scope: StackScope) -> list[Statement]:
    """Services whose resources have no names, or are AWS's."""
    zone = (
        ["route53:ChangeTags*", "route53:CreateHostedZone", "route53:UpdateHostedZoneC*"] if scope.creates_zone else []
    )
    statements = [
        Statement(
            actions=["acm:*", "autoscaling:Des*", "cloudwatch:Des*", "ec2:Des*", "ec2:Get*", "ec2messages:*",
                     "ecr:GetAuth*", "eks:CreateCluster", "eks:Des*", "eks:List*", "elasticache:*",
                     "elasticloadbalancing:*", "iam:Get*", "iam:List*", "kms:CreateKey", "kms:Des*", "kms:Get*",
                     "kms:List*", "logs:*Deliver*", "logs:Des*", "logs:List*", "logs:PutRes*", "pricing:Get*",
                     "rds:*", "route53:As*", "route53:Get*", "route53:List*", "ssm:DescribeAssociation", "ssm:GetDoc*",
                     "ssm:GetMan*", "ssm:List*Associations", "ssm:UpdateInst*", "ssmmessages:*", "sts:GetC*",
                     "wafv2:*", *zone],
            resources=["*"],
        ),
        Statement(
            actions=["autoscaling:Set*", "autoscaling:Term*"],  # EKS makes the groups and changes them
            resources=["*"],
            condition={"StringEquals": {"aws:ResourceTag/eks:cluster-name": scope.prefix}},
        ),
        Statement(  # four answer in us-east-1 for all regions; the state may be in another region
            not_actions=["budgets:*", "iam:*", "kms:*", "pricing:*", "route53:*", "s3:*"],
            resources=["*"],
            condition={"StringNotEquals": {"aws:RequestedRegion": scope.account.region}},
            effect="Deny",
        ),
    ]  # fmt: skip
    if has_profile(scope):  # Karpenter looks up AWS's images
        images = f"arn:aws:ssm:{scope.account.region}::parameter/aws/service/*"
        statements.append(Statement(actions=["ssm:GetParameter"], resources=[images]))
    return statements


def _named(scope: StackScope) -> list[Statement]:
    """Services whose resources are distinguished by names, most by the stack's prefix; and EC2's and ECR's, by tags.

    In one statement, because IAM counts the characters. No action of theirs without a resource: those change the
    account's network, disks or registry.
    """
    prefix = scope.prefix
    eks = ("access-entry", "addon", "nodegroup", "podid*")
    log_groups = [f"*/{prefix}/*", "RDSOSMetrics*"]
    if scope.creates_firewall:
        log_groups.append(f"{log_group_name(prefix)}*")
    actions = ["ec2:*", "ecr:*", "eks-auth:*", "eks:*", "kms:*Alias", "logs:*", "secretsmanager:*"]
    resources = [
        "arn:aws:ec2:*:*:*",
        "arn:aws:ecr:*:*:*",
        f"arn:aws:eks:*:*:cluster/{prefix}",
        *(f"arn:aws:eks:*:*:{kind}/{prefix}/*" for kind in eks),
        f"arn:aws:kms:*:*:alias/{prefix}-*",
        *(f"arn:aws:logs:*:*:log-group:{name}" for name in log_groups),
        *(_entry(name) for name in ("rds!*", *(f"{prefix}*" for prefix in scope.secret_prefixes))),
    ]
    if scope.creates_buckets:
        actions.append("s3:*")
        resources.append(scope.bucket_arn())
    if has_queue(scope):
        actions += ["events:*", "sqs:*"]
        resources += [f"arn:aws:events:*:*:rule/{prefix}-*", f"arn:aws:sqs:*:*:{prefix}-*"]
    if scope.runner_connection is not None:
        actions += ["codebuild:*", "codeconnections:*"]
        connection = scope.runner_connection.rpartition("/")[2]
        resources += [
            f"arn:aws:codebuild:*:*:project/{project_name(prefix)}",
            f"arn:aws:codeconnections:*:*:connection/{connection}",
        ]
    if scope.alarms:
        actions += ["budgets:*", "sns:*"]
        resources += [f"arn:aws:budgets::*:budget/{prefix}-*", f"arn:aws:sns:*:*:{prefix}-*"]
    return [Statement(actions=actions, resources=resources)]


def _alarms(scope: StackScope) -> list[Statement]:
    """Alarms that only send messages: they can also stop instances and scale groups, of other stages too."""
    if not scope.alarms:
        return []
    return [
        Statement(
            actions=["cloudwatch:*"],
            resources=[f"arn:aws:cloudwatch:*:*:alarm:{scope.prefix}-*"],
            condition={"ForAllValues:StringLike": {"cloudwatch:AlarmActions": f"arn:*:sns:*:{scope.prefix}-*"}},
        )
    ]


def _keys_and_entries(scope: StackScope) -> list[Statement]:
    stage, request, resource = scope.tags["Environment"], "aws:RequestTag/Environment", "aws:ResourceTag/Environment"
    others = [prefix for prefix in scope.readable_secret_prefixes if prefix not in scope.secret_prefixes]
    return [
        Statement(actions=["kms:*"], resources=[KEYS], condition={"StringEquals": {resource: stage}}),
        Statement(  # with CreateKey, before the key has an ARN
            actions=["kms:Tag*"],
            resources=["*"],
            condition={"StringEquals": {request: stage}, "Null": {resource: "true"}},
        ),
        Statement(
            actions=["secretsmanager:Des*", "secretsmanager:GetS*"],
            resources=[_entry(f"{prefix}*") for prefix in others],
        ),
        # Secrets Manager decrypts for those who may read the entry. Keys of entries that people write may have no tag.
        Statement(
            actions=["kms:Decrypt"],
            resources=[KEYS],
            condition={
                "StringLike": {"kms:ViaService": "secretsmanager.*"},
                "StringEqualsIfExists": {resource: stage},
            },
        ),
        _denied(
            "aws:rds:primaryDBInstanceArn",
            f"*:db:{scope.prefix}",
            ["secretsmanager:*"],
        ),
    ]


def _entry(name: str) -> str:
    return f"arn:aws:secretsmanager:*:*:secret:{name}"


def _records(scope: StackScope) -> list[Statement]:
    """Records of the stack's own host names: stages may share a zone."""
    zone = scope.edge.zone if scope.edge else None
    statements: list[Statement] = []
    if zone is None:
        return statements
    names = [f"{prefix}{host}" for host in scope.hosts for prefix in _RECORD_NAMES]
    zones = [f"arn:aws:route53:::hostedzone/{zone.zone_id or '*'}"]
    statements.append(
        Statement(
            actions=["route53:ChangeR*"],
            resources=zones,
            condition={"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": names}},
        )
    )
    return statements


def _state(scope: StackScope) -> list[Statement]:
    """The stack's files in the state bucket, and the key of the state."""
    state = scope.state
    if state is None:
        return []
    bucket = f"arn:aws:s3:::{state.bucket}"
    statements = [
        Statement(
            actions=["s3:*Object", "s3:ListBucket"],
            resources=[bucket, *state.checkpoint_arns, state.objects("*")],
        ),
        Statement(actions=["s3:GetObject"], resources=[f"{bucket}/.pulumi/meta.yaml"]),
    ]
    if state.key_alias is not None:
        statements.append(
            Statement(
                actions=["kms:*crypt", "kms:GenerateDataKey"],
                resources=[KEYS],
                condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": state.key_alias}},
            )
        )
    return statements


def _identities(scope: StackScope, name: str) -> list[Statement]:
    """Roles under this boundary; none of CI's own roles and policies, and not the boundary itself.

    Other names than the stack's are not allowed in the first place, GitHub's OIDC provider among them.
    """
    iam, prefix = "arn:aws:iam::*", scope.prefix
    policy, roles = f"arn:aws:iam::{scope.account.account_id}:policy/{name}", f"{iam}:role/{prefix}-*"
    statements = [
        Statement(
            actions=["iam:*tachRolePolicy", "iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRole*"],
            resources=[roles],
            condition={"StringEquals": {"iam:PermissionsBoundary": policy}},
        ),
        Statement(
            actions=["iam:*agPolicy", "iam:*agRole", "iam:CreatePolicy*", "iam:DeletePolicy*", "iam:DeleteRole",
                     "iam:PassRole", "iam:UpdateAs*", "iam:UpdateRole*"],
            resources=[f"{iam}:policy/{prefix}-*", roles],
        ),
        Statement(
            actions=["iam:CreateServiceL*"],
            resources=[f"{iam}:role/aws-service-role/*"],
        ),
        Statement(
            not_actions=["iam:Get*", "iam:List*"],
            resources=[
                policy,
                *(f"{iam}:policy/{prefix}-{kind}-*" for kind in ("deploy", "push", "read", "smoke")),
                *(f"{iam}:role/{role}" for role in scope.ci_roles if role.startswith(f"{prefix}-")),
            ],
            effect="Deny",
        ),
    ]  # fmt: skip
    if has_profile(scope):
        profiles = [f"{iam}:instance-profile/{prefix}-*", roles]
        statements.append(Statement(actions=["iam:*InstanceProfile"], resources=profiles))
    pusher = {"aws:PrincipalArn": scope.account.role_arn(scope.push_role)} if scope.push_role else None
    return [
        *statements,
        Statement(
            actions=[*_PUSHING, _COPYING],
            resources=["*"],
            condition={"ArnNotEquals": pusher} if pusher else {},
            effect="Deny",
        ),
    ]


def _other_stages(scope: StackScope) -> list[Statement]:
    """Nothing on a resource that has another stage's tags, or is of a kind that AWS makes without them."""
    stage = scope.tags["Environment"]
    return [
        *(_denied(tag, scope.tags.get(tag, scope.prefix), actions) for tag, actions in OTHER_STAGES.items()),
        Statement(  # AWS makes main route tables, default network ACLs and nodes' launch templates without the tag
            not_actions=["ec2:CreateLaunchTemplate", "ec2:CreateRouteTable", "ec2:RunInst*"],
            resources=[f"arn:aws:ec2:*:*:{kind}/*" for kind in ("launch-template", "network-acl", "route-table")],
            condition={
                "StringNotEquals": {"aws:ResourceTag/Environment": stage},
                "Null": {"ec2:CreateAction": "true"},
            },
            effect="Deny",
        ),
    ]


def _denied(tag: str, own: str, actions: Sequence[str]) -> Statement:
    """Deny the actions on resources that have the tag with another value; `own` may have wildcards."""
    key = f"aws:ResourceTag/{tag}"
    condition: Condition = {"StringNotLike": {key: own}, "Null": {key: "false"}}
    return Statement(actions=actions, resources=["*"], condition=condition, effect="Deny")
