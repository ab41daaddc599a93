"""The Secrets that Argo CD reads: credentials of the repository, of pull requests, of notifications and of webhooks.

External Secrets fills each one from AWS Secrets Manager, so that no secret passes through Pulumi or a stack file. Only
the secret part comes from there; URL, project and ids are in the Secret's template. For a reference to Kubernetes (a
local cluster without Secrets Manager) nothing is created: the Secret must exist, see `RepositoryAccessConfig`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.config.argocd import ArgoCdConfig
from components.config.argocd_access import (
    ARGOCD_SECRET,
    NOTIFICATIONS_SECRET,
    NotificationsConfig,
    RepositoryAccessConfig,
    RepositoryAuthentication,
)
from components.config.environments import EnvironmentConfig
from components.secrets.delivery import external_secret
from components.secrets.external_secret import (
    WAIT_UNTIL_READY,
    Source,
    Spec,
    external_secret_spec,
)

# Names of Secrets, a label and keys; none of them is a secret.
REPOSITORY_SECRET = "repository"  # noqa: S105
WEBHOOK_SECRET = "git-webhooks"  # noqa: S105
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105
TOKEN = "token"  # noqa: S105
REFRESH = "1h0m0s"
"""Longest delay until a changed secret arrives."""
SECRET_KEYS: Mapping[RepositoryAuthentication, tuple[str, ...]] = {
    RepositoryAuthentication.HTTPS: ("password", "username"),
    RepositoryAuthentication.SSH: ("sshPrivateKey",),
    RepositoryAuthentication.GITHUB_APP: ("githubAppPrivateKey",),
}
WEBHOOK_ENTRY_KEY = "secret"
WEBHOOK_KEYS: tuple[str, ...] = (
    "webhook.azuredevops.password",
    "webhook.azuredevops.username",
    "webhook.bitbucket.uuid",
    "webhook.bitbucketserver.secret",
    "webhook.github.secret",
    "webhook.gitlab.secret",
    "webhook.gogs.secret",
    "webhook.harbor.secret",
)
"""Argo CD accepts any webhook of a host type whose key is empty, and the caller names the type. So every type gets the
same secret, including those that are not used."""


@dataclass(frozen=True, kw_only=True)
class ArgoCdAccessArgs:
    """Arguments of the Secrets."""

    settings: ArgoCdConfig
    project: str
    """Name of the AppProject, which alone may use the repository's credentials."""
    repository_url: str
    namespace: pulumi.Input[str]
    """Argo CD's namespace."""
    environments: Sequence[EnvironmentConfig]
    after: Sequence[pulumi.Resource]
    """External Secrets with its CRDs, and the store: without them an ExternalSecret is refused, or never filled."""
    release: pulumi.Resource
    """Argo CD's release, which creates the Secret that the webhook secret is merged into."""


class ArgoCdAccess(pulumi.ComponentResource):
    """One ExternalSecret for each reference to Secrets Manager."""

    secrets: tuple[pulumi.Resource, ...]
    """Applications and ApplicationSets depend on these: all but the webhook secret."""
    webhook_secret: pulumi.Resource | None
    """The Ingress for webhooks depends on it; ready when Argo CD's Secret holds the value."""

    def __init__(self, name: str, args: ArgoCdAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:argocd_access:ArgoCdAccess", name, {}, opts)
        self.secrets = tuple(
            external_secret(
                f"{name}-{secret}",
                ObjectMetaArgs(name=secret, namespace=args.namespace),
                spec,
                # External Secrets installs the CRD, and its finalizer needs the running operator.
                pulumi.ResourceOptions(parent=self, depends_on=list(args.after)),
            )
            for secret, spec in external_secrets(args).items()
        )
        self.webhook_secret = self._webhook_secret(name, args)
        self.register_outputs({})

    def _webhook_secret(self, name: str, args: ArgoCdAccessArgs) -> pulumi.Resource | None:
        reference = args.settings.webhook_secret
        if reference is None or reference.secrets_manager is None:
            return None
        return external_secret(
            f"{name}-{WEBHOOK_SECRET}",
            ObjectMetaArgs(
                name=WEBHOOK_SECRET,
                namespace=args.namespace,
                # A missing entry fails the run here: without the secret Argo CD would accept any webhook.
                annotations={**WAIT_UNTIL_READY},
            ),
            webhook_secret(reference.secrets_manager),
            # It merges keys into the release's Secret.
            pulumi.ResourceOptions(parent=self, depends_on=[*args.after, args.release]),
        )


def external_secrets(args: ArgoCdAccessArgs) -> Mapping[str, Spec]:
    """`spec` of each ExternalSecret by its name, which is also the Secret's."""
    specs: dict[str, Spec] = {}
    access, notifications = args.settings.repository_access, args.settings.notifications
    if access is not None and access.secret.secrets_manager is not None:
        specs[REPOSITORY_SECRET] = repository_secret(
            access, access.secret.secrets_manager, project=args.project, url=args.repository_url
        )
    tokens = None if notifications is None else tokens_secret(notifications)
    if tokens is not None:
        specs[NOTIFICATIONS_SECRET] = tokens
    for environment in args.environments:
        secret = None if environment.pull_requests is None else environment.pull_requests.secret
        if secret is not None and secret.secrets_manager is not None:
            name = pull_requests_secret(environment.name)
            specs[name] = token_secret(name, secret.secrets_manager)
    return specs


def pull_requests_secret(environment: str) -> str:
    """Name of the Secret whose token reads the pull requests of an environment."""
    return f"pull-requests-{environment}"


def repository_secret(access: RepositoryAccessConfig, entry: str, *, project: str, url: str) -> Spec:
    """`spec` of the ExternalSecret with the repository's credentials, from an entry of Secrets Manager.

    With the project's name in it, Applications of no other project can use them.
    """
    plain = {"project": project, "type": "git", "url": url}
    if access.kind is RepositoryAuthentication.GITHUB_APP:
        plain |= {
            "githubAppID": str(access.github_app_id),
            "githubAppInstallationID": str(access.github_app_installation_id),
        }
    return _external_secret(
        REPOSITORY_SECRET, dict.fromkeys(SECRET_KEYS[access.kind], entry), label="repository", plain=plain
    )


def token_secret(name: str, entry: str) -> Spec:
    """`spec` of the ExternalSecret with a token that reads pull requests."""
    return _external_secret(name, {TOKEN: entry}, label="scm-creds", plain={})


def tokens_secret(settings: NotificationsConfig) -> Spec | None:
    """`spec` of the ExternalSecret with the tokens of notifications; None without a reference to Secrets Manager."""
    entries = {key: secret.secrets_manager for key, secret in settings.secrets.items() if secret.secrets_manager}
    return _external_secret(NOTIFICATIONS_SECRET, entries, label=None, plain={}) if entries else None


def webhook_secret(entry: str) -> Spec:
    """`spec` of the ExternalSecret that merges the webhook secret into Argo CD's own Secret.

    The key of the entry is `secret`.
    """
    data = dict.fromkeys(WEBHOOK_KEYS, _placeholder(WEBHOOK_ENTRY_KEY))
    return external_secret_spec(
        ARGOCD_SECRET,
        _sources({WEBHOOK_ENTRY_KEY: entry}),
        refresh=REFRESH,
        template=_template(data),
        creation="Merge",
    )


def _external_secret(name: str, entries: Mapping[str, str], *, label: str | None, plain: Mapping[str, str]) -> Spec:
    """`entries`: the entry of Secrets Manager for each key of the Secret; entry and Secret use the same keys.

    `label`: how Argo CD finds the Secret when it does not know its name.
    """
    template = _template({**plain, **{key: _placeholder(key) for key in entries}})
    if label is not None:
        template["metadata"] = {"labels": {SECRET_TYPE: label}}
    return external_secret_spec(name, _sources(entries), refresh=REFRESH, template=template)


def _template(data: Mapping[str, str]) -> dict[str, object]:
    return {"data": dict(data), "engineVersion": "v2", "mergePolicy": "Replace"}


def _sources(entries: Mapping[str, str]) -> Mapping[str, Source]:
    return {_variable(key): Source(entry=entry, property=key) for key, entry in entries.items()}


def _placeholder(key: str) -> str:
    return f"{{{{ .{_variable(key)} }}}}"


def _variable(key: str) -> str:
    """The template variable of a key: in a Go template, `slack-token` would be a subtraction."""
    return key.replace("-", "_")
