"""The managed node group: private subnets only, its own security group, its own launch template.

The instance type is set in the launch template, so that changing it rolls the nodes instead of replacing the group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import Statement, service_trust
from components.cluster.ami import ami_type, user_data, volumes
from components.cluster.security_group import node_security_group
from components.config.cluster import NodesConfig
from components.sizing.capacity import pods_per_node

NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore")
"""Policies of the node role: join the cluster, pull images, Session Manager. Pods have their own roles."""

SCALING_ROLE = "aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


@dataclass(frozen=True, kw_only=True)
class NodeNumbers:
    """How many nodes a group has, and may have."""

    minimum: int
    desired: int
    maximum: int


@dataclass(frozen=True, kw_only=True)
class NodeGroupArgs:
    """Arguments of `NodeGroup`."""

    settings: NodesConfig
    existing: NodeNumbers | None = None
    """Numbers of the group that an autoscaler scales, as they are now."""
    account: Account
    kubernetes_version: str
    cluster_name: pulumi.Input[str]
    control_plane_security_group_id: pulumi.Input[str]
    vpc_id: pulumi.Input[str]
    vpc_cidr: pulumi.Input[str]
    private_subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    key_alias: str
    """Alias (after `alias/`) of the volumes' key, if the settings enable it."""
    tags: Mapping[str, str]
    """Tags of instances, volumes and network interfaces, which do not get the provider's default tags."""
    after: Sequence[pulumi.Resource]
    """Add-ons without which a node never becomes ready."""
    protect: bool = True


class NodeGroup(pulumi.ComponentResource):
    """One EKS managed node group; an autoscaler may change its size."""

    security_group_id: pulumi.Output[str]
    """Security group of all nodes and pods, for the ingress rules of databases and caches."""
    role_arn: pulumi.Output[str]
    auto_scaling_group: pulumi.Output[str]
    """Name of the Auto Scaling group that EKS creates, the dimension of its CloudWatch metrics."""
    node_group: aws.eks.NodeGroup
    """For `depends_on` of anything that needs nodes."""

    def __init__(self, name: str, args: NodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:nodes:NodeGroup", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        security_group, rules = node_security_group(
            name,
            vpc_id=args.vpc_id,
            vpc_cidr=args.vpc_cidr,
            control_plane_security_group_id=args.control_plane_security_group_id,
            internet_ports=args.settings.egress_ports,
            parent=self,
        )
        role = aws.iam.Role(
            name,
            description="Nodes of the cluster",
            assume_role_policy=service_trust("ec2.amazonaws.com", args.account.account_id),
            permissions_boundary=args.account.permissions_boundary_arn,
            opts=child,
        )
        policies = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{policy}", role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}", opts=child
            )
            for policy in NODE_POLICIES
        ]
        template = _launch_template(name, args, security_group, self._key_arn(name, args), child)
        settings = args.settings
        numbers = node_numbers(settings, args.existing)
        self.security_group_id = security_group.id
        self.role_arn = role.arn
        self.node_group = aws.eks.NodeGroup(
            name,
            cluster_name=args.cluster_name,
            node_role_arn=role.arn,
            subnet_ids=args.private_subnet_ids,
            version=args.kubernetes_version,
            ami_type=ami_type(settings.ami_family, settings.instance_type),
            capacity_type=settings.capacity_type,
            launch_template=aws.eks.NodeGroupLaunchTemplateArgs(
                id=template.id, version=template.latest_version.apply(str)
            ),
            scaling_config=aws.eks.NodeGroupScalingConfigArgs(
                min_size=numbers.minimum, desired_size=numbers.desired, max_size=numbers.maximum
            ),
            update_config=aws.eks.NodeGroupUpdateConfigArgs(
                max_unavailable_percentage=settings.max_unavailable_percent
            ),
            node_repair_config=aws.eks.NodeGroupNodeRepairConfigArgs(enabled=True),
            opts=pulumi.ResourceOptions(
                parent=self,
                # A node without permissions, CNI or egress cannot join; one that loses them early cannot drain.
                depends_on=[*policies, *rules, *args.after],
                # Nothing to send: neither for what an autoscaler did since the last `up`, nor after an `up` that was
                # killed between AWS's answer and the state.
                ignore_changes=["scalingConfig"] if numbers == args.existing else None,
            ),
        )
        self.auto_scaling_group = self.node_group.resources.apply(
            lambda resources: cast("str", (resources[0].autoscaling_groups or [])[0].name)
        )
        self.register_outputs(
            {
                "securityGroupId": self.security_group_id,
                "roleArn": self.role_arn,
                "autoScalingGroup": self.auto_scaling_group,
                "nodeGroup": self.node_group.arn,
            }
        )

    def _key_arn(self, name: str, args: NodeGroupArgs) -> pulumi.Output[str] | None:
        if not args.settings.customer_managed_key:
            return None
        return EncryptionKey(
            f"{name}-key",
            EncryptionKeyArgs(
                alias=args.key_alias,
                description="Volumes of the cluster's nodes",
                account=args.account,
                service_statements=auto_scaling_may_use_key(args.account),
                protect=args.protect,
            ),
            pulumi.ResourceOptions(parent=self),
        ).arn


def node_numbers(settings: NodesConfig, existing: NodeNumbers | None) -> NodeNumbers:
    """The numbers after an `up`. EKS takes all three or none, so a new limit comes with the number of nodes.

    That number stays what an autoscaler has made it, within the limits; without one it is `desired`.
    """
    desired = settings.desired if existing is None else existing.desired
    return NodeNumbers(
        minimum=settings.minimum,
        desired=min(max(desired, settings.minimum), settings.maximum),
        maximum=settings.maximum,
    )


def auto_scaling_may_use_key(account: Account) -> tuple[Statement, Statement]:
    """Lets EC2 Auto Scaling launch instances with volumes encrypted by the key; without it no node starts."""
    principal = {"AWS": account.role_arn(SCALING_ROLE)}
    return (
        Statement(
            sid="AutoScalingVolumes",
            actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
                     "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"],
            resources=["*"],
            principal=principal,
        ),
        Statement(
            sid="AutoScalingGrants",
            actions=["kms:CreateGrant"],
            resources=["*"],
            principal=principal,
            condition={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    )  # fmt: skip


def _launch_template(
    name: str,
    args: NodeGroupArgs,
    security_group: aws.ec2.SecurityGroup,
    key_arn: pulumi.Output[str] | None,
    child: pulumi.ResourceOptions,
) -> aws.ec2.LaunchTemplate:
    settings = args.settings
    data = None
    if settings.prefix_delegation:  # by default, the kubelet's limit does not account for prefixes
        data = user_data(settings.ami_family, pods_per_node(settings.instance_type, prefix_delegation=True))
    return aws.ec2.LaunchTemplate(
        name,
        description="Nodes of the cluster",
        instance_type=settings.instance_type,
        update_default_version=True,
        user_data=data,
        metadata_options=aws.ec2.LaunchTemplateMetadataOptionsArgs(
            http_endpoint="enabled",
            http_tokens="required",
            http_put_response_hop_limit=1,  # keeps pods from the node's credentials
        ),
        network_interfaces=[
            aws.ec2.LaunchTemplateNetworkInterfaceArgs(
                device_index=0,
                associate_public_ip_address="false",
                delete_on_termination="true",
                security_groups=[security_group.id],
            )
        ],
        block_device_mappings=[
            aws.ec2.LaunchTemplateBlockDeviceMappingArgs(
                device_name=device,
                ebs=aws.ec2.LaunchTemplateBlockDeviceMappingEbsArgs(
                    volume_type="gp3",
                    volume_size=size,
                    encrypted="true",
                    kms_key_id=key_arn,
                    delete_on_termination="true",
                ),
            )
            for device, size in volumes(settings.ami_family, settings.disk_gib).items()
        ],
        tag_specifications=[
            aws.ec2.LaunchTemplateTagSpecificationArgs(resource_type=kind, tags={**args.tags, "Name": name})
            for kind in ("instance", "volume", "network-interface")
        ],
        opts=child,
    )
