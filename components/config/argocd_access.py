"""Argo CD's access to private repositories, and its notifications. Secret values are references."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import DnsLabel, SecretName, SshHostKey, UniqueList, matching

NOTIFICATIONS_SECRET = "argocd-notifications-secret"  # noqa: S105 a name set by Argo CD, not a secret
ARGOCD_SECRET = "argocd-secret"  # noqa: S105 likewise; it has the keys for webhooks

SlackChannel = Annotated[str, matching(r"^(?u:[\w.-]{1,80})$", "the name of a Slack channel, without #", "deployments")]


class RepositoryAuthentication(StrEnum):
    """How Argo CD authenticates to the repository."""

    HTTPS = "https"
    SSH = "ssh"
    GITHUB_APP = "githubApp"


class SecretReference(Section):
    """Location of a secret: an entry in AWS Secrets Manager, or a Kubernetes Secret that you create."""

    secrets_manager: SecretName | None = Field(
        default=None, description="Name of an entry in AWS Secrets Manager, for example `shop/argocd/deploy-key`."
    )
    kubernetes: DnsLabel | None = Field(
        default=None, description="Name of a Secret in Argo CD's namespace, for clusters without Secrets Manager."
    )


class RepositoryAccessConfig(Section):
    """Credentials for the Git repository; none for a public one.

    With `secretsManager`, the program creates the Secret that Argo CD reads. With `kubernetes`, create the complete
    Secret in Argo CD's namespace yourself, with the label `argocd.argoproj.io/secret-type: repository` and the keys
    `type: git`, `url`, `project` and those of `secret` (for githubApp also `githubAppID` and
    `githubAppInstallationID`).
    """

    kind: RepositoryAuthentication = Field(
        description="`https` (user name and token), `ssh` (deploy key) or `githubApp`."
    )
    secret: SecretReference = Field(
        description="Keys of the secret: `username`, `password` for https; `sshPrivateKey` for ssh; "
        "`githubAppPrivateKey` for githubApp."
    )
    host_keys: UniqueList[SshHostKey] = Field(
        default=(),
        description="known_hosts lines of the repository's host, from `ssh-keyscan HOST`; other keys are rejected.",
    )
    github_app_id: int | None = Field(default=None, ge=1, description="Id of the GitHub App.")
    github_app_installation_id: int | None = Field(default=None, ge=1, description="Id of its installation.")


class SlackConfig(Section):
    """Messages to a Slack channel from a bot."""

    channel: SlackChannel = Field(description="Channel, without `#`.")
    secret: SecretReference = Field(description="Key of the secret: `slack-token`.")


class DiscordConfig(Section):
    """Messages to a Discord channel through its webhook."""

    secret: SecretReference = Field(description="Key of the secret: `discord-webhook`, the webhook's URL.")


class NotificationsConfig(Section):
    """Notifications when an Application is deployed, degraded, or fails to sync.

    Argo CD reads all tokens from one Secret, `argocd-notifications-secret`. Both references must therefore be to
    Secrets Manager, or both to a Secret of that name that you create in Argo CD's namespace.
    """

    slack: SlackConfig | None = Field(default=None, description="Slack.")
    discord: DiscordConfig | None = Field(default=None, description="Discord.")

    @property
    def secrets(self) -> dict[str, SecretReference]:
        """References by their key in Argo CD's notifications Secret."""
        references: dict[str, SecretReference] = {}
        if self.discord is not None:
            references["discord-webhook"] = self.discord.secret
        if self.slack is not None:
            references["slack-token"] = self.slack.secret
        return references
