"""Environments: a namespace with its quota, policies, data and Argo CD Application."""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

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
    Lines,
    MemoryQuantity,
    Percent,
    PodSecurity,
    RepositoryPath,
    Text,
    Trigger,
    UniqueList,
    matching,
    possible_port,
)

_UNITS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
}


def _duration(value: object) -> object:
    """A duration, or a value that is refused for its type; ValueError with what to write for any other one."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,6}[smh]", value, re.ASCII):
        return value
    meant = re.fullmatch(r"0*([1-9][0-9]{0,6})\s*([A-Za-z]*)", str(value).strip(), re.ASCII)
    unit = None if meant is None else _UNITS.get(meant[2].lower())
    remedy = f"{meant[1]}{unit}" if meant is not None and unit is not None else "e.g. 30m"
    raise ValueError(f"{value!r} is not a duration. Write {remedy}.")


Duration = Annotated[str, BeforeValidator(_duration)]
EnvironmentVariable = Annotated[
    str,
    matching(r"^[A-Z][A-Z0-9_]*$", "a variable name of upper-case letters, digits and underscores", "LOG_LEVEL"),
]
PreviewLabel = Annotated[str, matching(r"^(?! )(?u:[\w. -]{1,50})(?<! )$", "a GitHub label", "preview")]
ImageRepository = Annotated[
    str,
    matching(
        r"^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5}(?=/))?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$",
        "an image repository without a tag",
        "public.ecr.aws/docker/library/redis",
    ),
    AfterValidator(possible_port),
]
ImageTag = Annotated[str, matching(r"^[a-z0-9][A-Za-z0-9_.-]{0,127}$", "an image tag", "commitSha")]


class RetryConfig(Section):
    """Retries of a failed sync, with exponential backoff."""

    limit: int = Field(default=5, ge=0, le=100, description="Maximum number of retries.")
    duration: Duration = Field(default="5s", description="Delay before the first retry.")
    factor: int = Field(default=2, ge=1, le=10, description="Factor by which the delay grows with each retry.")
    max_duration: Duration = Field(default="3m", description="Maximum delay.")


class SyncWindow(Section):
    """A time window in which syncs of the environment are allowed or denied."""

    kind: Literal["allow", "deny"] = Field(description="`allow` or `deny`.")
    schedule: Text = Field(
        description="Start, in five cron fields: minute, hour, day of month, month, day of week (0-6, SUN-SAT).",
        examples=["0 22 * * 1-5"],
    )
    duration: Duration = Field(description="Length, from one minute to one year.", examples=["8h"])
    time_zone: Text = Field(default="UTC", description="Time zone of the schedule, for example `Asia/Tokyo`.")
    manual_sync: bool = Field(default=True, description="Whether manual syncs are allowed anyway.")


class SyncConfig(Section):
    """The sync policy of the environment's Application."""

    automated: bool = Field(
        default=True,
        description="Syncs automatically; with `false`, a person syncs, and nothing is pruned, healed or retried.",
    )
    prune: bool = Field(default=True, description="Deletes objects that were removed from Git (automated only).")
    self_heal: bool = Field(default=True, description="Reverts manual changes (automated only).")
    allow_empty: bool = Field(
        default=False,
        description="Allows pruning to delete every object, for example after a mistake in Git (automated only).",
    )
    apply_out_of_sync_only: bool = Field(default=True, description="Applies only objects that are out of sync.")
    prune_last: bool = Field(default=True, description="Prunes after everything else is healthy.")
    retry: RetryConfig = Field(default=RetryConfig(), description="Retries of a failed sync (automated only).")
    revision_history_limit: int = Field(default=10, ge=1, le=100, description="Revisions kept for rollbacks.")
    windows: UniqueList[SyncWindow] = Field(default=(), description="Sync windows of the environment.")


class Delivery(StrEnum):
    """What an environment's path contains.

    `application`: the manifests. `appOfApps`: manifests of Applications, which are created in the environment's
    namespace. `applicationSet`: one folder per Application.
    """

    APPLICATION = "application"
    APP_OF_APPS = "appOfApps"
    APPLICATION_SET = "applicationSet"


class PullRequestsConfig(Section):
    """Previews of pull requests: the environment's path at the pull request's commit, in the environment's namespace.

    Each object's name gets the suffix `-pr-<number>`, and its labels and selectors get `platform/preview`, so that no
    Service selects another's pods; Ingresses are omitted. The path must be a kustomization. When you turn previews on
    or off, delete the environment's Deployments once, because their selectors change. Previews cannot be combined with
    `canary`: a preview's Rollout would refer to the environment's Services and Ingress and take over its traffic.
    """

    label: PreviewLabel = Field(default="preview", description="GitHub label that requests a preview.")
    maximum: int = Field(
        default=3, ge=1, le=20, description="Maximum number of concurrent previews; quota and nodes must hold them all."
    )
    secret: SecretReference | None = Field(
        default=None,
        description="Secret with the key `token`, for reading pull requests. Without it, the GitHub App of "
        "`argocd.repositoryAccess` is used, or anonymous access (public repositories).",
    )


KEYWORD_TAGS = ("commitSha", "commitShaAndTime", "releaseTag")
"""Immutable tags: every build has a new one."""


class DeploymentPolicy(Section):
    """How versions are deployed to the environment: information for pipelines and people, exported as outputs."""

    triggers: UniqueList[Trigger] = Field(
        min_length=1, description="Events that start a deployment.", examples=[["push"]]
    )
    image_tag: ImageTag = Field(
        description="`commitSha` (all 40 digits), `commitShaAndTime` (`<short sha>-<yyyymmdd-hhmmss>`), `releaseTag`, "
        "or a mutable tag, which must then match `registry.mutableTags`.",
        examples=["commitSha"],
    )


class ServiceOverride(Section):
    """Settings of one service in one environment."""

    replicas: int | None = Field(default=None, ge=0, le=500, description="Pods in the steady state.")
    max_replicas: int | None = Field(default=None, ge=1, le=500, description="Maximum that an autoscaler may run.")
    resources: ContainerResources | None = Field(default=None, description="Resources that replace those of its class.")


class ObjectCounts(Section):
    """Quota for objects that cost money or expose pods."""

    load_balancers: int = Field(
        default=0, ge=0, le=50, description="Services of type LoadBalancer. Ingresses need none."
    )
    node_ports: int = Field(default=0, ge=0, le=100, description="Ports of Services of type NodePort.")
    persistent_volume_claims: int = Field(default=0, ge=0, le=100, description="PersistentVolumeClaims.")


class QuotaCap(Section):
    """Upper limit for the environment's quota, headroom included; a stack that needs more is refused."""

    pods: int = Field(ge=1, description="Pods.")
    cpu_request: CpuQuantity = Field(description="CPU requests.")
    memory_request: MemoryQuantity = Field(description="Memory requests.")


def _not_a_fraction(percent: float) -> float:
    if 0 < percent <= 1:
        raise ValueError(f"{percent:g} is a fraction, not a percentage. Write {percent * 100:g}.")
    return percent


class CanaryConfig(Section):
    """Canary deployments with Argo Rollouts: traffic shifts step by step while the metrics stay within these limits."""

    step_percent: int = Field(ge=1, le=50, description="Traffic added by each step, in %.", examples=[10])
    max_percent: int = Field(
        ge=1, le=100, description="Traffic at the last step before the full rollout, in %.", examples=[50]
    )
    success_rate_percent: Annotated[float, AfterValidator(_not_a_fraction)] = Field(
        gt=0, le=100, description="Minimum share of successful requests, in %.", examples=[99]
    )
    p99_milliseconds: int = Field(ge=1, description="Maximum 99th percentile of the latency, in ms.", examples=[500])


class EnvironmentConfig(Section):
    """One environment of the stack's cluster."""

    name: DnsLabel = Field(description="Name; the Application is `<system>-<name>`.")
    namespace: DnsLabel = Field(description="Namespace; the program creates it, with its quota.")
    path: RepositoryPath = Field(description="Folder of the manifests in the repository.")
    delivery: Delivery = Field(
        default=Delivery.APPLICATION,
        description="Contents of the path: manifests (`application`), Applications of this environment (`appOfApps`), "
        "or one folder per Application (`applicationSet`).",
    )
    pull_requests: PullRequestsConfig | None = Field(
        default=None,
        description="Previews of pull requests; none by default. Not allowed if any environment of the stack has "
        "`delivery: applicationSet`, because the number of its Applications is not known to the quota.",
    )
    revision: GitRevision = Field(description="Branch, tag or commit that Argo CD tracks.", examples=["main"])
    deployment: DeploymentPolicy = Field(description="Triggers and image tags of deployments.")
    resource_class: DnsLabel = Field(description="Resource class of the services.")
    replicas: int = Field(
        ge=1,
        le=500,
        description="Pods of each service in the steady state. A service that does not run here has `replicas: 0` in "
        "`services`.",
        examples=[2],
    )
    max_replicas: int | None = Field(
        default=None,
        ge=1,
        le=500,
        description="Maximum number of pods that an autoscaler may run for each service; unset without an autoscaler. "
        "A service whose own `replicas` are higher needs its own `maxReplicas`.",
    )
    services: dict[DnsLabel, ServiceOverride] = Field(default={}, description="Overrides by service.")
    quota_headroom_percent: Percent = Field(
        default=10, description="Headroom of the quota above the peak of a rolling update, for jobs and tests, in %."
    )
    pod_security: PodSecurity = Field(default=PodSecurity.RESTRICTED, description="Enforced Pod Security Standard.")
    other_images: UniqueList[ImageRepository] = Field(
        default=(),
        description="Image repositories that its pods may use besides those of the services in the stack's `registry`, "
        "as the manifests write them. Pods with other images are refused, in a stack without `registry` only if this "
        "is set.",
    )
    variables: dict[EnvironmentVariable, Lines] = Field(
        default={}, description="Environment variables of every service; no secrets."
    )
    database_prefix: DatabaseName | None = Field(
        default=None, description="Prefix of its databases, `<prefix><service>`; unset without a database."
    )
    cache_database: int | None = Field(default=None, ge=0, le=15, description="Number of its cache database.")
    hosts: tuple[HostName, ...] = Field(
        default=(), description="Host names of its Ingresses, for the certificate of `edge`."
    )
    ingress_cidrs: UniqueList[Ipv4Cidr] = Field(
        default=(),
        description="CIDRs that may connect to public services in addition to the network's public subnets, for "
        "example a local cluster's nodes.",
    )
    objects: ObjectCounts = Field(default=ObjectCounts(), description="Quota for other objects.")
    database_in_namespace: StoreInNamespace | None = Field(
        default=None, description="A database in its namespace instead of the stack's; replaces `databasePrefix`."
    )
    cache_in_namespace: StoreInNamespace | None = Field(
        default=None, description="A cache in its namespace instead of the stack's; replaces `cacheDatabase`."
    )
    extras: tuple[ExtraWorkload, ...] = Field(
        default=(), description="Workloads of the application repository that are not in the catalogue."
    )
    quota_cap: QuotaCap | None = Field(
        default=None,
        description="Upper limit for its quota, headroom included; a stack that needs more is refused.",
    )
    canary: CanaryConfig | None = Field(
        default=None,
        description="Canary deployments; requires `operators.rollouts`, `operators.prometheus`, `hosts` and a public "
        "service.",
    )
    sync: SyncConfig = Field(default=SyncConfig(), description="Sync policy of the Application.")
    wait_for: bool = Field(
        default=False,
        description="Makes an `up` that creates or changes the Application wait up to 15 minutes until it is Synced "
        "and Healthy. Turn it on only once the images in Git have been pushed. If it times out, the Application's "
        "status has the reason.",
    )

    @property
    def copies(self) -> int:
        """Maximum number of copies of everything in the namespace: the environment and its previews."""
        return 1 + (0 if self.pull_requests is None else self.pull_requests.maximum)

    @property
    def extra_workloads(self) -> tuple[ExtraWorkload, ...]:
        """Workloads in the namespace that are not in the catalogue: its database, its cache, the extras."""
        stores = (self.database_in_namespace, self.cache_in_namespace)
        return (*(store.workload for store in stores if store is not None), *self.extras)

    def application(self, system: str) -> str:
        """Name of its Application: `<system>-<environment>`."""
        return f"{system}-{self.name}"
