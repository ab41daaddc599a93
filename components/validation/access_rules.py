"""Rules of what Argo CD reads and whom it tells: credentials, host keys, tokens, the project."""

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
from components.config.problems import PathPart, Problem
from components.validation.delivery_rules import folder, previews

ACCESS: tuple[PathPart, ...] = ("argocd", "repositoryAccess")
WEBHOOK_SECRET: tuple[PathPart, ...] = ("argocd", "webhookSecret")
Path = tuple[PathPart, ...]


def access(config: PlatformConfig) -> Iterator[Problem]:
    """Credentials that fit the repository's address, secrets that something can fetch, folders of one environment."""
    yield from _repository(config)
    yield from _notifications(config)
    yield from _webhook_secret(config)
    for path, reference in references(config):
        yield from _reference(config, path, reference)
    yield from _project(config)
    for index, environment in enumerate(config.environments):
        yield from folder(config, index, environment)
        yield from previews(config, index, environment)
        if environment.sync.allow_empty and not environment.sync.automated:
            yield Problem(
                path=("environments", index, "sync", "allowEmpty"),
                message="says what an automated sync may remove, and this one is manual. Leave it out.",
            )


def references(config: PlatformConfig) -> Iterator[tuple[Path, SecretReference]]:
    """Every secret that Argo CD reads, with the key at which it stands."""
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


def _repository(config: PlatformConfig) -> Iterator[Problem]:
    url, settings = config.repository.url, config.argocd.repository_access
    address = ssh_address(url)
    if address is not None and (settings is None or settings.kind is not RepositoryAuthentication.SSH):
        yield Problem(
            path=(*ACCESS, "kind") if settings else ACCESS,
            message=f"does not open {url}, which is an SSH address. "
            "Write kind: ssh with the secret of a deploy key and the host's keys.",
        )
    if address is not None and has_blocked_port(url):
        yield Problem(
            path=("repository", "url"),
            message=f"port {address[1]} is closed to Argo CD. Use an address at port 22 or 443, or HTTPS.",
        )
        return
    nodes = None if config.cluster is None else config.cluster.nodes
    if address is not None and nodes is not None and address[1] not in nodes.egress_ports:
        ports = [*nodes.egress_ports, address[1]]
        yield Problem(
            path=("cluster", "nodes", "egressPorts"),
            message=f"keeps port {address[1]} shut, through which Argo CD reads {url}. Write {ports}.",
        )
    if settings is None:
        return
    if settings.kind is RepositoryAuthentication.SSH:
        yield from _host_keys(settings, url, address)
    elif settings.host_keys:
        yield Problem(path=(*ACCESS, "hostKeys"), message=f"are for ssh, not for {settings.kind}. Leave them out.")
    yield from _github_app(settings, url)


def _host_keys(settings: RepositoryAccessConfig, url: str, address: tuple[str, int] | None) -> Iterator[Problem]:
    if address is None:
        yield Problem(
            path=(*ACCESS, "kind"),
            message=f"ssh does not open {url}. Write https or githubApp, or the repository's SSH address.",
        )
        return
    host, port = address
    known = host if port == SSH_PORTS[0] else f"[{host}]:{port}"
    scan = f"ssh-keyscan {host}" if port == SSH_PORTS[0] else f"ssh-keyscan -p {port} {host}"
    if not settings.host_keys:
        yield Problem(
            path=(*ACCESS, "hostKeys"),
            message=f"is missing: without it anybody could answer for {host}. "
            f"Write the lines of `{scan}`, compared with what {host} publishes.",
        )
    for index, line in enumerate(settings.host_keys):
        names = line.split(" ", 1)[0]
        if known not in names.split(","):
            yield Problem(
                path=(*ACCESS, "hostKeys", index),
                message=f"is a key of {names}, not of {known}. Write one of `{scan}`.",
            )


def _github_app(settings: RepositoryAccessConfig, url: str) -> Iterator[Problem]:
    ids = {
        "githubAppId": settings.github_app_id,
        "githubAppInstallationId": settings.github_app_installation_id,
    }
    is_app = settings.kind is RepositoryAuthentication.GITHUB_APP
    for key, value in ids.items():
        # Who makes the Secret by hand writes the ids into it as well.
        if is_app and value is None and settings.secret.kubernetes is None:
            yield Problem(
                path=(*ACCESS, key), message="is missing, and githubApp needs it. It stands on the app's page."
            )
        if not is_app and value is not None:
            yield Problem(path=(*ACCESS, key), message=f"is for githubApp, not for {settings.kind}. Leave it out.")
    if is_app and github_repository(url) is None:
        yield Problem(path=(*ACCESS, "kind"), message=f"githubApp does not open {url}. Write https or ssh.")


def _notifications(config: PlatformConfig) -> Iterator[Problem]:
    settings = config.argocd.notifications
    if settings is None:
        return
    here = ("argocd", "notifications")
    if not settings.secrets:
        yield Problem(path=here, message="tells nobody. Add slack or discord, or leave it out.")
    for key, target in (("slack", settings.slack), ("discord", settings.discord)):
        name = None if target is None else target.secret.kubernetes
        if name is not None and name != NOTIFICATIONS_SECRET:
            yield Problem(
                path=(*here, key, "secret", "kubernetes"),
                message=f"is not the Secret from which Argo CD takes tokens. Write {NOTIFICATIONS_SECRET}.",
            )
    if len({found.kubernetes is None for found in settings.secrets.values()}) > 1:
        yield Problem(
            path=(*here, "slack", "secret"),
            message="Argo CD takes all tokens from one Secret: discord's is in another place. "
            "Write secretsManager for both, or kubernetes for both.",
        )


def _webhook_secret(config: PlatformConfig) -> Iterator[Problem]:
    reference = config.argocd.webhook_secret
    name = None if reference is None else reference.kubernetes
    if name is not None and name != ARGOCD_SECRET:
        yield Problem(
            path=(*WEBHOOK_SECRET, "kubernetes"),
            message=f"is not the Secret from which Argo CD takes it. Write {ARGOCD_SECRET}.",
        )


def _reference(config: PlatformConfig, path: Path, reference: SecretReference) -> Iterator[Problem]:
    if (reference.secrets_manager is None) == (reference.kubernetes is None):
        yield Problem(path=path, message="is in one place. Write exactly one of secretsManager and kubernetes.")
    elif reference.secrets_manager is not None:
        here = (*path, "secretsManager")
        if config.local:
            yield Problem(
                path=here,
                message="is out of reach of a cluster that exists already (kubeconfig). "
                f"Write e.g. kubernetes: {_by_hand(config, path)}, a Secret in Argo CD's namespace.",
            )
            return
        if config.operators.external_secrets is None:
            yield Problem(
                path=here,
                message="is fetched by External Secrets, which this stack has not. Add operators.externalSecrets.",
            )
        if not reference.secrets_manager.startswith(tuple(config.secret_prefixes)):
            # What stands there is not shown: somebody may have pasted the secret itself.
            yield Problem(
                path=here,
                message="is not the name of an entry that may come into this cluster. "
                f"Write a name that begins with {' or '.join(config.secret_prefixes)}.",
            )


def _by_hand(config: PlatformConfig, path: Path) -> str:
    """Name of the Secret that somebody makes in place of an entry: Argo CD's own where it looks nowhere else."""
    fixed = {WEBHOOK_SECRET: ARGOCD_SECRET, (*ACCESS, "secret"): f"{config.system.name}-repository"}
    if path[1] == "notifications":
        return NOTIFICATIONS_SECRET
    return fixed.get(path, f"{config.system.name}-pull-requests")


def _project(config: PlatformConfig) -> Iterator[Problem]:
    project = config.argocd.project
    for index, url in enumerate(project.source_repositories):
        if url == config.repository.url or url in project.source_repositories[:index]:
            yield Problem(
                path=("argocd", "project", "sourceRepositories", index),
                message=f"{url} is allowed already. Take it out.",
            )
    for index, found in enumerate(project.cluster_resources):
        if (found.group, found.kind) == ("", "Namespace"):
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message="Namespaces are the program's, with their quotas. Add an environment instead.",
            )
        if found.group == SECRETS_GROUP:
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message=f"{found.kind} reaches the secrets of every environment. Write `secrets.supplied` instead.",
            )
        if (found.group, found.kind) in CLUSTER_RBAC_KINDS and found.name is None:
            yield Problem(
                path=("argocd", "project", "clusterResources", index),
                message=f"{found.kind} without a name lets whoever writes to Git administer the cluster. "
                "Add `name` of the one object, or leave it out.",
            )
    for index, found in enumerate(project.namespace_resources):
        if (found.group, found.kind) in FORBIDDEN_KINDS:
            yield Problem(
                path=("argocd", "project", "namespaceResources", index),
                message=f"{found.kind} is the program's: Git must not loosen it. Take it out.",
            )
