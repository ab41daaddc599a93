"""The Secrets that Argo CD reads, made by External Secrets from AWS Secrets Manager (pure, no resources).

Only the secret part comes from Secrets Manager; address, project and ids are written into the Secret's template here.
"""

from collections.abc import Mapping

from components.config.argocd_access import (
    ARGOCD_SECRET,
    NOTIFICATIONS_SECRET,
    NotificationsConfig,
    RepositoryAccessConfig,
    RepositoryAuthentication,
)
from components.secrets.external_secret import Source, Spec, external_secret_spec

REPOSITORY_SECRET = "repository"  # noqa: S105 the name of a Secret
SECRET_TYPE = "argocd.argoproj.io/secret-type"  # noqa: S105 a label
TOKEN = "token"  # noqa: S105 a key
REFRESH = "1h0m0s"
"""How long a changed secret takes to arrive at most."""
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
"""What the webhooks of each kind of host are checked with. Argo CD believes those of a kind whose key is empty, and
the caller says of which kind it is: so all have the same secret, the kinds that nobody uses included."""


def pull_requests_secret(environment: str) -> str:
    """Name of the Secret whose token reads the pull requests of an environment."""
    return f"pull-requests-{environment}"


def repository_secret(access: RepositoryAccessConfig, entry: str, *, project: str, url: str) -> Spec:
    """`spec` of the ExternalSecret with the repository's credentials, out of an entry of Secrets Manager.

    The project's name in it means that Applications of no other project use them.
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
    """`spec` of the ExternalSecret with the tokens of notifications; None where Secrets Manager has none of them."""
    entries = {key: found.secrets_manager for key, found in settings.secrets.items() if found.secrets_manager}
    return _external_secret(NOTIFICATIONS_SECRET, entries, label=None, plain={}) if entries else None


def webhook_secret(entry: str) -> Spec:
    """`spec` of the ExternalSecret that adds the secret of webhooks to Argo CD's own Secret, and leaves its other keys.

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

    `label`: what Argo CD finds the Secret by, where it does not know its name.
    """
    template = _template({**plain, **{key: _placeholder(key) for key in entries}})
    if label is not None:
        template["metadata"] = {"labels": {SECRET_TYPE: label}}
    return external_secret_spec(name, _sources(entries), refresh=REFRESH, template=template)


def _template(data: Mapping[str, str]) -> dict[str, object]:
    return {"data": dict(data), "engineVersion": "v2", "mergePolicy": "Replace"}


def _sources(entries: Mapping[str, str]) -> Mapping[str, Source]:
    return {_word(key): Source(entry=entry, property=key) for key, entry in entries.items()}


def _placeholder(key: str) -> str:
    return f"{{{{ .{_word(key)} }}}}"


def _word(key: str) -> str:
    """A key as a template can name it: `slack-token` would be a subtraction."""
    return key.replace("-", "_")
