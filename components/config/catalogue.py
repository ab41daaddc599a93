"""The service catalogue and the system it belongs to: stands once, in Pulumi.yaml, for all stacks."""

from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import (
    CloneUrl,
    CpuQuantity,
    DatabaseName,
    DnsLabel,
    ExtensionName,
    GithubId,
    HttpPath,
    MemoryQuantity,
    Port,
    SystemName,
    matching,
)

EcrName = Annotated[
    str,
    matching(
        r"^[a-z0-9]+([._/-][a-z0-9]+)*$",
        "an ECR repository: lower-case letters, digits and . _ / - between",
        "shop/api",
    ),
]


class SystemConfig(Section):
    """Whose platform this is."""

    name: SystemName = Field(description="Prefix of every name and value of the tag `Project`.")
    owner: str = Field(min_length=1, max_length=128, description="Team that answers for it; value of the tag `Owner`.")
    tags: dict[str, str] = Field(
        default={}, description="Further tags for every AWS resource, for example a cost centre."
    )


class RepositoryConfig(Section):
    """The Git repository that Argo CD watches and whose workflows may assume the CI roles."""

    url: CloneUrl = Field(description="Clone URL, HTTPS or SSH, without wildcards.")
    github_owner_id: GithubId | None = Field(
        default=None,
        description="Numeric id of the owner: `gh api repos/OWNER/REPO --jq .owner.id`. With it trust policies also "
        "accept GitHub's immutable subjects.",
    )
    github_repository_id: GithubId | None = Field(
        default=None, description="Numeric id of the repository: `gh api repos/OWNER/REPO --jq .id`."
    )


class ContainerResources(Section):
    """What one pod of a service asks for and may use."""

    cpu_request: CpuQuantity = Field(description="CPU that the scheduler reserves, for example `100m`.")
    memory_request: MemoryQuantity = Field(description="Memory that the scheduler reserves, for example `256Mi`.")
    cpu_limit: CpuQuantity = Field(description="CPU above which the container is throttled.")
    memory_limit: MemoryQuantity = Field(description="Memory above which the container is killed.")


class ServiceDatabase(Section):
    """The database of a service, on the instance that its environment uses."""

    extensions: tuple[ExtensionName, ...] = Field(
        default=("uuid-ossp", "pgcrypto"), description="PostgreSQL extensions of the database."
    )
    name: DatabaseName | None = Field(
        default=None,
        description="Name after the environment's prefix, when it is not the service's; services with the same share "
        "the database.",
    )
    connections: int = Field(
        default=10, ge=1, le=1000, description="Largest connection pool of one pod, in connections."
    )


class ServiceConfig(Section):
    """One service: everything that is derived from it (repository, quota, policies, identities) is never typed."""

    name: DnsLabel = Field(
        description="Name of Deployment, Service and repository; without `-service` also of service account and "
        "database."
    )
    repository: EcrName | None = Field(
        default=None,
        description="ECR repository, when it is not `<system>/<name>`; services with the same share its images.",
    )
    port: Port | None = Field(
        default=None, description="Port of the container and of its Service. A worker that nobody calls has none."
    )
    service_port: Port | None = Field(default=None, description="Port of its Service, when it is not `port`.")
    health_path: HttpPath = Field(default="/health", description="Path that answers 200 when the service lives.")
    ready_path: HttpPath | None = Field(
        default=None, description="Path of the readiness probe; `healthPath` when absent."
    )
    metrics_path: HttpPath | None = Field(
        default="/metrics", description="Path that Prometheus scrapes; null for none."
    )
    database: ServiceDatabase | None = Field(default=None, description="Its database; null for a service without one.")
    cache: bool = Field(default=True, description="Whether it talks to the cache.")
    storage: bool = Field(
        default=False,
        description="Whether it reads and writes the environment's bucket on S3. All stacks share "
        "the catalogue: a stack that takes a cluster that exists makes no bucket and brings an object store itself.",
    )
    calls: tuple[DnsLabel, ...] = Field(
        default=(), description="Services of this catalogue that it calls: each opens one path in the network policies."
    )
    public: bool = Field(default=True, description="Whether the load balancer may reach it.")
    resources: dict[DnsLabel, ContainerResources] = Field(
        default={},
        description="Resources by class; an environment names the class it uses. A class that is missing here is "
        "taken from `resourceClasses`.",
    )

    @property
    def short_name(self) -> str:
        """Name without `-service`: databases and secret keys use it."""
        return self.name.removesuffix("-service")
