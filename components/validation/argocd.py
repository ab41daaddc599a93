"""Rules of `argocd`: its namespace and address, access to the repository, notifications, webhooks, the project."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from ipaddress import IPv4Network

from components.config.argocd_access import (
    ARGOCD_SECRET,
    NOTIFICATIONS_SECRET,
    RepositoryAuthentication,
    SecretReference,
)
from components.config.argocd_project import ADMINISTRATIVE_KINDS, FORBIDDEN_KINDS, SECRETS_GROUP, ResourceKind
from components.config.base import BrokenField
from components.config.git_urls import SSH_PORTS, has_blocked_port, is_on_github, ssh_address
from components.config.kubernetes_kinds import CLUSTER_SCOPED, NAMESPACED
from components.config.messages import likely_name, yaml_text
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.validation.environments import (
    ARGOCD_NAMESPACE,
    KUBERNETES_PREFIX,
    RESERVED_NAMESPACES,
    free_namespace,
)
from components.validation.network import range_fault
from components.validation.rule import Path, Rule, known

ACCESS: Path = ("argocd", "repositoryAccess")
NOTIFICATIONS: Path = ("argocd", "notifications")
WEBHOOK_SECRET: Path = ("argocd", "webhookSecret")
APP_IDS = (("github_app_id", "githubAppId"), ("github_app_installation_id", "githubAppInstallationId"))
"""Fields and keys of a GitHub App."""
ROLLOUT = ("argoproj.io", "Rollout")
GROUPS = "groups"
WITHOUT_GROUPS = (
    *("https://login.microsoftonline.com/", "https://sts.windows.net/"),
    *("https://accounts.google.com", "https://cognito-idp."),
)
"""Issuers that refuse a sign-in with this scope. Sources: Argo CD's documentation, "Microsoft Entra ID using OIDC", and
its issues 1195 (Google) and 1471 (Cognito)."""


def namespace(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD's namespace is none of Kubernetes or of the platform."""
    name = config.argocd.namespace
    if name in RESERVED_NAMESPACES or name.startswith(KUBERNETES_PREFIX):
        yield Problem(
            path=("argocd", "namespace"),
            message=f"{name!r} is reserved. Write {free_namespace(config, ARGOCD_NAMESPACE)}.",
        )


def address(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD has the address that sign-in and messages link to."""
    if config.argocd.url is not None:
        return
    for key, reason in (("sso", "sign-in redirects to it"), ("notifications", "notifications link to it")):
        with suppress(BrokenField):
            if getattr(config.argocd, key) is not None:
                yield Problem(
                    path=("argocd", "url"), message=f"is missing, and {reason}. Write e.g. https://argocd.example.com."
                )
                return


def sign_in(config: PlatformConfig) -> Iterator[Problem]:
    """Someone can sign in."""
    if config.argocd.local_admin is False and config.argocd.sso is None:
        yield Problem(
            path=("argocd", "localAdmin"),
            message="is false, and without sso no one could sign in. Write true, or add sso.",
        )


def scopes(config: PlatformConfig) -> Iterator[Problem]:
    """An issuer is not asked for groups, if it refuses that scope."""
    sso = config.argocd.sso
    if sso is not None and GROUPS in sso.scopes and sso.issuer.startswith(WITHOUT_GROUPS):
        remedy = yaml_text([scope for scope in sso.scopes if scope != GROUPS])
        yield Problem(
            path=("argocd", "sso", "scopes"),
            message=f"includes {GROUPS}, a scope with which {sso.issuer} refuses every sign-in. Write {remedy}.",
        )


def git_ranges(config: PlatformConfig) -> Iterator[Problem]:
    """The ranges of the Git server are not everything, and no address of the instance metadata."""
    for index, text in enumerate(config.argocd.git_cidrs):
        fault = range_fault(IPv4Network(text))
        if fault is not None:
            yield Problem(path=("argocd", "gitCidrs", index), message=f"{fault}. Remove it.")


def references(config: PlatformConfig) -> Iterator[tuple[Path, SecretReference]]:
    """Every secret that Argo CD reads and that can be read here, with its key."""
    with suppress(BrokenField):
        if config.argocd.repository_access is not None:
            yield (*ACCESS, "secret"), config.argocd.repository_access.secret
    for key in ("slack", "discord"):
        with suppress(BrokenField):
            target = None if config.argocd.notifications is None else getattr(config.argocd.notifications, key)
            if target is not None:
                yield (*NOTIFICATIONS, key, "secret"), target.secret
    with suppress(BrokenField):
        if config.argocd.webhook_secret is not None:
            yield WEBHOOK_SECRET, config.argocd.webhook_secret
    for index, previews in known(config.environments, lambda environment: environment.pull_requests):
        with suppress(BrokenField):
            if previews is not None and previews.secret is not None:
                yield ("environments", index, "pullRequests", "secret"), previews.secret


def _over_ssh(config: PlatformConfig) -> tuple[str, int] | None:
    """Host and port of the repository's SSH address, if Argo CD can reach that port."""
    url = config.repository.url
    return None if has_blocked_port(url) else ssh_address(url)


def _kind(config: PlatformConfig) -> RepositoryAuthentication | None:
    access = config.argocd.repository_access
    return None if access is None else access.kind


def access_kind(config: PlatformConfig) -> Iterator[Problem]:
    """The credentials match the repository's address."""
    url, kind = config.repository.url, _kind(config)
    over_ssh = ssh_address(url) is not None
    name = f"{config.system.name}/argocd/deploy-key"
    if over_ssh and kind is None:
        secret = f"{{kubernetes: {config.system.name}-repository}}" if config.local else f"{{secretsManager: {name}}}"
        yield Problem(
            path=ACCESS,
            message=f"is missing, and {url} is an SSH address, which needs a deploy key. "
            f"Write e.g. {{kind: ssh, secret: {secret}}}.",
        )
    elif over_ssh and kind is not RepositoryAuthentication.SSH:
        yield Problem(
            path=(*ACCESS, "kind"),
            message=f"does not give access to {url}, which is an SSH address. Write ssh{_together(config, 'ssh')}.",
        )
    elif not over_ssh and kind is RepositoryAuthentication.SSH:
        yield Problem(
            path=(*ACCESS, "kind"),
            message=f"ssh does not give access to {url}. Write https{_together(config, 'https')}, "
            "or the repository's SSH address as its url.",
        )
    elif kind is RepositoryAuthentication.GITHUB_APP and not is_on_github(url):
        yield Problem(
            path=(*ACCESS, "kind"),
            message=f"githubApp does not give access to {url}. Write https{_together(config, 'https')}.",
        )


def _together(config: PlatformConfig, kind: str) -> str:
    """What a change of the kind requires of the keys that belong to one kind only."""
    access = config.argocd.repository_access
    written = set[str]() if access is None else access.model_fields_set
    foreign = [key for field, key in APP_IDS if field in written]
    if kind == "https" and "host_keys" in written:
        foreign.append("hostKeys")
    parts = [f"remove {' and '.join(foreign)}"] if foreign else []
    if kind == "ssh" and "host_keys" not in written:
        parts.append("add hostKeys")
    return "".join(f" and {part}" for part in parts)


def blocked_port(config: PlatformConfig) -> Iterator[Problem]:
    """Argo CD may connect to the repository's port."""
    url = config.repository.url
    ssh = ssh_address(url)
    if ssh is not None and has_blocked_port(url):
        yield Problem(
            path=("repository", "url"),
            message=f"port {ssh[1]} is closed to Argo CD, which connects to {' and '.join(map(str, SSH_PORTS))}. "
            f"Write e.g. {url.replace(f':{ssh[1]}/', '/', 1)}.",
        )


def egress_port(config: PlatformConfig) -> Iterator[Problem]:
    """The nodes may connect to the repository's port."""
    ssh = _over_ssh(config)
    nodes = None if config.cluster is None else config.cluster.nodes
    if ssh is not None and nodes is not None and ssh[1] not in nodes.egress_ports:
        yield Problem(
            path=("cluster", "nodes", "egressPorts"),
            message=f"does not include port {ssh[1]}, through which Argo CD reads {config.repository.url}. "
            f"Write {[*nodes.egress_ports, ssh[1]]}.",
        )


def missing_host_keys(config: PlatformConfig) -> Iterator[Problem]:
    """The keys of an SSH host are known."""
    access, ssh = config.argocd.repository_access, _over_ssh(config)
    if access is not None and ssh is not None and _kind(config) is RepositoryAuthentication.SSH:
        host, _ = ssh
        if not access.host_keys:
            yield Problem(
                path=(*ACCESS, "hostKeys"),
                message=f"is missing: without it any server could pretend to be {host}. "
                f"Write the lines of `{_scan(*ssh)}`, after comparing them with the keys that {host} publishes.",
            )


def other_host_keys(config: PlatformConfig) -> Iterator[Problem]:
    """Each key is of the repository's host."""
    access, ssh = config.argocd.repository_access, _over_ssh(config)
    if access is None or ssh is None or _kind(config) is not RepositoryAuthentication.SSH:
        return
    host, port = ssh
    of_host = host if port == SSH_PORTS[0] else f"[{host}]:{port}"
    for index, line in enumerate(access.host_keys):
        names = line.split(" ", 1)[0]
        if of_host not in names.split(","):
            yield Problem(
                path=(*ACCESS, "hostKeys", index),
                message=f"is a key of {names}, not of {of_host}. Write a line of `{_scan(host, port)}`.",
            )


def _scan(host: str, port: int) -> str:
    return f"ssh-keyscan {host}" if port == SSH_PORTS[0] else f"ssh-keyscan -p {port} {host}"


def unused_host_keys(config: PlatformConfig) -> Iterator[Problem]:
    """Only an SSH host has keys."""
    access, kind = config.argocd.repository_access, _kind(config)
    if access is not None and kind is not RepositoryAuthentication.SSH and access.host_keys:
        yield Problem(path=(*ACCESS, "hostKeys"), message=f"apply to kind ssh only, and kind is {kind}. Remove it.")


def github_app_ids(config: PlatformConfig) -> Iterator[Problem]:
    """A GitHub App has both ids, and nothing else has any."""
    access = config.argocd.repository_access
    if access is None:
        return
    is_app = access.kind is RepositoryAuthentication.GITHUB_APP
    for field, key in APP_IDS:
        with suppress(BrokenField):
            given = getattr(access, field) is not None
            # A Secret that is created by hand contains the ids as well.
            if is_app and not given and access.secret.kubernetes is None:
                yield Problem(
                    path=(*ACCESS, key),
                    message="is missing, and githubApp needs it. Write the id from the app's page.",
                )
            if not is_app and given:
                yield Problem(
                    path=(*ACCESS, key),
                    message=f"applies to kind githubApp only, and kind is {access.kind}. Remove it.",
                )


def receivers(config: PlatformConfig) -> Iterator[Problem]:
    """Notifications have a receiver."""
    settings = config.argocd.notifications
    if settings is not None and not settings.secrets:
        yield Problem(path=NOTIFICATIONS, message="have no receiver. Remove it, or add slack or discord.")


def token_secret(config: PlatformConfig) -> Iterator[Problem]:
    """Tokens that are created by hand are in the Secret that Argo CD reads."""
    for path, reference in references(config):
        if path[:2] != NOTIFICATIONS:
            continue
        with suppress(BrokenField):
            if reference.kubernetes is not None and reference.kubernetes != NOTIFICATIONS_SECRET:
                yield Problem(
                    path=(*path, "kubernetes"),
                    message=f"is not the Secret from which Argo CD reads tokens. Write {NOTIFICATIONS_SECRET}.",
                )


def token_place(config: PlatformConfig) -> Iterator[Problem]:
    """All tokens come from one place."""
    settings = config.argocd.notifications
    if settings is not None and len({secret.kubernetes is None for secret in settings.secrets.values()}) > 1:
        other = f"{{kubernetes: {NOTIFICATIONS_SECRET}}}"
        if settings.discord is not None and settings.discord.secret.kubernetes is None:
            other = f"{{secretsManager: {config.system.name}/argocd/slack}}"
        yield Problem(
            path=(*NOTIFICATIONS, "slack", "secret"),
            message="is kept in another place than discord's, and Argo CD reads all tokens from one Secret. "
            f"Write e.g. {other}.",
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


def secret_places(config: PlatformConfig) -> Iterator[Problem]:
    """Each secret that Argo CD reads is in one place."""
    for path, reference in references(config):
        with suppress(BrokenField):
            if reference.secrets_manager is None and reference.kubernetes is None:
                yield Problem(
                    path=path,
                    message=f"does not say where the secret is. Write e.g. {_example(config, path)}.",
                )
            elif reference.secrets_manager is not None and reference.kubernetes is not None:
                extra = "secretsManager" if config.local else "kubernetes"
                yield Problem(path=(*path, extra), message="would be a second place of one secret. Remove it.")


def _example(config: PlatformConfig, path: Path) -> str:
    if config.local:
        return f"{{kubernetes: {_by_hand(config, path)}}}"
    return f"{{secretsManager: {config.secret_prefix('argocd')}{_purpose(path)}}}"


def _purpose(path: Path) -> str:
    if path == WEBHOOK_SECRET:
        return "webhook"
    return str(path[2]) if path[:2] == NOTIFICATIONS else "pull-requests" if path[0] == "environments" else "repository"


def local_entries(config: PlatformConfig) -> Iterator[Problem]:
    """Entries of Secrets Manager come into clusters of EKS only, through External Secrets."""
    for path, _ in entries(config):
        if config.local:
            yield Problem(
                path=path[:-1],
                message="is in Secrets Manager, which an existing cluster (kubeconfig) cannot read. "
                f"Write e.g. {_example(config, path[:-1])}.",
            )


def entry_names(config: PlatformConfig) -> Iterator[Problem]:
    """The cluster may read the entries that Argo CD reads."""
    if config.local:
        return
    for path, name in entries(config):
        if not name.startswith(tuple(config.secret_prefixes)):
            # The value is not shown: it may be a secret that was pasted here.
            yield Problem(
                path=path,
                message="is not the name of an entry that this cluster may read: those begin with "
                f"{' or '.join(config.secret_prefixes)}. "
                f"Write e.g. {config.secret_prefix('argocd')}{_purpose(path[:-1])}.",
            )


def entries(config: PlatformConfig) -> Iterator[tuple[Path, str]]:
    """The names of entries in Secrets Manager, with their keys; without those that are in a second place."""
    for path, reference in references(config):
        with suppress(BrokenField):
            if reference.secrets_manager is not None and reference.kubernetes is None:
                yield (*path, "secretsManager"), reference.secrets_manager


def _by_hand(config: PlatformConfig, path: Path) -> str:
    """Name of a Secret that is created by hand in place of an entry, where Argo CD looks for it."""
    fixed = {WEBHOOK_SECRET: ARGOCD_SECRET, (*ACCESS, "secret"): f"{config.system.name}-repository"}
    if path[1] == "notifications":
        return NOTIFICATIONS_SECRET
    return fixed.get(path, f"{config.system.name}-pull-requests")


def source_repositories(config: PlatformConfig) -> Iterator[Problem]:
    """The AppProject lists further repositories, each once."""
    urls = config.argocd.project.source_repositories
    for index, url in enumerate(urls):
        if url == config.repository.url or url in urls[:index]:
            yield Problem(
                path=("argocd", "project", "sourceRepositories", index),
                message=f"{url} is already allowed. Remove it.",
            )


def cluster_resources(config: PlatformConfig) -> Iterator[Problem]:
    """Git creates no object of the cluster that the program manages, or that makes Git an administrator."""
    for index, resource in enumerate(config.argocd.project.cluster_resources):
        with suppress(BrokenField):
            kind = (resource.group, resource.kind)
            if kind == ("", "Namespace"):
                wrong = "Namespaces are managed by the program, with their quotas. Remove it, and add an environment."
            elif resource.group == SECRETS_GROUP:
                wrong = (
                    f"{resource.kind} could read the secrets of every environment. Remove it, and write "
                    "`secrets.supplied`."
                )
            elif kind in ADMINISTRATIVE_KINDS and resource.name is None:
                wrong = (
                    f"{resource.kind} without a name makes everyone with write access to Git an administrator of the "
                    "cluster. Remove it, or add the name of the one object."
                )
            else:
                wrong = _misnamed(resource, CLUSTER_SCOPED, NAMESPACED)
            if wrong is None:
                continue
            yield Problem(path=("argocd", "project", "clusterResources", index), message=wrong)


def namespace_resources(config: PlatformConfig) -> Iterator[Problem]:
    """Git creates no object in a namespace that the program manages."""
    for index, resource in enumerate(config.argocd.project.namespace_resources):
        with suppress(BrokenField):
            if (resource.group, resource.kind) in FORBIDDEN_KINDS:
                wrong = f"{resource.kind} is managed by the program, and Git must not change it. Remove it."
            else:
                wrong = _misnamed(resource, NAMESPACED, CLUSTER_SCOPED)
            if wrong is not None:
                yield Problem(path=("argocd", "project", "namespaceResources", index), message=wrong)


def _misnamed(
    resource: ResourceKind, wanted: Mapping[str, Collection[str]], others: Mapping[str, Collection[str]]
) -> str | None:
    """What is wrong with a kind that Kubernetes's own API has in another group or scope, or not at all."""
    group, kind = resource.group, resource.kind
    if kind in wanted.get(group, ()) or group not in {*wanted, *others}:
        return None
    where = f"group {group}" if group else "the core group"
    if any(kind in kinds for kinds in others.values()):
        key = "clusterResources" if wanted is NAMESPACED else "namespaceResources"
        return f"{kind} belongs in {key}. Remove it."
    own = next((other for other, kinds in wanted.items() if kind in kinds), None)
    near = kind if own is not None else likely_name(kind, wanted.get(group, ()))
    right = {"group": group if own is None else own, "kind": near}
    remedy = (
        "Remove it." if near is None else f"Write {yaml_text({key: value for key, value in right.items() if value})}."
    )
    return f"{kind} is not a kind of {where}. {remedy}"


def canary_resources(config: PlatformConfig) -> Iterator[Problem]:
    """Git may create the Rollouts of a canary."""
    listed = [(resource.group, resource.kind) for resource in config.argocd.project.namespace_resources]
    allowed = [kind for kind in listed if kind not in FORBIDDEN_KINDS]
    canaries = [name for _, name in known(config.environments, lambda e: e.name if e.canary else None) if name]
    if canaries and allowed and ROLLOUT not in allowed:
        yield Problem(
            path=("argocd", "project", "namespaceResources"),
            message=f"does not include the Rollouts of environment {canaries[0]}, which has a canary. "
            "Add {group: argoproj.io, kind: Rollout}.",
        )


RULES: tuple[Rule, ...] = (
    namespace,
    address,
    sign_in,
    scopes,
    git_ranges,
    access_kind,
    blocked_port,
    egress_port,
    missing_host_keys,
    other_host_keys,
    unused_host_keys,
    github_app_ids,
    receivers,
    token_secret,
    token_place,
    webhook_secret,
    secret_places,
    local_entries,
    entry_names,
    source_repositories,
    cluster_resources,
    namespace_resources,
    canary_resources,
)
