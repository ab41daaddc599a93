"""The inputs that must be unique for each AWS type, and AWS's error when they are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Unique:
    """The inputs that together are unique, AWS's error code, and its message (templates: `{account} {in[…]}`)."""

    fields: Sequence[str]
    code: str
    message: str


_NAME = ("name",)
_BUCKET = ("bucket",)
_RULE = ("securityGroupId", "ipProtocol", "fromPort", "toPort", "cidrIpv4", "cidrIpv6", "prefixListId")
_RULE_TAKEN = Unique(
    (*_RULE, "referencedSecurityGroupId"), "InvalidPermission.Duplicate", "the specified rule already exists"
)
_IN_USE = "ResourceInUseException"

UNIQUE: Mapping[str, Unique] = {
    "backup/vault:Vault": Unique(
        _NAME, "AlreadyExistsException", "Backup vault with the same name already exists: {in[name]}"
    ),
    "budgets/budget:Budget": Unique(
        _NAME, "DuplicateRecordException", "Error creating budget: {in[name]} - the budget already exists."
    ),
    "codebuild/project:Project": Unique(
        _NAME,
        "ResourceAlreadyExistsException",
        "Project already exists: arn:aws:codebuild:{region}:{account}:project/{in[name]}",
    ),
    "codebuild/webhook:Webhook": Unique(
        ("projectName",), "ResourceAlreadyExistsException", "{in[projectName]} has a webhook"
    ),
    "cloudwatch/logGroup:LogGroup": Unique(
        _NAME, "ResourceAlreadyExistsException", "The specified log group already exists: {in[name]}"
    ),
    "ec2/launchTemplate:LaunchTemplate": Unique(
        _NAME, "InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use: {in[name]}"
    ),
    "ec2/route:Route": Unique(
        ("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        "RouteAlreadyExists",
        "The route identified by {in[destinationCidrBlock]} already exists.",
    ),
    "ec2/routeTableAssociation:RouteTableAssociation": Unique(
        ("subnetId", "gatewayId"), "Resource.AlreadyAssociated", "the specified association for {in[subnetId]} exists"
    ),
    "ec2/securityGroup:SecurityGroup": Unique(
        ("name", "vpcId"),
        "InvalidGroup.Duplicate",
        "The security group '{in[name]}' already exists for VPC '{in[vpcId]}'",
    ),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": _RULE_TAKEN,
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": _RULE_TAKEN,
    "ecr/repository:Repository": Unique(
        _NAME,
        "RepositoryAlreadyExistsException",
        "The repository with name '{in[name]}' already exists in the registry with id '{account}'",
    ),
    "ecr/lifecyclePolicy:LifecyclePolicy": Unique(("repository",), "", "{in[repository]} has a lifecycle policy"),
    "eks/accessEntry:AccessEntry": Unique(
        ("clusterName", "principalArn"),
        _IN_USE,
        "The specified access entry resource is already in use on this cluster: {in[principalArn]}",
    ),
    "eks/addon:Addon": Unique(("clusterName", "addonName"), _IN_USE, "Addon already exists: {in[addonName]}"),
    "eks/cluster:Cluster": Unique(_NAME, _IN_USE, "Cluster already exists with name: {in[name]}"),
    "eks/nodeGroup:NodeGroup": Unique(
        ("clusterName", "nodeGroupName"),
        _IN_USE,
        "NodeGroup already exists with name {in[nodeGroupName]} and cluster name {in[clusterName]}",
    ),
    "eks/podIdentityAssociation:PodIdentityAssociation": Unique(
        ("clusterName", "namespace", "serviceAccount"),
        _IN_USE,
        "Association already exists for {in[namespace]}/{in[serviceAccount]}",
    ),
    "elasticache/parameterGroup:ParameterGroup": Unique(
        _NAME, "CacheParameterGroupAlreadyExists", "A parameter group with the name {in[name]} already exists."
    ),
    "elasticache/replicationGroup:ReplicationGroup": Unique(
        ("replicationGroupId",),
        "ReplicationGroupAlreadyExists",
        "Replication group {in[replicationGroupId]} already exists",
    ),
    "elasticache/subnetGroup:SubnetGroup": Unique(
        _NAME, "CacheSubnetGroupAlreadyExists", "CacheSubnetGroup already exists: {in[name]}"
    ),
    "iam/instanceProfile:InstanceProfile": Unique(
        _NAME, "EntityAlreadyExists", "Instance Profile {in[name]} already exists."
    ),
    "iam/openIdConnectProvider:OpenIdConnectProvider": Unique(
        ("url",), "EntityAlreadyExists", "Provider with url {in[url]} already exists."
    ),
    "iam/policy:Policy": Unique(
        _NAME, "EntityAlreadyExists", "A policy called {in[name]} already exists. Duplicate names are not allowed."
    ),
    "iam/role:Role": Unique(_NAME, "EntityAlreadyExists", "Role with name {in[name]} already exists."),
    "kms/alias:Alias": Unique(
        _NAME, "AlreadyExistsException", "An alias with the name arn:aws:kms:{region}:{account}:{in[name]} exists"
    ),
    "rds/eventSubscription:EventSubscription": Unique(
        _NAME, "SubscriptionAlreadyExist", "An event notification subscription with the name {in[name]} already exists"
    ),
    "rds/instance:Instance": Unique(
        ("identifier",), "DBInstanceAlreadyExists", "DB instance already exists: {in[identifier]}"
    ),
    "rds/parameterGroup:ParameterGroup": Unique(
        _NAME, "DBParameterGroupAlreadyExists", "Parameter group {in[name]} already exists"
    ),
    "rds/subnetGroup:SubnetGroup": Unique(
        _NAME, "DBSubnetGroupAlreadyExists", "The DB subnet group '{in[name]}' already exists."
    ),
    "s3/bucket:Bucket": Unique(
        _BUCKET, "BucketAlreadyOwnedByYou", "the bucket {in[bucket]} already exists and is owned by you"
    ),
    "secretsmanager/secret:Secret": Unique(
        _NAME, "ResourceExistsException", "The operation failed because the secret {in[name]} already exists."
    ),
    "ssm/parameter:Parameter": Unique(_NAME, "ParameterAlreadyExists", "The parameter already exists: {in[name]}"),
}
