"""The way out of a VPC: public subnets through the internet gateway, private ones through NAT gateways.

There is one private route table for each NAT gateway, called by the gateway's zone: going from one gateway to one in
each zone adds tables and moves associations, but replaces neither the gateway that is there nor its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.config.types import NatGateways
from components.network.context import NetworkScope

EVERYWHERE = "0.0.0.0/0"
Subnets = Mapping[str, aws.ec2.Subnet]
"""Subnets of one tier by their zone."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """What routes traffic."""

    private_tables: list[aws.ec2.RouteTable]
    egress: list[pulumi.Resource]
    """Everything that must be there while something needs the way out."""


def routes(scope: NetworkScope, public: Subnets, private: Subnets, nat_gateways: NatGateways) -> Routes:
    """Internet gateway, NAT gateways, route tables, routes and associations; a single gateway is in the first zone."""
    gateway = aws.ec2.InternetGateway(
        scope.name, vpc_id=scope.vpc.id, tags={"Name": scope.display_name}, opts=scope.child
    )
    egress: list[pulumi.Resource] = [gateway, *_public_routes(scope, gateway, public)]
    zones = list(private)
    tables: dict[str, aws.ec2.RouteTable] = {}
    ways_out: dict[str, aws.ec2.Route] = {}
    for zone in zones[:1] if nat_gateways is NatGateways.SINGLE else zones:
        nat = _nat_gateway(scope, zone, public[zone], gateway)
        tables[zone] = _table(scope, f"private-{zone}")
        ways_out[zone] = aws.ec2.Route(
            f"{scope.name}-private-{zone}",
            route_table_id=tables[zone].id,
            destination_cidr_block=EVERYWHERE,
            nat_gateway_id=nat.id,
            opts=scope.child,
        )
        egress += [nat, ways_out[zone]]
    for zone in zones:
        by = zone if zone in tables else zones[0]
        # A subnet that moves to a new table moves when that one leads out: a NAT gateway takes minutes.
        egress.append(_association(scope, f"private-{zone}", tables[by], private[zone], after=ways_out[by]))
    return Routes(private_tables=list(tables.values()), egress=egress)


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
        # A public address works only behind an internet gateway, and AWS keeps that gateway while one is mapped.
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
