"""The stack's outputs: what a person or a pipeline needs next, in camelCase, without secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.argocd.webhook import ArgoCdWebhook
from components.ci.github_oidc import GithubOidc
from components.cluster.eks import Eks
from components.config.environments import EnvironmentConfig
from components.config.platform import PlatformConfig
from components.data.bootstrap import Bootstrap
from components.data.bootstrap_namespace import BootstrapNamespace
from components.data.cache import Cache
from components.data.database import Database
from components.data.storage import Storage
from components.edge.edge import Edge
from components.environments.environment import Environment, summary
from components.environments.workloads import workloads
from components.network.network import Network
from components.registry import Registry
from components.secrets.delivery import SecretDelivery
from components.secrets.entries import Secrets
from components.secrets.plan import contract
from components.sizing.instance_types import INSTANCE_TYPES, Architecture
from components.validation import capacity_sums

IMAGE_PLATFORMS: Mapping[Architecture, str] = {Architecture.X86_64: "linux/amd64", Architecture.ARM_64: "linux/arm64"}


@dataclass(kw_only=True)
class Made:
    """What a stack consists of; what its sections leave out stays None."""

    registry: Registry | None = None
    identities: GithubOidc | None = None
    network: Network | None = None
    eks: Eks | None = None
    database: Database | None = None
    cache: Cache | None = None
    edge: Edge | None = None
    webhook: ArgoCdWebhook | None = None
    bootstrap_namespace: BootstrapNamespace | None = None
    storage: dict[str, Storage] = field(default_factory=dict[str, Storage])
    """By environment, as all that follows."""
    secrets: dict[str, Secrets] = field(default_factory=dict[str, Secrets])
    bootstraps: dict[str, Bootstrap] = field(default_factory=dict[str, Bootstrap])
    deliveries: dict[str, SecretDelivery] = field(default_factory=dict[str, SecretDelivery])
    environments: dict[str, Environment] = field(default_factory=dict[str, Environment])


def _environment(config: PlatformConfig, environment: EnvironmentConfig, made: Made) -> dict[str, object]:
    storage, secrets = made.storage.get(environment.name), made.secrets.get(environment.name)
    return {
        "namespace": environment.namespace,
        "application": f"{config.system.name}-{environment.name}",
        "path": environment.path,
        "revision": environment.revision,
        "triggers": [str(trigger) for trigger in environment.deployment.triggers],
        "imageTag": environment.deployment.image_tag,
        "replicas": environment.replicas,
        "maxReplicas": environment.max_replicas or environment.replicas,
        "resourceClass": environment.resource_class,
        "hosts": list(environment.hosts),
        "variables": environment.variables,
        "databases": config.databases(environment),
        "sharedDatabase": config.shared_database(environment),
        "cacheDatabase": environment.cache_database,
        "bucket": None if storage is None else storage.bucket,
        "secretEntries": [] if secrets is None else list(secrets.names),
        "secrets": {name: list(keys) for name, keys in contract(config, environment).secrets.items()},
    }


def _aws(config: PlatformConfig, made: Made) -> dict[str, object]:
    found: dict[str, object] = {}
    if config.aws is not None:
        found |= {"accountId": config.aws.account_id, "region": config.aws.region}
    if made.registry is not None:
        found["registryUrls"] = made.registry.urls
    if made.identities is not None:
        found |= {
            "oidcProviderArn": made.identities.provider_arn,
            "pushRoleArn": made.identities.push_role_arn,
            "previewRoleArn": made.identities.preview_role_arn,
            "deployRoleArn": made.identities.deploy_role_arn,
        }
    if made.network is not None:
        found |= {
            "vpcId": made.network.vpc_id,
            "privateSubnetIds": made.network.private_subnet_ids,
            "publicSubnetIds": made.network.public_subnet_ids,
        }
    return found


def _cluster(config: PlatformConfig, made: Made) -> dict[str, object]:
    if made.eks is None or config.cluster is None or config.aws is None:
        return {}
    return {
        "clusterName": made.eks.cluster.name,
        "clusterArn": made.eks.cluster.arn,
        "clusterEndpoint": made.eks.cluster.endpoint,
        "updateKubeconfig": pulumi.Output.concat(
            "aws eks update-kubeconfig --region ", config.aws.region, " --name ", made.eks.cluster.name
        ),
        "imagePlatform": IMAGE_PLATFORMS[INSTANCE_TYPES[config.cluster.nodes.instance_type].architecture],
    }


def _data(made: Made) -> dict[str, object]:
    found: dict[str, object] = {}
    if made.database is not None:
        found |= {
            "databaseAddress": made.database.address,
            "databasePort": made.database.port,
            "databaseMasterSecretArn": made.database.master_secret_arn,
        }
    if made.cache is not None:
        found |= {
            "cacheEndpoint": made.cache.primary_endpoint,
            "cacheReaderEndpoint": made.cache.reader_endpoint,
            "cachePort": made.cache.port,
            "cacheUrlScheme": made.cache.url_scheme,
        }
    return found


def _edge(made: Made) -> dict[str, object]:
    if made.edge is None:
        return {}
    found: dict[str, object] = {
        "certificateArn": made.edge.certificate_arn,
        "firewallArn": made.edge.firewall_arn,
        "nameServers": made.edge.name_servers,
    }
    if made.webhook is not None:
        found["argocdWebhookUrl"] = made.webhook.url
    return found


def export_all(config: PlatformConfig, made: Made) -> None:
    """Export everything that the stack has."""
    outputs: dict[str, object] = {
        **_aws(config, made),
        **_cluster(config, made),
        **_data(made),
        **_edge(made),
        "argocdNamespace": config.argocd.namespace,
        "argocdApplications": [f"{config.system.name}-{environment.name}" for environment in config.environments],
        "environments": {found.name: _environment(config, found, made) for found in config.environments},
        "quotas": {
            environment.name: summary(environment, workloads(config.services, config.resource_classes, environment))
            for environment in config.environments
        },
        "capacity": capacity_sums.summary(config),
    }
    for name, value in outputs.items():
        pulumi.export(name, value)
