"""Rules of `network` and of other ranges of addresses: private where they must be, within AWS's sizes, no overlaps."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from ipaddress import IPv4Network

from components.account import offers
from components.account.offers import closest
from components.config.base import BrokenField
from components.config.cluster import SERVICE_CIDR
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import EnvironmentPlan
from components.network.subnets import LARGEST_VPC, SMALLEST_VPC
from components.validation.rule import Path, Rule, each_environment

PRIVATE_RANGES = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""RFC 1918."""
DOCKER_BRIDGE = IPv4Network("172.17.0.0/16")
"""The default network of Docker on a node or a runner. Source: Docker's documentation, `default-address-pools`."""
LARGEST_SERVICES, SMALLEST_SERVICES = 12, 24
"""Prefix lengths. Source: EKS API reference, KubernetesNetworkConfigRequest."""
OTHER_SERVICE_CIDR = "10.100.0.0/16"
WIDEST_INGRESS = 8
UNROUTED = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")))
"""This host, loopback, link-local, multicast and reserved."""
METADATA = IPv4Network("169.254.169.254/32")
"""Instance metadata, which gives out a node's credentials."""
AN_OCTET = 256
_ZONE_ID = re.compile(r"[a-z]+[0-9]-az[0-9]+")
"""Source: AWS RAM User Guide, Availability Zone IDs (the names are mapped to zones by account)."""


def vpc_range(config: PlatformConfig) -> Iterator[Problem]:
    """The VPC has a private range of /16 to /21, apart from Docker's."""
    if config.network is None:
        return
    cidr = IPv4Network(config.network.cidr)
    fault = vpc_fault(cidr)
    if fault is not None:
        remedy = free_range(cidr, service_ranges(config))
        yield Problem(path=("network", "cidr"), message=f"{fault}. Write e.g. {remedy}.")


def vpc_fault(cidr: IPv4Network) -> str | None:
    """What is wrong with the range of a VPC."""
    if not _is_private(cidr):
        return f"{cidr} is not a private range ({', '.join(map(str, PRIVATE_RANGES))})"
    if not LARGEST_VPC <= cidr.prefixlen <= SMALLEST_VPC:
        return f"{cidr} is not between /{LARGEST_VPC} and /{SMALLEST_VPC}, the sizes of a VPC"
    if cidr.overlaps(DOCKER_BRIDGE):
        return f"{cidr} is in the default network of Docker, {DOCKER_BRIDGE}, whose containers could not connect to it"
    return None


def free_range(wanted: IPv4Network, taken: Iterable[IPv4Network]) -> IPv4Network:
    """A range for a VPC, as close as possible to the wanted one, that overlaps none of those."""
    taken = list(taken)
    size = wanted.prefixlen if LARGEST_VPC <= wanted.prefixlen <= SMALLEST_VPC else LARGEST_VPC
    first = wanted.network_address if wanted.prefixlen <= size else wanted.supernet(new_prefix=size).network_address
    second_octet = wanted.network_address.packed[1]
    others = (f"10.{(second_octet + step) % AN_OCTET}.0.0" for step in range(AN_OCTET))
    candidates = (IPv4Network(f"{address}/{size}") for address in (first, *others))
    free = (
        candidate
        for candidate in candidates
        if vpc_fault(candidate) is None and not any(map(candidate.overlaps, taken))
    )
    return next(free, wanted)


def service_ranges(config: PlatformConfig) -> list[IPv4Network]:
    """The range of Services, if there is one that can be read."""
    with suppress(BrokenField):
        if config.cluster is not None:
            return [IPv4Network(config.cluster.service_cidr)]
    return []


def _is_private(cidr: IPv4Network) -> bool:
    return any(map(cidr.subnet_of, PRIVATE_RANGES))


def zones(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the zones, and none is listed twice."""
    if config.network is None or config.aws is None:
        return
    region, listed = config.aws.region, config.network.zones
    free = [zone for zone in offers.zones(region) if zone not in listed]
    for index, zone in enumerate(listed):
        if zone not in offers.zones(region):
            wrong = f"{zone!r} is not a zone of region {region}"
        elif zone in listed[:index]:
            wrong = f"{zone} is listed twice"
        else:
            continue
        remedy = "Remove it."
        if _ZONE_ID.fullmatch(zone):
            wrong = f"{zone!r} is the id of a zone, whose name differs between accounts"
            remedy = f"Write the name that `aws ec2 describe-availability-zones --zone-ids {zone}` prints."
        elif f"{region}{zone.lower()}" in free:
            other = f"{region}{zone.lower()}"
            free.remove(other)
            remedy = f"Write {other}."
        elif free:
            other = closest(zone.lower(), free)
            free.remove(other)
            wrong += "; `aws ec2 describe-availability-zones` lists those of your account"
            remedy = f"Write e.g. {other}."
        yield Problem(path=("network", "zones", index), message=f"{wrong}. {remedy}")


def service_range(config: PlatformConfig) -> Iterator[Problem]:
    """Services have a private range of /12 to /24. Source: EKS API reference, KubernetesNetworkConfigRequest."""
    if config.cluster is None:
        return
    services = IPv4Network(config.cluster.service_cidr)
    fault = _service_fault(services)
    if fault is not None:
        yield Problem(path=("cluster", "serviceCidr"), message=f"{fault}. Write e.g. {_free_services(config)}.")


def _service_fault(services: IPv4Network) -> str | None:
    if not _is_private(services):
        return f"{services} is not a private range ({', '.join(map(str, PRIVATE_RANGES))})"
    if not LARGEST_SERVICES <= services.prefixlen <= SMALLEST_SERVICES:
        return f"{services} is not between /{LARGEST_SERVICES} and /{SMALLEST_SERVICES}, the sizes that EKS accepts"
    return None


def _free_services(config: PlatformConfig) -> str:
    """A range for Services that does not overlap the VPC's, if that can be read."""
    with suppress(BrokenField):
        if config.network is not None and IPv4Network(config.network.cidr).overlaps(IPv4Network(SERVICE_CIDR)):
            return OTHER_SERVICE_CIDR
    return SERVICE_CIDR


def service_overlap(config: PlatformConfig) -> Iterator[Problem]:
    """Services and the VPC have different addresses."""
    if config.network is None or config.cluster is None:
        return
    cidr, services = IPv4Network(config.network.cidr), IPv4Network(config.cluster.service_cidr)
    if services.overlaps(cidr) and vpc_fault(cidr) is None and _service_fault(services) is None:
        yield Problem(
            path=("cluster", "serviceCidr"),
            message=f"{services} overlaps network.cidr {cidr}. Write e.g. {_free_services(config)}.",
        )


@each_environment
def ingress_ranges(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Public services are not open to everybody, nor to the address of the instance metadata."""
    for index, text in enumerate(plan.settings.ingress_cidrs):
        fault = range_fault(IPv4Network(text))
        if fault is not None:
            wide = IPv4Network(text).prefixlen < WIDEST_INGRESS
            remedy = f"Write e.g. 10.0.0.0/{WIDEST_INGRESS}" if wide else "Remove it"
            yield Problem(path=(*here, "ingressCidrs", index), message=f"{fault}. {remedy}.")


def range_fault(cidr: IPv4Network) -> str | None:
    """What is wrong with a range of others, whom a network policy admits."""
    if cidr.prefixlen < WIDEST_INGRESS:
        those = "everybody" if cidr.prefixlen == 0 else f"{cidr.num_addresses} addresses"
        return f"{cidr} allows {those}; /{WIDEST_INGRESS} is the widest range"
    if METADATA.subnet_of(cidr):
        return f"{cidr} includes {METADATA.network_address}, which is the instance metadata"
    if any(map(cidr.subnet_of, UNROUTED)):
        return f"{cidr} has no addresses of other machines"
    return None


RULES: tuple[Rule, ...] = (vpc_range, zones, service_range, service_overlap, ingress_ranges)
