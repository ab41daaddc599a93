"""The whole configuration of a stack: one frozen object."""

from typing import Annotated

from pydantic import Field

from components.config.alarms import AlarmsConfig
from components.config.argocd import ArgoCdConfig
from components.config.aws import AwsConfig
from components.config.base import Section
from components.config.catalogue import (
    ContainerResources,
    RepositoryConfig,
    ServiceConfig,
    SystemConfig,
)
from components.config.ci import CiConfig
from components.config.cluster import ClusterConfig, KubeconfigConfig
from components.config.controllers import OperatorsConfig
from components.config.data import CacheConfig, DatabaseConfig
from components.config.edge import EdgeConfig
from components.config.environments import EnvironmentConfig
from components.config.network import NetworkConfig
from components.config.registry import RegistryConfig
from components.config.secrets import SecretsConfig, SecretsManagerConfig
from components.config.storage import StorageConfig
from components.config.types import DnsLabel, Stage, Text, matching

KeyPath = Annotated[
    str, matching(r"[a-zA-Z]+(\.[a-zA-Z]+|\[[0-9]+\])*", "the path of a key in a stack file", "database.multiAz")
]
Reason = Annotated[Text, Field(min_length=10, max_length=200)]


class PlatformConfig(Section):
    """The configuration in the project file and the stack file. Without its section, a part is not created."""

    system: SystemConfig = Field(description="The system that the platform is for.")
    repository: RepositoryConfig = Field(description="The Git repository.")
    resource_classes: dict[DnsLabel, ContainerResources] = Field(
        default={}, description="Resources by class, for services that do not define the class themselves."
    )
    services: tuple[ServiceConfig, ...] = Field(min_length=1, description="The service catalogue.")
    secrets: SecretsConfig | None = Field(
        default=None,
        description="Secrets of the services. Without it, the program creates no Secrets, and `database` is an empty "
        "instance: create databases, users and passwords yourself.",
    )
    stage: Stage = Field(description="Name of the stack's stage; value of the tag `Environment`.")
    protect: bool = Field(
        default=True,
        description="Pulumi refuses to delete or replace resources that hold data: database, cache, keys, "
        "repositories.",
    )
    exceptions: dict[KeyPath, Reason] = Field(
        default={},
        description="With `protect`, settings that could lose data or stop the system are refused unless they are "
        "listed here by their key path, for example `cache.multiAz`, with the reason. Every preview shows them.",
    )
    aws: AwsConfig | None = Field(default=None, description="Account and region; not needed for a local cluster.")
    network: NetworkConfig | None = Field(default=None, description="The VPC.")
    cluster: ClusterConfig | None = Field(default=None, description="The EKS cluster.")
    kubeconfig: KubeconfigConfig | None = Field(default=None, description="An existing cluster, instead of `cluster`.")
    registry: RegistryConfig | None = Field(default=None, description="Image repositories.")
    ci: CiConfig | None = Field(default=None, description="IAM roles for GitHub Actions.")
    database: DatabaseConfig | None = Field(default=None, description="PostgreSQL.")
    cache: CacheConfig | None = Field(default=None, description="Valkey.")
    storage: StorageConfig | None = Field(default=None, description="S3 buckets.")
    secrets_manager: SecretsManagerConfig = Field(
        default=SecretsManagerConfig(), description="Storage of `secrets` in AWS Secrets Manager."
    )
    edge: EdgeConfig | None = Field(default=None, description="Hosted zone, certificate and web ACL.")
    alarms: AlarmsConfig | None = Field(
        default=None, description="Alarms, events of the database and a budget, sent to mail addresses or URLs."
    )
    operators: OperatorsConfig = Field(default=OperatorsConfig(), description="Optional controllers of the cluster.")
    argocd: ArgoCdConfig = Field(default=ArgoCdConfig(), description="Argo CD.")
    environments: tuple[EnvironmentConfig, ...] = Field(min_length=1, description="Environments on the cluster.")

    @property
    def prefix(self) -> str:
        """`<system>-<stage>`, the prefix of this stack's AWS resources."""
        return f"{self.system.name}-{self.stage}"

    @property
    def local(self) -> bool:
        """Whether the stack uses an existing cluster, through its kubeconfig, instead of creating one."""
        return self.kubeconfig is not None and self.cluster is None

    @property
    def repositories(self) -> dict[str, str]:
        """Name of the ECR repository by service."""
        return {service.name: service.repository or f"{self.system.name}/{service.name}" for service in self.services}

    @property
    def secret_prefixes(self) -> list[str]:
        """Name prefixes of the entries in Secrets Manager that the cluster may read: its environments', Argo CD's."""
        owners = {self.stage, "argocd", *(environment.name for environment in self.environments)}
        return sorted(self.secret_prefix(owner) for owner in owners)

    def secret_prefix(self, owner: str) -> str:
        """Name prefix of one owner's entries in Secrets Manager, for example of an environment's."""
        return f"{self.system.name}/{owner}/"

    def uses_database(self, environment: EnvironmentConfig) -> bool:
        """Whether an environment's databases are on the stack's instance instead of in its namespace."""
        return self.database is not None and environment.database_in_namespace is None

    def uses_cache(self, environment: EnvironmentConfig) -> bool:
        """Whether an environment uses the stack's cache instead of one in its namespace."""
        return self.cache is not None and environment.cache_in_namespace is None

    @property
    def creates_buckets(self) -> bool:
        """Whether the stack creates buckets: on EKS, if a service has `storage`."""
        return self.cluster is not None and self.storage is not None and any(s.storage for s in self.services)
