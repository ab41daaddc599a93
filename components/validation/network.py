"""Rules of `network`: a private range, zones of the region, room for the subnets, no overlap with Services."""

import ipaddress
from collections.abc import Iterator, Sequence

from components.account import offers
from components.config.cluster import SERVICE_CIDR
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.network import subnets
from components.validation.rule import Rule

PRIVATE_RANGES = tuple(ipaddress.IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
LARGEST_PREFIX, SMALLEST_PREFIX = 16, 21


def network(config: PlatformConfig) -> Iterator[Problem]:
    """A private range of /16 to /21 that holds the subnets of all zones, apart from the addresses of Services."""
    settings = config.network
    if settings is None or config.aws is None:
        return
    cidr = ipaddress.IPv4Network(settings.cidr)
    zone_problems = list(_zones(settings.zones, config.aws.region))
    if not any(cidr.subnet_of(private) for private in PRIVATE_RANGES):
        yield Problem(
            path=("network", "cidr"),
            message=f"{cidr} is not a private range. Write a network inside 10.0.0.0/8, "
            "172.16.0.0/12 or 192.168.0.0/16.",
        )
    elif not LARGEST_PREFIX <= cidr.prefixlen <= SMALLEST_PREFIX:
        yield Problem(
            path=("network", "cidr"),
            message=f"/{cidr.prefixlen} is outside /16-/21. Write e.g. {cidr.network_address}/16.",
        )
    elif not zone_problems:
        try:
            subnets.plan(settings.cidr, settings.zones)
        except ValueError as reason:
            yield Problem(path=("network", "cidr"), message=str(reason))
    yield from zone_problems
    if config.cluster is not None and ipaddress.IPv4Network(config.cluster.service_cidr).overlaps(cidr):
        yield Problem(
            path=("cluster", "serviceCidr"),
            message=f"{config.cluster.service_cidr} overlaps network.cidr {cidr}. Write e.g. "
            f"{'10.100.0.0/16' if cidr.overlaps(ipaddress.IPv4Network(SERVICE_CIDR)) else SERVICE_CIDR}.",
        )


def _zones(zones: Sequence[str], region: str) -> Iterator[Problem]:
    existing = offers.zones(region)
    others = " or ".join(zone for zone in existing if zone not in zones)
    remedy = (
        f"Write {others}, if the account has it (`aws ec2 describe-availability-zones`)." if others else "Remove it."
    )
    for index, zone in enumerate(zones):
        if zone not in existing:
            yield Problem(
                path=("network", "zones", index),
                message=f"{zone!r} is not a zone of region {region}. {remedy}",
            )
        elif zone in zones[:index]:
            yield Problem(path=("network", "zones", index), message=f"{zone} is listed twice. {remedy}")


RULES: tuple[Rule, ...] = (network,)
