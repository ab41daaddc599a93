"""Rules of `cluster`: node counts and type, roles that get access, and who may call the API server."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Network

from components.argocd.pods import REDIS_NODES_HA
from components.config.base import BrokenField
from components.config.cluster import ClusterConfig
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.versions import ADDON_VERSIONS
from components.environments.plan import plan_environments
from components.sizing.instance_types import INSTANCE_TYPES, Architecture
from components.validation import capacity_sums
from components.validation.ci import ENVIRONMENT_ROLES
from components.validation.network import UNROUTED
from components.validation.offered import NODE, unavailable
from components.validation.rule import Path, Rule

WIDEST_PUBLIC_PREFIX = 16
PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")))
"""Ranges that can be routed to a VPC: RFC 1918, and RFC 6598, which some VPNs use."""
EXAMPLES_PUBLIC = ("203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24")
EXAMPLES_PRIVATE = ("10.0.0.0/16", "172.16.0.0/16", "192.168.0.0/16")


def least_nodes(config: PlatformConfig) -> Iterator[Problem]:
    """The node group starts with its minimum or more."""
    if config.cluster is None:
        return
    nodes = config.cluster.nodes
    # `high_availability` refuses so few desired nodes.
    if nodes.minimum > nodes.desired >= _redis_nodes(config):
        yield Problem(
            path=("cluster", "nodes", "minimum"),
            message=f"{nodes.minimum} is above desired {nodes.desired}. Write e.g. {nodes.desired}.",
        )


def most_nodes(config: PlatformConfig) -> Iterator[Problem]:
    """The node group starts with its maximum or fewer."""
    if config.cluster is None:
        return
    nodes = config.cluster.nodes
    if nodes.maximum < nodes.desired:
        yield Problem(
            path=("cluster", "nodes", "maximum"),
            message=f"{nodes.maximum} is below desired {nodes.desired}. Write {nodes.desired} or more.",
        )


def node_type(config: PlatformConfig) -> Iterator[Problem]:
    """The region has the instance type, and it can be a node."""
    if config.cluster is None:
        return
    name = config.cluster.nodes.instance_type
    architecture = _architecture(name)

    def runs_the_images(other: str) -> bool:
        """The images are built for one architecture."""
        return architecture in (None, INSTANCE_TYPES[other].architecture)

    yield from unavailable(
        NODE,
        name,
        ("cluster", "nodes", "instanceType"),
        config,
        related=runs_the_images,
        alike=lambda other: _fits(config, other),
    )


def _architecture(instance_type: str) -> Architecture | None:
    """By the letter g after the generation. Source: Amazon EC2, "Instance type naming conventions"."""
    match = re.fullmatch(r"(?:a1|[a-z]+\d+(?P<options>[a-z-]*))\..+", instance_type)
    if match is None:
        return None
    is_arm = match["options"] is None or "g" in match["options"]
    return Architecture.ARM_64 if is_arm else Architecture.X86_64


def _fits(config: PlatformConfig, instance_type: str) -> bool:
    """Whether nodes of a type hold everything, as far as that can be known."""
    if config.cluster is None:
        return True
    try:
        nodes = config.cluster.nodes.model_copy(update={"instance_type": instance_type})
        changed = config.model_copy(update={"cluster": config.cluster.model_copy(update={"nodes": nodes})})
        fit = capacity_sums.node_fit(changed, plan_environments(changed))
    except (BrokenField, KeyError):
        return True
    return fit is None or fit.fits


def kube_proxy(config: PlatformConfig) -> Iterator[Problem]:
    """kube-proxy is of the cluster's minor version, the only one of an add-on that its text shows."""
    cluster = config.cluster
    version = None if cluster is None else cluster.addons.kube_proxy
    if cluster is not None and version is not None and not version.startswith(f"v{cluster.version}."):
        yield Problem(
            path=("cluster", "addons", "kubeProxy"),
            message=f"{version} is not a version for Kubernetes {cluster.version}. "
            f"Write {ADDON_VERSIONS[cluster.version].kube_proxy}, or remove it.",
        )


ROLE_LISTS: tuple[tuple[str, Callable[[ClusterConfig], Sequence[str]]], ...] = (
    ("adminRoleArns", lambda cluster: cluster.admin_role_arns),
    ("deployerRoleArns", lambda cluster: cluster.deployer_role_arns),
    ("smokeTesterRoleArns", lambda cluster: cluster.smoke_tester_role_arns),
)


def _roles(cluster: ClusterConfig) -> Iterator[tuple[Path, str]]:
    """Path and ARN of each role that gets access, from the lists that can be read."""
    for key, read in ROLE_LISTS:
        with suppress(BrokenField):
            for index, arn in enumerate(read(cluster)):
                yield ("cluster", key, index), arn


def role_accounts(config: PlatformConfig) -> Iterator[Problem]:
    """Each role that gets access belongs to the stack's account."""
    if config.cluster is None or config.aws is None:
        return
    roles, account = list(_roles(config.cluster)), config.aws.account_id
    for path, arn in roles:
        own = re.sub(r"::[0-9]+:", f"::{account}:", arn)
        if arn != own:
            listed = any(_role_name(other) == _role_name(own) for place, other in roles if place != path)
            remedy = "Remove it." if listed else f"Write e.g. {own}."
            yield Problem(path=path, message=f"{arn} is not a role of account {account}. {remedy}")


def single_access(config: PlatformConfig) -> Iterator[Problem]:
    """Each role gets access once; those of CI get it without being listed."""
    if config.cluster is None:
        return
    seen: dict[str, str] = {}
    with suppress(BrokenField):
        for key, role_of in ENVIRONMENT_ROLES.items():
            with suppress(BrokenField):
                role = None if config.ci is None else role_of(config.ci)
                if role is not None:
                    seen[role.name] = f"ci.{key}"
    listed = [str(path[1]) for path, _ in _roles(config.cluster)]
    for path, arn in _roles(config.cluster):
        with suppress(BrokenField):
            if config.aws is not None and f"::{config.aws.account_id}:" not in arn:
                continue
        name = _role_name(arn)
        if name in seen:
            needed = listed.count("adminRoleArns") == 1 and path[1] == "adminRoleArns"
            remedy = "Write the ARN of another role." if needed else "Remove it."
            yield Problem(path=path, message=f"{name} already has access by {seen[name]}. {remedy}")
        seen.setdefault(name, str(path[1]))


def _role_name(arn: str) -> str:
    return arn.rpartition("/")[2]


def public_access(config: PlatformConfig) -> Iterator[Problem]:
    """The public endpoint is open to some public addresses.

    Source: EKS User Guide, Cluster API server endpoint (no reserved addresses).
    """
    if config.cluster is None:
        return
    listed = config.cluster.public_access_cidrs
    for index, text in enumerate(listed):
        path, cidr = ("cluster", "publicAccessCidrs", index), IPv4Network(text)
        if any(map(cidr.subnet_of, (*PRIVATE, *UNROUTED))):
            yield Problem(
                path=path,
                message=f"{cidr} has no addresses on the internet. If it is a VPN's range, it belongs in "
                "privateAccessCidrs. Remove it.",
            )
        elif cidr.prefixlen < WIDEST_PUBLIC_PREFIX:
            yield Problem(
                path=path,
                message=f"{cidr} opens the API server to {cidr.num_addresses} addresses. It must be a range of your "
                f"offices or runners, /{WIDEST_PUBLIC_PREFIX} or smaller. {_example(EXAMPLES_PUBLIC, listed)}",
            )


def private_access(config: PlatformConfig) -> Iterator[Problem]:
    """The private endpoint is open to private ranges only."""
    if config.cluster is None:
        return
    listed = config.cluster.private_access_cidrs
    for index, text in enumerate(listed):
        cidr = IPv4Network(text)
        if not any(map(cidr.subnet_of, PRIVATE)):
            yield Problem(
                path=("cluster", "privateAccessCidrs", index),
                message=f"{cidr} is not a private range, and only private addresses can reach a private endpoint. "
                f"It must be the range of a VPN or a peered VPC. {_example(EXAMPLES_PRIVATE, listed)}",
            )


def _example(examples: Sequence[str], listed: Sequence[str]) -> str:
    """The remedy: a range that is not in the list already."""
    free = [example for example in examples if example not in listed]
    return f"Write e.g. {free[0]}." if free else "Remove it."


def high_availability(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's highly available Redis runs on three nodes."""
    if config.cluster is None:
        return
    for key, wrong in (("minimum", "is"), ("desired", "starts")):
        with suppress(BrokenField):
            number = getattr(config.cluster.nodes, key)
            if number < _redis_nodes(config):
                yield Problem(
                    path=("cluster", "nodes", key),
                    message=f"{number} {wrong} too few for argocd.highAvailability, whose Redis needs {REDIS_NODES_HA} "
                    f"nodes. Write {REDIS_NODES_HA} or more.",
                )


def _redis_nodes(config: PlatformConfig) -> int:
    """The nodes that Argo CD's Redis needs at least."""
    with suppress(BrokenField):
        return REDIS_NODES_HA if config.argocd.high_availability else 1
    return 1


RULES: tuple[Rule, ...] = (
    least_nodes,
    most_nodes,
    node_type,
    kube_proxy,
    role_accounts,
    single_access,
    public_access,
    private_access,
    high_availability,
)
