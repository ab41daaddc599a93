"""The AppProject of a stack: what its Applications may use in addition to the environments' namespaces."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import Lines, UniqueList, matching, not_blank, possible_port


def _without_version(group: str) -> str:
    match = re.fullmatch(r"(?:(?P<group>[a-z0-9.-]+)/)?v[0-9]+((alpha|beta)[0-9]+)?", group)
    if match is not None:
        rest = match["group"] or '""'
        raise ValueError(f"{group!r} has a version, which a group does not have. Write {rest}.")
    return group


ApiGroup = Annotated[
    str,
    AfterValidator(_without_version),
    matching(
        r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$", "an API group", "networking.k8s.io"
    ),
]
"""API group; empty for the core group."""
Kind = Annotated[str, matching(r"^[A-Z][A-Za-z0-9]*$", "a kind, without wildcards", "IngressClass")]
ObjectName = Annotated[
    str, matching(r"^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$", "an object name, without wildcards", "alb")
]
OrphanName = Annotated[
    str,
    matching(r"^[a-z0-9*]([-.a-z0-9*]*[a-z0-9*])?$", "an object name with * as its only wildcard", "cache-*"),
]
SourceUrl = Annotated[
    str,
    matching(
        r"^https://[\w.-]+(:[0-9]+)?/[\w./-]+$",
        "the HTTPS URL of one repository, without wildcards",
        "https://github.com/example/charts.git",
    ),
    AfterValidator(possible_port),
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
"""Group and kind of objects that the program manages in namespaces and that Git must not change.

The ClusterSecretStore can read every environment's secrets, so an ExternalSecret from Git could copy those of another
environment.
"""


ADMINISTRATIVE_KINDS = (
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiregistration.k8s.io", "APIService"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
)
"""Kinds that could grant cluster-admin to anyone, or read every request; Git creates only those allowed by name."""


class ResourceKind(Section):
    """A kind of object."""

    group: ApiGroup = Field(default="", description="API group; empty for the core group.")
    kind: Kind = Field(description="Kind.")


class ClusterResource(ResourceKind):
    """Cluster-scoped objects that Git may create."""

    name: ObjectName | None = Field(
        default=None, description="Name of the only allowed object; without it, every object of the kind is allowed."
    )


class Orphan(ResourceKind):
    """Objects in a namespace that Argo CD does not report as orphans although no Application owns them."""

    name: OrphanName = Field(description="Name; `*` matches any characters.")


class ProjectConfig(Section):
    """What the AppProject allows. Destinations are the environments' namespaces; roles follow from `sso`."""

    description: Annotated[Lines, AfterValidator(not_blank)] | None = Field(
        default=None, min_length=1, max_length=255, description="Description; the system's name by default."
    )
    cluster_name: Literal["in-cluster"] | None = Field(
        default=None, description="Name of the cluster in Argo CD, for destinations by name instead of by URL."
    )
    source_repositories: tuple[SourceUrl, ...] = Field(
        default=(), description="URLs of repositories that are allowed in addition to `repository`."
    )
    cluster_resources: UniqueList[ClusterResource] = Field(
        default=(), description="Cluster-scoped objects that Git may create; none by default."
    )
    namespace_resources: UniqueList[ResourceKind] = Field(
        default=(),
        description="The only kinds that Git may create in namespaces; by default, all that are not forbidden.",
    )
    ignored_orphans: UniqueList[Orphan] = Field(
        default=(), description="Objects that Argo CD does not report as orphaned."
    )
