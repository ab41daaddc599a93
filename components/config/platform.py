"""The whole configuration of a stack: one frozen object."""

from pydantic import Field

from components.config.argocd import ArgoCdConfig
from components.config.base import Section
from components.config.catalogue import (
    ContainerResources,
    RepositoryConfig,
    ServiceConfig,
    SystemConfig,
)
from components.config.cluster import ClusterConfig, KubeconfigConfig
from components.config.controllers import OperatorsConfig
from components.config.data import CacheConfig, DatabaseConfig
from components.config.edge import EdgeConfig
from components.config.environments import EnvironmentConfig
from components.config.network import AwsConfig, NetworkConfig
from components.config.registry import CiConfig, RegistryConfig
from components.config.secrets import SecretsConfig, SecretsManagerConfig
from components.config.storage import StorageConfig
from components.config.types import DnsLabel, Stage


class PlatformConfig(Section):
    """Everything a stack file and the project file say. A section that is absent makes nothing."""

    system: SystemConfig = Field(description="Whose platform this is.")
    repository: RepositoryConfig = Field(description="The Git repository.")
    resource_classes: dict[DnsLabel, ContainerResources] = Field(
        default={}, description="Resources of services that do not state a class themselves."
    )
    services: tuple[ServiceConfig, ...] = Field(min_length=1, description="The service catalogue.")
    secrets: SecretsConfig | None = Field(
        default=None,
        description="What the services read that is secret. Without it they get no Secret, and `database` is an empty "
        "instance: databases, users and passwords are whoever's that leaves it out.",
    )
    stage: Stage = Field(description="Name of the stack's stage; value of the tag `Environment`.")
    protect: bool = Field(
        default=True,
        description="Pulumi refuses to delete or replace what holds data: database, cache, keys, repositories.",
    )
    aws: AwsConfig | None = Field(default=None, description="Account and region; absent for a local cluster.")
    network: NetworkConfig | None = Field(default=None, description="The VPC.")
    cluster: ClusterConfig | None = Field(default=None, description="The EKS cluster.")
    kubeconfig: KubeconfigConfig | None = Field(
        default=None, description="A cluster that exists, in place of `cluster`."
    )
    registry: RegistryConfig | None = Field(default=None, description="Image repositories.")
    ci: CiConfig | None = Field(default=None, description="Identities of GitHub Actions.")
    database: DatabaseConfig | None = Field(default=None, description="PostgreSQL.")
    cache: CacheConfig | None = Field(default=None, description="Valkey.")
    storage: StorageConfig | None = Field(default=None, description="Buckets on S3.")
    secrets_manager: SecretsManagerConfig = Field(
        default=SecretsManagerConfig(), description="The entries of `secrets` in AWS Secrets Manager."
    )
    edge: EdgeConfig | None = Field(default=None, description="Host names, certificate and firewall.")
    operators: OperatorsConfig = Field(default=OperatorsConfig(), description="Optional controllers of the cluster.")
    argocd: ArgoCdConfig = Field(default=ArgoCdConfig(), description="Argo CD.")
    environments: tuple[EnvironmentConfig, ...] = Field(min_length=1, description="Environments on the cluster.")

    @property
    def prefix(self) -> str:
        """`<system>-<stage>`: what this stack's AWS resources are called."""
        return f"{self.system.name}-{self.stage}"

    @property
    def local(self) -> bool:
        """Whether the stack takes a cluster that exists already, known by its kubeconfig, and has none of its own."""
        return self.kubeconfig is not None and self.cluster is None

    @property
    def repositories(self) -> dict[str, str]:
        """ECR repository of each service, by the service's name."""
        return {service.name: service.repository or f"{self.system.name}/{service.name}" for service in self.services}

    @property
    def secret_prefixes(self) -> list[str]:
        """Entries of Secrets Manager that may come into the cluster: its environments' and Argo CD's."""
        owners = {self.stage, "argocd", *(environment.name for environment in self.environments)}
        return sorted(f"{self.system.name}/{owner}/" for owner in owners)

    def uses_database(self, environment: EnvironmentConfig) -> bool:
        """Whether an environment's databases are on the stack's instance, and not in its own namespace."""
        return self.database is not None and environment.database_in_namespace is None

    def uses_cache(self, environment: EnvironmentConfig) -> bool:
        """Whether an environment uses the stack's cache, and not one in its own namespace."""
        return self.cache is not None and environment.cache_in_namespace is None

    @property
    def stores_objects(self) -> bool:
        """Whether the stack makes buckets: a stack on EKS with services that want one."""
        return self.cluster is not None and self.storage is not None and any(s.storage for s in self.services)
