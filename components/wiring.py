"""From the configuration to the arguments that need several sections at once. No resource is made here."""

from collections.abc import Mapping

import pulumi

from components.account import Account
from components.argocd import ArgoCd
from components.config import PlatformConfig
from components.config.cluster import ClusterConfig
from components.config.environments import EnvironmentConfig
from components.config.registry import CiConfig
from components.config.types import Ownership
from components.eks import EksArgs
from components.environment import Environment, EnvironmentArgs
from components.exports import Made
from components.github import github_repository
from components.github_oidc import GithubOidc, GithubOidcArgs
from components.gitops import ApplicationSpec, GitOpsArgs
from components.network import Network
from components.registry import Registry
from components.tags import default_tags
from components.workloads import workloads


def account(config: PlatformConfig) -> Account | None:
    """The stack's account, or None for a stack without AWS."""
    if config.aws is None:
        return None
    return Account(
        account_id=config.aws.account_id,
        region=config.aws.region,
        permissions_boundary_name=config.aws.permissions_boundary,
    )


def tags(config: PlatformConfig) -> dict[str, str]:
    """Default tags of every AWS resource of the stack."""
    return default_tags(
        project=config.system.name, environment=config.stage, owner=config.system.owner, extra=config.system.tags
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
        repository_arns=[] if registry is None else list(registry.arns.values()),
        manages_repositories=config.registry is not None and config.registry.ownership is Ownership.CREATE,
        cluster_name=config.prefix if config.cluster is not None else None,
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


def api_server_cidrs(config: PlatformConfig) -> list[pulumi.Input[str]] | None:
    """Where pods reach the API server, or None where the cluster is not ours."""
    if config.cluster is None or config.network is None:
        return None
    return [config.network.cidr, config.cluster.service_cidr]


def environment(config: PlatformConfig, settings: EnvironmentConfig, made: Made) -> EnvironmentArgs:
    """Arguments of one environment."""
    private, control_plane = (
        ([], []) if made.network is None else (made.network.private_cidrs, made.network.control_plane_cidrs)
    )
    endpoints = config.network is not None and bool(config.network.interface_endpoints)
    return EnvironmentArgs(
        system=config.system.name,
        settings=settings,
        workloads=workloads(config.services, config.resource_classes, settings),
        ingress_cidrs=[] if made.network is None else made.network.public_cidrs,
        control_plane_cidrs=control_plane,
        data_cidrs=private,
        endpoint_cidrs=private if endpoints else [],
        database_port=None if made.database is None else made.database.port,
        cache_port=None if made.cache is None else made.cache.port,
        values=_platform_values(config, settings, made),
    )


def _platform_values(
    config: PlatformConfig, settings: EnvironmentConfig, made: Made
) -> Mapping[str, pulumi.Input[str]]:
    """What the platform tells the services of an environment, by environment variable. No secrets."""
    found: dict[str, pulumi.Input[str]] = {}
    if config.aws is not None:
        found |= {"AWS_ACCOUNT_ID": config.aws.account_id, "AWS_REGION": config.aws.region}
    if made.registry is not None and config.aws is not None:
        found["IMAGE_REGISTRY"] = f"{config.aws.account_id}.dkr.ecr.{config.aws.region}.amazonaws.com"
    if made.database is not None:
        found |= {"DB_HOST": made.database.address, "DB_PORT": str(made.database.port)}
    if made.cache is not None:
        found |= {
            "REDIS_HOST": made.cache.primary_endpoint,
            "REDIS_PORT": str(made.cache.port),
            "REDIS_SCHEME": made.cache.url_scheme,
            "REDIS_DATABASE": str(settings.cache_database),
        }
    return found


def gitops(config: PlatformConfig, argocd: ArgoCd, environments: Mapping[str, Environment]) -> GitOpsArgs:
    """Arguments of project and Applications."""
    return GitOpsArgs(
        project=config.system.name,
        repository_url=config.repository.url,
        argocd_namespace=config.argocd.namespace,
        sso=config.argocd.sso,
        applications=[
            ApplicationSpec(
                settings=settings,
                hpa=any(
                    workload.max_replicas > workload.replicas
                    for workload in workloads(config.services, config.resource_classes, settings)
                ),
                after=environments[settings.name].ready,
            )
            for settings in config.environments
        ],
        argocd=argocd.release,
    )
