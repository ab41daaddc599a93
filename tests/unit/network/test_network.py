"""The network: subnets, routes, tags and the order of deletion."""

from collections.abc import Callable

import pytest

from tests.harness.harness import UNKNOWN, Recorded, Run
from tests.harness.network_runs import (
    ASSOCIATION,
    EIP,
    ENDPOINT,
    GROUP_TYPE,
    IGW,
    INGRESS,
    NAT,
    ROLE_POLICY,
    ROUTE,
    SUBNET,
    TABLE,
    VPC,
    ZONES,
    id_of,
    make,
    per_zone,
    single,
)


def default_route(run: Run, subnet: str) -> Recorded:
    """The default route of a subnet's route table."""
    (association,) = run.all(ASSOCIATION, subnetId=id_of(run, SUBNET, subnet))
    (route,) = run.all(ROUTE, routeTableId=association.inputs["routeTableId"])
    assert route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
    return route


def test_vpc_has_the_configured_cidr_and_private_dns() -> None:
    inputs = per_zone().one(VPC).inputs
    assert inputs["cidrBlock"] == "10.30.0.0/16"
    assert inputs["enableDnsSupport"] is True
    assert inputs["enableDnsHostnames"] is True
    assert inputs["tags"] == {"Name": "nova-prod"}


def test_default_security_group_is_closed() -> None:
    group = per_zone().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert group.inputs["vpcId"] == id_of(per_zone(), VPC, "net")
    assert group.inputs.get("ingress", []) == []
    assert group.inputs.get("egress", []) == []


def test_each_zone_has_a_public_a_private_and_a_control_plane_subnet() -> None:
    run = per_zone()
    subnets = {r.name: (r.inputs["availabilityZone"], r.inputs["cidrBlock"]) for r in run.all(SUBNET)}
    assert subnets == {
        "net-public-ap-northeast-1a": (ZONES[0], "10.30.192.0/22"),
        "net-public-ap-northeast-1c": (ZONES[1], "10.30.200.0/22"),
        "net-public-ap-northeast-1d": (ZONES[2], "10.30.204.0/22"),
        "net-private-ap-northeast-1a": (ZONES[0], "10.30.0.0/19"),
        "net-private-ap-northeast-1c": (ZONES[1], "10.30.64.0/19"),
        "net-private-ap-northeast-1d": (ZONES[2], "10.30.96.0/19"),
        "net-control-plane-ap-northeast-1a": (ZONES[0], "10.30.255.128/28"),
        "net-control-plane-ap-northeast-1c": (ZONES[1], "10.30.255.160/28"),
        "net-control-plane-ap-northeast-1d": (ZONES[2], "10.30.255.176/28"),
    }
    assert {r.inputs["vpcId"] for r in run.all(SUBNET)} == {id_of(run, VPC, "net")}


def test_no_subnet_assigns_public_addresses() -> None:
    assert [r.inputs["mapPublicIpOnLaunch"] for r in per_zone().all(SUBNET)] == [False] * 9


def test_subnets_are_tagged_for_load_balancer_discovery() -> None:
    run = per_zone()
    for zone in ZONES:
        assert run.one(SUBNET, f"net-public-{zone}").inputs["tags"] == {
            "Name": f"nova-prod-public-{zone}",
            "kubernetes.io/role/elb": "1",
            "kubernetes.io/cluster/nova-prod": "shared",
        }
        assert run.one(SUBNET, f"net-private-{zone}").inputs["tags"] == {
            "Name": f"nova-prod-private-{zone}",
            "kubernetes.io/role/internal-elb": "1",
            "kubernetes.io/cluster/nova-prod": "shared",
        }


def test_without_a_cluster_no_subnet_has_a_cluster_tag() -> None:
    for subnet in make(cluster=None).all(SUBNET):
        assert [key for key in subnet.inputs["tags"] if key.startswith("kubernetes.io/cluster/")] == []
        assert len(subnet.inputs["tags"]) == (1 if "control-plane" in subnet.name else 2)


@pytest.mark.parametrize("run", [per_zone, single])
def test_public_subnets_route_to_the_internet_gateway(run: Callable[[], Run]) -> None:
    for zone in ZONES:
        route = default_route(run(), f"net-public-{zone}")
        assert route.inputs["gatewayId"] == id_of(run(), IGW, "net")
        assert "natGatewayId" not in route.inputs


def test_private_subnets_route_to_the_nat_gateway_of_their_zone() -> None:
    run = per_zone()
    for zone in ZONES:
        route = default_route(run, f"net-private-{zone}")
        assert route.inputs["natGatewayId"] == id_of(run, NAT, f"net-{zone}")
        assert "gatewayId" not in route.inputs
        assert run.one(NAT, f"net-{zone}").inputs["subnetId"] == id_of(run, SUBNET, f"net-public-{zone}")
    assert len(run.all(NAT)) == 3


def test_single_nat_gateway_is_in_the_first_zone_and_shares_one_private_table() -> None:
    run = single()
    nat = run.one(NAT)
    assert nat.inputs["subnetId"] == id_of(run, SUBNET, f"net-public-{ZONES[0]}")
    for zone in ZONES:
        route = default_route(run, f"net-private-{zone}")
        assert route.inputs["natGatewayId"] == id_of(run, NAT, nat.name)
        assert "gatewayId" not in route.inputs
    assert len(run.all(TABLE)) == 2


@pytest.mark.parametrize("run", [per_zone, single])
def test_every_nat_gateway_has_its_own_address(run: Callable[[], Run]) -> None:
    used = [nat.inputs["allocationId"] for nat in run().all(NAT)]
    assert sorted(used) == sorted(id_of(run(), EIP, address.name) for address in run().all(EIP))
    assert [address.inputs["domain"] for address in run().all(EIP)] == ["vpc"] * len(used)


def test_nat_gateways_depend_on_the_internet_gateway() -> None:
    run = per_zone()
    for nat in run.all(NAT):
        assert run.one(IGW).urn in nat.depends_on


@pytest.mark.parametrize("run", [per_zone, single])
def test_subnet_association_depends_on_the_default_route(run: Callable[[], Run]) -> None:
    for association in run().all(ASSOCIATION):
        (route,) = run().all(ROUTE, routeTableId=association.inputs["routeTableId"])
        assert route.urn in association.depends_on


def test_changing_to_a_nat_gateway_per_zone_replaces_nothing() -> None:
    per_zone_inputs = {(r.type, r.name): r.inputs for r in per_zone().resources if r.type in {NAT, EIP, TABLE, ROUTE}}
    for resource in single().resources:
        if resource.type in {NAT, EIP, TABLE, ROUTE}:
            assert per_zone_inputs[resource.type, resource.name] == resource.inputs


@pytest.mark.parametrize("run", [per_zone, single])
def test_cluster_that_depends_on_egress_is_deleted_before_routes_and_gateways(run: Callable[[], Run]) -> None:
    after = run().one("aws:ec2/placementGroup:PlacementGroup")
    routing = [r for r in run().resources if r.type in {IGW, NAT, EIP, TABLE, ROUTE, ASSOCIATION, SUBNET}]
    egress = [r for r in routing if "control-plane" not in r.name]
    assert [r.name for r in egress if not run().depends(after, r)] == []


def test_control_plane_subnets_have_no_route_out_of_the_vpc() -> None:
    run = per_zone()
    control_plane = {r.urn for r in run.all(SUBNET) if "control-plane" in r.name}
    assert len(control_plane) == 3
    assert [r.name for r in run.all(ASSOCIATION) if r.depends_on & control_plane] == []


def test_every_resource_is_a_child_of_the_component() -> None:
    run = per_zone()
    network, key = run.one("platform:network:Network", "net"), run.one("platform:keys:EncryptionKey")
    assert network.parent is None
    for resource in run.resources:
        if resource is not network and resource.name != "after":
            assert resource.parent == (key.urn if resource.type.startswith("aws:kms/") else network.urn), resource.name
            assert resource.name.split("-")[0] == "net"


def test_resources_shown_in_the_console_have_a_name_tag() -> None:
    run = per_zone()
    for type_ in (VPC, SUBNET, NAT, EIP, IGW, TABLE, ENDPOINT, GROUP_TYPE):
        names = [resource.inputs["tags"]["Name"] for resource in run.all(type_)]
        assert all(name.startswith("nova-prod") for name in names)
        assert len(set(names)) == len(names) > 0


def test_outputs_are_in_the_order_of_the_zones() -> None:
    run = make(zones=[ZONES[2], ZONES[0]])
    expected = {
        "vpc": id_of(run, VPC, "net"),
        "cidr": "10.30.0.0/16",
        "publicIds": [id_of(run, SUBNET, f"net-public-{zone}") for zone in (ZONES[2], ZONES[0])],
        "privateIds": [id_of(run, SUBNET, f"net-private-{zone}") for zone in (ZONES[2], ZONES[0])],
        "publicCidrs": ["10.30.204.0/22", "10.30.192.0/22"],
        "privateCidrs": ["10.30.96.0/19", "10.30.0.0/19"],
    }
    assert run.outputs["network"] == expected
    assert run.one("platform:network:Network").outputs == {
        "vpcId": expected["vpc"],
        "cidr": expected["cidr"],
        "publicSubnetIds": expected["publicIds"],
        "privateSubnetIds": expected["privateIds"],
        "publicCidrs": expected["publicCidrs"],
        "privateCidrs": expected["privateCidrs"],
        "controlPlaneSubnetIds": [id_of(run, SUBNET, f"net-control-plane-{zone}") for zone in (ZONES[2], ZONES[0])],
        "controlPlaneCidrs": ["10.30.255.176/28", "10.30.255.128/28"],
        "natGatewayIds": {zone: id_of(run, NAT, f"net-{zone}") for zone in (ZONES[2], ZONES[0])},
    }


def test_a_preview_shows_every_resource_and_every_policy() -> None:
    run = make(preview=True, interfaceEndpoints=["ecr.api", "sts"])
    assert {(r.type, r.name) for r in run.resources} == {(r.type, r.name) for r in per_zone().resources}
    assert UNKNOWN not in (run.one(ROLE_POLICY).inputs["policy"], run.one(INGRESS).inputs["cidrIpv4"])
