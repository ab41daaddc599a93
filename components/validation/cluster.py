"""Rules of `cluster`: node counts and type, roles that get access, and who may call the API server."""

import ipaddress
from collections.abc import Iterator

from components.argocd.pods import REDIS_NODES_HA
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.sizing.instance_types import INSTANCE_TYPES
from components.validation.offered import NODE, unavailable
from components.validation.rule import Rule

WIDEST_PUBLIC_PREFIX = 16
PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))
"""Ranges that can be routed to a VPC: RFC 1918, and RFC 6598, which some VPNs use."""


def node_counts(config: PlatformConfig) -> Iterator[Problem]:
    """The node group's bounds are in order."""
    if config.cluster is None or config.aws is None:
        return
    nodes = config.cluster.nodes
    if not nodes.minimum <= nodes.desired <= nodes.maximum:
        yield Problem(
            path=("cluster", "nodes"),
            message=f"minimum {nodes.minimum}, desired {nodes.desired} and maximum {nodes.maximum} "
            "contradict each other. Write minimum <= desired <= maximum.",
        )


def node_type(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the instance type, and its capacity is known."""
    if config.cluster is None:
        return
    name = config.cluster.nodes.instance_type
    current = INSTANCE_TYPES.get(name)
    yield from unavailable(
        NODE,
        name,
        ("cluster", "nodes", "instanceType"),
        config,
        # The images are built for one architecture.
        alike=lambda other: current is None or INSTANCE_TYPES[other].architecture is current.architecture,
    )


def access(config: PlatformConfig) -> Iterator[Problem]:
    """Each role belongs to the account and gets access once."""
    cluster = config.cluster
    if cluster is None or config.aws is None:
        return
    seen: set[str] = set()
    for key, arns in (
        ("adminRoleArns", cluster.admin_role_arns),
        ("deployerRoleArns", cluster.deployer_role_arns),
        ("smokeTesterRoleArns", cluster.smoke_tester_role_arns),
    ):
        for index, arn in enumerate(arns):
            role = arn.rsplit("/", 1)[-1]
            if role in seen:
                yield Problem(
                    path=("cluster", key, index), message=f"{role} already has access. Remove one of the two entries."
                )
            seen.add(role)
            if f"::{config.aws.account_id}:" not in arn:
                yield Problem(
                    path=("cluster", key, index),
                    message=f"{arn} is not a role of account {config.aws.account_id}. Write a role of that account.",
                )


def api_access(config: PlatformConfig) -> Iterator[Problem]:
    """The public endpoint is not open to the whole internet, the private one to private ranges only."""
    if config.cluster is None or config.aws is None:
        return
    for index, cidr in enumerate(config.cluster.public_access_cidrs):
        if ipaddress.IPv4Network(cidr).prefixlen < WIDEST_PUBLIC_PREFIX:
            yield Problem(
                path=("cluster", "publicAccessCidrs", index),
                message=f"{cidr} opens the API server to {ipaddress.IPv4Network(cidr).num_addresses} addresses. "
                "Write the ranges of your offices or runners, /16 or smaller.",
            )
    for index, cidr in enumerate(config.cluster.private_access_cidrs):
        if not any(ipaddress.IPv4Network(cidr).subnet_of(private) for private in PRIVATE):
            yield Problem(
                path=("cluster", "privateAccessCidrs", index),
                message=f"{cidr} is not a private range, and only private addresses can reach a private endpoint. "
                "Write the range of a VPN or a peered VPC, e.g. 10.0.0.0/16.",
            )


def high_availability(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's highly available Redis runs on three nodes."""
    if not config.argocd.high_availability or config.cluster is None:
        return
    minimum = config.cluster.nodes.minimum
    if minimum < REDIS_NODES_HA:
        yield Problem(
            path=("cluster", "nodes", "minimum"),
            message=f"{minimum} is too few for argocd.highAvailability, whose Redis needs {REDIS_NODES_HA} nodes. "
            f"Write {REDIS_NODES_HA} or more.",
        )


RULES: tuple[Rule, ...] = (node_counts, node_type, access, api_access, high_availability)
