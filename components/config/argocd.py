"""The Argo CD installation of a stack."""

from typing import Literal

from pydantic import Field

from components.config.access import NotificationsConfig, RepositoryAccessConfig, SecretReference
from components.config.base import Section
from components.config.project import ProjectConfig
from components.config.types import DnsLabel, ExactVersion


class SsoConfig(Section):
    """Sign-in through an OIDC provider. The client's secret is a key of a Kubernetes Secret, never a value here."""

    name: str = Field(min_length=1, description="Name on the sign-in button.")
    issuer: str = Field(pattern=r"^https://[\w./-]+$", description="Issuer URL.")
    client_id: str = Field(min_length=1, description="Client id that the provider gave.")
    client_secret_ref: str = Field(
        pattern=r"^\$[\w.-]+:[\w.-]+$",
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

    chart_version: ExactVersion = Field(default="10.9.0", description="Version of the chart argo-cd, exact.")
    image_tag: ExactVersion = Field(
        default="v3.5.7", description="Argo CD's version; at least v3.5.4 (remote code execution before)."
    )
    namespace: DnsLabel = Field(default="argocd", description="Namespace of the installation; the program makes it.")
    high_availability: bool = Field(
        default=False, description="Two of server, repo-server and ApplicationSet controller, and Redis on three nodes."
    )
    url: str | None = Field(
        default=None,
        pattern=r"^https://[\w.-]+(:[1-9][0-9]{0,4})?$",
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
