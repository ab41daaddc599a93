"""How Argo CD reaches private repositories, and whom it tells what happened. Secret parts are references."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import DnsLabel, SecretName, SshHostKey, matching

NOTIFICATIONS_SECRET = "argocd-notifications-secret"  # noqa: S105 the name that Argo CD looks for, not a secret
ARGOCD_SECRET = "argocd-secret"  # noqa: S105 the same: Argo CD's own, with its keys for webhooks

SlackChannel = Annotated[str, matching(r"^[\w.-]{1,80}$", "the name of a Slack channel, without #", "deployments")]


class RepositoryAuthentication(StrEnum):
    """What proves that Argo CD may read the repository."""

    HTTPS = "https"
    SSH = "ssh"
    GITHUB_APP = "githubApp"


class SecretReference(Section):
    """Where a secret lies: an entry of Secrets Manager, or a Secret that somebody puts into the cluster."""

    secrets_manager: SecretName | None = Field(
        default=None, description="Name of an entry of AWS Secrets Manager, for example `shop/argocd/deploy-key`."
    )
    kubernetes: DnsLabel | None = Field(
        default=None, description="Name of a Secret in Argo CD's namespace, for clusters without Secrets Manager."
    )


class RepositoryAccessConfig(Section):
    """Credentials of the Git repository. None for a public one.

    With a reference to Secrets Manager the program makes the Secret that Argo CD reads. With a reference to Kubernetes
    it makes nothing: somebody puts the whole Secret into Argo CD's namespace, with the label
    `argocd.argoproj.io/secret-type: repository` and the keys `type: git`, `url`, `project` and those of `secret`
    (for githubApp also `githubAppID` and `githubAppInstallationID`).
    """

    kind: RepositoryAuthentication = Field(description="`https` (user and token), `ssh` (deploy key) or `githubApp`.")
    secret: SecretReference = Field(
        description="Keys of the secret: `username`, `password` for https; `sshPrivateKey` for ssh; "
        "`githubAppPrivateKey` for githubApp."
    )
    host_keys: tuple[SshHostKey, ...] = Field(
        default=(),
        description="Lines of known_hosts for the repository's host; ssh accepts no other. `ssh-keyscan HOST`.",
    )
    github_app_id: int | None = Field(default=None, ge=1, description="Id of the GitHub App.")
    github_app_installation_id: int | None = Field(default=None, ge=1, description="Id of its installation.")


class SlackConfig(Section):
    """Messages to a Slack channel by a bot."""

    channel: SlackChannel = Field(description="Channel, without `#`.")
    secret: SecretReference = Field(description="Key of the secret: `slack-token`.")


class DiscordConfig(Section):
    """Messages to a Discord channel by its webhook."""

    secret: SecretReference = Field(description="Key of the secret: `discord-webhook`, the webhook's URL.")


class NotificationsConfig(Section):
    """Argo CD says when an Application is deployed, degraded, or fails to sync.

    It reads all tokens from one Secret, `argocd-notifications-secret`: so both references are to Secrets Manager, or
    both to a Secret of that name, which somebody puts into Argo CD's namespace.
    """

    slack: SlackConfig | None = Field(default=None, description="Slack.")
    discord: DiscordConfig | None = Field(default=None, description="Discord.")

    @property
    def secrets(self) -> dict[str, SecretReference]:
        """The reference of each token, by the key under which notifications name it."""
        found: dict[str, SecretReference] = {}
        if self.discord is not None:
            found["discord-webhook"] = self.discord.secret
        if self.slack is not None:
            found["slack-token"] = self.slack.secret
        return found
