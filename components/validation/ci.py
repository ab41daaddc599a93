"""Rules of `registry` and `ci`: image repositories, and the identities of GitHub Actions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress

from components.account.names import MAX_LENGTHS
from components.config.base import BrokenField
from components.config.ci import CiConfig, EnvironmentRoleConfig, PushRoleConfig
from components.config.git_urls import GITHUB_OWNER, github_repository, has_blocked_port, is_on_github
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.registry import RegistryConfig
from components.config.types import Ownership
from components.validation.rule import Rule

EXISTING_FIELDS = ("ownership", "mutable_tags")
"""Fields of `registry` that also describe existing repositories; the others are for those that the stack creates."""

PLACEHOLDERS: dict[tuple[str | None, str | None], str] = {
    ("108345678", "1067890123"): "025434362120",
    ("123456789", "987654321"): "123456789012",
    ("234567891", "876543219"): "210987654321",
}
"""GitHub's ids in the stacks of this repository, which stand for no real one, and the account that they stand with."""


def existing_repositories(config: PlatformConfig) -> Iterator[Problem]:
    """Settings of repositories are written in the stack that creates them."""
    settings = config.registry
    if settings is None or settings.ownership is Ownership.CREATE:
        return
    for field, info in RegistryConfig.model_fields.items():
        if field in settings.model_fields_set and field not in EXISTING_FIELDS:
            yield Problem(
                path=("registry", str(info.alias)),
                message="applies only to repositories that this stack creates, and ownership is existing. Remove it.",
            )


def repository(config: PlatformConfig) -> Iterator[Problem]:
    """An address on GitHub is that of one repository."""
    url = config.repository.url
    owner = GITHUB_OWNER.match(url)
    if owner is not None and github_repository(url) is None and not has_blocked_port(url):
        name = owner["name"] or f"{config.system.name}.git"
        yield Problem(
            path=("repository", "url"),
            message=f"{url} is not one repository on GitHub. Write e.g. {owner['start'].replace('www.', '')}/{name}.",
        )


def github(config: PlatformConfig) -> Iterator[Problem]:
    """The repository is on GitHub."""
    url = config.repository.url
    if config.ci is not None and not is_on_github(url):
        yield Problem(
            path=("repository", "url"),
            message=f"{url} is not on GitHub, and ci creates roles for GitHub Actions. Write its address on GitHub, or "
            "remove ci.",
        )


def github_ids(config: PlatformConfig) -> Iterator[Problem]:
    """The two ids that GitHub puts into the tokens of its workflows are known, and are not those of an example."""
    if config.ci is None:
        return
    repository = config.repository
    ids = repository.github_owner_id, repository.github_repository_id
    if None in ids:
        with suppress(BrokenField):
            if github_repository(repository.url) is None:
                return
        yield Problem(
            path=("repository",),
            message="needs githubOwnerId and githubRepositoryId: without them, the workflows of a repository created "
            "since July 2026 cannot log in. Write what `gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints.",
        )
    elif config.aws is not None and PLACEHOLDERS.get(ids) not in (None, config.aws.account_id):
        yield Problem(
            path=("repository",),
            message="has the placeholders of githubOwnerId and githubRepositoryId, so no workflow of yours could log "
            "in. Write what `gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints.",
        )


def boundary(config: PlatformConfig) -> Iterator[Problem]:
    """A stack whose deploy role can create roles has a permissions boundary."""
    if config.ci is None or config.aws is None:
        return
    if config.ci.deploy_role is not None and config.aws.permissions_boundary is None:
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message=f"is missing, and ci.deployRole can create roles. Write e.g. boundary-{config.prefix}.",
        )


def own_boundary(config: PlatformConfig) -> Iterator[Problem]:
    """The permissions boundary is the stack's own."""
    if config.ci is None or config.aws is None:
        return
    name = config.aws.permissions_boundary
    if name is not None and not name.endswith(f"-{config.prefix}"):
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message=f"{name} does not end with -{config.prefix}. Each stack has its own, which keeps its "
            f"roles away from other stages. Write e.g. boundary-{config.prefix}.",
        )


def pushed_repositories(config: PlatformConfig) -> Iterator[Problem]:
    """The push role has repositories to push to."""
    if config.ci is None or config.registry is not None:
        return
    push_role = config.ci.push_role
    if push_role is not None and push_role.ownership is Ownership.CREATE:
        yield Problem(path=("ci", "pushRole"), message="has no repositories to push to. Add the section registry.")


def own_cluster(config: PlatformConfig) -> Iterator[Problem]:
    """The smoke test's role and the runners are for a cluster that the stack creates."""
    if not config.local or config.ci is None:
        return
    if config.ci.smoke_role is not None:
        yield Problem(
            path=("ci", "smokeRole"),
            message="has no effect: IAM roles have no access to an existing cluster (kubeconfig). Remove it.",
        )
    if config.ci.runner is not None:
        yield Problem(
            path=("ci", "runner"),
            message="has no effect: a stack with an existing cluster (kubeconfig) has no VPC. Remove it.",
        )


def connection(config: PlatformConfig) -> Iterator[Problem]:
    """The runners' connection to GitHub belongs to the stack's account and region."""
    if config.ci is None or config.ci.runner is None or config.aws is None:
        return
    arn, account = config.ci.runner.connection_arn, config.aws.account
    own = account.arn("codeconnections", arn.rpartition(":")[2])
    if arn != own:
        yield Problem(
            path=("ci", "runner", "connectionArn"),
            message=f"{arn} is not a connection of account {account.account_id} in {account.region}. Write e.g. {own}.",
        )


ENVIRONMENT_ROLES: Mapping[str, Callable[[CiConfig], EnvironmentRoleConfig | None]] = {
    "deployRole": lambda ci: ci.deploy_role,
    "previewRole": lambda ci: ci.preview_role,
    "smokeRole": lambda ci: ci.smoke_role,
}
"""The roles for jobs of one GitHub environment, which all get access to the cluster; the most powerful first."""
ROLES: tuple[tuple[str, str, Callable[[CiConfig], PushRoleConfig | EnvironmentRoleConfig | None]], ...] = (
    ("pushRole", "push", lambda ci: ci.push_role),
    ("previewRole", "preview", ENVIRONMENT_ROLES["previewRole"]),
    ("deployRole", "deploy", ENVIRONMENT_ROLES["deployRole"]),
    ("smokeRole", "smoke", ENVIRONMENT_ROLES["smokeRole"]),
)
"""Key, end of a suggested name, and the role, if there is one."""
GITHUB_ENVIRONMENTS: Mapping[tuple[str, str], Callable[[CiConfig], str | None]] = {
    ("deployRole", "githubEnvironment"): lambda ci: ci.deploy_role and ci.deploy_role.github_environment,
    ("previewRole", "githubEnvironment"): lambda ci: ci.preview_role and ci.preview_role.github_environment,
    ("previewRole", "planEnvironment"): lambda ci: ci.preview_role and ci.preview_role.plan_environment,
    ("smokeRole", "githubEnvironment"): lambda ci: ci.smoke_role and ci.smoke_role.github_environment,
}
"""Where an environment is named, and its name, if there is one; the most powerful role first."""


def role_names(config: PlatformConfig) -> Iterator[Problem]:
    """Each role has a name of its own. Source: IAM API reference, CreateRole (names differ in more than case)."""
    if config.ci is None:
        return
    seen: dict[str, str] = {}
    for key, kind, read in ROLES:
        with suppress(BrokenField):
            role = read(config.ci)
            if role is None:
                continue
            first = seen.setdefault(role.name.lower(), key)
            if first != key:
                yield Problem(
                    path=("ci", key, "name"),
                    message=f"{role.name} is already the name of ci.{first}. "
                    f"Write e.g. {free_role_name(role_prefix(config), kind, role.name, seen)}.",
                )


def role_prefix(config: PlatformConfig, stack: str | None = None) -> str | None:
    """The prefix of the stack's names; if the stage cannot be read, with the stack's name in its place."""
    with suppress(BrokenField):
        return config.prefix
    with suppress(BrokenField):
        return None if stack is None else f"{config.system.name}-{stack}"
    return None


def free_role_name(prefix: str | None, kind: str, name: str, taken: Collection[str]) -> str:
    """A name for a role of this kind that is not taken: with the prefix, or a similar one. `taken` is in lower case."""
    if prefix is not None and f"{prefix}-{kind}" not in taken:
        return f"{prefix}-{kind}"
    base = name.removesuffix(f"-{kind}")[: MAX_LENGTHS["IAM role"] - len(f"-{kind}-99")]
    candidates = (f"{base}-{kind}{number}" for number in ("", *(f"-{n}" for n in range(2, 100))))
    return next(candidate for candidate in candidates if candidate.lower() not in taken)


def github_environments(config: PlatformConfig) -> Iterator[Problem]:
    """Each role has a GitHub environment of its own, whose reviewers control access to it alone.

    Source: GitHub's documentation, Managing environments for deployment (names are not case-sensitive).
    """
    if config.ci is None:
        return
    named: dict[tuple[str, str], str] = {}
    for place, read in GITHUB_ENVIRONMENTS.items():
        with suppress(BrokenField):
            name = read(config.ci)
            if name is not None:
                named[place] = name
    taken = {name.lower() for name in named.values()}
    seen: dict[str, tuple[str, str]] = {}
    for place, name in named.items():
        first = seen.setdefault(name.lower(), place)
        if first != place:
            (owner, _), (key, field) = first, place
            kind = "plan" if field == "planEnvironment" else key.removesuffix("Role")
            stem = kind if name.lower().startswith(kind) else f"{kind}-{name}"
            candidates = (f"{stem}{number}" for number in ("", "-2", "-3"))
            free = next(candidate for candidate in candidates if candidate.lower() not in taken)
            reason = "whose jobs wait for a reviewer" if owner == key else "so its jobs could assume both roles"
            yield Problem(
                path=("ci", key, field),
                message=f"{name} is also the environment of ci.{owner}, {reason}. Write e.g. {free}.",
            )
    with suppress(BrokenField):
        push = config.ci.push_role
        for index, name in enumerate(() if push is None else push.github_environments):
            if name.lower() in seen:
                owner, _ = seen[name.lower()]
                yield Problem(
                    path=("ci", "pushRole", "githubEnvironments", index),
                    message=f"{name} is also the environment of ci.{owner}, so its jobs could assume both roles. "
                    f"Write e.g. push-{name}.",
                )


def state_key(config: PlatformConfig) -> Iterator[Problem]:
    """The key of the state belongs to a bucket."""
    if config.ci is not None and config.ci.state_key_alias is not None and config.ci.state_bucket is None:
        yield Problem(
            path=("ci", "stateKeyAlias"), message="has no effect without stateBucket. Remove it, or add stateBucket."
        )


RULES: tuple[Rule, ...] = (
    existing_repositories,
    repository,
    github,
    github_ids,
    boundary,
    own_boundary,
    pushed_repositories,
    own_cluster,
    connection,
    role_names,
    github_environments,
    state_key,
)
