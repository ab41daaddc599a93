"""The deploy role of every committed stack may create all its resources, and Karpenter's, which no stack has."""

import json
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.account.policy_documents import document
from components.ci.policies.karpenter import karpenter_changes
from components.ci.policies.read import POLICY_SIZE, policy_size
from components.config.controllers import NodeScaling
from sandbox.providers.aws.schemas.lint import Linter
from sandbox.providers.aws.schemas.table import COUNTERPARTS
from tests.harness.controllers_runs import install
from tests.harness.harness import Recorded, Run
from tests.harness.policy_samples import SCOPE, statements
from tests.systems.example_runs import EXAMPLES, example

ARNS = {
    "aws:rds/instance:Instance": ("rds", "db:{identifier}"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds", "pg:{name}"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds", "subgrp:{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("elasticache", "replicationgroup:{replicationGroupId}"),
    "aws:elasticache/parameterGroup:ParameterGroup": ("elasticache", "parametergroup:{name}"),
    "aws:elasticache/subnetGroup:SubnetGroup": ("elasticache", "subnetgroup:{name}"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "log-group:{name}"),
    "aws:cloudwatch/eventRule:EventRule": ("events", "rule/{name}"),
    "aws:kms/alias:Alias": ("kms", "{name}"),
    "aws:s3/bucket:Bucket": ("s3", "{name}"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", "secret:{name}"),
    "aws:sqs/queue:Queue": ("sqs", "{name}"),
    "aws:iam/role:Role": ("iam", "role/{name}"),
    "aws:iam/policy:Policy": ("iam", "policy/{name}"),
    "aws:iam/instanceProfile:InstanceProfile": ("iam", "instance-profile/{name}"),
    "aws:route53/record:Record": ("route53", "hostedzone/{zoneId}"),
    "aws:wafv2/webAcl:WebAcl": ("wafv2", "regional/webacl/{name}/1a2b3c4d"),
    "aws:budgets/budget:Budget": ("budgets", "budget/{name}"),
    "aws:codebuild/project:Project": ("codebuild", "project/{name}"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "alarm:{name}"),
    "aws:rds/eventSubscription:EventSubscription": ("rds", "es:{name}"),
    "aws:sns/topic:Topic": ("sns", "{name}"),
}
"""Types whose rights are limited by name: service and resource of the ARN. Pulumi adds a suffix to default names."""

CREATING = {
    **{f"aws:ec2/{kind}": action for kind, action in {
        "defaultSecurityGroup:DefaultSecurityGroup": "ec2:RevokeSecurityGroupIngress",
        "eip:Eip": "ec2:AllocateAddress", "flowLog:FlowLog": "ec2:CreateFlowLogs",
        "internetGateway:InternetGateway": "ec2:CreateInternetGateway",
        "launchTemplate:LaunchTemplate": "ec2:CreateLaunchTemplate", "natGateway:NatGateway": "ec2:CreateNatGateway",
        "route:Route": "ec2:CreateRoute", "routeTable:RouteTable": "ec2:CreateRouteTable",
        "routeTableAssociation:RouteTableAssociation": "ec2:AssociateRouteTable",
        "securityGroup:SecurityGroup": "ec2:CreateSecurityGroup", "subnet:Subnet": "ec2:CreateSubnet",
        "vpc:Vpc": "ec2:CreateVpc", "vpcEndpoint:VpcEndpoint": "ec2:CreateVpcEndpoint",
    }.items()},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "ec2:AuthorizeSecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "ec2:AuthorizeSecurityGroupIngress",
    "aws:acm/certificate:Certificate": "acm:RequestCertificate",
    "aws:budgets/budget:Budget": "budgets:ModifyBudget",
    "aws:acm/certificateValidation:CertificateValidation": "acm:DescribeCertificate",
    "aws:cloudwatch/eventRule:EventRule": "events:PutRule",
    "aws:cloudwatch/eventTarget:EventTarget": "events:PutTargets",
    "aws:cloudwatch/logGroup:LogGroup": "logs:CreateLogGroup",
    "aws:codebuild/project:Project": "codebuild:CreateProject",
    "aws:codebuild/webhook:Webhook": "codebuild:CreateWebhook",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "cloudwatch:PutMetricAlarm",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "ecr:PutLifecyclePolicy",
    "aws:ecr/repository:Repository": "ecr:CreateRepository",
    "aws:eks/accessEntry:AccessEntry": "eks:CreateAccessEntry",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": "eks:AssociateAccessPolicy",
    "aws:eks/addon:Addon": "eks:CreateAddon", "aws:eks/nodeGroup:NodeGroup": "eks:CreateNodegroup",
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": "eks:CreatePodIdentityAssociation",
    "aws:elasticache/parameterGroup:ParameterGroup": "elasticache:CreateCacheParameterGroup",
    "aws:elasticache/replicationGroup:ReplicationGroup": "elasticache:CreateReplicationGroup",
    "aws:elasticache/subnetGroup:SubnetGroup": "elasticache:CreateCacheSubnetGroup",
    "aws:iam/instanceProfile:InstanceProfile": "iam:AddRoleToInstanceProfile",
    "aws:iam/policy:Policy": "iam:CreatePolicy", "aws:iam/role:Role": "iam:CreateRole",
    "aws:iam/rolePolicy:RolePolicy": "iam:PutRolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "iam:AttachRolePolicy",
    "aws:kms/alias:Alias": "kms:CreateAlias", "aws:kms/key:Key": "kms:CreateKey",
    "aws:rds/eventSubscription:EventSubscription": "rds:CreateEventSubscription",
    "aws:rds/instance:Instance": "rds:CreateDBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "rds:CreateDBParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup": "rds:CreateDBSubnetGroup",
    "aws:route53/record:Record": "route53:ChangeResourceRecordSets",
    "aws:s3/bucket:Bucket": "s3:CreateBucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "aws:s3/bucketLogging:BucketLogging": "s3:PutBucketLogging",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy": "s3:PutBucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
        "s3:PutEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning": "s3:PutBucketVersioning",
    "aws:secretsmanager/secret:Secret": "secretsmanager:CreateSecret",
    "aws:secretsmanager/secretVersion:SecretVersion": "secretsmanager:PutSecretValue",
    "aws:sns/topic:Topic": "sns:CreateTopic", "aws:sns/topicSubscription:TopicSubscription": "sns:Subscribe",
    "aws:sqs/queue:Queue": "sqs:CreateQueue", "aws:sqs/queuePolicy:QueuePolicy": "sqs:SetQueueAttributes",
    "aws:wafv2/webAcl:WebAcl": "wafv2:CreateWebACL",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "wafv2:PutLoggingConfiguration",
}  # fmt: skip
"""The action that creates each type of resource. A type that is missing here has no rights yet."""

UNUSED = (
    # Other log destinations than log groups, and settings of log groups that the program does not make
    "firehose:*", "s3:REST.PUT.OBJECT", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "iam:DescribeOrganization",
    "logs:*IndexPolic*", "logs:*DataProtectionPolicy", "logs:DeleteResourcePolicy",
    "logs:PutBearerTokenAuthentication", "logs:PutLogGroupDeletionProtection",
    # AWS's services write the streams of their logs
    "logs:CreateLogStream", "logs:PutLogEvents",
    # Addresses, ranges and tenancy never change; endpoints are of AWS's own services in the region
    "ec2:AcceptAddressTransfer", "ec2:AssociateAddress", "ec2:*NatGatewayAddress", "ec2:*SubnetCidrBlock",
    "ec2:CreateVpcEncryptionControl", "ec2:ModifyVpcTenancy", "vpc-lattice:*", "vpce:AllowMultiRegion",
    # No private authority, no domains bought, no paid rules of the firewall, no policies on repositories
    "acm-pca:*", "route53:ListHostedZones", "payments:*", "ecr:*RepositoryPolicy",
    # Topics without a policy on personal data, budgets of the account's own bills
    "sns:*DataProtectionPolicy", "billing:GetBillingViewData",
    # Launch templates are judged as a fleet's; EKS starts and ends the instances
    "ec2:*Fleet*", "ec2:TerminateInstances", "resource-groups:*", "autoscaling:DescribeTags", "eks:ListUpdates",
    # A cache is a replication group without shards; its key belongs to ElastiCache's own grants
    "elasticache:*CacheCluster", "elasticache:*ShardConfiguration", "*:DescribeEngineDefaultParameters", "kms:Encrypt",
    # One database without replicas, clusters, roles of its own, and restores
    "rds:*ReadReplica*", "rds:*Role*DBInstance", "rds:*DBCluster*", "rds:*AutomatedBackups*", "rds:Restore*",
    "rds:DescribeDBEngineVersions", "rds:DescribeEvents", "iam:ListRoles",
    # Buckets have no website, replication, notification, analytics, ACL, lock or table; their settings go with them
    "s3:*Analytics*", "s3:*Metadata*", "s3:*Metrics*", "s3:*IntelligentTiering*", "s3:*Inventory*", "s3:*Abac",
    "s3:*Acl", "s3:*C[Oo][Rr][Ss]", "s3:*Replication*", "s3:*Website", "s3:*Notification", "s3:Put*Accelerate*",
    "s3:Put*ObjectLock*", "s3:DeleteBucketEncryption", "s3:DeleteBucketLifecycle", "s3tables:*",
    # Keys stay on, secrets have generated values and no copies in other regions, every role keeps its boundary
    "kms:DisableKey", "kms:EnableKey", "secretsmanager:GetRandomPassword", "secretsmanager:*Region*",
    "iam:DeleteRolePermissionsBoundary",
)  # fmt: skip
"""Actions that AWS's own handlers of these types ask for and this program's resources never call for."""

MAX_ATTACHED_POLICIES = 10
"""IAM's default limit of managed policies per role."""
EDGE = ("acm:", "events:", "route53:", "sqs:", "wafv2:")
PRIVATE_DNS = "route53:AssociateVPCWithHostedZone"
"""For the private zones of interface endpoints."""


def deploy_statements(run: Run) -> list[dict[str, Any]]:
    """All statements of the deploy role."""
    policies = [p for p in run.all("aws:iam/policy:Policy") if "-deploy-" in p.name or p.name.endswith("-read")]
    return [statement for policy in policies for statement in statements(policy.inputs["policy"])]


def deployed(run: Run) -> list[Recorded]:
    """All resources but the identities of CI, which an administrator changes."""
    return [r for r in run.resources if "platform:github_oidc:GithubOidc$aws:" not in r.urn]


def _changes(statement: dict[str, Any]) -> bool:
    return any(action.partition(":")[2][:3] not in {"Des", "Get", "Lis"} for action in statement["Action"])


def arn(resource: Recorded, region: str, account: str) -> str:
    service, form = ARNS[resource.type]
    identifier = form.format(**{"name": f"{resource.name}-1a2b3c4", **resource.inputs})
    if service in ("route53", "s3"):
        return f"arn:aws:{service}:::{identifier}"
    return f"arn:aws:{service}:{'' if service in ('budgets', 'iam') else region}:{account}:{identifier}"


def stack_run(stack: str, request: pytest.FixtureRequest) -> Run:
    return example(stack) if "/" in stack else request.getfixturevalue(stack)


every_stack = pytest.mark.parametrize("stack", ["staging", "prod", *EXAMPLES])


@every_stack
def test_the_deploy_role_covers_every_named_resource_of_its_stack(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    provider = run.one("pulumi:providers:aws").inputs
    [account] = json.loads(provider["allowedAccountIds"])
    changing = [s for s in deploy_statements(run) if _changes(s)]
    patterns = [pattern for s in changing for pattern in s["Resource"] if pattern != "*"]
    named = [r for r in deployed(run) if r.type in ARNS]
    assert {r.type for r in named} >= {"aws:rds/instance:Instance", "aws:iam/role:Role"}
    arns = {arn(r, provider["region"], account) for r in named}
    assert {name for name in arns if not any(fnmatchcase(name, pattern) for pattern in patterns)} == set()


@every_stack
def test_the_deploy_role_may_create_every_type_in_its_stack(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    allowed = {action for s in deploy_statements(run) for action in s["Action"]}
    kinds = {r.type for r in deployed(run) if r.type.startswith("aws:")}
    assert {kind for kind in kinds if CREATING.get(kind) not in allowed} == set()


@every_stack
def test_the_deploy_role_has_what_awss_own_handlers_need(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    linter = Linter(run.one("pulumi:providers:aws").inputs["region"])
    allowed = [*UNUSED, *(action for s in deploy_statements(run) for action in s["Action"])]
    kinds = {r.type.removeprefix("aws:") for r in deployed(run) if r.type.startswith("aws:")}
    counterparts = {counterpart.type for kind in kinds for counterpart in COUNTERPARTS.get(kind, ())}
    needed = {(name, action) for name in counterparts for action in handler_permissions(linter.schema(name))}
    assert len(needed) > 300
    assert {each for each in needed if not any(fnmatchcase(each[1], pattern) for pattern in allowed)} == set()


def handler_permissions(schema: Any) -> set[str]:
    """Actions with which CloudFormation creates, reads, changes and deletes a resource."""
    handlers = {name: handler for name, handler in schema.get("handlers", {}).items() if name != "list"}
    return {action for handler in handlers.values() for action in handler.get("permissions", [])}


@every_stack
def test_the_policies_of_every_stack_are_within_iams_limits(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    assert all(policy_size(p.inputs["policy"]) <= POLICY_SIZE for p in run.all("aws:iam/policy:Policy"))
    attached = Counter(a.inputs["role"] for a in run.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
    assert max(attached.values()) <= MAX_ATTACHED_POLICIES


@every_stack
def test_only_stacks_with_an_edge_have_rights_on_it(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    actions = {a for s in deploy_statements(run) for a in s["Action"] if a.startswith(EDGE)}
    endpoints = any(e.inputs["vpcEndpointType"] == "Interface" for e in run.all("aws:ec2/vpcEndpoint:VpcEndpoint"))
    assert (PRIVATE_DNS in actions) is endpoints
    services = {action.partition(":")[0] for action in actions - {PRIVATE_DNS}}
    used = {r.type.split(":")[1].partition("/")[0] for r in run.resources if r.type.startswith("aws:")}
    assert services == used & {"acm", "route53", "wafv2"}


def test_the_deploy_role_may_create_karpenters_resources() -> None:
    run = install(
        "rollouts",
        scaling=NodeScaling.KARPENTER,
        prefix=SCOPE.prefix,
        nodes={"scaling": "karpenter", "capacityType": "SPOT"},
    )
    allowed = statements(document(karpenter_changes(SCOPE)))
    kinds = ("aws:iam/instanceProfile:", "aws:sqs/", "aws:cloudwatch/")
    resources = [r for r in run.resources if r.type.startswith(kinds)]
    assert len(resources) == 5
    assert {CREATING[r.type] for r in resources} <= {action for s in allowed for action in s["Action"]}
    patterns = [pattern for s in allowed for pattern in s["Resource"]]
    for resource in (r for r in resources if r.type in ARNS):
        name = arn(resource, "eu-central-1", "111122223333")
        assert any(fnmatchcase(name, pattern) for pattern in patterns), name
