"""What the workflows need in GitHub, from the stack files. Pure.

Which environment admits what follows from the role that trusts it, and from what its jobs do.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from components.config.aws import AwsConfig
from components.config.ci import CiConfig
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


@dataclass(frozen=True, kw_only=True)
class _Rules:
    """Of the environments in which a role is used for one purpose."""

    value_name: str
    secret: bool = True
    reviewed: Callable[[PlatformConfig], bool]
    refs: Callable[[PlatformConfig], tuple[Ref, ...]]


def _always(_: PlatformConfig) -> bool:
    return True


def _never(_: PlatformConfig) -> bool:
    return False


def _any_ref(_: PlatformConfig) -> tuple[Ref, ...]:
    return ()


def _triggered_by(config: PlatformConfig, *triggers: Trigger) -> bool:
    return any(set(triggers) & set(environment.deployment.triggers) for environment in config.environments)


def _deployed_from(config: PlatformConfig) -> tuple[Ref, ...]:
    return (Ref("tag", TAGS),) if _triggered_by(config, Trigger.RELEASE_TAG) else (Ref("branch", BRANCH),)


def _reviewed_refs(config: PlatformConfig) -> tuple[Ref, ...]:
    """The refs whose code was reviewed. A check for drift runs on the branch whatever deploys the stack."""
    return tuple(dict.fromkeys((Ref("branch", BRANCH), *_deployed_from(config))))


def _tested_from(config: PlatformConfig) -> tuple[Ref, ...]:
    """Any, if an environment gets the code of pull requests or of branches that a person chooses."""
    return () if _triggered_by(config, Trigger.PULL_REQUEST, Trigger.MANUAL) else _reviewed_refs(config)


# A pull request's program runs with a role that decrypts the state: only after a review. That of main had one.
PREVIEW = _Rules(value_name="AWS_PREVIEW_ROLE_ARN", reviewed=_always, refs=_any_ref)
PLAN = _Rules(value_name="AWS_PREVIEW_ROLE_ARN", reviewed=_never, refs=_reviewed_refs)
DEPLOY = _Rules(value_name="AWS_DEPLOY_ROLE_ARN", reviewed=lambda config: config.protect, refs=_deployed_from)
SMOKE = _Rules(value_name="AWS_SMOKE_ROLE_ARN", secret=False, reviewed=_never, refs=_tested_from)
# Jobs of pull requests and tags, which run on no branch that the role trusts.
PUSH = _Rules(value_name="AWS_ROLE_ARN", reviewed=_always, refs=_any_ref)


def environments(stacks: Stacks) -> list[Environment]:
    """The environments of all stacks. StackError for one of two roles, which would both be open to its jobs."""
    found: dict[str, Environment] = {}
    for stack, (config, aws) in stacks.items():
        for rules, role, name in () if config.ci is None else _named(config.ci):
            wanted = Environment(
                name=name,
                role_arn=aws.account.role_arn(role),
                value_name=rules.value_name,
                secret=rules.secret,
                reviewed=rules.reviewed(config),
                refs=rules.refs(config),
            )
            present = found.setdefault(name.lower(), wanted)
            if present != wanted:
                raise StackError(
                    f"Pulumi.{stack}.yaml: the GitHub environment {name} already belongs to another role, "
                    f"{present.role_arn}. Each role needs one of its own."
                )
    return list(found.values())


def _named(ci: CiConfig) -> Iterator[tuple[_Rules, str, str]]:
    """The rules, the role's name and the name of each environment."""
    if ci.preview_role is not None:
        yield PREVIEW, ci.preview_role.name, ci.preview_role.github_environment
        if ci.preview_role.plan_environment is not None:
            yield PLAN, ci.preview_role.name, ci.preview_role.plan_environment
    if ci.deploy_role is not None:
        yield DEPLOY, ci.deploy_role.name, ci.deploy_role.github_environment
    if ci.smoke_role is not None:
        yield SMOKE, ci.smoke_role.name, ci.smoke_role.github_environment
    if ci.push_role is not None:
        for environment in ci.push_role.github_environments:
            yield PUSH, ci.push_role.name, environment


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


def checked(stacks: Stacks) -> list[str]:
    """The stacks that the platform's own workflows preview and deploy from this repository."""
    return [
        stack
        for stack, (config, _) in stacks.items()
        if config.ci is not None and (config.ci.preview_role is not None or config.ci.deploy_role is not None)
    ]


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
