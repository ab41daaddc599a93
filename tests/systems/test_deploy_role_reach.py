"""The deploy role of every committed stack reaches what its stack makes, and Karpenter's, which none of them has."""

import json
from collections import Counter
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.account.policy_documents import document
from components.ci.policies.karpenter import karpenter_changes
from components.ci.policies.read import POLICY_SIZE, policy_size
from components.config.controllers import NodeScaling
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
}
"""What is held by its name: service and resource of its ARN. Pulumi adds a suffix to a name that nobody gave."""

MAKING = {
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
    "aws:acm/certificateValidation:CertificateValidation": "acm:DescribeCertificate",
    "aws:cloudwatch/eventRule:EventRule": "events:PutRule",
    "aws:cloudwatch/eventTarget:EventTarget": "events:PutTargets",
    "aws:cloudwatch/logGroup:LogGroup": "logs:CreateLogGroup",
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
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "iam:CreateOpenIDConnectProvider",
    "aws:iam/policy:Policy": "iam:CreatePolicy", "aws:iam/role:Role": "iam:CreateRole",
    "aws:iam/rolePolicy:RolePolicy": "iam:PutRolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "iam:AttachRolePolicy",
    "aws:kms/alias:Alias": "kms:CreateAlias", "aws:kms/key:Key": "kms:CreateKey",
    "aws:rds/instance:Instance": "rds:CreateDBInstance",
    "aws:rds/parameterGroup:ParameterGroup": "rds:CreateDBParameterGroup",
    "aws:rds/subnetGroup:SubnetGroup": "rds:CreateDBSubnetGroup",
    "aws:route53/record:Record": "route53:ChangeResourceRecordSets",
    "aws:s3/bucket:Bucket": "s3:CreateBucket",
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "aws:s3/bucketPolicy:BucketPolicy": "s3:PutBucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
        "s3:PutEncryptionConfiguration",
    "aws:s3/bucketVersioning:BucketVersioning": "s3:PutBucketVersioning",
    "aws:secretsmanager/secret:Secret": "secretsmanager:CreateSecret",
    "aws:secretsmanager/secretVersion:SecretVersion": "secretsmanager:PutSecretValue",
    "aws:sqs/queue:Queue": "sqs:CreateQueue", "aws:sqs/queuePolicy:QueuePolicy": "sqs:SetQueueAttributes",
    "aws:wafv2/webAcl:WebAcl": "wafv2:CreateWebACL",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "wafv2:PutLoggingConfiguration",
}  # fmt: skip
"""The action by which AWS makes each kind of resource. A kind that is missing here is one nobody gave rights for."""

ATTACHED = 10
"""Managed policies that IAM attaches to one role by default."""
EDGE = ("acm:", "events:", "route53:", "sqs:", "wafv2:")


def deploying(run: Run) -> list[dict[str, Any]]:
    """Statements of everything that the deploy role carries."""
    policies = [p for p in run.all("aws:iam/policy:Policy") if "-deploy-" in p.name or p.name.endswith("-read")]
    return [statement for policy in policies for statement in statements(policy.inputs["policy"])]


def arn(resource: Recorded, region: str, account: str) -> str:
    service, form = ARNS[resource.type]
    given = form.format(**{"name": f"{resource.name}-1a2b3c4", **resource.inputs})
    if service == "route53":
        return f"arn:aws:{service}:::{given}"
    if service == "s3":
        return f"arn:aws:s3:::{given}"
    return f"arn:aws:{service}:{'' if service == 'iam' else region}:{account}:{given}"


def stack_run(stack: str, request: pytest.FixtureRequest) -> Run:
    return example(stack) if "/" in stack else request.getfixturevalue(stack)


every_stack = pytest.mark.parametrize("stack", ["staging", "prod", *EXAMPLES])


@every_stack
def test_the_deploy_role_reaches_everything_that_its_stack_names(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    provider = run.one("pulumi:providers:aws").inputs
    [account] = json.loads(provider["allowedAccountIds"])
    changing = [
        s for s in deploying(run) if any(a.partition(":")[2][:3] not in {"Des", "Get", "Lis"} for a in s["Action"])
    ]
    patterns = [pattern for s in changing for pattern in s["Resource"] if pattern != "*"]
    named = [r for r in run.resources if r.type in ARNS]
    assert {r.type for r in named} >= {"aws:rds/instance:Instance", "aws:iam/role:Role"}
    wanted = {arn(r, provider["region"], account) for r in named}
    assert {name for name in wanted if not any(fnmatchcase(name, pattern) for pattern in patterns)} == set()


@every_stack
def test_the_deploy_role_makes_every_kind_of_resource_of_its_stack(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    allowed = {action for s in deploying(run) for action in s["Action"]}
    kinds = {r.type for r in run.resources if r.type.startswith("aws:")}
    assert {kind for kind in kinds if MAKING.get(kind) not in allowed} == set()


@every_stack
def test_iam_takes_the_policies_of_every_stack(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    assert all(policy_size(p.inputs["policy"]) <= POLICY_SIZE for p in run.all("aws:iam/policy:Policy"))
    attached = Counter(a.inputs["role"] for a in run.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment"))
    assert max(attached.values()) <= ATTACHED


@every_stack
def test_rights_on_the_edge_go_with_the_edge(stack: str, request: pytest.FixtureRequest) -> None:
    run = stack_run(stack, request)
    found = {a.partition(":")[0] for s in deploying(run) for a in s["Action"] if a.startswith(EDGE)}
    kinds = {r.type.split(":")[1].partition("/")[0] for r in run.resources if r.type.startswith("aws:")}
    assert found == kinds & {"acm", "route53", "wafv2"}


def test_the_deploy_role_reaches_what_karpenter_is_made_of() -> None:
    run = install(
        "rollouts",
        scaling=NodeScaling.KARPENTER,
        prefix=SCOPE.prefix,
        nodes={"scaling": "karpenter", "capacityType": "SPOT"},
    )
    found = statements(document(karpenter_changes(SCOPE)))
    kinds = ("aws:iam/instanceProfile:", "aws:sqs/", "aws:cloudwatch/")
    made = [r for r in run.resources if r.type.startswith(kinds)]
    assert len(made) == 5
    assert {MAKING[r.type] for r in made} <= {action for s in found for action in s["Action"]}
    patterns = [pattern for s in found for pattern in s["Resource"]]
    for resource in (r for r in made if r.type in ARNS):
        name = arn(resource, "eu-central-1", "111122223333")
        assert any(fnmatchcase(name, pattern) for pattern in patterns), name
