"""One VPC: public, private and control plane subnets in each zone, a way out through NAT gateways, nothing open.

Where the subnets lie is `subnets.py`'s arithmetic; routes, endpoints and flow logs stand in `network_*.py`.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.config.network import NetworkConfig
from components.network import subnets
from components.network.context import NetworkScope
from components.network.endpoints import interface_endpoints, s3_endpoint
from components.network.flow_logs import flow_logs
from components.network.routes import routes

PUBLIC_ROLE, PRIVATE_ROLE = "kubernetes.io/role/elb", "kubernetes.io/role/internal-elb"
"""By these tags load balancer controllers find the subnets of internet-facing and of internal load balancers."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """What a network needs from outside."""

    name: str
    """Prefix of what people see, for example `shop-staging`."""
    settings: NetworkConfig
    account: Account
    cluster_name: str | None = None
    """Cluster whose load balancers belong here: other clusters' controllers then leave the subnets alone."""
    protect: bool = True
    """Whether Pulumi refuses to delete the key of the flow logs."""


class Network(pulumi.ComponentResource):
    """A VPC with subnets, routes, endpoints and flow logs. Lists are in the order of the settings' zones."""

    vpc_id: pulumi.Output[str]
    cidr: str
    """Network of the VPC."""
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    control_plane_subnet_ids: list[pulumi.Output[str]]
    """Subnets of the cluster's network interfaces: they have no way out of the VPC and nothing else in them."""
    public_cidrs: list[str]
    private_cidrs: list[str]
    control_plane_cidrs: list[str]
    egress: list[pulumi.Resource]
    """The way out, to which no attribute of a cluster refers: a cluster must depend on it, or a destroy removes it
    first and nothing can drain."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:network:Network", name, {}, opts)
        plan = subnets.plan(args.settings.cidr, args.settings.zones)
        vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.settings.cidr,
            enable_dns_support=True,  # a private API server and interface endpoints have private names
            enable_dns_hostnames=True,
            tags={"Name": args.name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        scope = NetworkScope(name=name, display_name=args.name, account=args.account, vpc=vpc, parent=self)
        # Whatever is started without a security group gets this one; without rules it reaches nothing.
        aws.ec2.DefaultSecurityGroup(
            name, vpc_id=vpc.id, ingress=[], egress=[], tags={"Name": f"{args.name}-default-closed"}, opts=scope.child
        )
        shared = {} if args.cluster_name is None else {f"kubernetes.io/cluster/{args.cluster_name}": "shared"}
        public = {z.zone: _subnet(scope, "public", z.zone, z.public, {PUBLIC_ROLE: "1", **shared}) for z in plan}
        private = {z.zone: _subnet(scope, "private", z.zone, z.private, {PRIVATE_ROLE: "1", **shared}) for z in plan}
        control_plane = [_subnet(scope, "control-plane", z.zone, z.control_plane, {}) for z in plan]
        ways = routes(scope, public, private, args.settings.nat_gateways)
        s3_endpoint(scope, [table.id for table in ways.private_tables])
        self.vpc_id = vpc.id
        self.cidr = args.settings.cidr
        self.public_subnet_ids = [subnet.id for subnet in public.values()]
        self.private_subnet_ids = [subnet.id for subnet in private.values()]
        self.control_plane_subnet_ids = [subnet.id for subnet in control_plane]
        self.public_cidrs = [zone.public for zone in plan]
        self.private_cidrs = [zone.private for zone in plan]
        self.control_plane_cidrs = [zone.control_plane for zone in plan]
        self.egress = ways.egress
        if args.settings.interface_endpoints:
            interface_endpoints(scope, args.settings.interface_endpoints, self.private_subnet_ids)
        flow_logs(scope, args.settings.flow_logs, protect=args.protect)
        # `egress` is an order of creation and deletion, not data: it is not registered.
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "cidr": self.cidr,
                "publicSubnetIds": self.public_subnet_ids,
                "privateSubnetIds": self.private_subnet_ids,
                "controlPlaneSubnetIds": self.control_plane_subnet_ids,
                "publicCidrs": self.public_cidrs,
                "privateCidrs": self.private_cidrs,
                "controlPlaneCidrs": self.control_plane_cidrs,
            }
        )


def _subnet(scope: NetworkScope, tier: str, zone: str, cidr: str, tags: dict[str, str]) -> aws.ec2.Subnet:
    """One subnet. The public ones give no public address either: gateways and load balancers bring theirs."""
    return aws.ec2.Subnet(
        f"{scope.name}-{tier}-{zone}",
        vpc_id=scope.vpc.id,
        availability_zone=zone,
        cidr_block=cidr,
        map_public_ip_on_launch=False,
        tags={"Name": f"{scope.display_name}-{tier}-{zone}", **tags},
        opts=scope.child,
    )
