"""Subnets: large private ones, small public ones, each where its zone's letter puts it."""

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
def test_subnets_lie_inside_the_vpc_and_never_overlap(vpc: ipaddress.IPv4Network, zones: list[str]) -> None:
    found = networks(plan(str(vpc), zones))
    assert all(network.subnet_of(vpc) for network in found)
    assert not any(one.overlaps(other) for one, other in combinations(found, 2))


@settings(max_examples=40, deadline=None)
@given(prefixes.flatmap(vpcs), zone_lists)
def test_a_zones_subnets_do_not_depend_on_the_other_zones(vpc: ipaddress.IPv4Network, zones: list[str]) -> None:
    assert plan(str(vpc), zones) == tuple(plan(str(vpc), [zone])[0] for zone in zones)


@settings(max_examples=20, deadline=None)
@given(prefixes.flatmap(vpcs))
def test_space_is_left_beside_all_six_zones(vpc: ipaddress.IPv4Network) -> None:
    assert sum(network.num_addresses for network in networks(plan(str(vpc), ZONES))) < vpc.num_addresses


@settings(max_examples=20, deadline=None)
@given(prefixes.flatmap(vpcs))
def test_private_subnets_are_never_smaller_than_a_24_nor_than_public_ones(vpc: ipaddress.IPv4Network) -> None:
    for zone in plan(str(vpc), ZONES):
        private, public = ipaddress.IPv4Network(zone.private), ipaddress.IPv4Network(zone.public)
        assert private.prefixlen <= 24
        assert 22 <= public.prefixlen <= 28
        assert private.prefixlen < public.prefixlen


def test_the_order_is_that_of_the_zones_asked_for() -> None:
    asked = [ZONES[3], ZONES[0], ZONES[2]]
    assert [zone.zone for zone in plan("10.0.0.0/16", asked)] == asked


@pytest.mark.parametrize(
    ("cidr", "zones", "message"),
    [
        ("10.0.4.0/22", ZONES[:2], r"10\.0\.4\.0/22 leaves no room .* Write 10\.0\.0\.0/21 or larger\."),
        ("10.0.9.0/24", ZONES[:2], r"Write 10\.0\.8\.0/21 or larger\."),
        ("10.0.0.0/15", ZONES[:2], r"10\.0\.0\.0/15 is larger than a VPC can be\. Write e\.g\. 10\.0\.0\.0/16\."),
        ("10.0.0.0/16", [ZONES[0], ZONES[0]], r"ap-northeast-1a is in a zone that has its subnets already\. Write"),
        ("10.0.0.0/16", [f"{REGION}g"], r"'ap-northeast-1g' is no availability zone .* Write e\.g\. eu-west-1a\."),
        ("10.0.0.0/16", [""], r"'' is no availability zone"),
        ("10.0.0.1/16", ZONES[:2], r"host bits set"),
    ],
)
def test_what_cannot_be_placed_is_refused_with_the_remedy(cidr: str, zones: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plan(cidr, zones)


@pytest.mark.parametrize(("cidr", "usable"), [("10.0.0.0/19", 8187), ("10.0.0.0/24", 251), ("10.0.0.0/28", 11)])
def test_aws_takes_five_addresses_of_each_subnet(cidr: str, usable: int) -> None:
    assert usable_addresses(cidr) == usable
