"""Rules of the network: ranges, zones and overlaps."""

from typing import Any

import pytest

from components.account.offers import offers, zones
from tests.harness.config_samples import wrong
from tests.unit.validation.samples import Refusal, refused

ZONE = "ap-northeast-1a"
ACCOUNT = "; `aws ec2 describe-availability-zones` lists those of your account"
NOT_A_ZONE = f"is not a zone of region ap-northeast-1{ACCOUNT}. Write"
PRIVATE = "is not a private range (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16). Write"
DOCKER = "is in the default network of Docker, 172.17.0.0/16, whose containers could not connect to it. Write e.g."
INGRESS = "environments[0].ingressCidrs"
REFUSALS: tuple[Refusal, ...] = (
    ("network.cidr", "10.20.0.1/16", None, "10.20.0.1/16 has host bits set. Write 10.20.0.0/16."),
    ("network.cidr", "10.20.0.0", None, "10.20.0.0 has no prefix length. Write e.g. 10.20.0.0/16."),
    ("network.cidr", "10.20.0.0/255.255.0.0", None, "10.20.0.0/255.255.0.0 does not end with a prefix length. Write"),
    ("network.cidr", "10.20.300.0/16", None, "'10.20.300.0/16' is not an IPv4 range. Write e.g. 10.0.0.0/16."),
    ("network.cidr", "fd00::/48", None, "'fd00::/48' is not an IPv4 range."),
    ("network.cidr", "8.8.0.0/16", None, f"8.8.0.0/16 {PRIVATE} e.g. 10.8.0.0/16."),
    ("network.cidr", "169.254.0.0/16", None, f"169.254.0.0/16 {PRIVATE} e.g. 10.254.0.0/16."),
    ("network.cidr", "100.64.0.0/16", None, f"100.64.0.0/16 {PRIVATE}"),
    ("network.cidr", "240.0.0.0/16", None, f"240.0.0.0/16 {PRIVATE}"),
    (
        "network.cidr",
        "10.0.0.0/8",
        None,
        "10.0.0.0/8 is not between /16 and /21, the sizes of a VPC. Write e.g. 10.0.0.0/16.",
    ),
    (
        "network.cidr",
        "10.20.5.0/24",
        None,
        "10.20.5.0/24 is not between /16 and /21, the sizes of a VPC. Write e.g. 10.20.0.0/16.",
    ),
    ("network.cidr", "172.17.0.0/16", None, f"172.17.0.0/16 {DOCKER} 10.17.0.0/16."),
    ("network.cidr", "172.17.8.0/21", None, f"172.17.8.0/21 {DOCKER} 10.17.0.0/21."),
    ("network.cidr", "172.20.0.0/16", "cluster.serviceCidr", "172.20.0.0/16 overlaps network.cidr 172.20.0.0/16."),
    ("cluster.serviceCidr", "10.20.128.0/20", None, "10.20.128.0/20 overlaps network.cidr 10.20.0.0/16."),
    ("cluster.serviceCidr", "100.64.0.0/16", None, f"100.64.0.0/16 {PRIVATE} e.g. 172.20.0.0/16."),
    (
        "cluster.serviceCidr",
        "10.0.0.0/11",
        None,
        "10.0.0.0/11 is not between /12 and /24, the sizes that EKS accepts. Write",
    ),
    (
        "cluster.serviceCidr",
        "10.96.0.0/25",
        None,
        "10.96.0.0/25 is not between /12 and /24, the sizes that EKS accepts. Write",
    ),
    ("network.zones", [ZONE], None, "has too few entries. Add entries: at least 2."),
    ("network.zones", [ZONE, "us-east-1a"], "network.zones[1]", f"'us-east-1a' {NOT_A_ZONE}"),
    ("network.zones", [ZONE, "ap-northeast-1e"], "network.zones[1]", f"'ap-northeast-1e' {NOT_A_ZONE}"),
    (
        "network.zones",
        [ZONE, "ap-northeast-1C"],
        "network.zones[1]",
        f"'ap-northeast-1C' {NOT_A_ZONE} e.g. ap-northeast-1c.",
    ),
    ("network.zones", [ZONE, "ap-northeast-1"], "network.zones[1]", f"'ap-northeast-1' {NOT_A_ZONE}"),
    (
        "network.zones",
        [ZONE, "C"],
        "network.zones[1]",
        "'C' is not a zone of region ap-northeast-1. Write ap-northeast-1c.",
    ),
    (
        "network.zones",
        [ZONE, "apne1-az1"],
        "network.zones[1]",
        "'apne1-az1' is the id of a zone, whose name differs between accounts. Write the name that `aws ec2 "
        "describe-availability-zones --zone-ids apne1-az1` prints.",
    ),
    ("network.zones", [ZONE, ZONE], "network.zones[1]", f"ap-northeast-1a is listed twice{ACCOUNT}. Write e.g."),
    ("network.flowLogs.retentionDays", 31, None, "CloudWatch Logs has no retention of 31 days. Write 30."),
    (INGRESS, ["10.0.0.0/8", "0.0.0.0/0"], f"{INGRESS}[1]", "0.0.0.0/0 allows everybody; /8 is the widest range"),
    (INGRESS, ["10.0.0.0/7"], f"{INGRESS}[0]", "10.0.0.0/7 allows 33554432 addresses; /8 is the widest range"),
    (INGRESS, ["169.254.0.0/16"], f"{INGRESS}[0]", "169.254.0.0/16 includes 169.254.169.254, which is the instance"),
    (INGRESS, ["169.254.169.254/32"], f"{INGRESS}[0]", "169.254.169.254/32 includes 169.254.169.254, which is the"),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("network.cidr", "10.99.0.0/16"),
        ("network.cidr", "172.16.0.0/16"),
        ("network.cidr", "172.18.0.0/16"),
        ("network.cidr", "192.168.0.0/18"),
        ("cluster.serviceCidr", "10.96.0.0/12"),
        ("cluster.serviceCidr", "192.168.255.0/24"),
        ("network.zones", [ZONE, "ap-northeast-1b", "ap-northeast-1d"]),
        (INGRESS, ["10.0.0.0/8", "203.0.113.7/32", "169.253.0.0/24"]),
    ],
)
def test_the_neighbouring_value_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (path, value)
        for path, value, reported_at, _ in REFUSALS
        if path == (reported_at or path) and "zones" not in path
    ],
)
def test_the_remedy_is_accepted(path: str, value: str) -> None:
    (line,) = refused(path, value)
    remedy = line.removesuffix(".").rpartition("Write ")[2].removeprefix("e.g. ")
    assert refused(path, int(remedy) if remedy.isdigit() else remedy) == []


@pytest.mark.parametrize("region", offers().zones)
def test_every_wrong_zone_gets_a_zone_of_the_region_that_is_not_in_the_list(region: str) -> None:
    listed = [f"{region}a", "", f"{region}a"]
    lines = wrong(aws__region=region, network__zones=listed)
    remedies = [
        line.partition("Write e.g. ")[2].removesuffix(".") for line in lines if line.startswith("network.zones[")
    ]
    written = {listed[0], *(remedy for remedy in remedies if remedy)}
    assert written <= {*zones(region)}
    assert len(written) == min(len(zones(region)), len(listed))
