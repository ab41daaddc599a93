"""Subnets: large private ones, small public ones, each in the slot of its zone's letter."""

import ipaddress
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.network.subnets import ZoneSubnets, plan, usable_addresses

REGION = "ap-northeast-1"
ZONES = [f"{REGION}{letter}" for letter in "abcdef"]

prefixes = st.integers(16, 21)
zone_lists = st.lists(st.sampled_from(ZONES), min_size=1, max_size=6, unique=True)


def vpcs(prefix: int) -> st.SearchStrategy[ipaddress.IPv4Network]:
    return st.integers(0, 2**prefix - 1).map(lambda n: ipaddress.IPv4Network((n << (32 - prefix), prefix)))


def networks(zones: tuple[ZoneSubnets, ...]) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(text) for zone in zones for text in (zone.public, zone.private, zone.control_plane)]


def test_a_16_gives_private_19s_and_public_22s() -> None:
    assert plan("10.20.0.0/16", [f"{REGION}a", f"{REGION}c", f"{REGION}d"]) == (
        ZoneSubnets(
            zone=f"{REGION}a", public="10.20.192.0/22", private="10.20.0.0/19", control_plane="10.20.255.128/28"
        ),
        ZoneSubnets(
            zone=f"{REGION}c", public="10.20.200.0/22", private="10.20.64.0/19", control_plane="10.20.255.160/28"
        ),
        ZoneSubnets(
            zone=f"{REGION}d", public="10.20.204.0/22", private="10.20.96.0/19", control_plane="10.20.255.176/28"
        ),
    )


@pytest.mark.parametrize(
    ("vpc", "public", "private"), [(16, 22, 19), (17, 22, 20), (18, 23, 21), (19, 24, 22), (20, 25, 23), (21, 26, 24)]
)
def test_sizes_follow_from_the_vpc(vpc: int, public: int, private: int) -> None:
    (zone,) = plan(f"10.0.0.0/{vpc}", [f"{REGION}a"])
    assert ipaddress.IPv4Network(zone.public).prefixlen == public
    assert ipaddress.IPv4Network(zone.private).prefixlen == private


@settings(max_examples=40, deadline=None)
@given(prefixes.flatmap(vpcs), zone_lists)
def test_subnets_are_inside_the_vpc_and_never_overlap(vpc: ipaddress.IPv4Network, zones: list[str]) -> None:
    subnets = networks(plan(str(vpc), zones))
    assert all(subnet.subnet_of(vpc) for subnet in subnets)
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))


@settings(max_examples=40, deadline=None)
@given(prefixes.flatmap(vpcs), zone_lists)
def test_a_zones_subnets_do_not_depend_on_the_other_zones(vpc: ipaddress.IPv4Network, zones: list[str]) -> None:
    assert plan(str(vpc), zones) == tuple(plan(str(vpc), [zone])[0] for zone in zones)


@settings(max_examples=20, deadline=None)
@given(prefixes.flatmap(vpcs))
def test_six_zones_leave_spare_space(vpc: ipaddress.IPv4Network) -> None:
    assert sum(network.num_addresses for network in networks(plan(str(vpc), ZONES))) < vpc.num_addresses


@settings(max_examples=20, deadline=None)
@given(prefixes.flatmap(vpcs))
def test_private_subnets_are_never_smaller_than_a_24_nor_than_public_ones(vpc: ipaddress.IPv4Network) -> None:
    for zone in plan(str(vpc), ZONES):
        private, public = ipaddress.IPv4Network(zone.private), ipaddress.IPv4Network(zone.public)
        assert private.prefixlen <= 24
        assert 22 <= public.prefixlen <= 28
        assert private.prefixlen < public.prefixlen


def test_subnets_are_in_the_order_of_the_zones() -> None:
    zones = [ZONES[3], ZONES[0], ZONES[2]]
    assert [zone.zone for zone in plan("10.0.0.0/16", zones)] == zones


@pytest.mark.parametrize(
    ("cidr", "zones", "message"),
    [
        ("10.0.4.0/22", ZONES[:2], r"10\.0\.4\.0/22 is too small .* Write 10\.0\.0\.0/21 or a larger network\."),
        ("10.0.9.0/24", ZONES[:2], r"Write 10\.0\.8\.0/21 or a larger network\."),
        ("10.0.0.0/15", ZONES[:2], r"10\.0\.0\.0/15 is too large for a VPC\. Write e\.g\. 10\.0\.0\.0/16\."),
        (
            "10.0.0.0/16",
            [ZONES[0], ZONES[0]],
            r"ap-northeast-1a has the same letter as another zone in the list\. Write",
        ),
        ("10.0.0.0/16", [f"{REGION}g"], r"'ap-northeast-1g' is not an availability zone .* Write e\.g\. eu-west-1a\."),
        ("10.0.0.0/16", [""], r"'' is not an availability zone"),
        ("10.0.0.1/16", ZONES[:2], r"host bits set"),
    ],
)
def test_network_that_cannot_hold_the_subnets_is_refused_with_the_remedy(
    cidr: str, zones: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        plan(cidr, zones)


@pytest.mark.parametrize(("cidr", "usable"), [("10.0.0.0/19", 8187), ("10.0.0.0/24", 251), ("10.0.0.0/28", 11)])
def test_aws_reserves_five_addresses_per_subnet(cidr: str, usable: int) -> None:
    assert usable_addresses(cidr) == usable
