"""From the configuration to the arguments of the components on AWS. Creates no resource.

A function returns None for a component that the stack leaves out.
"""

import pulumi_aws as aws

from components.account.account import Account
from components.account.tags import default_tags
from components.alarms.alarms import AlarmsArgs, WatchedCache, WatchedDatabase
from components.ci.github_oidc import GithubOidcArgs
from components.ci.runner import RunnerArgs
from components.cluster.eks import EksArgs
from components.config.git_urls import github_repository
from components.config.platform import PlatformConfig
from components.config.types import Ownership
from components.data.cache import CacheArgs
from components.data.database import DatabaseArgs
from components.data.store import StoreNetwork
from components.edge.edge import EdgeArgs
from components.network.network import NetworkArgs
from components.registry import RegistryArgs
from components.stack.components import StackComponents
from components.stack.scope import stack_scope


def stack_account(config: PlatformConfig) -> Account | None:
    """The stack's account; None for a stack without AWS."""
    return None if config.aws is None else config.aws.account


def provider(config: PlatformConfig, account: Account) -> aws.ProviderArgs:
    """Restricts the provider to the stack's account and tags every resource."""
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


def registry(config: PlatformConfig) -> RegistryArgs | None:
    """The image repositories."""
    account = stack_account(config)
    if config.registry is None or account is None:
        return None
    return RegistryArgs(
        settings=config.registry,
        account=account,
        name=config.prefix,
        repositories=config.repositories,
        protect=config.protect,
    )


def identities(config: PlatformConfig, components: StackComponents, state_path: str) -> GithubOidcArgs | None:
    """The identities of GitHub Actions. `state_path`: `<project>/<stack>`."""
    scope = stack_scope(config, state_path)
    repository = config.repository
    github = github_repository(repository.url, repository.github_owner_id, repository.github_repository_id)
    if config.ci is None or scope is None or github is None:
        return None
    registry = components.registry
    return GithubOidcArgs(
        settings=config.ci,
        scope=scope,
        github=github,
        repository_arns=[] if registry is None else list(dict.fromkeys(registry.arns.values())),
        manages_repositories=config.registry is not None and config.registry.ownership is Ownership.CREATE,
    )


def network(config: PlatformConfig) -> NetworkArgs | None:
    """The VPC."""
    account = stack_account(config)
    if config.network is None or account is None:
        return None
    return NetworkArgs(
        name=config.prefix,
        settings=config.network,
        account=account,
        cluster_name=config.prefix,
        protect=config.protect,
    )


def eks(config: PlatformConfig, components: StackComponents) -> EksArgs | None:
    """The cluster."""
    account, existing = stack_account(config), components.existing
    if config.cluster is None or account is None or components.network is None or existing is None:
        return None
    identities = components.identities
    return EksArgs(
        name=config.prefix,
        settings=config.cluster,
        account=account,
        network=components.network,
        tags=tags(config),
        log_group_exists=existing.cluster_log_group,
        existing_nodes=existing.nodes,
        deploy_role_arn=None if identities is None else identities.deploy_role_arn,
        preview_role_arn=None if identities is None else identities.preview_role_arn,
        smoke_role_arn=None if identities is None else identities.smoke_role_arn,
        protect=config.protect,
    )


def runner(config: PlatformConfig, components: StackComponents) -> RunnerArgs | None:
    """The runners inside the VPC."""
    account, network, eks = stack_account(config), components.network, components.eks
    github = github_repository(config.repository.url)
    if config.ci is None or config.ci.runner is None or account is None:
        return None
    if github is None or network is None or eks is None:
        return None
    return RunnerArgs(
        name=config.prefix,
        settings=config.ci.runner,
        account=account,
        repository=github,
        vpc_id=network.vpc_id,
        subnet_ids=network.private_subnet_ids,
        egress=network.egress,
        api_security_group_id=eks.cluster.control_plane_security_group_id,
        protect=config.protect,
    )


def _store_network(components: StackComponents) -> StoreNetwork | None:
    """The private subnets, for clients on the nodes."""
    network, eks = components.network, components.eks
    if network is None or eks is None:
        return None
    return StoreNetwork(
        vpc_id=network.vpc_id,
        subnet_ids=network.private_subnet_ids,
        client_security_group_id=eks.node_security_group_id,
    )


def database(config: PlatformConfig, components: StackComponents) -> DatabaseArgs | None:
    """The database in the private subnets."""
    settings, account, network = config.database, stack_account(config), _store_network(components)
    if settings is None or account is None or network is None:
        return None
    return DatabaseArgs(
        name=config.prefix,
        settings=settings,
        account=account,
        network=network,
        # AWS would refuse in the middle of a destroy; Pulumi refuses in its preview.
        protect=config.protect or settings.deletion_protection,
    )


def cache(config: PlatformConfig, components: StackComponents) -> CacheArgs | None:
    """The cache in the private subnets."""
    settings, account, network = config.cache, stack_account(config), _store_network(components)
    if settings is None or account is None or network is None:
        return None
    return CacheArgs(
        name=config.prefix,
        settings=settings,
        account=account,
        network=network,
        protect=config.protect,
    )


def edge(config: PlatformConfig) -> EdgeArgs | None:
    """Certificate, firewall and zone for the host names of all environments."""
    account = stack_account(config)
    if config.edge is None or account is None or config.cluster is None:
        return None
    hosts = [host for environment in config.environments for host in environment.hosts]
    return EdgeArgs(settings=config.edge, account=account, name=config.prefix, hosts=hosts, protect=config.protect)


def alarms(config: PlatformConfig, components: StackComponents) -> AlarmsArgs | None:
    """The alarms of what the stack has."""
    account, network, eks = stack_account(config), components.network, components.eks
    if config.alarms is None or account is None or network is None or eks is None:
        return None
    database = cache = None
    if config.database is not None and components.database is not None:
        database = WatchedDatabase(settings=config.database, identifier=components.database.instance_identifier)
    if config.cache is not None and components.cache is not None:
        cache = WatchedCache(settings=config.cache, replication_group_id=components.cache.replication_group_id)
    return AlarmsArgs(
        name=config.prefix,
        settings=config.alarms,
        account=account,
        tags=tags(config),
        database=database,
        cache=cache,
        nat_gateways=network.nat_gateway_ids,
        auto_scaling_group=eks.auto_scaling_group,
        certificate_arn=None if components.edge is None else components.edge.certificate_arn,
        protect=config.protect,
    )
