"""The CIDRs of a VPC's subnets: a public, a private and a small control plane subnet in each zone.

A CIDR follows from the zone's letter, not from the zone's position in a list: each letter from a to f has a fixed slot,
so zones can be added, removed or reordered without replacing another zone's subnets. Private slots fill three quarters
of the VPC, because pods use many addresses; public slots are at the start of the last quarter, control plane slots at
its end, and the space in between is spare. The control plane has its own subnets because network policies can identify
it only by address: in a subnet with pods, every pod would match.

    10.0.0.0/16 -> private 10.0.0.0/19 (a) ... 10.0.160.0/19 (f), public 10.0.192.0/22 (a) ... 10.0.212.0/22 (f),
                   control plane 10.0.255.128/28 (a) ... 10.0.255.208/28 (f)
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

ZONE_LETTERS = "abcdef"
"""No AWS region has a zone beyond f."""
LARGEST_VPC = 16
"""Prefix length of the largest VPC that AWS allows."""
SMALLEST_PRIVATE_SUBNET = 24
LARGEST_PUBLIC_SUBNET = 22
"""NAT gateways and load balancers need few addresses."""
CONTROL_PLANE_SUBNET = 28
"""EKS needs 6 free addresses in each and recommends 16."""
CONTROL_PLANE_SLOTS = 8
PRIVATE_BITS, PUBLIC_BITS = 3, 5
"""A private slot is 1/8 of the VPC, a public one at most 1/32."""
SMALLEST_VPC = SMALLEST_PRIVATE_SUBNET - PRIVATE_BITS
RESERVED_BY_AWS = 5
"""The first four addresses and the last one of every subnet."""


@dataclass(frozen=True, kw_only=True)
class ZoneSubnets:
    """The subnets of one availability zone, in CIDR notation."""

    zone: str
    public: str
    private: str
    control_plane: str


def plan(cidr: str, zones: Sequence[str]) -> tuple[ZoneSubnets, ...]:
    """The subnets of each zone, in the order of `zones` (for example `eu-west-1a`; each letter once).

    `cidr` is a /16 to /21 network. ValueError, with the remedy, if the subnets do not fit.
    """
    vpc = ipaddress.IPv4Network(cidr)
    if vpc.prefixlen < LARGEST_VPC:
        raise ValueError(f"{vpc} is too large for a VPC. Write e.g. {vpc.network_address}/{LARGEST_VPC}.")
    if vpc.prefixlen > SMALLEST_VPC:
        raise ValueError(
            f"{vpc} is too small for a /{SMALLEST_PRIVATE_SUBNET} private subnet in every zone. "
            f"Write {vpc.supernet(new_prefix=SMALLEST_VPC)} or a larger network."
        )
    slots = [_slot(zone) for zone in zones]
    for position, slot in enumerate(slots):
        if slot in slots[:position]:
            raise ValueError(f"{zones[position]} has the same letter as another zone in the list. Write another zone.")
    return tuple(_subnets(vpc, zone, slot) for zone, slot in zip(zones, slots, strict=True))


def usable_addresses(cidr: str) -> int:
    """Addresses of a subnet that AWS does not reserve."""
    return ipaddress.IPv4Network(cidr).num_addresses - RESERVED_BY_AWS


def _slot(zone: str) -> int:
    slot = ZONE_LETTERS.find(zone[-1:]) if zone else -1
    if slot < 0:
        raise ValueError(f"{zone!r} is not an availability zone with a letter from a to f. Write e.g. eu-west-1a.")
    return slot


def _subnets(vpc: ipaddress.IPv4Network, zone: str, slot: int) -> ZoneSubnets:
    private_size = vpc.prefixlen + PRIVATE_BITS
    public_size = max(LARGEST_PUBLIC_SUBNET, vpc.prefixlen + PUBLIC_BITS)
    *_, last_quarter = vpc.subnets(prefixlen_diff=2)
    first_control_plane = (1 << (CONTROL_PLANE_SUBNET - last_quarter.prefixlen)) - CONTROL_PLANE_SLOTS
    return ZoneSubnets(
        zone=zone,
        public=_nth(last_quarter, public_size, slot),
        private=_nth(vpc, private_size, slot),
        control_plane=_nth(last_quarter, CONTROL_PLANE_SUBNET, first_control_plane + slot),
    )


def _nth(network: ipaddress.IPv4Network, prefix_length: int, index: int) -> str:
    """The subnet of that prefix length at that index, counted from 0."""
    size = 1 << (network.max_prefixlen - prefix_length)
    return f"{network.network_address + index * size}/{prefix_length}"
