"""Environments: a namespace of the cluster with its quota, policies, data and Argo CD Application."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from components.config.argocd_access import SecretReference
from components.config.base import Section
from components.config.catalogue import ContainerResources
from components.config.extra_workloads import ExtraWorkload, StoreInNamespace
from components.config.types import (
    CpuQuantity,
    DatabaseName,
    DnsLabel,
    GitRevision,
    HostName,
    Ipv4Cidr,
    MemoryQuantity,
    Percent,
    PodSecurity,
    RepositoryPath,
    Trigger,
    matching,
)

Duration = Annotated[str, matching(r"^[1-9][0-9]{0,6}(s|m|h)$", "a duration", "90s, 30m or 2h")]
EnvironmentVariable = Annotated[
    str,
    matching(r"^[A-Z][A-Z0-9_]*$", "the name of a variable: upper-case letters, digits and underscores", "LOG_LEVEL"),
]
PreviewLabel = Annotated[str, matching(r"^[\w. -]{1,50}$", "a label on GitHub", "preview")]
ImageTag = Annotated[str, matching(r"^[a-z0-9][\w.-]{0,127}$", "an image tag", "commitSha")]


class RetryConfig(Section):
    """How Argo CD tries a failed sync again."""

    limit: int = Field(default=5, ge=0, le=100, description="Tries.")
    duration: Duration = Field(default="5s", description="Wait before the first retry.")
    factor: int = Field(default=2, ge=1, le=10, description="By what the wait grows.")
    max_duration: Duration = Field(default="3m", description="Longest wait.")


class SyncWindow(Section):
    """When syncs of the environment may, or may not, run."""

    kind: Literal["allow", "deny"] = Field(description="`allow` or `deny`.")
    schedule: str = Field(
        description="Start, as five cron fields: minute, hour, day of the month, month, day of the week (0-6, SUN-SAT)."
    )
    duration: Duration = Field(description="Length, from a minute to a year.")
    time_zone: str = Field(default="UTC", description="Zone of the schedule, as `Asia/Tokyo`.")
    manual_sync: bool = Field(default=True, description="Whether a person may sync all the same.")


class SyncConfig(Section):
    """The sync policy of the environment's Application."""

    automated: bool = Field(
        default=True,
        description="Syncs by itself; off means that a person does, and nothing is pruned, healed or retried.",
    )
    prune: bool = Field(default=True, description="Removes what Git dropped (automated only).")
    self_heal: bool = Field(default=True, description="Undoes manual edits (automated only).")
    allow_empty: bool = Field(
        default=False, description="Lets a sync remove the last object, as after a mistake in Git (automated only)."
    )
    apply_out_of_sync_only: bool = Field(default=True, description="Applies only objects that differ.")
    prune_last: bool = Field(default=True, description="Removes after everything else is healthy.")
    retry: RetryConfig = Field(default=RetryConfig(), description="Retries of a failed sync (automated only).")
    revision_history_limit: int = Field(
        default=10, ge=1, le=100, description="Revisions that a rollback can choose from."
    )
    windows: tuple[SyncWindow, ...] = Field(default=(), description="Sync windows of the environment.")


class Delivery(StrEnum):
    """What Argo CD finds under an environment's path.

    `application`: the manifests themselves. `appOfApps`: manifests of Applications, which live in the environment's
    namespace. `applicationSet`: a folder for each Application.
    """

    APPLICATION = "application"
    APP_OF_APPS = "appOfApps"
    APPLICATION_SET = "applicationSet"


class PullRequestsConfig(Section):
    """Previews: the environment's path as a pull request has it, in the environment's namespace beside its own pods.

    Each object's name gets the suffix `-pr-<number>`, and its labels and selectors `platform/preview`, so that no
    Service reaches another one's pods; Ingresses are left out. The path must be a kustomization. To switch previews on
    or off, delete the environment's Deployments once: their selectors change. Not beside `canary`: a Rollout names its
    Services and its Ingress, and a preview's would take the environment's traffic.
    """

    label: PreviewLabel = Field(default="preview", description="Label on GitHub that makes a preview.")
    maximum: int = Field(
        default=3, ge=1, le=20, description="Previews at the same time; quota and nodes are reckoned for all of them."
    )
    secret: SecretReference | None = Field(
        default=None,
        description="Key of the secret: `token`, which reads pull requests. Without it the GitHub App of "
        "`argocd.repositoryAccess` does, or nobody in particular (public repositories).",
    )


KEYWORD_TAGS = ("commitSha", "commitShaAndTime", "releaseTag")
"""Tags that are written once: a build has a new one."""


class DeploymentPolicy(Section):
    """How a version comes into the environment: facts for pipelines and people, exported as outputs."""

    triggers: tuple[Trigger, ...] = Field(min_length=1, description="What starts a deployment.")
    image_tag: ImageTag = Field(
        description="`commitSha` (all 40 digits), `commitShaAndTime` (`<short sha>-<yyyymmdd-hhmmss>`), `releaseTag`, "
        "or the one tag that moves, which then stands in `registry.mutableTags`.",
    )


class ServiceOverride(Section):
    """What one service does differently in one environment."""

    replicas: int | None = Field(default=None, ge=0, le=500, description="Pods in the steady state.")
    max_replicas: int | None = Field(default=None, ge=1, le=500, description="Pods that an autoscaler may reach.")
    resources: ContainerResources | None = Field(default=None, description="Resources in place of its class's.")


class ObjectCounts(Section):
    """How many objects of kinds that cost money or open doors the namespace may hold."""

    load_balancers: int = Field(
        default=0, ge=0, le=50, description="Services of type LoadBalancer. Ingresses need none."
    )
    node_ports: int = Field(default=0, ge=0, le=100, description="Ports of Services of type NodePort.")
    persistent_volume_claims: int = Field(default=0, ge=0, le=100, description="Persistent volume claims.")


class QuotaCap(Section):
    """What the environment's quota may become, headroom included; beyond it the stack is refused with the sums."""

    pods: int = Field(ge=1, description="Pods.")
    cpu_request: CpuQuantity = Field(description="CPU requests.")
    memory_request: MemoryQuantity = Field(description="Memory requests.")


class CanaryConfig(Section):
    """How Argo Rollouts lets a new version in: step by step, as long as the figures hold."""

    step_percent: int = Field(ge=1, le=50, description="Traffic that each step adds, in %.")
    max_percent: int = Field(ge=1, le=100, description="Traffic at the last step before all of it, in %.")
    success_rate_percent: float = Field(gt=0, le=100, description="Requests that must not fail, in %.")
    p99_milliseconds: int = Field(ge=1, description="Longest answer of 99 of 100 requests, in ms.")


class EnvironmentConfig(Section):
    """One environment of the stack's cluster."""

    name: DnsLabel = Field(description="Name; the Application is `<system>-<name>`.")
    namespace: DnsLabel = Field(description="Namespace; the program makes it, with its quota.")
    path: RepositoryPath = Field(description="Folder of the manifests in the repository.")
    delivery: Delivery = Field(
        default=Delivery.APPLICATION,
        description="What lies under the path: the manifests (`application`), Applications of this environment only "
        "(`appOfApps`), or a folder for each Application (`applicationSet`).",
    )
    pull_requests: PullRequestsConfig | None = Field(
        default=None,
        description="Previews; none without it. Not in a stack with an environment of delivery `applicationSet`, whose "
        "Applications have no number that a quota could hold.",
    )
    revision: GitRevision = Field(description="Branch, tag or commit that Argo CD follows.")
    deployment: DeploymentPolicy = Field(description="What starts a deployment and which tag it carries.")
    resource_class: DnsLabel = Field(description="Class of the catalogue's resources.")
    replicas: int = Field(ge=0, le=500, description="Pods of each service in the steady state.")
    max_replicas: int | None = Field(
        default=None,
        ge=1,
        le=500,
        description="Pods of each service that an autoscaler may reach; none without one. A service with more "
        "`replicas` of its own states its own.",
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
    hosts: tuple[HostName, ...] = Field(default=(), description="Host names of its Ingresses; `edge` certifies them.")
    ingress_cidrs: tuple[Ipv4Cidr, ...] = Field(
        default=(),
        description="Ranges that may call public services beside the network's public subnets, such as a local "
        "cluster's nodes.",
    )
    objects: ObjectCounts = Field(default=ObjectCounts(), description="What else the quota counts.")
    database_in_namespace: StoreInNamespace | None = Field(
        default=None, description="Its database, where it is not the stack's; in place of `databasePrefix`."
    )
    cache_in_namespace: StoreInNamespace | None = Field(
        default=None, description="Its cache, where it is not the stack's; in place of `cacheDatabase`."
    )
    extras: tuple[ExtraWorkload, ...] = Field(
        default=(), description="What else the application repository runs here, beside the catalogue."
    )
    quota_cap: QuotaCap | None = Field(
        default=None,
        description="Most that its quota may become, headroom included; a stack that needs more is refused.",
    )
    canary: CanaryConfig | None = Field(
        default=None,
        description="Numbers of canary deployments; needs `operators.rollouts`, `operators.prometheus`, `hosts` and a "
        "public service.",
    )
    sync: SyncConfig = Field(default=SyncConfig(), description="Sync policy of the Application.")
    wait_for: bool = Field(
        default=False,
        description="Whether an `up` that makes or changes the Application waits up to 15 minutes until it is Synced "
        "and Healthy. Leave it off until the images that Git names have been pushed. Why it does not become so, the "
        "Application's status says.",
    )

    @property
    def copies(self) -> int:
        """How often everything runs in the namespace at most: the environment itself and its previews."""
        return 1 + (0 if self.pull_requests is None else self.pull_requests.maximum)

    @property
    def extra_workloads(self) -> tuple[ExtraWorkload, ...]:
        """What runs in the namespace and is no service of the catalogue: its database, its cache, the extras."""
        stores = (self.database_in_namespace, self.cache_in_namespace)
        return (*(store.workload for store in stores if store is not None), *self.extras)
