"""What the workflows need in GitHub, from the stack files. Pure.

Which environment admits what follows from the role that trusts it: a table for all role sections of `ci`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from components.config.aws import AwsConfig
from components.config.ci import CiConfig, EnvironmentRoleConfig
from components.config.git_urls import github_repository
from components.config.platform import PlatformConfig
from components.config.types import Trigger
from tools.manifests.stacks import StackError
from tools.steps import backend_url

BRANCH, TAGS = "main", "v*"
"""What deploy.yml runs on: pushes to the branch, and tags for stacks that are deployed by release."""
Stacks = Mapping[str, tuple[PlatformConfig, AwsConfig]]


@dataclass(frozen=True)
class Ref:
    """A pattern that a job's branch or tag must match; `kind` is GitHub's word, `branch` or `tag`."""

    kind: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A GitHub environment, and the role that trusts its jobs."""

    name: str
    role_arn: str
    value_name: str
    """Name of the secret or variable that has the role's ARN."""
    secret: bool
    reviewed: bool
    refs: tuple[Ref, ...]
    """Empty for any branch and tag."""


@dataclass(frozen=True)
class _Role:
    secret: bool
    reviewed: Callable[[PlatformConfig], bool]
    refs: Callable[[PlatformConfig], tuple[Ref, ...]]


def _released(config: PlatformConfig) -> bool:
    return any(Trigger.RELEASE_TAG in environment.deployment.triggers for environment in config.environments)


def _deployed_from(config: PlatformConfig) -> tuple[Ref, ...]:
    return (Ref("tag", TAGS),) if _released(config) else (Ref("branch", BRANCH),)


def _tested_from(config: PlatformConfig) -> tuple[Ref, ...]:
    return (Ref("branch", BRANCH), Ref("tag", TAGS)) if _released(config) else (Ref("branch", BRANCH),)


ROLES: Mapping[str, _Role] = {
    # A preview runs a pull request's program, with a role that decrypts the state: only after a review.
    "preview_role": _Role(secret=True, reviewed=lambda _: True, refs=lambda _: ()),
    "deploy_role": _Role(secret=True, reviewed=lambda config: config.protect, refs=_deployed_from),
    "smoke_role": _Role(secret=False, reviewed=lambda _: False, refs=_tested_from),
}
"""By section of `ci`; the ARN's name is the section's, as in AWS_PREVIEW_ROLE_ARN."""


def environments(stacks: Stacks) -> list[Environment]:
    """The environments of all stacks. StackError for one of two roles, which would both be open to its jobs."""
    found: dict[str, Environment] = {}
    for stack, (config, aws) in stacks.items():
        for section, role in _roles(config.ci):
            rules, name = ROLES[section], role.github_environment
            if name.lower() in found:
                raise StackError(
                    f"Pulumi.{stack}.yaml: the GitHub environment {name} already belongs to another role, "
                    f"{found[name.lower()].role_arn}. Each role needs one of its own."
                )
            found[name.lower()] = Environment(
                name=name,
                role_arn=aws.account.role_arn(role.name),
                value_name=f"AWS_{section.upper()}_ARN",
                secret=rules.secret,
                reviewed=rules.reviewed(config),
                refs=rules.refs(config),
            )
    return list(found.values())


def _roles(ci: CiConfig | None) -> Iterator[tuple[str, EnvironmentRoleConfig]]:
    for section in ROLES:
        role = getattr(ci, section, None)
        if isinstance(role, EnvironmentRoleConfig):
            yield section, role


def repository(stacks: Stacks) -> str:
    """`OWNER/NAME` of the repository whose workflows the roles trust. StackError if it is not on GitHub."""
    url = _same("repository.url", {stack: config.repository.url for stack, (config, _) in stacks.items()})
    found = github_repository(url or "")
    if found is None:
        raise StackError(f"repository.url {url} is not on GitHub.")
    return f"{found.owner}/{found.name}"


def variables(stacks: Stacks) -> dict[str, str]:
    """Variables of the repository. StackError if stacks need different values."""
    urls = {
        stack: backend_url(config.ci.state_bucket, aws.region)
        for stack, (config, aws) in stacks.items()
        if config.ci is not None and config.ci.state_bucket is not None
    }
    values = {
        "AWS_REGION": _same("AWS_REGION", {stack: aws.region for stack, (_, aws) in stacks.items()}),
        "PULUMI_BACKEND_URL": _same("PULUMI_BACKEND_URL", urls),
    }
    return {name: value for name, value in values.items() if value is not None}


def push_role_arn(stacks: Stacks) -> str | None:
    """ARN of the role that pushes images, None without one. StackError if stacks have different ones."""
    arns = {
        stack: aws.account.role_arn(config.ci.push_role.name)
        for stack, (config, aws) in stacks.items()
        if config.ci is not None and config.ci.push_role is not None
    }
    return _same("AWS_ROLE_ARN", arns)


def _same(name: str, values: Mapping[str, str]) -> str | None:
    """The value that all stacks have, None without any."""
    if len(set(values.values())) > 1:
        listed = ", ".join(f"{value} for {stack}" for stack, value in values.items())
        raise StackError(
            f"{name} would be {listed}, and the repository has one value. Choose the stacks that share it with "
            "--stack; the environments of the others can have a variable or secret of that name."
        )
    return next(iter(values.values()), None)
