"""The Argo CD installation of a stack."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.argocd_access import NotificationsConfig, RepositoryAccessConfig, SecretReference
from components.config.argocd_project import ProjectConfig
from components.config.argocd_versions import CHART_VERSION, IMAGE_TAG, ArgoCdChart, ArgoCdTag
from components.config.base import Section
from components.config.types import DnsLabel, matching

Title = Annotated[str, matching(r"^\S.*$", "a name on a button", "Company")]
ClientId = Annotated[str, matching(r"^\S+$", "the client id that the provider gave", "argocd")]
IssuerUrl = Annotated[str, matching(r"^https://[\w./-]+$", "an HTTPS address", "https://login.example.com")]
HttpsAddress = Annotated[
    str,
    matching(
        r"^https://[\w.-]+(:[1-9][0-9]{0,4})?$",
        "an HTTPS address without path and closing slash",
        "https://argocd.example.com",
    ),
]
SecretKeyReference = Annotated[
    str,
    matching(r"^\$[\w.-]+:[\w.-]+$", "the key of a Secret, `$<secret>:<key>`", "$argocd-sso:clientSecret in quotes"),
]


class SsoConfig(Section):
    """Sign-in through an OIDC provider. The client's secret is a key of a Kubernetes Secret, never a value here."""

    name: Title = Field(description="Name on the sign-in button.")
    issuer: IssuerUrl = Field(description="Issuer URL.")
    client_id: ClientId = Field(description="Client id that the provider gave.")
    client_secret_ref: SecretKeyReference = Field(
        description="`$<secret>:<key>`: a Secret in Argo CD's namespace, labelled `app.kubernetes.io/part-of: argocd`.",
    )
    scopes: tuple[str, ...] = Field(
        default=("openid", "profile", "email", "groups"),
        description="Scopes that are asked for. Entra ID knows no `groups`: leave it out there.",
    )
    admin_groups: tuple[str, ...] = Field(min_length=1, description="Groups that administer Argo CD.")
    developer_groups: tuple[str, ...] = Field(default=(), description="Groups that may look, sync and read logs.")


class ArgoCdConfig(Section):
    """One Argo CD for the cluster, installed by its Helm chart."""

    chart_version: ArgoCdChart = Field(
        default=CHART_VERSION,
        description="Version of the chart argo-cd, exact, 10.0.0 or later. Which Argo CD runs, says `imageTag`.",
    )
    image_tag: ArgoCdTag = Field(
        default=IMAGE_TAG,
        description="Argo CD's version, v3.5.4 or later (v3.4.10 in its line): remote code execution before.",
    )
    namespace: DnsLabel = Field(default="argocd", description="Namespace of the installation; the program makes it.")
    high_availability: bool = Field(
        default=False, description="Two of server, repo-server and ApplicationSet controller, and Redis on three nodes."
    )
    url: HttpsAddress | None = Field(
        default=None,
        description="Address of the user interface; `https://localhost:8080` where people use `kubectl port-forward`.",
    )
    sso: SsoConfig | None = Field(default=None, description="Sign-in; without it the local admin account stays on.")
    local_admin: bool | None = Field(
        default=None, description="The built-in admin account. Default: off once `sso` is set, on without it."
    )
    reconciliation_seconds: int = Field(
        default=180, ge=30, le=3600, description="Interval in which Git is polled, in seconds."
    )
    log_format: Literal["json", "text"] = Field(default="json", description="Format of the logs.")
    project: ProjectConfig = Field(default=ProjectConfig(), description="What the AppProject allows.")
    repository_access: RepositoryAccessConfig | None = Field(
        default=None, description="Credentials of the repository; none for a public one."
    )
    notifications: NotificationsConfig | None = Field(
        default=None, description="Whom Argo CD tells of deployments and failures; nobody without it."
    )
    webhook_secret: SecretReference | None = Field(
        default=None,
        description="What Git webhooks are checked with. Key of the secret: `secret`, the text that the webhook is "
        "given at the Git host. With `kubernetes` it is `argocd-secret`, with Argo CD's own keys `webhook.…`.",
    )

    @property
    def has_address(self) -> bool:
        """Whether users come to an address of the network, and not by `kubectl port-forward`."""
        return self.url is not None and not self.url.startswith(("https://localhost:", "https://127.0.0.1:"))

    @property
    def admin_enabled(self) -> bool:
        """Whether the built-in admin account may sign in."""
        return self.sso is None if self.local_admin is None else self.local_admin
