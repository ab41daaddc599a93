"""Rules between sections, and inside those that describe cluster, registry and CI."""

import ipaddress
from collections.abc import Iterator

from components.config.controllers import NodeScaling
from components.config.git_urls import github_repository, has_blocked_port
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership
from components.environments.plan import plan_environments
from components.validation.environment_rules import RESERVED_NAMESPACES

WIDEST_PUBLIC_PREFIX = 16
REDIS_NODES = 3
NEEDS_CLUSTER_OF_OURS = ("network", "database", "cache", "storage", "edge")
"""Sections whose resources live beside a cluster that the stack makes, in its network."""


def sections(config: PlatformConfig) -> Iterator[Problem]:
    """Sections that another one needs, and exactly one cluster: made here or known by its kubeconfig."""
    needs: dict[str, tuple[str, ...]] = {
        "network": ("aws",), "cluster": ("aws", "network"), "registry": ("aws",), "ci": ("aws",),
        "database": ("aws", "network", "cluster"), "cache": ("aws", "network", "cluster"), "edge": ("aws", "cluster"),
        "storage": ("aws", "network", "cluster"),
    }  # fmt: skip
    present = {name for name in (*needs, "aws") if getattr(config, name) is not None}
    if config.local:
        for section in (name for name in NEEDS_CLUSTER_OF_OURS if name in present):
            # Of what it needs besides nothing would help: it is not told.
            present.remove(section)
            yield Problem(
                path=(section,),
                message="is not for a cluster that exists already (kubeconfig). Leave it out, "
                "or write cluster in place of kubeconfig.",
            )
    # Where no cluster is named at all, that is said once, below.
    nowhere = {"cluster"} if config.cluster is None and config.kubeconfig is None else set[str]()
    for section, required in needs.items():
        for missing in (name for name in required if section in present and name not in present | nowhere):
            yield Problem(path=(section,), message=f"needs the section {missing}. Add it, or leave {section} out.")
    if config.cluster is None and config.kubeconfig is None:
        yield Problem(
            path=("cluster",),
            message="is missing, and so is kubeconfig. Write cluster for EKS, "
            "or kubeconfig with the context of a cluster that exists.",
        )
    if config.cluster is not None and config.kubeconfig is not None:
        yield Problem(
            path=("kubeconfig",),
            message="stands beside cluster, and a stack has one. Take kubeconfig out for a cluster on EKS, "
            "or cluster for the one that exists.",
        )


def possible(config: PlatformConfig) -> PlatformConfig:
    """The configuration as the other rules see it: without sections that the cluster cannot have.

    `sections` refuses them; what would follow from them (a prefix, a controller, a firewall) the next run would refuse.
    """
    return config.model_copy(update=dict.fromkeys(NEEDS_CLUSTER_OF_OURS)) if config.local else config


def unread(config: PlatformConfig) -> Iterator[Problem]:
    """Keys that nothing reads in this stack: whoever wrote them expects something that does not happen."""
    if config.aws is not None and config.local and config.registry is None and config.ci is None:
        yield Problem(
            path=("aws",),
            message="is read by nothing: this stack has no cluster, registry or ci on AWS. Leave it out.",
        )
    if config.local and "secrets_manager" in config.model_fields_set:
        yield Problem(
            path=("secretsManager",),
            message="is read by nothing: no entry comes into a cluster that exists already (kubeconfig). Leave it out.",
        )
    if config.cluster is not None and "secrets_manager" in config.model_fields_set:
        plans = plan_environments(config)
        if not any(plan.secrets.entries for plan in plans):
            remedy = "Add the section secrets, or leave it out" if config.secrets is None else "Leave it out"
            yield Problem(
                path=("secretsManager",), message=f"is read by nothing: the program fills no entry. {remedy}."
            )
    yield from _unused_data(config)
    if config.cluster is None and not config.local:
        # Which cluster it will be decides what is read.
        return
    scaling = NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler
    for key, field, scaler in (
        ("clusterAutoscaler", "cluster_autoscaler", NodeScaling.CLUSTER_AUTOSCALER),
        ("karpenter", "karpenter", NodeScaling.KARPENTER),
    ):
        if field in config.operators.model_fields_set and scaling is not scaler:
            yield Problem(
                path=("operators", key),
                message=f"is read by nothing: it does not scale the nodes here. {_scaled(config, scaler)}.",
            )
    for index, environment in enumerate(config.environments):
        if environment.hosts and config.edge is None:
            remedy = "Leave it out" if config.cluster is None else "Add the section edge, or leave it out"
            yield Problem(
                path=("environments", index, "hosts"),
                message=f"is read by nothing: without edge there is neither certificate nor record for it. {remedy}.",
            )


def _unused_data(config: PlatformConfig) -> Iterator[Problem]:
    """A database or cache of the stack's own that is paid for, and every environment runs one in its namespace."""
    for section, key, unused in (
        (
            "database",
            "databaseInNamespace",
            config.database is not None
            and not any(config.uses_database(e) or e.database_prefix is not None for e in config.environments),
        ),
        (
            "cache",
            "cacheInNamespace",
            config.cache is not None
            and not any(config.uses_cache(e) or e.cache_database is not None for e in config.environments),
        ),
    ):
        if unused:
            yield Problem(
                path=(section,),
                message=f"is used by no environment: each runs its own ({key}). Leave {section} out, or {key}.",
            )


def _scaled(config: PlatformConfig, scaler: NodeScaling) -> str:
    """What makes a scaler's chart be read."""
    if config.cluster is None:
        return "Leave it out"
    if config.cluster.nodes.scaling is scaler:
        return "Write a cluster.nodes.maximum above minimum, or leave it out"
    return f"Write cluster.nodes.scaling: {scaler}, or leave it out"


def cluster(config: PlatformConfig) -> Iterator[Problem]:
    """Node counts in order, roles of this account and each once, an API server that is not open to everyone."""
    cluster = config.cluster
    if cluster is None or config.aws is None:
        return
    nodes = cluster.nodes
    if not nodes.minimum <= nodes.desired <= nodes.maximum:
        yield Problem(
            path=("cluster", "nodes"),
            message=f"minimum {nodes.minimum}, desired {nodes.desired} and maximum {nodes.maximum} "
            "contradict each other. Write minimum <= desired <= maximum.",
        )
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
                    path=("cluster", key, index), message=f"{role} has its access already. Take one of the two out."
                )
            seen.add(role)
            if f"::{config.aws.account_id}:" not in arn:
                yield Problem(
                    path=("cluster", key, index),
                    message=f"{arn} is not a role of account {config.aws.account_id}. Write a role of that account.",
                )
    for index, cidr in enumerate(cluster.public_access_cidrs):
        if ipaddress.IPv4Network(cidr).prefixlen < WIDEST_PUBLIC_PREFIX:
            yield Problem(
                path=("cluster", "publicAccessCidrs", index),
                message=f"{cidr} opens the API server to {ipaddress.IPv4Network(cidr).num_addresses} addresses. "
                "Write the ranges of your offices or runners, /16 or smaller.",
            )


def ci(config: PlatformConfig) -> Iterator[Problem]:
    """A repository on GitHub with both ids or none, a cap on the role that makes roles, a registry to push to."""
    if config.ci is None or config.aws is None:
        return
    if github_repository(config.repository.url) is None and not has_blocked_port(config.repository.url):
        yield Problem(
            path=("repository", "url"),
            message=f"{config.repository.url} is not on GitHub, and ci makes roles for GitHub Actions. Leave ci out.",
        )
    if (config.repository.github_owner_id is None) != (config.repository.github_repository_id is None):
        yield Problem(
            path=("repository",), message="githubOwnerId and githubRepositoryId go together. Write both, or neither."
        )
    if config.ci.deploy_role is not None and config.aws.permissions_boundary is None:
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message="is missing, and ci.deployRole can make roles. Write the name of the policy that caps them.",
        )
    if (
        config.ci.push_role is not None
        and config.ci.push_role.ownership is Ownership.CREATE
        and config.registry is None
    ):
        yield Problem(path=("ci", "pushRole"), message="has no repositories to push to. Add the section registry.")


def argocd(config: PlatformConfig) -> Iterator[Problem]:
    """A namespace of its own, an address that sign-in and messages lead to, three nodes for high availability."""
    settings = config.argocd
    if settings.namespace in RESERVED_NAMESPACES:
        yield Problem(
            path=("argocd", "namespace"), message=f"{settings.namespace!r} is somebody else's. Write e.g. argocd."
        )
    if settings.sso is not None and settings.url is None:
        yield Problem(
            path=("argocd", "url"),
            message="is missing, and sign-in comes back to it. Write e.g. https://argocd.example.com.",
        )
    if settings.notifications is not None and settings.url is None:
        yield Problem(
            path=("argocd", "url"),
            message="is missing, and messages link to it: localhost is nowhere for who reads them. "
            "Write e.g. https://argocd.example.com.",
        )
    if settings.high_availability and config.cluster is not None and config.cluster.nodes.minimum < REDIS_NODES:
        yield Problem(
            path=("cluster", "nodes", "minimum"),
            message=f"{config.cluster.nodes.minimum} nodes do not hold argocd.highAvailability, whose Redis wants "
            f"{REDIS_NODES}. Write {REDIS_NODES} or more.",
        )
