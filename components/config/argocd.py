"""The Argo CD installation of a stack."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.argocd_access import NotificationsConfig, RepositoryAccessConfig, SecretReference
from components.config.argocd_project import ProjectConfig
from components.config.argocd_versions import ArgoCdChart, ArgoCdTag, supports_mutual_tls
from components.config.base import Section
from components.config.types import (
    DnsLabel,
    HttpsAddress,
    HttpsUrlOfAnyHost,
    Ipv4Cidr,
    Text,
    UniqueList,
    matching,
    on_one_line,
)
from components.config.versions import ARGO_CD_CHART, ARGO_CD_IMAGE_TAG

DISCOVERY = "/.well-known/openid-configuration"
OPENID = "openid"

Title = Annotated[str, matching(r"^\S.*$", "a button label", "Company")]
ClientId = Annotated[str, matching(r"^\S+$", "a client id", "argocd")]


def _group(name: str) -> str:
    """Argo CD has the groups in policies that are CSV, where a comma would begin another field, such as a role."""
    if not re.fullmatch(r'[^\s,"]([^,"]*[^\s,"])?', on_one_line(name)):
        raise ValueError(
            f"{name!r} is not a group that Argo CD's policies can name: no commas, no quotes, no blanks around it. "
            "Rename the group, or write its id."
        )
    return name


GroupName = Annotated[str, AfterValidator(_group)]


def _issuer(url: str) -> str:
    if url.endswith(DISCOVERY):
        issuer = url.removesuffix(DISCOVERY)
        raise ValueError(f"{url!r} is the address of the issuer's configuration, not the issuer. Write {issuer}.")
    host = url.removeprefix("https://").partition("/")[0]
    if host == "github.com":
        raise ValueError(
            f"{url!r} is not an issuer: GitHub has OIDC for workflows only. Give that of another provider, such as Dex."
        )
    if host.endswith(".auth0.com") and not url.endswith("/"):
        raise ValueError(f"{url!r} is not how Auth0 names itself, with a slash at the end. Write {url}/.")
    return url


IssuerUrl = Annotated[HttpsUrlOfAnyHost, AfterValidator(_issuer)]
SecretKeyReference = Annotated[
    str,
    matching(
        r"^\$[\w.-]+:[\w.-]+$", "a reference to a Secret's key, `$<secret>:<key>`", "$argocd-sso:clientSecret in quotes"
    ),
]


def _with_openid(scopes: tuple[str, ...]) -> tuple[str, ...]:
    if OPENID not in scopes:
        raise ValueError(f"does not include {OPENID}, without which there is no sign-in. Write {[OPENID, *scopes]}.")
    return scopes


class SsoConfig(Section):
    """Sign-in through an OIDC provider. The client secret is a key of a Kubernetes Secret, never a value here."""

    name: Title = Field(description="Label of the sign-in button.")
    issuer: IssuerUrl = Field(description="Issuer URL.")
    client_id: ClientId = Field(description="Client id at the provider.")
    client_secret_ref: SecretKeyReference = Field(
        description="`$<secret>:<key>`: a Secret in Argo CD's namespace, labelled `app.kubernetes.io/part-of: argocd`.",
    )
    scopes: Annotated[UniqueList[Text], AfterValidator(_with_openid)] = Field(
        default=("openid", "profile", "email", "groups"),
        description="Requested scopes. Remove `groups` for Entra ID, which does not support it.",
    )
    admin_groups: UniqueList[GroupName] = Field(min_length=1, description="Groups that administer Argo CD.")
    developer_groups: UniqueList[GroupName] = Field(
        default=(), description="Groups that may view and sync Applications and read logs."
    )


class ArgoCdConfig(Section):
    """The cluster's Argo CD, installed with its Helm chart."""

    chart_version: ArgoCdChart = Field(
        default=ARGO_CD_CHART,
        description="Exact version of the chart argo-cd, 10.0.0 or later. `imageTag` sets the version of Argo CD.",
    )
    image_tag: ArgoCdTag = Field(
        default=ARGO_CD_IMAGE_TAG,
        description="Version of Argo CD: v3.5.4 or later, or v3.4.10 or later in 3.4. Older ones allow remote code "
        "execution.",
    )
    namespace: DnsLabel = Field(default="argocd", description="Namespace of Argo CD; the program creates it.")
    high_availability: bool = Field(
        default=False,
        description="Runs two replicas of server, repo-server and ApplicationSet controller, and Redis on three nodes.",
    )
    url: HttpsAddress | None = Field(
        default=None,
        description="URL of the user interface; `https://localhost:8080` for access by `kubectl port-forward`.",
    )
    sso: SsoConfig | None = Field(
        default=None, description="Single sign-on; without it the local admin account stays enabled."
    )
    local_admin: bool | None = Field(
        default=None, description="The built-in admin account. Default: disabled with `sso`, enabled without it."
    )
    reconciliation_seconds: int = Field(
        default=180, ge=30, le=3600, description="Interval at which Argo CD polls Git, in seconds."
    )
    log_format: Literal["json", "text"] = Field(default="json", description="Format of the logs.")
    git_cidrs: UniqueList[Ipv4Cidr] = Field(
        default=(),
        description="CIDRs of the Git server: the only addresses that Argo CD's repo-server may reach besides Redis. "
        "Default: every public address. A server in a private network needs its range here.",
    )
    project: ProjectConfig = Field(default=ProjectConfig(), description="What the AppProject allows.")
    repository_access: RepositoryAccessConfig | None = Field(
        default=None, description="Credentials for the repository; none for a public one."
    )
    notifications: NotificationsConfig | None = Field(
        default=None, description="Notifications of deployments and failures; none by default."
    )
    webhook_secret: SecretReference | None = Field(
        default=None,
        description="Secret that authenticates Git webhooks, with the key `secret`: the secret configured for the "
        "webhook at the Git host. With `kubernetes` it must be `argocd-secret` with Argo CD's own keys `webhook.…`.",
    )

    @property
    def has_mutual_tls(self) -> bool:
        """Whether its version can ask callers of the repo-server for a certificate."""
        return supports_mutual_tls(self.image_tag)

    @property
    def has_address(self) -> bool:
        """Whether users reach Argo CD over the network instead of by `kubectl port-forward`."""
        return self.url is not None and not self.url.startswith(("https://localhost:", "https://127.0.0.1:"))

    @property
    def admin_enabled(self) -> bool:
        """Whether the built-in admin account may sign in."""
        return self.sso is None if self.local_admin is None else self.local_admin
