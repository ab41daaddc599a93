"""From the configuration to the arguments of what stands in AWS. No resource is made here."""

from dataclasses import dataclass

import pulumi_aws as aws

from components.account.account import Account
from components.account.tags import default_tags
from components.ci.github_oidc import GithubOidc, GithubOidcArgs
from components.cluster.eks import Eks, EksArgs
from components.config.ci import CiConfig
from components.config.cluster import ClusterConfig
from components.config.data import CacheConfig, DatabaseConfig
from components.config.edge import EdgeConfig
from components.config.git_urls import github_repository
from components.config.network import NetworkConfig
from components.config.platform import PlatformConfig
from components.config.registry import RegistryConfig
from components.config.types import Ownership
from components.data.cache import CacheArgs
from components.data.database import DatabaseArgs
from components.edge.edge import EdgeArgs
from components.network.network import Network, NetworkArgs
from components.registry import Registry, RegistryArgs


def account(config: PlatformConfig) -> Account | None:
    """The stack's account, or None for a stack without AWS."""
    if config.aws is None:
        return None
    return Account(
        account_id=config.aws.account_id,
        region=config.aws.region,
        permissions_boundary_name=config.aws.permissions_boundary,
    )


def aws_provider(config: PlatformConfig, account: Account) -> aws.ProviderArgs:
    """Arguments of the provider: no other account, and the stack's tags on everything."""
    return aws.ProviderArgs(
        region=account.region,
        allowed_account_ids=[account.account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=tags(config)),
    )


def tags(config: PlatformConfig) -> dict[str, str]:
    """Default tags of every AWS resource of the stack."""
    return default_tags(
        project=config.system.name, environment=config.stage, owner=config.system.owner, extra=config.system.tags
    )


def registry(config: PlatformConfig, settings: RegistryConfig, account: Account) -> RegistryArgs:
    """Arguments of the image repositories."""
    return RegistryArgs(
        settings=settings,
        account=account,
        name=config.prefix,
        repositories=config.repositories,
        protect=config.protect,
    )


def network(config: PlatformConfig, settings: NetworkConfig, account: Account) -> NetworkArgs:
    """Arguments of the network."""
    return NetworkArgs(
        name=config.prefix, settings=settings, account=account, cluster_name=config.prefix, protect=config.protect
    )


def identities(
    config: PlatformConfig, settings: CiConfig, account: Account, registry: Registry | None, state_path: str
) -> GithubOidcArgs:
    """Arguments of the CI identities; ValueError when the repository is not on GitHub, which the rules refuse first."""
    repository = config.repository
    github = github_repository(repository.url, repository.github_owner_id, repository.github_repository_id)
    if github is None:
        raise ValueError(f"{repository.url} is not on GitHub")
    return GithubOidcArgs(
        settings=settings,
        account=account,
        prefix=config.prefix,
        tags={key: value for key, value in tags(config).items() if key in ("Project", "Environment")},
        github=github,
        repository_arns=[] if registry is None else list(dict.fromkeys(registry.arns.values())),
        manages_repositories=config.registry is not None and config.registry.ownership is Ownership.CREATE,
        cluster_name=config.prefix if config.cluster is not None else None,
        nodes=config.cluster.nodes if config.cluster is not None else None,
        edge=config.edge,
        secret_prefixes=[f"{config.system.name}/{environment.name}/" for environment in config.environments],
        creates_buckets=config.creates_buckets,
        state_path=state_path,
    )


def eks(
    config: PlatformConfig,
    settings: ClusterConfig,
    account: Account,
    network: Network,
    identities: GithubOidc | None,
) -> EksArgs:
    """Arguments of the cluster."""
    return EksArgs(
        name=config.prefix,
        settings=settings,
        account=account,
        network=network,
        tags=tags(config),
        deploy_role_arn=None if identities is None else identities.deploy_role_arn,
        preview_role_arn=None if identities is None else identities.preview_role_arn,
        protect=config.protect,
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where databases and caches live, and who may reach them."""

    account: Account
    network: Network
    eks: Eks


def database(config: PlatformConfig, settings: DatabaseConfig, place: Place) -> DatabaseArgs:
    """Arguments of the database."""
    return DatabaseArgs(
        name=config.prefix,
        settings=settings,
        account=place.account,
        vpc_id=place.network.vpc_id,
        subnet_ids=place.network.private_subnet_ids,
        client_security_group_id=place.eks.node_security_group_id,
        # AWS would refuse in the middle of a destroy what Pulumi refuses in its preview.
        protect=config.protect or settings.deletion_protection,
    )


def cache(config: PlatformConfig, settings: CacheConfig, place: Place) -> CacheArgs:
    """Arguments of the cache."""
    return CacheArgs(
        name=config.prefix,
        settings=settings,
        account=place.account,
        vpc_id=place.network.vpc_id,
        subnet_ids=place.network.private_subnet_ids,
        client_security_group_id=place.eks.node_security_group_id,
        protect=config.protect,
    )


def edge(config: PlatformConfig, settings: EdgeConfig, account: Account) -> EdgeArgs:
    """Arguments of the edge: the host names of all environments."""
    hosts = [host for environment in config.environments for host in environment.hosts]
    return EdgeArgs(settings=settings, account=account, name=config.prefix, hosts=hosts, protect=config.protect)
