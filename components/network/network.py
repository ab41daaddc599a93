"""One VPC: public, private and control plane subnets in each zone, egress through NAT gateways, nothing exposed."""

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
"""Tags by which load balancer controllers discover subnets for internet-facing and internal load balancers."""


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """Arguments of `Network`."""

    name: str
    """Prefix of names shown in AWS, for example `shop-staging`."""
    settings: NetworkConfig
    account: Account
    cluster_name: str | None = None
    """Cluster whose load balancers use these subnets; the tag keeps other clusters' controllers from using them."""
    protect: bool = True
    """Whether Pulumi refuses to delete the flow logs' key."""


class Network(pulumi.ComponentResource):
    """A VPC with subnets, routes, endpoints and flow logs. Lists are in the order of the settings' zones."""

    vpc_id: pulumi.Output[str]
    cidr: str
    public_subnet_ids: list[pulumi.Output[str]]
    private_subnet_ids: list[pulumi.Output[str]]
    control_plane_subnet_ids: list[pulumi.Output[str]]
    """Subnets of the control plane's network interfaces: no route out of the VPC, and nothing else in them."""
    public_cidrs: list[str]
    private_cidrs: list[str]
    control_plane_cidrs: list[str]
    nat_gateway_ids: dict[str, pulumi.Output[str]]
    """By zone: one, or one in each zone."""
    egress: list[pulumi.Resource]
    """Routes and gateways. A cluster must depend on them explicitly, or a destroy could delete them first and the
    nodes could not drain."""

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:network:Network", name, {}, opts)
        plan = subnets.plan(args.settings.cidr, args.settings.zones)
        vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.settings.cidr,
            enable_dns_support=True,  # a private API server and interface endpoints need private DNS
            enable_dns_hostnames=True,
            tags={"Name": args.name},
            opts=pulumi.ResourceOptions(parent=self),
        )
        scope = NetworkScope(name=name, display_name=args.name, account=args.account, vpc=vpc, parent=self)
        # Anything launched without a security group gets this one; without rules it reaches nothing.
        aws.ec2.DefaultSecurityGroup(
            name, vpc_id=vpc.id, ingress=[], egress=[], tags={"Name": f"{args.name}-default-closed"}, opts=scope.child
        )
        shared = {} if args.cluster_name is None else {f"kubernetes.io/cluster/{args.cluster_name}": "shared"}
        public = {z.zone: _subnet(scope, "public", z.zone, z.public, {PUBLIC_ROLE: "1", **shared}) for z in plan}
        private = {z.zone: _subnet(scope, "private", z.zone, z.private, {PRIVATE_ROLE: "1", **shared}) for z in plan}
        control_plane = [_subnet(scope, "control-plane", z.zone, z.control_plane, {}) for z in plan]
        routing = routes(scope, public, private, args.settings.nat_gateways)
        s3_endpoint(scope, [table.id for table in routing.private_tables])
        self.vpc_id = vpc.id
        self.cidr = args.settings.cidr
        self.public_subnet_ids = [subnet.id for subnet in public.values()]
        self.private_subnet_ids = [subnet.id for subnet in private.values()]
        self.control_plane_subnet_ids = [subnet.id for subnet in control_plane]
        self.public_cidrs = [zone.public for zone in plan]
        self.private_cidrs = [zone.private for zone in plan]
        self.control_plane_cidrs = [zone.control_plane for zone in plan]
        self.nat_gateway_ids = {zone: gateway.id for zone, gateway in routing.nat_gateways.items()}
        self.egress = routing.egress
        if args.settings.interface_endpoints:
            interface_endpoints(scope, args.settings.interface_endpoints, self.private_subnet_ids)
        flow_logs(scope, args.settings.flow_logs, protect=args.protect)
        # `egress` is for `depends_on` only, so it is not an output.
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
                "natGatewayIds": self.nat_gateway_ids,
            }
        )


def _subnet(scope: NetworkScope, tier: str, zone: str, cidr: str, tags: dict[str, str]) -> aws.ec2.Subnet:
    """One subnet. Even public ones assign no public addresses: NAT gateways and load balancers have their own."""
    return aws.ec2.Subnet(
        f"{scope.name}-{tier}-{zone}",
        vpc_id=scope.vpc.id,
        availability_zone=zone,
        cidr_block=cidr,
        map_public_ip_on_launch=False,
        tags={"Name": f"{scope.display_name}-{tier}-{zone}", **tags},
        opts=scope.child,
    )
