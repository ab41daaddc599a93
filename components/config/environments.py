"""Environments: a namespace of the cluster with its quota, policies, data and Argo CD Application."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.base import Section
from components.config.catalogue import ContainerResources
from components.config.types import DatabaseName, DnsLabel, GitRevision, Percent, PodSecurity, RepositoryPath, Trigger

Duration = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(s|m|h)$")]
EnvironmentVariable = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]


class RetryConfig(Section):
    """How Argo CD tries a failed sync again."""

    limit: int = Field(default=5, ge=0, le=100, description="Tries.")
    duration: Duration = Field(default="5s", description="Wait before the first retry.")
    factor: int = Field(default=2, ge=1, le=10, description="By what the wait grows.")
    max_duration: Duration = Field(default="3m", description="Longest wait.")


class SyncWindow(Section):
    """When syncs of the environment may, or may not, run."""

    kind: Annotated[str, StringConstraints(pattern=r"^(allow|deny)$")] = Field(description="`allow` or `deny`.")
    schedule: str = Field(pattern=r"^[\d*/,-]+( [\d*/,\w-]+){4}$", description="Start, as five cron fields.")
    duration: Duration = Field(description="Length.")
    time_zone: str = Field(default="UTC", pattern=r"^[\w/+-]+$", description="Zone of the schedule.")
    manual_sync: bool = Field(default=True, description="Whether a person may sync all the same.")


class SyncConfig(Section):
    """The sync policy of the environment's Application."""

    automated: bool = Field(default=True, description="Syncs by itself; off means that a person does.")
    prune: bool = Field(default=True, description="Removes what Git dropped (automated only).")
    self_heal: bool = Field(default=True, description="Undoes manual edits (automated only).")
    apply_out_of_sync_only: bool = Field(default=True, description="Applies only objects that differ.")
    prune_last: bool = Field(default=True, description="Removes after everything else is healthy.")
    retry: RetryConfig = Field(default=RetryConfig(), description="Retries of a failed sync.")
    revision_history_limit: int = Field(
        default=10, ge=1, le=100, description="Revisions that a rollback can choose from."
    )
    windows: tuple[SyncWindow, ...] = Field(default=(), description="Sync windows of the environment.")


class DeploymentPolicy(Section):
    """How a version comes into the environment: facts for pipelines and people, exported as outputs."""

    triggers: tuple[Trigger, ...] = Field(min_length=1, description="What starts a deployment.")
    image_tag: str = Field(
        pattern=r"^(commitSha|releaseTag|[a-z0-9][\w.-]{0,127})$",
        description="`commitSha`, `releaseTag`, or the one tag that moves.",
    )


class ServiceOverride(Section):
    """What one service does differently in one environment."""

    replicas: int | None = Field(default=None, ge=0, le=500, description="Pods in the steady state.")
    max_replicas: int | None = Field(default=None, ge=1, le=500, description="Pods that an autoscaler may reach.")
    resources: ContainerResources | None = Field(default=None, description="Resources in place of its class's.")


class EnvironmentConfig(Section):
    """One environment of the stack's cluster."""

    name: DnsLabel = Field(description="Name; the Application is `<system>-<name>`.")
    namespace: DnsLabel = Field(description="Namespace; the program makes it, with its quota.")
    path: RepositoryPath = Field(description="Folder of the manifests in the repository.")
    revision: GitRevision = Field(description="Branch, tag or commit that Argo CD follows.")
    deployment: DeploymentPolicy = Field(description="What starts a deployment and which tag it carries.")
    resource_class: DnsLabel = Field(description="Class of the catalogue's resources.")
    replicas: int = Field(ge=0, le=500, description="Pods of each service in the steady state.")
    max_replicas: int | None = Field(
        default=None, ge=1, le=500, description="Pods of each service that an autoscaler may reach; none without one."
    )
    services: dict[DnsLabel, ServiceOverride] = Field(default={}, description="Exceptions by service.")
    quota_headroom_percent: Percent = Field(
        default=10, description="What the quota leaves above the peak of a rolling update, for jobs and tests, in %."
    )
    pod_security: PodSecurity = Field(
        default=PodSecurity.RESTRICTED, description="Pod Security Standard that is enforced."
    )
    variables: dict[EnvironmentVariable, str] = Field(
        default={}, description="Plain environment variables of every service."
    )
    database_prefix: DatabaseName | None = Field(
        default=None, description="Prefix of its databases' names, `<prefix><service>`; none without a database."
    )
    cache_database: int | None = Field(default=None, ge=0, le=15, description="Number of its cache database.")
    sync: SyncConfig = Field(default=SyncConfig(), description="Sync policy of the Application.")
