"""Rules of `registry` and `ci`: image repositories, and the identities of GitHub Actions."""

from collections.abc import Iterator

from components.config.git_urls import github_repository, has_blocked_port
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.registry import RegistryConfig
from components.config.types import Ownership
from components.validation.rule import Rule

EXISTING_FIELDS = ("ownership", "mutable_tags")
"""Fields of `registry` that also describe existing repositories; the others are for those that the stack creates."""


PLACEHOLDERS = {
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


def github(config: PlatformConfig) -> Iterator[Problem]:
    """The repository is on GitHub, with the two ids that GitHub puts into the tokens of its workflows."""
    if config.ci is None or config.aws is None:
        return
    if github_repository(config.repository.url) is None and not has_blocked_port(config.repository.url):
        yield Problem(
            path=("repository", "url"),
            message=f"{config.repository.url} is not on GitHub, and ci creates roles for GitHub Actions. Remove ci.",
        )
    elif config.repository.github_owner_id is None or config.repository.github_repository_id is None:
        yield Problem(
            path=("repository",),
            message="needs githubOwnerId and githubRepositoryId: without them, the workflows of a repository created "
            "since July 2026 cannot log in. Write what `gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints.",
        )
    elif PLACEHOLDERS.get((config.repository.github_owner_id, config.repository.github_repository_id)) not in (
        None,
        config.aws.account_id,
    ):
        yield Problem(
            path=("repository",),
            message="has the placeholders of githubOwnerId and githubRepositoryId, so no workflow of yours could log "
            "in. Write what `gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints.",
        )


def roles(config: PlatformConfig) -> Iterator[Problem]:
    """Roles are capped by the stack's own boundary, and the push role has repositories to push to."""
    if config.ci is None or config.aws is None:
        return
    if config.ci.deploy_role is not None and config.aws.permissions_boundary is None:
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message=f"is missing, and ci.deployRole can create roles. Write e.g. boundary-{config.prefix}.",
        )
    boundary = config.aws.permissions_boundary
    if boundary is not None and not boundary.endswith(f"-{config.prefix}"):
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message=f"{boundary} does not end with -{config.prefix}. Each stack has its own, which keeps its "
            f"roles away from other stages. Write e.g. boundary-{config.prefix}.",
        )
    push_role = config.ci.push_role
    if push_role is not None and push_role.ownership is Ownership.CREATE and config.registry is None:
        yield Problem(path=("ci", "pushRole"), message="has no repositories to push to. Add the section registry.")


RULES: tuple[Rule, ...] = (existing_repositories, github, roles)
