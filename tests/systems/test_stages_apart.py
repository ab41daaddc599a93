"""What the roles of one stage can do to another stage in the same account, and to the roles of CI: nothing.

iam-simulate decides on each request with the stage's own documents: the deploy role with its policies and the boundary,
and a role with all permissions, whose power is the boundary. Resources are named and tagged as those of the stacks are.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pytest

from components.ci.policies.boundary import boundary
from components.ci.policies.read import POLICY_SIZE, policy_size
from components.ci.scope import StackScope
from components.config.platform import PlatformConfig
from components.stack.scope import stack_scope
from tests.harness.harness import ROOT, Run, run_stack
from tests.harness.iam import ADMINISTRATOR, Request, decisions
from tools.manifests.stacks import project_name, stacks

Context = Mapping[str, str | Sequence[str]]
STAGES = {
    "nova": ("staging", "prod"),
    "tiketi": ("staging", "prod"),
    "pingvasai": ("development", "staging", "production"),
}
"""Stages that share an account, by system."""
PAIRS = [(system, one, other) for system, names in STAGES.items() for one in names for other in names if one != other]
EVERY = [(system, stage) for system, names in STAGES.items() for stage in names]

TAGGED: Context = {"aws:ResourceTag/Project": "{system}", "aws:ResourceTag/Environment": "{stage}"}
NEW: Context = {"aws:RequestTag/Project": "{system}", "aws:RequestTag/Environment": "{stage}"}
OF_EKS: Context = {"aws:ResourceTag/aws:eks:cluster-name": "{prefix}"}
OF_NODES: Context = {"aws:ResourceTag/eks:cluster-name": "{prefix}"}
OF_DATABASE: Context = {"aws:ResourceTag/aws:rds:primaryDBInstanceArn": "arn:aws:rds:{region}:{account}:db:{prefix}"}
THROUGH_SECRETS: Context = {**TAGGED, "kms:ViaService": "secretsmanager.{region}.amazonaws.com"}
NOTHING: Context = {}
ROLES = (None, "{prefix}-any")
"""The deploy role, and a role with all permissions."""

EC2 = "arn:aws:ec2:{region}:{account}"
EKS = "arn:aws:eks:{region}:{account}"
ROLE = "arn:aws:iam::{account}:role"
STATE = "arn:aws:s3:::{bucket}/.pulumi"
ENTRY = "arn:aws:secretsmanager:{region}:{account}:secret:{system}/{environment}/database-1a2b3c"
KEY = "arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

DEPLOYED: Sequence[tuple[str, str, Context]] = (
    ("ec2:CreateVpc", EC2 + ":vpc/*", NEW),
    ("ec2:DeleteVpc", EC2 + ":vpc/vpc-1", TAGGED),
    ("ec2:DeleteSubnet", EC2 + ":subnet/subnet-1", TAGGED),
    ("ec2:CreateRoute", EC2 + ":route-table/rtb-1", TAGGED),
    ("ec2:ReplaceRoute", EC2 + ":route-table/rtb-1", TAGGED),
    ("ec2:AuthorizeSecurityGroupIngress", EC2 + ":security-group/sg-1", TAGGED),
    ("ec2:AuthorizeSecurityGroupIngress", EC2 + ":security-group/sg-2", OF_EKS),
    ("ec2:RevokeSecurityGroupIngress", EC2 + ":security-group/sg-2", OF_EKS),
    ("ec2:DeleteNatGateway", EC2 + ":natgateway/nat-1", TAGGED),
    ("ec2:CreateTags", EC2 + ":vpc/vpc-1", TAGGED),
    ("ec2:CreateLaunchTemplateVersion", EC2 + ":launch-template/lt-1", TAGGED),
    ("eks:CreateAccessEntry", EKS + ":cluster/{prefix}", TAGGED),
    ("eks:AssociateAccessPolicy", EKS + ":access-entry/{prefix}/role/{account}/{deploy}/1a2b", TAGGED),
    ("eks:CreatePodIdentityAssociation", EKS + ":cluster/{prefix}", TAGGED),
    ("eks:UpdateClusterConfig", EKS + ":cluster/{prefix}", TAGGED),
    ("eks:DeleteNodegroup", EKS + ":nodegroup/{prefix}/{prefix}-nodes/1a2b", TAGGED),
    ("eks:UpdateNodegroupConfig", EKS + ":nodegroup/{prefix}/{prefix}-nodes/1a2b", TAGGED),
    ("eks:DeleteCluster", EKS + ":cluster/{prefix}", TAGGED),
    ("rds:ModifyDBInstance", "arn:aws:rds:{region}:{account}:db:{prefix}", TAGGED),
    ("rds:DeleteDBInstance", "arn:aws:rds:{region}:{account}:db:{prefix}", TAGGED),
    ("rds:ModifyDBParameterGroup", "arn:aws:rds:{region}:{account}:pg:{prefix}-database", TAGGED),
    ("elasticache:ModifyReplicationGroup", "arn:aws:elasticache:{region}:{account}:replicationgroup:{prefix}", TAGGED),
    ("secretsmanager:GetSecretValue", ENTRY, TAGGED),
    ("secretsmanager:PutSecretValue", ENTRY, TAGGED),
    ("secretsmanager:DeleteSecret", ENTRY, TAGGED),
    ("kms:Decrypt", KEY, THROUGH_SECRETS),
    ("kms:PutKeyPolicy", KEY, TAGGED),
    ("kms:ScheduleKeyDeletion", KEY, TAGGED),
    ("kms:CreateGrant", KEY, TAGGED),
    ("kms:UpdateAlias", "arn:aws:kms:{region}:{account}:alias/{prefix}-database", NOTHING),
    ("logs:DeleteLogGroup", "arn:aws:logs:{region}:{account}:log-group:/aws/eks/{prefix}/cluster", TAGGED),
    ("logs:PutRetentionPolicy", "arn:aws:logs:{region}:{account}:log-group:/aws/eks/{prefix}/cluster", TAGGED),
    ("s3:GetObject", STATE + "/stacks/{path}.json", NOTHING),
    ("s3:PutObject", STATE + "/stacks/{path}.json", NOTHING),
    ("s3:DeleteObject", STATE + "/locks/organization/{path}/1a2b.json", NOTHING),
    ("s3:PutObject", STATE + "/backups/{path}/{stack}.1.json", NOTHING),
    ("iam:PassRole", ROLE + "/{prefix}-nodes-1a2b3c4", {**TAGGED, "iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:DeleteRole", ROLE + "/{prefix}-nodes-1a2b3c4", TAGGED),
    ("iam:PutRolePolicy", ROLE + "/{prefix}-nodes-1a2b3c4", {**TAGGED, "iam:PermissionsBoundary": "{boundary}"}),
    ("iam:UpdateAssumeRolePolicy", ROLE + "/{prefix}-nodes-1a2b3c4", TAGGED),
)
"""Requests that the deploy role needs for its own stage: action, resource, context."""

TOPIC = "arn:aws:sns:{region}:{account}:{prefix}-alarms"
ALARM = "arn:aws:cloudwatch:{region}:{account}:alarm:{prefix}-database-cpu"
BUDGET = "arn:aws:budgets::{account}:budget/{prefix}-monthly"
IN_VIRGINIA: Context = {"aws:RequestedRegion": "us-east-1"}
ALARMS: Sequence[tuple[str, str, Context]] = (
    ("sns:CreateTopic", TOPIC, NEW),
    ("sns:SetTopicAttributes", TOPIC, TAGGED),
    ("sns:Subscribe", TOPIC, TAGGED),
    ("sns:Unsubscribe", TOPIC, TAGGED),
    ("sns:DeleteTopic", TOPIC, TAGGED),
    ("cloudwatch:PutMetricAlarm", ALARM, {"cloudwatch:AlarmActions": [TOPIC]}),
    ("cloudwatch:DeleteAlarms", ALARM, NOTHING),
    ("rds:ModifyEventSubscription", "arn:aws:rds:{region}:{account}:es:{prefix}-database", TAGGED),
    ("budgets:ModifyBudget", BUDGET, IN_VIRGINIA),
)
"""The same of a stage with alarms."""

RUNNER = "arn:aws:codebuild:{region}:{account}:project/{prefix}"
RUNNERS: Sequence[tuple[str, str, Context]] = (
    ("codebuild:CreateProject", RUNNER, NEW),
    ("codebuild:UpdateProject", RUNNER, TAGGED),
    ("codebuild:CreateWebhook", RUNNER, NOTHING),
    ("codebuild:DeleteProject", RUNNER, NOTHING),
    ("iam:PassRole", ROLE + "/{prefix}-runner-1a2b3c4", {**TAGGED, "iam:PassedToService": "codebuild.amazonaws.com"}),
)
"""The same of a stage with runners."""

ACTING: Sequence[Context] = (
    {"cloudwatch:AlarmActions": ["arn:aws:automate:{region}:ec2:terminate"]},
    {"cloudwatch:AlarmActions": [TOPIC, "arn:aws:autoscaling:{region}:{account}:scalingPolicy:1a2b"]},
)
"""Alarms that do something: stop an instance, or scale a group."""

REACHED: Sequence[tuple[str, str, Context]] = (
    ("ec2:RunInstances", EC2 + ":subnet/subnet-1", TAGGED),
    ("ec2:TerminateInstances", EC2 + ":instance/i-1", TAGGED),
    ("ec2:DeleteNetworkInterface", EC2 + ":network-interface/eni-1", TAGGED),
    ("ec2:ModifyInstanceAttribute", EC2 + ":instance/i-1", TAGGED),
    ("autoscaling:SetDesiredCapacity", "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:1a2b:"
     "autoScalingGroupName/eks-{prefix}-nodes", OF_NODES),
    ("elasticloadbalancing:DeleteLoadBalancer", "arn:aws:elasticloadbalancing:{region}:{account}:"
     "loadbalancer/app/k8s-{prefix}/1a2b", TAGGED),
    ("elasticloadbalancing:ModifyListener", "arn:aws:elasticloadbalancing:{region}:{account}:"
     "listener/app/k8s-{prefix}/1a2b/3c4d", TAGGED),
    ("acm:DeleteCertificate", "arn:aws:acm:{region}:{account}:certificate/1a2b", TAGGED),
    ("wafv2:DeleteWebACL", "arn:aws:wafv2:{region}:{account}:regional/webacl/{prefix}-edge/1a2b", TAGGED),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:{region}:{account}:secret:rds!db-1a2b", OF_DATABASE),
    ("secretsmanager:RotateSecret", "arn:aws:secretsmanager:{region}:{account}:secret:rds!db-1a2b", OF_DATABASE),
    ("kms:Decrypt", KEY, TAGGED),
    ("kms:DisableKey", KEY, TAGGED),
    ("logs:PutLogEvents", "arn:aws:logs:{region}:{account}:log-group:/aws/eks/{prefix}/cluster:log-stream:a", NOTHING),
    ("rds:DeleteDBSnapshot", "arn:aws:rds:{region}:{account}:snapshot:{prefix}-final-1", TAGGED),
    ("rds:RestoreDBInstanceFromDBSnapshot", "arn:aws:rds:{region}:{account}:snapshot:{prefix}-final-1", TAGGED),
    ("elasticache:DeleteReplicationGroup", "arn:aws:elasticache:{region}:{account}:replicationgroup:{prefix}", TAGGED),
    ("eks:CreateAddon", EKS + ":cluster/{prefix}", TAGGED),
)  # fmt: skip
"""Further requests that the boundary allows on the stage's own resources, for its nodes and controllers."""

OF_AWS: Sequence[tuple[str, str, Context]] = (
    ("ec2:CreateNetworkAclEntry", EC2 + ":network-acl/acl-1", NOTHING),
    ("ec2:ReplaceNetworkAclEntry", EC2 + ":network-acl/acl-1", NOTHING),
    ("ec2:CreateTags", EC2 + ":network-acl/acl-1", NEW),
    ("ec2:CreateRoute", EC2 + ":route-table/rtb-2", NOTHING),
    ("ec2:ReplaceRouteTableAssociation", EC2 + ":route-table/rtb-2", NOTHING),
    ("ec2:CreateTags", EC2 + ":route-table/rtb-2", NEW),
    ("ec2:DeleteLaunchTemplate", EC2 + ":launch-template/lt-2", OF_NODES),
    ("ec2:CreateLaunchTemplateVersion", EC2 + ":launch-template/lt-2", OF_NODES),
    ("eks:UpdateAccessEntry", EKS + ":access-entry/{prefix}/role/{account}/{prefix}-nodes-1a2b3c4/1a2b", NOTHING),
    ("eks:DeleteAccessEntry", EKS + ":access-entry/{prefix}/role/{account}/{prefix}-nodes-1a2b3c4/1a2b", NOTHING),
    ("eks:AssociateAccessPolicy", EKS + ":access-entry/{prefix}/role/{account}/{prefix}-nodes-1a2b3c4/1a2b", NOTHING),
    ("ec2:CopyVolumes", EC2 + ":volume/vol-1", NOTHING),
    (
        "autoscaling:AttachInstances",
        "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:1a2b:autoScalingGroupName/eks-{prefix}-nodes",
        OF_NODES,
    ),
    ("s3:PutObject", STATE + "/meta.yaml", NOTHING),
    ("s3:DeleteObject", STATE + "/meta.yaml", NOTHING),
)
"""Changes of what AWS makes without the stage's tags, and of what the stages share, apart from images."""

IMAGES: Sequence[tuple[str, str]] = tuple(
    (action, "arn:aws:ecr:{region}:{account}:repository/{system}/api")
    for action in ("ecr:PutImage", "ecr:BatchDeleteImage", "ecr:InitiateLayerUpload", "ecr:CompleteLayerUpload")
)
"""Changes of images, which all stages share."""

CI: Sequence[tuple[str, str]] = (
    ("iam:CreatePolicyVersion", "arn:aws:iam::{account}:policy/{prefix}-deploy-network-1a2b3c4"),
    ("iam:DeletePolicy", "arn:aws:iam::{account}:policy/{prefix}-deploy-identity-1a2b3c4"),
    ("iam:TagPolicy", "arn:aws:iam::{account}:policy/{prefix}-read-1a2b3c4"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::{account}:policy/{prefix}-smoke-1a2b3c4"),
    ("iam:AttachRolePolicy", ROLE + "/{deploy}"),
    ("iam:DetachRolePolicy", ROLE + "/{deploy}"),
    ("iam:PutRolePolicy", ROLE + "/{deploy}"),
    ("iam:UpdateAssumeRolePolicy", ROLE + "/{deploy}"),
    ("iam:PutRolePermissionsBoundary", ROLE + "/{deploy}"),
    ("iam:DeleteRolePermissionsBoundary", ROLE + "/{deploy}"),
    ("iam:DeleteRolePermissionsBoundary", ROLE + "/{prefix}-nodes-1a2b3c4"),
    ("iam:UpdateAssumeRolePolicy", ROLE + "/{preview}"),
    ("iam:UpdateAssumeRolePolicy", ROLE + "/{push}"),
    ("iam:UpdateAssumeRolePolicy", ROLE + "/{smoke}"),
    ("iam:CreatePolicyVersion", "{boundary}"),
    ("iam:SetDefaultPolicyVersion", "{boundary}"),
    ("iam:DeletePolicy", "{boundary}"),
    ("iam:AddClientIDToOpenIDConnectProvider",
     "arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com"),
    ("iam:CreateUser", "arn:aws:iam::{account}:user/{prefix}-user"),
    ("iam:CreateRole", ROLE + "/{prefix}-without-boundary"),
)  # fmt: skip
"""Changes of CI's own identities and of the boundary, and ways out of it: an administrator's."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: its documents, and the words of its names and tags."""

    scope: StackScope
    words: Mapping[str, str]
    deploy_policies: Sequence[str]
    boundary: str

    def request(self, action: str, resource: str, context: Context, *, to: "Stage", role: str | None = None) -> Request:
        """A call to a resource of a stage, by the deploy role or by another role, which has all permissions."""
        values = {"aws:RequestedRegion": "{region}", **context}
        return Request(
            role=self.filled(ROLE + "/" + (role or "{deploy}")),
            action=action,
            resource=to.filled(resource),
            context={
                key: to.filled(value) if isinstance(value, str) else [to.filled(each) for each in value]
                for key, value in values.items()
            },
            policies=[ADMINISTRATOR] if role else self.deploy_policies,
            boundary=self.boundary,
        )

    def filled(self, template: str) -> str:
        """The template with the stage's words."""
        return template.format(**self.words)


def _words(config: PlatformConfig, scope: StackScope, stack: str, boundary_arn: str) -> dict[str, str]:
    ci = config.ci
    assert ci is not None
    assert ci.deploy_role is not None
    assert ci.smoke_role is not None
    assert scope.state is not None
    return {
        "system": config.system.name,
        "stage": config.stage,
        "stack": stack,
        "prefix": scope.prefix,
        "environment": config.environments[0].name,
        "account": scope.account.account_id,
        "region": scope.account.region,
        "deploy": ci.deploy_role.name,
        "preview": (ci.preview_role or ci.deploy_role).name,
        "smoke": ci.smoke_role.name,
        "push": "github-actions-role" if ci.push_role is None else ci.push_role.name,
        "bucket": scope.state.bucket,
        "path": scope.state.path,
        "boundary": boundary_arn,
    }


@cache
def stage(system: str, stack: str) -> Stage:
    """A stage with the documents of its committed stack."""
    root = ROOT if system == "nova" else ROOT / "examples" / system
    config = stacks(root)[stack]
    scope = stack_scope(config, f"{project_name(root)}/{stack}")
    assert scope is not None
    name, arn = scope.account.permissions_boundary_name, scope.account.permissions_boundary_arn
    assert name is not None
    assert arn is not None
    return Stage(
        scope=scope,
        words=_words(config, scope, stack, arn),
        deploy_policies=_deploy_policies(run_stack(stack, root=root)),
        boundary=boundary(scope, name),
    )


def _deploy_policies(run: Run) -> list[str]:
    policies = [p for p in run.all("aws:iam/policy:Policy") if "-deploy-" in p.name or p.name.endswith("-read")]
    return [policy.inputs["policy"] for policy in policies]


def _wrong(requests: Sequence[Request], *, allowed: bool) -> Iterator[str]:
    for request, decision in zip(requests, decisions(requests), strict=True):
        if (decision == "Allowed") is not allowed:
            yield f"{request.action} on {request.resource}: {decision}"


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_the_deploy_role_may_change_its_own_stage(system: str, own: str) -> None:
    actor = stage(system, own)
    runners = RUNNERS if actor.scope.runner_connection is not None else ()
    needed = (*DEPLOYED, *(ALARMS if actor.scope.alarms else ()), *runners)
    assert list(_wrong([actor.request(*each, to=actor) for each in needed], allowed=True)) == []


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_no_alarm_of_a_stage_does_more_than_send_a_message(system: str, own: str) -> None:
    actor = stage(system, own)
    put = "cloudwatch:PutMetricAlarm"
    requests = [actor.request(put, ALARM, each, to=actor, role=role) for each in ACTING for role in ROLES]
    assert list(_wrong(requests, allowed=False)) == []


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_the_boundary_leaves_room_for_nodes_and_controllers(system: str, own: str) -> None:
    actor = stage(system, own)
    requests = [actor.request(*each, to=actor, role="{prefix}-any") for each in REACHED]
    assert list(_wrong(requests, allowed=True)) == []


@pytest.mark.parametrize(("system", "own", "other"), PAIRS)
def test_no_role_of_a_stage_changes_another_stage_or_reads_its_secrets(system: str, own: str, other: str) -> None:
    actor, target = stage(system, own), stage(system, other)
    assert actor.scope.account.account_id == target.scope.account.account_id
    changes = [each for each in (*DEPLOYED, *ALARMS, *RUNNERS, *REACHED) if each[2] is not NEW]
    requests = [actor.request(*each, to=target, role=role) for each in changes for role in ROLES]
    assert list(_wrong(requests, allowed=False)) == []


@pytest.mark.parametrize(("system", "own", "other"), PAIRS)
def test_no_role_of_a_stage_changes_what_aws_makes_for_another(system: str, own: str, other: str) -> None:
    actor, target = stage(system, own), stage(system, other)
    own_tags = {key: actor.filled(str(value)) for key, value in NEW.items()}
    requests = [
        actor.request(action, arn, own_tags if context is NEW else context, to=target, role=role)
        for action, arn, context in OF_AWS
        for role in (None, "{prefix}-any")
    ]
    assert list(_wrong(requests, allowed=False)) == []


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_only_the_push_role_changes_images(system: str, own: str) -> None:
    actor = stage(system, own)
    others = [actor.request(*each, NOTHING, to=actor, role="{prefix}-any") for each in IMAGES]
    assert list(_wrong(others, allowed=False)) == []
    if actor.scope.push_role is not None:
        pushes = [actor.request(*each, NOTHING, to=actor, role=actor.scope.push_role) for each in IMAGES]
        assert list(_wrong(pushes, allowed=True)) == []


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_no_role_of_a_stage_changes_the_identities_of_ci_or_leaves_the_boundary(system: str, own: str) -> None:
    actor = stage(system, own)
    requests = [actor.request(*each, TAGGED, to=actor, role=role) for each in CI for role in (None, "{prefix}-any")]
    assert list(_wrong(requests, allowed=False)) == []


@pytest.mark.parametrize(("system", "own"), EVERY)
def test_the_boundary_fits_iams_size_limit(system: str, own: str) -> None:
    assert policy_size(stage(system, own).boundary) <= POLICY_SIZE
