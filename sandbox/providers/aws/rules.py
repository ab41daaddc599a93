"""AWS's refusals: deletions of resources that are in use or protected, and impossible creations."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.providers.account import Account, Record
from sandbox.providers.aws.regions import zones
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, dig, text

_VIOLATION = "DependencyViolation"


@dataclass(frozen=True)
class User:
    """A type that uses another through one of its inputs (a dotted path, to a value or a list of values)."""

    type: str
    path: str


@dataclass(frozen=True)
class InUse:
    """The users of a type, and AWS's refusal to delete it while there is one (template: `{id}`)."""

    users: Sequence[User]
    code: str
    message: str


_NODE_GROUPS = (
    User("eks/nodeGroup:NodeGroup", "clusterName"),
    User("eks/fargateProfile:FargateProfile", "clusterName"),
)

IN_USE: Mapping[str, InUse] = {
    "ec2/vpc:Vpc": InUse(
        (
            User("ec2/subnet:Subnet", "vpcId"),
            User("ec2/securityGroup:SecurityGroup", "vpcId"),
            User("ec2/internetGateway:InternetGateway", "vpcId"),
            User("ec2/internetGatewayAttachment:InternetGatewayAttachment", "vpcId"),
            User("ec2/routeTable:RouteTable", "vpcId"),
            User("ec2/vpcEndpoint:VpcEndpoint", "vpcId"),
        ),
        _VIOLATION,
        "The vpc '{id}' has dependencies and cannot be deleted.",
    ),
    "ec2/subnet:Subnet": InUse(
        (
            User("ec2/natGateway:NatGateway", "subnetId"),
            User("ec2/vpcEndpoint:VpcEndpoint", "subnetIds"),
            User("eks/cluster:Cluster", "vpcConfig.subnetIds"),
            User("eks/nodeGroup:NodeGroup", "subnetIds"),
            User("elasticache/subnetGroup:SubnetGroup", "subnetIds"),
            User("lb/loadBalancer:LoadBalancer", "subnets"),
            User("rds/subnetGroup:SubnetGroup", "subnetIds"),
        ),
        _VIOLATION,
        "The subnet '{id}' has dependencies and cannot be deleted.",
    ),
    "ec2/securityGroup:SecurityGroup": InUse(
        (
            User("ec2/securityGroupRule:SecurityGroupRule", "sourceSecurityGroupId"),
            User("ec2/vpcEndpoint:VpcEndpoint", "securityGroupIds"),
            User("eks/cluster:Cluster", "vpcConfig.securityGroupIds"),
            User("elasticache/replicationGroup:ReplicationGroup", "securityGroupIds"),
            User("lb/loadBalancer:LoadBalancer", "securityGroups"),
            User("rds/instance:Instance", "vpcSecurityGroupIds"),
            User("vpc/securityGroupEgressRule:SecurityGroupEgressRule", "referencedSecurityGroupId"),
            User("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "referencedSecurityGroupId"),
        ),
        _VIOLATION,
        "resource {id} has a dependent object",
    ),
    "ec2/routeTable:RouteTable": InUse(
        (User("ec2/routeTableAssociation:RouteTableAssociation", "routeTableId"),),
        _VIOLATION,
        "The routeTable '{id}' has dependencies and cannot be deleted.",
    ),
    "ec2/eip:Eip": InUse(
        (User("ec2/natGateway:NatGateway", "allocationId"),),
        "AuthFailure",
        "You do not have permission to access the specified resource: {id} is associated with a NAT gateway.",
    ),
    "eks/cluster:Cluster": InUse(_NODE_GROUPS, "ResourceInUseException", "Cluster has nodegroups attached"),
    "iam/policy:Policy": InUse(
        (User("iam/rolePolicyAttachment:RolePolicyAttachment", "policyArn"),),
        "DeleteConflict",
        "Cannot delete a policy attached to entities.",
    ),
    "iam/role:Role": InUse(
        (
            User("iam/rolePolicyAttachment:RolePolicyAttachment", "role"),
            User("iam/rolePolicy:RolePolicy", "role"),
            User("iam/instanceProfile:InstanceProfile", "role"),
        ),
        "DeleteConflict",
        "Cannot delete entity, must detach all policies first.",
    ),
    "route53/zone:Zone": InUse(
        (User("route53/record:Record", "zoneId"),),
        "HostedZoneNotEmpty",
        "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
    ),
    "s3/bucket:Bucket": InUse(
        (User("s3/bucketObject:BucketObject", "bucket"), User("s3/bucketObjectv2:BucketObjectv2", "bucket")),
        "BucketNotEmpty",
        "The bucket you tried to delete is not empty",
    ),
    "rds/parameterGroup:ParameterGroup": InUse(
        (User("rds/instance:Instance", "parameterGroupName"),),
        "InvalidDBParameterGroupState",
        "One or more database instances are still members of this parameter group {id}",
    ),
    "rds/subnetGroup:SubnetGroup": InUse(
        (User("rds/instance:Instance", "dbSubnetGroupName"),),
        "InvalidDBSubnetGroupStateFault",
        "Cannot delete the subnet group '{id}' because at least one database instance is still using it.",
    ),
    "elasticache/parameterGroup:ParameterGroup": InUse(
        (User("elasticache/replicationGroup:ReplicationGroup", "parameterGroupName"),),
        "InvalidCacheParameterGroupState",
        "One or more cache clusters are still members of this parameter group {id}.",
    ),
    "elasticache/subnetGroup:SubnetGroup": InUse(
        (User("elasticache/replicationGroup:ReplicationGroup", "subnetGroupName"),),
        "CacheSubnetGroupInUse",
        "Cache subnet group {id} is currently in use by a cache cluster.",
    ),
}

# The parts that AWS deletes with a resource, by the input that refers to it.
DELETED_WITH: Mapping[str, Sequence[User]] = {
    "ec2/subnet:Subnet": (User("ec2/routeTableAssociation:RouteTableAssociation", "subnetId"),),
    "ec2/routeTable:RouteTable": (User("ec2/route:Route", "routeTableId"),),
    "ec2/securityGroup:SecurityGroup": (
        User("ec2/securityGroupRule:SecurityGroupRule", "securityGroupId"),
        User("vpc/securityGroupEgressRule:SecurityGroupEgressRule", "securityGroupId"),
        User("vpc/securityGroupIngressRule:SecurityGroupIngressRule", "securityGroupId"),
    ),
    "eks/cluster:Cluster": (
        User("eks/addon:Addon", "clusterName"),
        User("eks/accessEntry:AccessEntry", "clusterName"),
        User("eks/accessPolicyAssociation:AccessPolicyAssociation", "clusterName"),
        User("eks/podIdentityAssociation:PodIdentityAssociation", "clusterName"),
    ),
    "s3/bucket:Bucket": tuple(
        User(f"s3/bucket{part}:Bucket{part}", "bucket")
        for part in (
            "LifecycleConfiguration",
            "OwnershipControls",
            "Policy",
            "PublicAccessBlock",
            "ServerSideEncryptionConfiguration",
            "Versioning",
        )
    ),
    "ecr/repository:Repository": (
        User("ecr/lifecyclePolicy:LifecyclePolicy", "repository"),
        User("ecr/repositoryPolicy:RepositoryPolicy", "repository"),
    ),
}


def users_of(account: Account, scopes: Sequence[str], users: Sequence[User], id_: str) -> list[Record]:
    """The resources that use this one."""
    return [
        record
        for user in users
        for scope in scopes
        for record in account.all(f"aws:{user.type}", scope)
        if _names(record.inputs, user.path, id_)
    ]


def refuse_subnet(account: Account, scope: str, region: str, inputs: Json) -> None:
    """A subnet must be inside its VPC, overlap no other and be in an existing zone. Raises Refused."""
    zone = text(inputs, "availabilityZone")
    if zone and zone not in zones(region):
        raise Refused(
            "InvalidParameterValue",
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the "
            f"following availability zones: {', '.join(zones(region))}.",
        )
    cidr = text(inputs, "cidrBlock")
    if not cidr:
        return
    block = ipaddress.ip_network(cidr)
    vpc = account.get(scope, "aws:ec2/vpc:Vpc", text(inputs, "vpcId"))
    range_ = text(vpc.inputs, "cidrBlock") if vpc else ""
    if range_ and not ipaddress.ip_network(range_).supernet_of(block):  # pyright: ignore[reportArgumentType]  # both v4
        raise Refused("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")
    for other in account.all("aws:ec2/subnet:Subnet", scope):
        same_vpc = text(other.inputs, "vpcId") == text(inputs, "vpcId")
        if same_vpc and ipaddress.ip_network(text(other.inputs, "cidrBlock")).overlaps(block):
            raise Refused("InvalidSubnet.Conflict", f"The CIDR '{cidr}' conflicts with another subnet")


def refuse_unschedulable(account: Account, scope: str, inputs: Json) -> None:
    """CoreDNS needs nodes to become active; without any, EKS times out after 20 minutes. Raises Refused."""
    cluster, addon = text(inputs, "clusterName"), text(inputs, "addonName")
    if addon == "coredns" and not users_of(account, [scope], _NODE_GROUPS, cluster):
        raise Refused(
            "",
            f"waiting for EKS Add-On ({cluster}:{addon}) create: timeout while waiting for state to become 'ACTIVE' "
            "(last state: 'DEGRADED', timeout: 20m0s): InsufficientNumberOfReplicas",
        )


def refuse_node_numbers(inputs: Json) -> None:
    """A node group has at least its minimum and at most its maximum of nodes. Raises Refused."""
    minimum, desired, maximum = (_number(inputs, f"scalingConfig.{name}Size") for name in ("min", "desired", "max"))
    for lower, upper, words in (
        (minimum, maximum, f"Minimum capacity {minimum} can't be greater than maximum size {maximum}"),
        (desired, maximum, f"desired capacity {desired} can't be greater than max size {maximum}"),
        (minimum, desired, f"desired capacity {desired} can't be less than min size {minimum}"),
    ):
        if lower > upper:
            raise Refused("InvalidParameterException", words)


def _number(inputs: Json, path: str) -> int:
    """A number of the settings; SDKs send whole numbers as floats."""
    value = dig(inputs, path)
    return int(value) if isinstance(value, int | float) else 0


def gets_late_logs(account: Account, scope: str, log_group: str) -> bool:
    """Whether a control plane that is gone still writes to this log group."""
    match = re.fullmatch(r"/aws/eks/(.+)/cluster", log_group)
    return match is not None and account.get(scope, "aws:eks/cluster:Cluster", match[1]) is None


def refuse_protected(account: Account, scope: str, record: Record) -> None:
    """Deletion protection, and the final snapshot of a database. Raises Refused."""
    kind = record.type.removeprefix("aws:")
    protected = dig(record.inputs, "deletionProtection") is True
    if kind == "eks/cluster:Cluster" and protected:
        raise Refused(
            "InvalidRequestException", f"Cluster {record.id} is protected: set deletion protection to false first"
        )
    if kind != "rds/instance:Instance":
        return
    if protected:
        raise Refused(
            "InvalidParameterCombination",
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        )
    if dig(record.inputs, "skipFinalSnapshot") is True:
        return
    snapshot = text(record.inputs, "finalSnapshotIdentifier")
    if not snapshot:
        raise Refused("", "final_snapshot_identifier is required when skip_final_snapshot is false")
    if account.marked("rds-snapshot", scope, snapshot):
        raise Refused("DBSnapshotAlreadyExists", f"Cannot create the snapshot because {snapshot} already exists.")
    account.mark("rds-snapshot", scope, snapshot)


def refuse_detachment(account: Account, scope: str, record: Record) -> None:
    """An internet gateway cannot be detached while NAT gateways of its VPC have public addresses. Raises Refused."""
    if not record.type.startswith("aws:ec2/internetGateway"):
        return
    vpc = text(record.inputs, "vpcId")
    subnets = {item.id for item in account.all("aws:ec2/subnet:Subnet", scope) if text(item.inputs, "vpcId") == vpc}
    for nat in account.all("aws:ec2/natGateway:NatGateway", scope):
        if vpc and text(nat.inputs, "subnetId") in subnets:
            raise Refused(
                _VIOLATION,
                f"Network {vpc} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway.",
            )


def _names(inputs: Json, path: str, id_: str) -> bool:
    value = dig(inputs, path)
    return id_ in value if isinstance(value, list) else value == id_
