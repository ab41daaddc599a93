"""Where a VPC's subnets lie: a public, a private and a small one for the control plane in each zone, by arithmetic.

A subnet's place follows from its zone's letter, not from the zone's position in a list: each of the letters a to f
owns a slot from the first day, so a zone can be added, removed or moved in the list and no other zone's subnets are
replaced. Private slots fill three quarters of the VPC, because pods take addresses; public ones lie at the start of the
last quarter, the control plane's at its end, and what they leave is spare. The control plane has subnets of its own
because network policies know it by its addresses only: in a pod's subnet every pod would pass for it.

    10.0.0.0/16 -> private 10.0.0.0/19 (a) ... 10.0.160.0/19 (f), public 10.0.192.0/22 (a) ... 10.0.212.0/22 (f),
                   control plane 10.0.255.128/28 (a) ... 10.0.255.208/28 (f)
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

ZONE_LETTERS = "abcdef"
"""No region of AWS has a zone beyond f."""
LARGEST_VPC = 16
"""Prefix of the largest VPC that AWS makes."""
SMALLEST_PRIVATE_SUBNET = 24
LARGEST_PUBLIC_SUBNET = 22
"""NAT gateways and load balancers need few addresses."""
CONTROL_PLANE_SUBNET = 28
"""EKS wants 6 free addresses in each and advises 16."""
CONTROL_PLANE_SLOTS = 8
PRIVATE_BITS, PUBLIC_BITS = 3, 5
"""A private slot is an eighth of the VPC, a public one at most a thirty-second."""
SMALLEST_VPC = SMALLEST_PRIVATE_SUBNET - PRIVATE_BITS
RESERVED_BY_AWS = 5
"""First four addresses and the last one of every subnet."""


@dataclass(frozen=True, kw_only=True)
class ZoneSubnets:
    """The subnets of one availability zone, in CIDR notation."""

    zone: str
    public: str
    private: str
    control_plane: str


def plan(cidr: str, zones: Sequence[str]) -> tuple[ZoneSubnets, ...]:
    """The subnets of each zone, in the order of `zones` (`eu-west-1a`; no letter twice).

    `cidr` is a network of /16 to /21. ValueError, with what to write instead, when the subnets cannot be placed.
    """
    vpc = ipaddress.IPv4Network(cidr)
    if vpc.prefixlen < LARGEST_VPC:
        raise ValueError(f"{vpc} is larger than a VPC can be. Write e.g. {vpc.network_address}/{LARGEST_VPC}.")
    if vpc.prefixlen > SMALLEST_VPC:
        raise ValueError(
            f"{vpc} leaves no room for private subnets of /{SMALLEST_PRIVATE_SUBNET} in every zone. "
            f"Write {vpc.supernet(new_prefix=SMALLEST_VPC)} or larger."
        )
    slots = [_slot(zone) for zone in zones]
    for position, slot in enumerate(slots):
        if slot in slots[:position]:
            raise ValueError(f"{zones[position]} is in a zone that has its subnets already. Write another zone.")
    return tuple(_subnets(vpc, zone, slot) for zone, slot in zip(zones, slots, strict=True))


def usable_addresses(cidr: str) -> int:
    """Addresses of a subnet that AWS leaves to its users."""
    return ipaddress.IPv4Network(cidr).num_addresses - RESERVED_BY_AWS


def _slot(zone: str) -> int:
    slot = ZONE_LETTERS.find(zone[-1:]) if zone else -1
    if slot < 0:
        raise ValueError(f"{zone!r} is no availability zone of the letters a to f. Write e.g. eu-west-1a.")
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


def _nth(network: ipaddress.IPv4Network, prefix: int, position: int) -> str:
    """The part of that prefix length at that position of a network."""
    size = 1 << (network.max_prefixlen - prefix)
    return f"{network.network_address + position * size}/{prefix}"
