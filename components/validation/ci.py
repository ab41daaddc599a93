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
    """The repository is on GitHub, and its two ids are written together."""
    if config.ci is None or config.aws is None:
        return
    if github_repository(config.repository.url) is None and not has_blocked_port(config.repository.url):
        yield Problem(
            path=("repository", "url"),
            message=f"{config.repository.url} is not on GitHub, and ci creates roles for GitHub Actions. Remove ci.",
        )
    if (config.repository.github_owner_id is None) != (config.repository.github_repository_id is None):
        yield Problem(
            path=("repository",),
            message="has only one of githubOwnerId and githubRepositoryId. Write both, or neither.",
        )


def roles(config: PlatformConfig) -> Iterator[Problem]:
    """The role that can create roles is capped, and the push role has repositories to push to."""
    if config.ci is None or config.aws is None:
        return
    if config.ci.deploy_role is not None and config.aws.permissions_boundary is None:
        yield Problem(
            path=("aws", "permissionsBoundary"),
            message="is missing, and ci.deployRole can create roles. Write the name of the policy that caps them.",
        )
    push_role = config.ci.push_role
    if push_role is not None and push_role.ownership is Ownership.CREATE and config.registry is None:
        yield Problem(path=("ci", "pushRole"), message="has no repositories to push to. Add the section registry.")


RULES: tuple[Rule, ...] = (existing_repositories, github, roles)
