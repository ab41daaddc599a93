"""The stack's outputs: what a person or a pipeline needs next, in camelCase, without secrets."""

from collections.abc import Mapping, Sequence

import pulumi

from components.config.platform import PlatformConfig
from components.config.types import Ownership
from components.cost import report as cost
from components.environments.environment import summary
from components.environments.plan import EnvironmentPlan
from components.sizing.instance_types import INSTANCE_TYPES, Architecture
from components.stack.components import StackComponents
from components.validation import capacity_sums

IMAGE_PLATFORMS: Mapping[Architecture, str] = {Architecture.X86_64: "linux/amd64", Architecture.ARM_64: "linux/arm64"}


def _environment(config: PlatformConfig, plan: EnvironmentPlan, components: StackComponents) -> dict[str, object]:
    environment = plan.settings
    storage, secrets = components.storage[plan.name], components.secrets[plan.name]
    return {
        "namespace": environment.namespace,
        "application": environment.application(config.system.name),
        "path": environment.path,
        "revision": environment.revision,
        "triggers": [str(trigger) for trigger in environment.deployment.triggers],
        "imageTag": environment.deployment.image_tag,
        "replicas": environment.replicas,
        "maxReplicas": environment.max_replicas or environment.replicas,
        "resourceClass": environment.resource_class,
        "hosts": list(environment.hosts),
        "variables": environment.variables,
        "databases": plan.databases.by_service,
        "sharedDatabase": plan.databases.shared,
        "cacheDatabase": environment.cache_database,
        "bucket": None if storage is None else storage.bucket,
        "secretEntries": [] if secrets is None else list(secrets.names),
        "secrets": {name: list(keys) for name, keys in plan.secrets.secrets.items()},
    }


def _aws(config: PlatformConfig, components: StackComponents) -> dict[str, object]:
    outputs: dict[str, object] = {}
    if config.aws is not None:
        outputs |= {"accountId": config.aws.account_id, "region": config.aws.region}
    if components.registry is not None:
        outputs["registryUrls"] = components.registry.urls
    if components.identities is not None:
        outputs |= {
            "oidcProviderArn": components.identities.provider_arn,
            "pushRoleArn": components.identities.push_role_arn,
            "previewRoleArn": components.identities.preview_role_arn,
            "deployRoleArn": components.identities.deploy_role_arn,
            "smokeRoleArn": components.identities.smoke_role_arn,
        }
    if components.runner is not None:
        outputs["runnerLabel"] = components.runner.label
    if components.network is not None:
        outputs |= {
            "vpcId": components.network.vpc_id,
            "privateSubnetIds": components.network.private_subnet_ids,
            "publicSubnetIds": components.network.public_subnet_ids,
        }
    return outputs


def _cluster(config: PlatformConfig, components: StackComponents) -> dict[str, object]:
    if components.eks is None or config.cluster is None or config.aws is None:
        return {}
    return {
        "clusterName": components.eks.cluster.name,
        "clusterArn": components.eks.cluster.arn,
        "clusterEndpoint": components.eks.cluster.endpoint,
        "updateKubeconfig": pulumi.Output.concat(
            "aws eks update-kubeconfig --region ", config.aws.region, " --name ", components.eks.cluster.name
        ),
        "imagePlatform": IMAGE_PLATFORMS[INSTANCE_TYPES[config.cluster.nodes.instance_type].architecture],
    }


def _data(components: StackComponents) -> dict[str, object]:
    outputs: dict[str, object] = {}
    if components.database is not None:
        outputs |= {
            "databaseAddress": components.database.address,
            "databasePort": components.database.port,
            "databaseMasterSecretArn": components.database.master_secret_arn,
        }
    if components.cache is not None:
        outputs |= {
            "cacheEndpoint": components.cache.primary_endpoint,
            "cacheReaderEndpoint": components.cache.reader_endpoint,
            "cachePort": components.cache.port,
            "cacheUrlScheme": components.cache.url_scheme,
        }
    return outputs


def _edge(components: StackComponents) -> dict[str, object]:
    if components.edge is None:
        return {}
    outputs: dict[str, object] = {
        "certificateArn": components.edge.certificate_arn,
        "firewallArn": components.edge.firewall_arn,
        "nameServers": components.edge.name_servers,
    }
    if components.argocd_webhook is not None:
        outputs["argocdWebhookUrl"] = components.argocd_webhook.url
    return outputs


def _destroy(config: PlatformConfig) -> dict[str, list[str]]:
    """The keys that make Pulumi refuse a destroy, and those that need `existing` after one (docs/destroy.md)."""
    registry, ci, cluster, database = config.registry, config.ci, config.cluster, config.database
    protected = {
        "protect": config.protect,
        "cluster.deletionProtection": cluster is not None and cluster.deletion_protection,
        "database.deletionProtection": database is not None and database.deletion_protection,
    }
    retained = {
        "registry.ownership": registry is not None and registry.retain_on_destroy and _creates(registry.ownership),
        "ci.provider": ci is not None and ci.retain_on_destroy and _creates(ci.provider),
        "ci.pushRole.ownership": ci is not None
        and ci.retain_on_destroy
        and ci.push_role is not None
        and _creates(ci.push_role.ownership),
    }
    return {
        "protectedBy": [key for key, protects in protected.items() if protects],
        "retains": [key for key, retains in retained.items() if retains],
    }


def _creates(ownership: Ownership) -> bool:
    return ownership is Ownership.CREATE


def export_all(config: PlatformConfig, plans: Sequence[EnvironmentPlan], components: StackComponents) -> None:
    """Export everything that the stack has."""
    outputs: dict[str, object] = {
        **_aws(config, components),
        **_cluster(config, components),
        **_data(components),
        **_edge(components),
        "argocdNamespace": config.argocd.namespace,
        "argocdApplications": [plan.settings.application(config.system.name) for plan in plans],
        "environments": {plan.name: _environment(config, plan, components) for plan in plans},
        "quotas": {plan.name: summary(plan.settings, plan.workloads) for plan in plans},
        "destroy": _destroy(config),
        "capacity": capacity_sums.summary(config, plans),
        "monthlyCost": cost.output(config),
    }
    for name, value in outputs.items():
        pulumi.export(name, value)
