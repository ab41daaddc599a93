"""The AppProject of a stack: what its Applications may use beside the environments' own namespaces."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.base import Section
from components.config.types import matching

ApiGroup = Annotated[
    str,
    matching(
        r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$", "an API group", "networking.k8s.io"
    ),
]
"""Group of an API; empty for Kubernetes' core."""
Kind = Annotated[str, matching(r"^[A-Z][A-Za-z0-9]*$", "the kind of an object, without wildcards", "IngressClass")]
ObjectName = Annotated[
    str, matching(r"^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$", "the name of an object, without wildcards", "alb")
]
OrphanName = Annotated[
    str,
    matching(
        r"^[a-z0-9*]([-.a-z0-9*]*[a-z0-9*])?$", "the name of an object, where * may stand for characters", "cache-*"
    ),
]
SourceUrl = Annotated[
    str,
    matching(
        r"^https://[\w.-]+(:[0-9]+)?/[\w./-]+$",
        "an HTTPS address of one repository, without wildcards",
        "https://github.com/example/charts.git",
    ),
]

SECRETS_GROUP = "external-secrets.io"

FORBIDDEN_KINDS = (
    ("", "LimitRange"),
    ("", "ResourceQuota"),
    (SECRETS_GROUP, "ExternalSecret"),
    (SECRETS_GROUP, "PushSecret"),
    (SECRETS_GROUP, "SecretStore"),
    ("networking.k8s.io", "NetworkPolicy"),
    ("rbac.authorization.k8s.io", "Role"),
    ("rbac.authorization.k8s.io", "RoleBinding"),
)
"""Group and kind of what the program owns in a namespace: Git must not loosen it.

The store reads the entries of every environment: an ExternalSecret out of Git could bring another one's into its own.
"""


ADMINISTRATORS = (
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
)
"""Who may make any of these may bind cluster-admin to anybody; Git may make one that is named."""


class ResourceKind(Section):
    """A kind of object."""

    group: ApiGroup = Field(default="", description="API group; empty for Kubernetes' core.")
    kind: Kind = Field(description="Kind.")


class ClusterResource(ResourceKind):
    """Objects of the cluster that Git may make."""

    name: ObjectName | None = Field(default=None, description="The one object of that kind; every one without it.")


class Orphan(ResourceKind):
    """Objects in a namespace that Argo CD does not report although no Application owns them."""

    name: OrphanName = Field(description="Name; `*` stands for any characters.")


class ProjectConfig(Section):
    """What the AppProject allows. Its destinations are the environments' namespaces, its roles follow from `sso`."""

    description: str | None = Field(
        default=None, min_length=1, max_length=255, description="Description; without it the system's name."
    )
    cluster_name: Literal["in-cluster"] | None = Field(
        default=None, description="Argo CD's name of the cluster, for destinations in place of its address."
    )
    source_repositories: tuple[SourceUrl, ...] = Field(
        default=(), description="Repositories beside `repository`, each by its exact address."
    )
    cluster_resources: tuple[ClusterResource, ...] = Field(
        default=(), description="Objects of the cluster that Git may make; none without it."
    )
    namespace_resources: tuple[ResourceKind, ...] = Field(
        default=(), description="The only kinds that Git may make in namespaces; without it all that are not forbidden."
    )
    ignored_orphans: tuple[Orphan, ...] = Field(default=(), description="Objects that are never reported as orphans.")
