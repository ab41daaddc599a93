"""The complete EKS cluster: control plane, bootstrap add-ons, nodes and workload add-ons, in this order.

The order is why this component exists: a node without the CNI never becomes ready, and CoreDNS without a node waits
until it times out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.account.account import Account
from components.cluster.addons import BootstrapAddons, BootstrapAddonsArgs, WorkloadAddons, WorkloadAddonsArgs
from components.cluster.control_plane import Cluster, ClusterArgs
from components.cluster.node_group import NodeGroup, NodeGroupArgs, NodeNumbers
from components.config.cluster import ClusterConfig
from components.network.network import Network


@dataclass(frozen=True, kw_only=True)
class EksArgs:
    """Arguments of `Eks`."""

    name: str
    """Physical name of the cluster, for example `shop-staging`."""
    settings: ClusterConfig
    account: Account
    network: Network
    tags: Mapping[str, str]
    """Tags of instances and volumes."""
    log_group_exists: bool
    """Whether the account already has the control plane's log group."""
    existing_nodes: NodeNumbers | None
    """Numbers of the node group that an autoscaler scales, as they are now."""
    deploy_role_arn: pulumi.Input[str] | None
    preview_role_arn: pulumi.Input[str] | None
    smoke_role_arn: pulumi.Input[str] | None
    protect: bool


class Eks(pulumi.ComponentResource):
    """A cluster that is ready for Kubernetes objects.

    Needs the providers of both packages: `ResourceOptions(providers=[aws, eks])`.
    """

    cluster: Cluster
    node_security_group_id: pulumi.Output[str]
    """Security group of all nodes and pods."""
    node_role_arn: pulumi.Output[str]
    auto_scaling_group: pulumi.Output[str]
    """Name of the managed nodes' Auto Scaling group."""
    ready: tuple[pulumi.Resource, ...]
    """Kubernetes objects depend on these (access, nodes, add-ons): created after them, deleted before them."""

    def __init__(self, name: str, args: EksArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:eks:Eks", name, {}, opts)
        children = pulumi.ResourceOptions(parent=self)
        versions = args.settings.addon_versions
        cluster_arn = args.account.cluster_arn(args.name)
        self.cluster = Cluster(
            f"{name}-cluster",
            ClusterArgs(
                name=args.name,
                settings=args.settings,
                account=args.account,
                vpc_id=args.network.vpc_id,
                subnet_ids=args.network.control_plane_subnet_ids,
                egress=args.network.egress,
                log_group_exists=args.log_group_exists,
                deploy_role_arn=args.deploy_role_arn,
                preview_role_arn=args.preview_role_arn,
                smoke_role_arn=args.smoke_role_arn,
                protect=args.protect,
            ),
            children,
        )
        bootstrap = BootstrapAddons(
            f"{name}-bootstrap",
            BootstrapAddonsArgs(
                cluster_name=self.cluster.name,
                cluster_arn=cluster_arn,
                account=args.account,
                versions=versions,
                tags=args.tags,
                prefix_delegation=args.settings.nodes.prefix_delegation,
            ),
            children,
        )
        nodes = NodeGroup(
            f"{name}-nodes",
            NodeGroupArgs(
                settings=args.settings.nodes,
                existing=args.existing_nodes,
                account=args.account,
                kubernetes_version=args.settings.version,
                cluster_name=self.cluster.name,
                control_plane_security_group_id=self.cluster.control_plane_security_group_id,
                vpc_id=args.network.vpc_id,
                vpc_cidr=args.network.cidr,
                private_subnet_ids=args.network.private_subnet_ids,
                key_alias=f"{args.name}-nodes",
                tags=args.tags,
                after=bootstrap.ready,
                protect=args.protect,
            ),
            children,
        )
        addons = WorkloadAddons(
            f"{name}-addons",
            WorkloadAddonsArgs(
                cluster_name=self.cluster.name,
                cluster_arn=cluster_arn,
                account=args.account,
                versions=versions,
                tags=args.tags,
                nodes=nodes.node_group,
            ),
            children,
        )
        self.node_security_group_id = nodes.security_group_id
        self.node_role_arn = nodes.role_arn
        self.auto_scaling_group = nodes.auto_scaling_group
        self.ready = (*self.cluster.access, nodes.node_group, *addons.ready)
        self.register_outputs(
            {
                "nodeSecurityGroupId": self.node_security_group_id,
                "nodeRoleArn": self.node_role_arn,
                "autoScalingGroup": self.auto_scaling_group,
            }
        )
