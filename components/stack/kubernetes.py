"""From the configuration to the arguments of what stands in the cluster. No resource is made here."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from components.account.account import Account
from components.argocd.access import ArgoCdAccess, ArgoCdAccessArgs
from components.argocd.applications import ApplicationSpec, GitOpsArgs
from components.argocd.installation import ArgoCd, ArgoCdArgs
from components.argocd.webhook import ArgoCdWebhookArgs
from components.config.controllers import NodeScaling
from components.config.environments import CanaryConfig, EnvironmentConfig
from components.config.platform import PlatformConfig
from components.controllers.context import Door, HostedZone, OnAws
from components.controllers.controllers import Operators, OperatorsArgs
from components.data.bootstrap_pods import DATA_NAMESPACE
from components.edge.ingress_values import ingress_values
from components.environments.canary import CanaryArgs, steps
from components.environments.environment import EnvironmentArgs
from components.environments.workloads import running, workloads
from components.secrets.plan import environments_with_databases
from components.stack.aws import tags
from components.stack.data import environment_data
from components.stack.outputs import Made


def provider(config: PlatformConfig, made: Made) -> k8s.ProviderArgs:
    """Arguments of the provider: the cluster of this stack, or the context of one that exists."""
    if made.eks is not None:
        cluster = made.eks.cluster
        return k8s.ProviderArgs(
            kubeconfig=cluster.kubeconfig_json,
            # Without the identifier a changed kubeconfig would replace every object.
            cluster_identifier=cluster.arn,
            enable_config_map_mutable=True,
            # What the program declares is its own there: an edit by hand is taken back, not a conflict.
            enable_patch_force=True,
        )
    context = None if config.kubeconfig is None else config.kubeconfig.context
    return k8s.ProviderArgs(context=context, cluster_identifier=context, enable_config_map_mutable=True)


def operators(config: PlatformConfig, account: Account | None, made: Made) -> OperatorsArgs:
    """Arguments of the optional controllers."""
    return OperatorsArgs(
        settings=config.operators,
        scaling=NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler,
        system=config.system.name,
        prefix=config.prefix,
        on_aws=_on_aws(config, account, made),
        secret_namespaces=_secret_namespaces(config),
        control_plane_cidrs=None if made.network is None else made.network.control_plane_cidrs,
        api_server_cidrs=_api_server_cidrs(config),
    )


def _secret_namespaces(config: PlatformConfig) -> list[str]:
    """Argo CD's, the environments', and that of the Jobs that make databases where there are any."""
    environments = [environment.namespace for environment in config.environments]
    jobs = [DATA_NAMESPACE] if environments_with_databases(config) else []
    return [config.argocd.namespace, *environments, *jobs]


def _on_aws(config: PlatformConfig, account: Account | None, made: Made) -> OnAws | None:
    if account is None or config.cluster is None or made.eks is None or made.network is None:
        return None
    zone = None
    if made.edge is not None and made.edge.zone_id is not None and made.edge.zone_name is not None:
        zone = HostedZone(zone_id=made.edge.zone_id, name=made.edge.zone_name)
    return OnAws(
        account=account,
        cluster_name=made.eks.cluster.name,
        cluster_arn=account.arn("eks", f"cluster/{config.prefix}"),
        vpc_id=made.network.vpc_id,
        nodes=config.cluster.nodes,
        node_role_arn=made.eks.node_role_arn,
        node_security_group_id=made.eks.node_security_group_id,
        node_subnet_ids=made.network.private_subnet_ids,
        tags=tags(config),
        zone=zone,
        door=_door(config, made),
        secret_prefixes=config.secret_prefixes,
        # The user who makes the databases and their users logs in with it.
        secret_arns=[] if config.secrets is None or made.database is None else [made.database.master_secret_arn],
    )


def _door(config: PlatformConfig, made: Made) -> Door | None:
    if config.edge is None or made.edge is None:
        return None
    return Door(
        group=config.system.name,
        internal=config.edge.internal,
        certificate_arn=made.edge.certificate_arn,
        firewall_arn=made.edge.firewall_arn,
        https_redirect=config.edge.https_redirect,
        target_type=config.edge.target_type,
    )


def _api_server_cidrs(config: PlatformConfig) -> list[pulumi.Input[str]] | None:
    """Where pods reach the API server, or None where the cluster is not ours."""
    if config.cluster is None or config.network is None:
        return None
    return [config.network.cidr, config.cluster.service_cidr]


def argocd(config: PlatformConfig) -> ArgoCdArgs:
    """Arguments of Argo CD."""
    return ArgoCdArgs(
        settings=config.argocd, api_server_cidrs=_api_server_cidrs(config), environments=config.environments
    )


def access(config: PlatformConfig, argocd: ArgoCd, operators: Operators) -> ArgoCdAccessArgs:
    """Arguments of what Argo CD may read that is secret."""
    return ArgoCdAccessArgs(
        settings=config.argocd,
        project=config.system.name,
        repository_url=config.repository.url,
        namespace=argocd.namespace,
        environments=config.environments,
        after=operators.ready,
        release=argocd.release,
    )


def webhook(
    config: PlatformConfig, argocd: ArgoCd, access: ArgoCdAccess, operators: Operators, made: Made
) -> ArgoCdWebhookArgs | None:
    """Arguments of the door for Git webhooks; None where Argo CD has no host."""
    edge = config.edge
    if edge is None or edge.argocd_host is None or made.network is None:
        return None
    if made.edge is None or made.edge.certificate_arn is None:
        return None
    secret = () if access.webhook_secret is None else (access.webhook_secret,)
    return ArgoCdWebhookArgs(
        host=edge.argocd_host,
        system=config.system.name,
        namespace=argocd.namespace,
        certificate_arn=made.edge.certificate_arn,
        firewall_arn=made.edge.firewall_arn,
        internal=edge.internal,
        https_redirect=edge.https_redirect,
        ingress_cidrs=made.network.private_cidrs if edge.internal else made.network.public_cidrs,
        after=[*operators.ready, argocd.release, *secret],
    )


def environment(config: PlatformConfig, settings: EnvironmentConfig, made: Made) -> EnvironmentArgs:
    """Arguments of one environment."""
    public, private, control_plane = (
        ([], [], [])
        if made.network is None
        else (made.network.public_cidrs, made.network.private_cidrs, made.network.control_plane_cidrs)
    )
    endpoints = config.network is not None and bool(config.network.interface_endpoints)
    internal = config.edge is not None and config.edge.internal
    return EnvironmentArgs(
        system=config.system.name,
        settings=settings,
        workloads=workloads(config.services, config.resource_classes, settings),
        ingress_cidrs=[*(private if internal else public), *settings.ingress_cidrs],
        control_plane_cidrs=control_plane,
        data_cidrs=private,
        endpoint_cidrs=private if endpoints else [],
        database_port=made.database.port if made.database is not None and config.uses_database(settings) else None,
        cache_port=made.cache.port if made.cache is not None and config.uses_cache(settings) else None,
        database_in_namespace=settings.database_in_namespace,
        cache_in_namespace=settings.cache_in_namespace,
        values=_platform_values(config, settings, made),
    )


def _platform_values(
    config: PlatformConfig, settings: EnvironmentConfig, made: Made
) -> Mapping[str, pulumi.Input[str]]:
    """What the platform tells the services of an environment, by the names of `platform_outputs`. No secrets."""
    found: dict[str, pulumi.Input[str] | None] = {"REPOSITORY_URL": config.repository.url}
    if config.aws is not None:
        found |= {"AWS_ACCOUNT_ID": config.aws.account_id, "AWS_REGION": config.aws.region}
        if made.registry is not None:
            found["IMAGE_REGISTRY"] = f"{config.aws.account_id}.dkr.ecr.{config.aws.region}.amazonaws.com"
    if made.eks is not None:
        found["CLUSTER_URL"] = made.eks.cluster.endpoint
    if made.database is not None and config.uses_database(settings):
        found |= {"DB_HOST": made.database.address, "DB_PORT": str(made.database.port)}
    if made.cache is not None and config.uses_cache(settings):
        found |= {
            "REDIS_HOST": made.cache.primary_endpoint,
            "REDIS_PORT": str(made.cache.port),
            "REDIS_SCHEME": made.cache.url_scheme,
            "REDIS_DATABASE": str(settings.cache_database),
        }
    if made.edge is not None and config.edge is not None and settings.hosts:
        found |= {"CERTIFICATE_ARN": made.edge.certificate_arn, "FIREWALL_ARN": made.edge.firewall_arn}
        found |= ingress_values(config.edge, settings.hosts, config.services)
    if settings.canary is not None:
        found["CANARY_STEPS"] = ",".join(str(weight) for weight in steps(settings.canary))
    return {key: value for key, value in found.items() if value is not None}


def canary(settings: CanaryConfig, namespace: pulumi.Input[str], operators: Operators) -> CanaryArgs:
    """Arguments of an environment's canary."""
    return CanaryArgs(settings=settings, namespace=namespace, after=operators.ready)


def gitops(
    config: PlatformConfig, argocd: ArgoCd, access: ArgoCdAccess, operators: Operators, made: Made
) -> GitOpsArgs:
    """Arguments of project and Applications.

    Applications come after all that serves them, and are gone before it: credentials, controllers, certificate.
    """
    edge: Sequence[pulumi.Resource] = () if made.edge is None else (made.edge,)
    return GitOpsArgs(
        project=config.system.name,
        repository_url=config.repository.url,
        sso=config.argocd.sso,
        allowed=config.argocd.project,
        access=config.argocd.repository_access,
        argocd_namespace=config.argocd.namespace,
        applications=[
            ApplicationSpec(
                settings=settings,
                hpa=any(
                    workload.max_replicas > workload.replicas
                    for workload in workloads(config.services, config.resource_classes, settings)
                ),
                services=running(config.services, settings),
                after=[
                    *made.environments[settings.name].ready,
                    *environment_data(settings, made),
                    *access.secrets,
                    *operators.ready,
                    *edge,
                ],
            )
            for settings in config.environments
        ],
        argocd=argocd.release,
    )
