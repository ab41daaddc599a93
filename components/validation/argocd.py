"""Rules of `argocd`: its namespace and address, access to the repository, notifications, webhooks, the project."""

from collections.abc import Iterator

from components.config.argocd_access import (
    ARGOCD_SECRET,
    NOTIFICATIONS_SECRET,
    RepositoryAccessConfig,
    RepositoryAuthentication,
    SecretReference,
)
from components.config.argocd_project import CLUSTER_RBAC_KINDS, FORBIDDEN_KINDS, SECRETS_GROUP
from components.config.git_urls import SSH_PORTS, github_repository, has_blocked_port, ssh_address
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.validation.environments import RESERVED_NAMESPACES
from components.validation.rule import Path, Rule

ACCESS: Path = ("argocd", "repositoryAccess")
WEBHOOK_SECRET: Path = ("argocd", "webhookSecret")


def installation(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD has a namespace of its own, and the address that sign-in and messages link to."""
    settings = config.argocd
    if settings.namespace in RESERVED_NAMESPACES:
        yield Problem(path=("argocd", "namespace"), message=f"{settings.namespace!r} is reserved. Write e.g. argocd.")
    for given, reason in (
        (settings.sso, "sign-in redirects to it"),
        (settings.notifications, "notifications link to it"),
    ):
        if given is not None and settings.url is None:
            yield Problem(
                path=("argocd", "url"), message=f"is missing, and {reason}. Write e.g. https://argocd.example.com."
            )


def references(config: PlatformConfig) -> Iterator[tuple[Path, SecretReference]]:
    """Every secret that Argo CD reads, with its key."""
    if config.argocd.repository_access is not None:
        yield (*ACCESS, "secret"), config.argocd.repository_access.secret
    notifications = config.argocd.notifications
    if notifications is not None:
        for key, target in (("slack", notifications.slack), ("discord", notifications.discord)):
            if target is not None:
                yield ("argocd", "notifications", key, "secret"), target.secret
    if config.argocd.webhook_secret is not None:
        yield WEBHOOK_SECRET, config.argocd.webhook_secret
    for index, environment in enumerate(config.environments):
        previews = environment.pull_requests
        if previews is not None and previews.secret is not None:
            yield ("environments", index, "pullRequests", "secret"), previews.secret


def repository(config: PlatformConfig) -> Iterator[Problem]:
    """The credentials match the repository's address, and Argo CD can reach it."""
    url, settings = config.repository.url, config.argocd.repository_access
    address = ssh_address(url)
    if address is not None and (settings is None or settings.kind is not RepositoryAuthentication.SSH):
        yield Problem(
            path=(*ACCESS, "kind") if settings else ACCESS,
            message=f"does not give access to {url}, which is an SSH address. "
            "Write kind: ssh with the secret of a deploy key and the host's keys.",
        )
    if address is not None and has_blocked_port(url):
        yield Problem(
            path=("repository", "url"),
            message=f"port {address[1]} is closed to Argo CD. Write an address at port "
            f"{' or '.join(map(str, SSH_PORTS))}, or an HTTPS address.",
        )
        return
    nodes = None if config.cluster is None else config.cluster.nodes
    if address is not None and nodes is not None and address[1] not in nodes.egress_ports:
        ports = [*nodes.egress_ports, address[1]]
        yield Problem(
            path=("cluster", "nodes", "egressPorts"),
            message=f"does not include port {address[1]}, through which Argo CD reads {url}. Write {ports}.",
        )
    if settings is None:
        return
    if settings.kind is RepositoryAuthentication.SSH:
        yield from _host_keys(settings, url, address)
    elif settings.host_keys:
        yield Problem(
            path=(*ACCESS, "hostKeys"), message=f"apply to kind ssh only, and kind is {settings.kind}. Remove them."
        )
    yield from _github_app(settings, url)


def _host_keys(settings: RepositoryAccessConfig, url: str, address: tuple[str, int] | None) -> Iterator[Problem]:
    if address is None:
        yield Problem(
            path=(*ACCESS, "kind"),
            message=f"ssh does not give access to {url}. Write https or githubApp, or the repository's SSH address.",
        )
        return
    host, port = address
    known = host if port == SSH_PORTS[0] else f"[{host}]:{port}"
    scan = f"ssh-keyscan {host}" if port == SSH_PORTS[0] else f"ssh-keyscan -p {port} {host}"
    if not settings.host_keys:
        yield Problem(
            path=(*ACCESS, "hostKeys"),
            message=f"is missing: without it any server could pretend to be {host}. "
            f"Write the lines of `{scan}`, after comparing them with the keys that {host} publishes.",
        )
    for index, line in enumerate(settings.host_keys):
        names = line.split(" ", 1)[0]
        if known not in names.split(","):
            yield Problem(
                path=(*ACCESS, "hostKeys", index),
                message=f"is a key of {names}, not of {known}. Write a line of `{scan}`.",
            )


def _github_app(settings: RepositoryAccessConfig, url: str) -> Iterator[Problem]:
    ids = {
        "githubAppId": settings.github_app_id,
        "githubAppInstallationId": settings.github_app_installation_id,
    }
    is_app = settings.kind is RepositoryAuthentication.GITHUB_APP
    for key, value in ids.items():
        # A Secret that is created by hand contains the ids as well.
        if is_app and value is None and settings.secret.kubernetes is None:
            yield Problem(
                path=(*ACCESS, key), message="is missing, and githubApp needs it. Write the id from the app's page."
            )
        if not is_app and value is not None:
            yield Problem(
                path=(*ACCESS, key), message=f"applies to kind githubApp only, and kind is {settings.kind}. Remove it."
            )
    if is_app and github_repository(url) is None:
        yield Problem(path=(*ACCESS, "kind"), message=f"githubApp does not give access to {url}. Write https or ssh.")


def notifications(config: PlatformConfig) -> Iterator[Problem]:
    """Notifications have a receiver, and all their tokens are in the Secret that Argo CD reads."""
    settings = config.argocd.notifications
    if settings is None:
        return
    here = ("argocd", "notifications")
    if not settings.secrets:
        yield Problem(path=here, message="have no receiver. Add slack or discord, or remove notifications.")
    for key, target in (("slack", settings.slack), ("discord", settings.discord)):
        name = None if target is None else target.secret.kubernetes
        if name is not None and name != NOTIFICATIONS_SECRET:
            yield Problem(
                path=(*here, key, "secret", "kubernetes"),
                message=f"is not the Secret from which Argo CD reads tokens. Write {NOTIFICATIONS_SECRET}.",
            )
    if len({secret.kubernetes is None for secret in settings.secrets.values()}) > 1:
        yield Problem(
            path=(*here, "slack", "secret"),
            message="is kept in another place than discord's, and Argo CD reads all tokens from one Secret. "
            "Write secretsManager for both, or kubernetes for both.",
        )


def webhook_secret(config: PlatformConfig) -> Iterator[Problem]:
    """A webhook secret that is created by hand is in the Secret that Argo CD reads."""
    reference = config.argocd.webhook_secret
    name = None if reference is None else reference.kubernetes
    if name is not None and name != ARGOCD_SECRET:
        yield Problem(
            path=(*WEBHOOK_SECRET, "kubernetes"),
            message=f"is not the Secret from which Argo CD reads it. Write {ARGOCD_SECRET}.",
        )


def secret_references(config: PlatformConfig) -> Iterator[Problem]:
    """Each secret that Argo CD reads is in one place, from which it can come into the cluster."""
    for path, reference in references(config):
        yield from _reference(config, path, reference)


def _reference(config: PlatformConfig, path: Path, reference: SecretReference) -> Iterator[Problem]:
    if (reference.secrets_manager is None) == (reference.kubernetes is None):
        yield Problem(path=path, message="must be in exactly one place. Write either secretsManager or kubernetes.")
    elif reference.secrets_manager is not None:
        here = (*path, "secretsManager")
        if config.local:
            yield Problem(
                path=here,
                message="cannot be read from an existing cluster (kubeconfig). "
                f"Write e.g. kubernetes: {_by_hand(config, path)}, a Secret in Argo CD's namespace.",
            )
            return
        if config.operators.external_secrets is None:
            yield Problem(
                path=here,
                message="needs External Secrets to fetch it. Add `externalSecrets: {}` to operators.",
            )
        if not reference.secrets_manager.startswith(tuple(config.secret_prefixes)):
            # The value is not shown: it may be a secret that was pasted here.
            yield Problem(
                path=here,
                message="is not the name of an entry that this cluster may read. "
                f"Write a name that begins with {' or '.join(config.secret_prefixes)}.",
            )


def _by_hand(config: PlatformConfig, path: Path) -> str:
    """Name of a Secret that is created by hand in place of an entry, where Argo CD looks for it."""
    fixed = {WEBHOOK_SECRET: ARGOCD_SECRET, (*ACCESS, "secret"): f"{config.system.name}-repository"}
    if path[1] == "notifications":
        return NOTIFICATIONS_SECRET
    return fixed.get(path, f"{config.system.name}-pull-requests")


def project(config: PlatformConfig) -> Iterator[Problem]:
    """The AppProject allows nothing that the program manages itself, and nothing that makes Git an administrator."""
    project = config.argocd.project
    for index, url in enumerate(project.source_repositories):
        if url == config.repository.url or url in project.source_repositories[:index]:
            yield Problem(
                path=("argocd", "project", "sourceRepositories", index),
                message=f"{url} is already allowed. Remove it.",
            )
    for index, resource in enumerate(project.cluster_resources):
        if (resource.group, resource.kind) == ("", "Namespace"):
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message="Namespaces are managed by the program, with their quotas. Remove it, and add an environment.",
            )
        if resource.group == SECRETS_GROUP:
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message=f"{resource.kind} could read the secrets of every environment. "
                "Remove it, and write `secrets.supplied`.",
            )
        if (resource.group, resource.kind) in CLUSTER_RBAC_KINDS and resource.name is None:
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message=f"{resource.kind} without a name makes everyone with write access to Git an administrator of "
                "the cluster. Add the `name` of the one object, or remove the entry.",
            )
    for index, resource in enumerate(project.namespace_resources):
        if (resource.group, resource.kind) in FORBIDDEN_KINDS:
            yield Problem(
                path=("argocd", "project", "namespaceResources", index),
                message=f"{resource.kind} is managed by the program, and Git must not change it. Remove it.",
            )


RULES: tuple[Rule, ...] = (installation, repository, notifications, webhook_secret, secret_references, project)
