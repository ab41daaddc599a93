"""From the configuration to the arguments of the components inside the cluster. Creates no resource.

A function returns None for a component that the stack or the environment leaves out.
"""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_kubernetes as k8s

from components.argocd.access import ArgoCdAccessArgs
from components.argocd.applications import ApplicationSpec, GitOpsArgs
from components.argocd.installation import ArgoCdArgs
from components.argocd.specs import application_namespaces, confined
from components.argocd.webhook import ArgoCdWebhookArgs
from components.config.controllers import NodeScaling
from components.config.platform import PlatformConfig
from components.controllers.context import EksContext, HostedZone, IngressClassSettings
from components.controllers.controllers import ControllersArgs
from components.edge.ingress_values import ingress_values
from components.environments.canary import CanaryArgs, steps
from components.environments.environment import EnvironmentArgs
from components.environments.plan import EnvironmentPlan, bootstrapped
from components.kubernetes.names import DATA_NAMESPACE
from components.stack import data
from components.stack.aws import stack_account, tags
from components.stack.components import StackComponents

Plans = Sequence[EnvironmentPlan]


def provider(config: PlatformConfig, components: StackComponents) -> k8s.ProviderArgs:
    """The cluster of this stack, or the context of an existing one."""
    if components.eks is not None:
        cluster = components.eks.cluster
        return k8s.ProviderArgs(
            kubeconfig=cluster.kubeconfig_json,
            # Without the identifier a changed kubeconfig would replace every object.
            cluster_identifier=cluster.arn,
            enable_config_map_mutable=True,
            # The program owns the fields that it declares: a manual edit is reverted instead of causing a conflict.
            enable_patch_force=True,
        )
    context = None if config.kubeconfig is None else config.kubeconfig.context
    return k8s.ProviderArgs(context=context, cluster_identifier=context, enable_config_map_mutable=True)


def controllers(config: PlatformConfig, plans: Plans, components: StackComponents) -> ControllersArgs:
    """The optional controllers."""
    namespaces = [config.argocd.namespace, *(environment.namespace for environment in config.environments)]
    if bootstrapped(plans):
        namespaces.append(DATA_NAMESPACE)
    return ControllersArgs(
        settings=config.operators,
        scaling=NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler,
        system=config.system.name,
        prefix=config.prefix,
        eks=_eks_context(config, components),
        secret_namespaces=namespaces,
        control_plane_cidrs=None if components.network is None else components.network.control_plane_cidrs,
        api_server_cidrs=_api_server_cidrs(config),
    )


def _eks_context(config: PlatformConfig, components: StackComponents) -> EksContext | None:
    account = stack_account(config)
    network, eks, edge = components.network, components.eks, components.edge
    if account is None or config.cluster is None or eks is None or network is None:
        return None
    zone = None
    if edge is not None and edge.zone_id is not None and edge.zone_name is not None:
        zone = HostedZone(zone_id=edge.zone_id, name=edge.zone_name)
    database = None if config.secrets is None else components.database
    return EksContext(
        account=account,
        cluster_name=eks.cluster.name,
        cluster_arn=account.cluster_arn(config.prefix),
        kubernetes_version=config.cluster.version,
        vpc_id=network.vpc_id,
        nodes=config.cluster.nodes,
        node_role_arn=eks.node_role_arn,
        node_security_group_id=eks.node_security_group_id,
        node_subnet_ids=network.private_subnet_ids,
        tags=tags(config),
        zone=zone,
        ingress_class=_ingress_class(config, components),
        secret_prefixes=config.secret_prefixes,
        # The bootstrap Job logs in as the master user.
        secret_arns=[] if database is None else [database.master_secret_arn],
    )


def _ingress_class(config: PlatformConfig, components: StackComponents) -> IngressClassSettings | None:
    if config.edge is None or components.edge is None:
        return None
    return IngressClassSettings(
        group=config.system.name,
        internal=config.edge.internal,
        certificate_arn=components.edge.certificate_arn,
        firewall_arn=components.edge.firewall_arn,
        https_redirect=config.edge.https_redirect,
        target_type=config.edge.target_type,
    )


def _api_server_cidrs(config: PlatformConfig) -> list[pulumi.Input[str]] | None:
    """Where pods reach the API server; None on a cluster that the stack does not create."""
    if config.cluster is None or config.network is None:
        return None
    return [config.network.cidr, config.cluster.service_cidr]


def argocd(config: PlatformConfig) -> ArgoCdArgs:
    """Argo CD."""
    return ArgoCdArgs(
        settings=config.argocd, api_server_cidrs=_api_server_cidrs(config), environments=config.environments
    )


def argocd_access(config: PlatformConfig, components: StackComponents) -> ArgoCdAccessArgs:
    """The Secrets that Argo CD reads."""
    return ArgoCdAccessArgs(
        settings=config.argocd,
        project=config.system.name,
        repository_url=config.repository.url,
        namespace=components.argocd.namespace,
        environments=config.environments,
        after=components.controllers.ready,
        release=components.argocd.release,
    )


def argocd_webhook(config: PlatformConfig, components: StackComponents) -> ArgoCdWebhookArgs | None:
    """The Ingress for Git webhooks; None without `edge.argocdHost`."""
    settings, edge, network = config.edge, components.edge, components.network
    if settings is None or settings.argocd_host is None or network is None:
        return None
    if edge is None or edge.certificate_arn is None:
        return None
    secret = () if components.argocd_access.webhook_secret is None else (components.argocd_access.webhook_secret,)
    return ArgoCdWebhookArgs(
        host=settings.argocd_host,
        system=config.system.name,
        namespace=components.argocd.namespace,
        certificate_arn=edge.certificate_arn,
        firewall_arn=edge.firewall_arn,
        internal=settings.internal,
        https_redirect=settings.https_redirect,
        ingress_cidrs=network.private_cidrs if settings.internal else network.public_cidrs,
        after=[*components.controllers.ready, components.argocd.release, *secret],
    )


def environment(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> EnvironmentArgs:
    """One environment."""
    settings, network = plan.settings, components.network
    public, private, control_plane = (
        ([], [], []) if network is None else (network.public_cidrs, network.private_cidrs, network.control_plane_cidrs)
    )
    database = components.database if plan.uses_database else None
    cache = components.cache if plan.uses_cache else None
    endpoints = config.network is not None and bool(config.network.interface_endpoints)
    internal = config.edge is not None and config.edge.internal
    namespaces = application_namespaces(config.environments)
    return EnvironmentArgs(
        system=config.system.name,
        settings=settings,
        workloads=plan.workloads,
        image_repositories=plan.image_repositories,
        argocd_namespace=config.argocd.namespace if confined(config.argocd.project, namespaces) else None,
        ingress_cidrs=[*(private if internal else public), *settings.ingress_cidrs],
        control_plane_cidrs=control_plane,
        data_cidrs=private,
        endpoint_cidrs=private if endpoints else [],
        database_port=None if database is None else database.port,
        cache_port=None if cache is None else cache.port,
        database_in_namespace=settings.database_in_namespace,
        cache_in_namespace=settings.cache_in_namespace,
        values=_platform_values(config, plan, components),
    )


def _platform_values(
    config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents
) -> Mapping[str, pulumi.Input[str]]:
    """Values of the variables that `plan.platform_variables` names. No secrets."""
    settings, edge = plan.settings, components.edge
    values: dict[str, pulumi.Input[str] | None] = {"REPOSITORY_URL": config.repository.url}
    if config.aws is not None:
        values |= {"AWS_ACCOUNT_ID": config.aws.account_id, "AWS_REGION": config.aws.region}
        if components.registry is not None:
            values["IMAGE_REGISTRY"] = config.aws.account.registry_host
    if components.eks is not None:
        values["CLUSTER_URL"] = components.eks.cluster.endpoint
    if components.database is not None and plan.uses_database:
        values |= {"DB_HOST": components.database.address, "DB_PORT": str(components.database.port)}
    if components.cache is not None and plan.uses_cache:
        values |= {
            "REDIS_HOST": components.cache.primary_endpoint,
            "REDIS_PORT": str(components.cache.port),
            "REDIS_SCHEME": components.cache.url_scheme,
            "REDIS_DATABASE": str(settings.cache_database),
        }
    if edge is not None and config.edge is not None and settings.hosts:
        values |= {"CERTIFICATE_ARN": edge.certificate_arn, "FIREWALL_ARN": edge.firewall_arn}
        values |= ingress_values(config.edge, settings.hosts, config.services)
    if settings.canary is not None:
        values["CANARY_STEPS"] = ",".join(str(weight) for weight in steps(settings.canary))
    return {key: value for key, value in values.items() if value is not None}


def canary(plan: EnvironmentPlan, components: StackComponents) -> CanaryArgs | None:
    """The analysis of the environment's canaries."""
    if plan.settings.canary is None:
        return None
    namespace = components.environments[plan.name].namespace
    return CanaryArgs(settings=plan.settings.canary, namespace=namespace, after=components.controllers.ready)


def applications(config: PlatformConfig, plans: Plans, components: StackComponents) -> GitOpsArgs:
    """The AppProject and the Applications.

    Applications depend on everything that serves them (credentials, controllers, certificate) and are deleted first.
    """
    edge: Sequence[pulumi.Resource] = () if components.edge is None else (components.edge,)
    return GitOpsArgs(
        project=config.system.name,
        repository_url=config.repository.url,
        sso=config.argocd.sso,
        allowed=config.argocd.project,
        access=config.argocd.repository_access,
        argocd_namespace=config.argocd.namespace,
        applications=[
            ApplicationSpec(
                settings=plan.settings,
                hpa=plan.autoscaled,
                services=plan.running,
                after=[
                    *components.environments[plan.name].ready,
                    *data.dependencies(plan, components),
                    *components.argocd_access.secrets,
                    *components.controllers.ready,
                    *edge,
                ],
            )
            for plan in plans
        ],
        argocd=components.argocd.release,
    )
