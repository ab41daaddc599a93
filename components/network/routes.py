"""Egress of a VPC: public subnets through the internet gateway, private ones through NAT gateways.

Each NAT gateway has one private route table, named after the gateway's zone. Changing from a single gateway to one per
zone adds tables and moves associations, but replaces neither the existing gateway nor its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.config.types import NatGateways
from components.network.context import NetworkScope

EVERYWHERE = "0.0.0.0/0"
Subnets = Mapping[str, aws.ec2.Subnet]
"""Subnets of one tier by zone."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """Route tables of the private subnets, and everything that egress depends on."""

    private_tables: list[aws.ec2.RouteTable]
    nat_gateways: dict[str, aws.ec2.NatGateway]
    """By zone."""
    egress: list[pulumi.Resource]
    """Gateways, routes and associations, which must outlive anything that needs egress."""


def routes(scope: NetworkScope, public: Subnets, private: Subnets, nat_gateways: NatGateways) -> Routes:
    """Gateways, route tables, routes and associations. A single NAT gateway is in the first zone."""
    gateway = aws.ec2.InternetGateway(
        scope.name, vpc_id=scope.vpc.id, tags={"Name": scope.display_name}, opts=scope.child
    )
    egress: list[pulumi.Resource] = [gateway, *_public_routes(scope, gateway, public)]
    zones = list(private)
    tables: dict[str, aws.ec2.RouteTable] = {}
    nats: dict[str, aws.ec2.NatGateway] = {}
    default_routes: dict[str, aws.ec2.Route] = {}
    for zone in zones[:1] if nat_gateways is NatGateways.SINGLE else zones:
        nats[zone] = _nat_gateway(scope, zone, public[zone], gateway)
        tables[zone] = _table(scope, f"private-{zone}")
        default_routes[zone] = aws.ec2.Route(
            f"{scope.name}-private-{zone}",
            route_table_id=tables[zone].id,
            destination_cidr_block=EVERYWHERE,
            nat_gateway_id=nats[zone].id,
            opts=scope.child,
        )
        egress += [nats[zone], default_routes[zone]]
    for zone in zones:
        nat_zone = zone if zone in tables else zones[0]
        # A subnet moves to a new table only once that table has its default route: a NAT gateway takes minutes.
        egress.append(
            _association(scope, f"private-{zone}", tables[nat_zone], private[zone], after=default_routes[nat_zone])
        )
    return Routes(private_tables=list(tables.values()), nat_gateways=nats, egress=egress)


def _public_routes(scope: NetworkScope, gateway: aws.ec2.InternetGateway, public: Subnets) -> list[pulumi.Resource]:
    table = _table(scope, "public")
    route = aws.ec2.Route(
        f"{scope.name}-public",
        route_table_id=table.id,
        destination_cidr_block=EVERYWHERE,
        gateway_id=gateway.id,
        opts=scope.child,
    )
    return [
        route,
        *(_association(scope, f"public-{zone}", table, subnet, after=route) for zone, subnet in public.items()),
    ]


def _nat_gateway(
    scope: NetworkScope, zone: str, subnet: aws.ec2.Subnet, gateway: aws.ec2.InternetGateway
) -> aws.ec2.NatGateway:
    name, tags = f"{scope.name}-{zone}", {"Name": f"{scope.display_name}-nat-{zone}"}
    address = aws.ec2.Eip(name, domain="vpc", tags=tags, opts=scope.child)
    return aws.ec2.NatGateway(
        name,
        subnet_id=subnet.id,
        allocation_id=address.allocation_id,
        tags=tags,
        # A public address needs an internet gateway, which AWS does not detach while an address is mapped.
        opts=pulumi.ResourceOptions(parent=scope.parent, depends_on=[gateway]),
    )


def _table(scope: NetworkScope, key: str) -> aws.ec2.RouteTable:
    return aws.ec2.RouteTable(
        f"{scope.name}-{key}", vpc_id=scope.vpc.id, tags={"Name": f"{scope.display_name}-{key}"}, opts=scope.child
    )


def _association(
    scope: NetworkScope, key: str, table: aws.ec2.RouteTable, subnet: aws.ec2.Subnet, *, after: aws.ec2.Route
) -> aws.ec2.RouteTableAssociation:
    return aws.ec2.RouteTableAssociation(
        f"{scope.name}-{key}",
        route_table_id=table.id,
        subnet_id=subnet.id,
        opts=pulumi.ResourceOptions(parent=scope.parent, depends_on=[after]),
    )
