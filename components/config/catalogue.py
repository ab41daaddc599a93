"""The service catalogue and the system it belongs to: defined once, in Pulumi.yaml, for all stacks."""

from typing import Annotated, Any, cast

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from components.account.tags import LONGEST_VALUE, MOST_TAGS, tag_fault
from components.config.base import Section
from components.config.messages import yaml_text
from components.config.types import (
    CloneUrl,
    CpuQuantity,
    DatabaseName,
    DnsLabel,
    ExtensionName,
    GithubId,
    HttpPath,
    MemoryQuantity,
    PathWithoutQuery,
    Port,
    SystemName,
    matching,
)
from components.sizing.quantities import mebibytes


def _without_registry(name: str) -> str:
    host, _, path = name.partition("/")
    if path and "." in host:
        raise ValueError(f"{name!r} begins with the registry's host, which the program adds. Write {path}.")
    return name


EcrName = Annotated[
    str,
    matching(
        r"(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*",
        "an ECR repository name: 2-256 lower-case letters and digits, separated by . _ / or -",
        "shop/api",
    ),
    AfterValidator(_without_registry),
]
"""Source: ECR API reference, CreateRepository."""


def _tag_value(value: str) -> str:
    fault = "has only blanks" if value.isspace() else tag_fault(value, LONGEST_VALUE)
    if fault is not None:
        raise ValueError(f"{fault}. Write e.g. platform.")
    return value


TagValue = Annotated[str, AfterValidator(_tag_value)]


class SystemConfig(Section):
    """The system that the platform is for."""

    name: SystemName = Field(description="Prefix of every name, and value of the tag `Project`.")
    owner: TagValue = Field(
        min_length=1, max_length=128, description="Responsible team; value of the tag `Owner`.", examples=["platform"]
    )
    tags: dict[str, TagValue] = Field(
        default={}, description=f"At most {MOST_TAGS} additional tags for every AWS resource, such as a cost centre."
    )


class RepositoryConfig(Section):
    """The Git repository that Argo CD watches and whose workflows may assume the CI roles."""

    url: CloneUrl = Field(
        description="Clone URL, HTTPS or SSH, without wildcards.", examples=["https://github.com/example/shop"]
    )
    github_owner_id: GithubId | None = Field(
        default=None,
        description="Numeric id of the owner: `gh api repos/OWNER/REPO --jq .owner.id`. Required with `ci`.",
    )
    github_repository_id: GithubId | None = Field(
        default=None,
        description="Numeric id of the repository: `gh api repos/OWNER/REPO --jq .id`. Required with `ci`.",
    )


def _from_kubernetes(value: object) -> object:
    """Any value but resources in Kubernetes's form: ValueError with what they are here."""
    if not isinstance(value, dict):
        return value
    parts = cast("dict[str, Any]", value)
    if not parts.keys() & {"requests", "limits"} or not all(isinstance(part, dict) for part in parts.values()):
        return parts
    given = {
        f"{name}{part.capitalize().removesuffix('s')}": quantity
        for part, quantities in parts.items()
        for name, quantity in quantities.items()
        if name in ("cpu", "memory")
    }
    raise ValueError(f"has the form of a pod's resources. Write {yaml_text(given)}.")


def _classes_from_kubernetes(value: object) -> object:
    """The same for resources without a class."""
    try:
        return _from_kubernetes(value)
    except ValueError as error:
        wrong, _, given = str(error).removesuffix(".").partition(". Write ")
        raise ValueError(f"{wrong} and no class. Write {{standard: {given}}}.") from None


SMALLEST_LIMIT = "6Mi"
"""Docker's documentation, "Runtime options with memory": the least with which a container starts."""


def _large_enough(limit: str) -> str:
    if mebibytes(limit) < mebibytes(SMALLEST_LIMIT):
        raise ValueError(f"{limit!r} is too little to start a container. Write {SMALLEST_LIMIT} or more.")
    return limit


class ContainerResources(Section):
    """Requests and limits of one pod."""

    _in_kubernetes_form = model_validator(mode="before")(_from_kubernetes)

    cpu_request: CpuQuantity = Field(description="CPU request, for example `100m`.", examples=["100m"])
    memory_request: MemoryQuantity = Field(description="Memory request, for example `256Mi`.", examples=["128Mi"])
    cpu_limit: CpuQuantity = Field(description="CPU limit: above it, the container is throttled.", examples=["500m"])
    memory_limit: Annotated[MemoryQuantity, AfterValidator(_large_enough)] = Field(
        description="Memory limit: above it, the container is killed.", examples=["256Mi"]
    )


class ServiceDatabase(Section):
    """The database of a service."""

    extensions: tuple[ExtensionName, ...] = Field(
        default=("uuid-ossp", "pgcrypto"), description="PostgreSQL extensions of the database."
    )
    name: DatabaseName | None = Field(
        default=None,
        description="Name without the environment's prefix; by default the service's. Services with the same name "
        "share a database.",
    )
    connections: int = Field(default=10, ge=1, le=1000, description="Maximum size of one pod's connection pool.")


class ServiceConfig(Section):
    """One service. Its repository, quota, network policies and IAM roles are derived from it."""

    name: DnsLabel = Field(
        description="Name of Deployment, Service and repository; without `-service` also of service account and "
        "database."
    )
    repository: EcrName | None = Field(
        default=None,
        description="ECR repository; by default `<system>/<name>`. Services with the same repository share its images.",
    )
    port: Port | None = Field(
        default=None, description="Port of the container and of its Service; none for a worker that nothing calls."
    )
    service_port: Port | None = Field(default=None, description="Port of its Service, if it differs from `port`.")
    health_path: HttpPath = Field(
        default="/health", description="Health check path; returns 200 while the service is healthy."
    )
    ready_path: HttpPath | None = Field(
        default=None, description="Path of the readiness probe; `healthPath` by default."
    )
    metrics_path: PathWithoutQuery | None = Field(
        default="/metrics", description="Path that Prometheus scrapes; null for none."
    )
    database: ServiceDatabase | None = Field(default=None, description="Its database; null for none.")
    cache: bool = Field(default=True, description="Whether it uses the cache.")
    storage: bool = Field(
        default=False,
        description="Whether it uses the environment's S3 bucket. All stacks share the catalogue; a stack on an "
        "existing cluster creates no bucket and must provide its own object store.",
    )
    calls: tuple[DnsLabel, ...] = Field(
        default=(), description="Services of the catalogue that it calls; the network policies allow each connection."
    )
    public: bool = Field(default=True, description="Whether the load balancer may connect to it.")
    resources: Annotated[dict[DnsLabel, ContainerResources], BeforeValidator(_classes_from_kubernetes)] = Field(
        default={},
        description="Resources by class; each environment selects a class. Classes that are missing here come from "
        "`resourceClasses`.",
    )

    @property
    def short_name(self) -> str:
        """Name without `-service`, for databases and keys of Secrets."""
        return self.name.removesuffix("-service")

    @property
    def own_database(self) -> str:
        """Name of the database that only this service uses, without the environment's prefix."""
        return self.short_name.replace("-", "_")
