"""IAM roles for GitHub Actions."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import (
    BranchName,
    BucketName,
    IamName,
    LogRetentionDays,
    Ownership,
    UniqueList,
    matching,
    name_at_github,
)

GithubEnvironment = Annotated[
    str,
    AfterValidator(name_at_github),
    matching(r"^(?! )[\w ./()=+#@,!&'-]{1,255}(?<! )$", "the name of one GitHub environment", "production"),
]
"""Without what IAM's conditions take for a pattern or a variable, and without colons, which GitHub's tokens encode."""
ConnectionArn = Annotated[
    str,
    matching(
        r"^arn:aws:codeconnections:[a-z0-9-]+:[0-9]{12}:connection/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
        "the ARN of a connection",
        "arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef",
    ),
]
RunnerImage = Annotated[
    str,
    matching(r"^aws/codebuild/standard:[0-9]+\.[0-9]+$", "an Ubuntu image of CodeBuild", "aws/codebuild/standard:7.0"),
]


def _with_prefix(alias: str) -> str:
    if re.fullmatch(r"(?!alias/)[\w/-]+", alias, re.ASCII):
        raise ValueError(f"{alias!r} does not begin with alias/. Write alias/{alias}.")
    return alias


KeyAlias = Annotated[
    str,
    AfterValidator(_with_prefix),
    matching(r"^alias/(?!aws/)[\w/-]+$", "the alias of a KMS key that you created", "alias/shop-pulumi-state"),
]


class PushRoleConfig(Section):
    """The build's role: it can push to the catalogue's repositories and do nothing else."""

    ownership: Ownership = Field(description="`create` or `existing`.")
    name: IamName = Field(default="github-actions-role", description="Name of the role.")
    branches: UniqueList[BranchName] = Field(
        default=("main",), min_length=1, description="Branches whose workflows may push images."
    )
    github_environments: UniqueList[GithubEnvironment] = Field(
        default=(),
        description="GitHub environments whose jobs may push images too: those for pull requests and release tags, "
        "which run on no branch. Whoever may use the environment may push.",
        examples=[["release"]],
    )


class EnvironmentRoleConfig(Section):
    """A role for jobs of one GitHub environment, whose reviewers control access to it."""

    name: IamName = Field(description="Name of the role.")
    github_environment: GithubEnvironment = Field(description="GitHub environment that the job must use.")


class PreviewRoleConfig(EnvironmentRoleConfig):
    """The role of previews. It decrypts the state, so a pull request's code gets it only after a review."""

    plan_environment: GithubEnvironment | None = Field(
        default=None,
        description="GitHub environment for code that has been reviewed: plans of deployments, and the daily check for "
        "drift. It has no reviewers, so let it admit only `main` and release tags.",
        examples=["plan-staging"],
    )


class RunnerConfig(Section):
    """GitHub Actions runners in the private subnets, on CodeBuild, for an API server without a public endpoint."""

    connection_arn: ConnectionArn = Field(
        description="Connection of AWS CodeConnections to GitHub, which a person approves (ci.md).",
        examples=["arn:aws:codeconnections:eu-central-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"],
    )
    compute_type: Literal["BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE"] = Field(
        default="BUILD_GENERAL1_SMALL", description="Size: 2 CPUs with 3 GiB, 4 with 7 GiB, or 8 with 15 GiB."
    )
    image: RunnerImage = Field(default="aws/codebuild/standard:7.0", description="Ubuntu image of CodeBuild.")
    log_retention_days: LogRetentionDays = Field(default=365, description="Retention of the runners' logs, in days.")


class CiConfig(Section):
    """IAM roles that GitHub Actions assumes with OIDC tokens instead of access keys."""

    provider: Ownership = Field(
        description="`create` creates the OIDC provider for GitHub; `existing` uses the account's."
    )
    push_role: PushRoleConfig | None = Field(default=None, description="Role of the build; null for none.")
    preview_role: PreviewRoleConfig | None = Field(default=None, description="Read-only role of `pulumi preview`.")
    deploy_role: EnvironmentRoleConfig | None = Field(default=None, description="Role of `pulumi up`.")
    smoke_role: EnvironmentRoleConfig | None = Field(
        default=None,
        description="Role of the services' pipeline in the cluster: it may run `scripts/smoke.py`, and nothing else.",
    )
    runner: RunnerConfig | None = Field(default=None, description="Runners inside the VPC; null for none.")
    state_bucket: BucketName | None = Field(default=None, description="S3 bucket of the Pulumi state.")
    state_key_alias: KeyAlias | None = Field(
        default=None,
        description="KMS key that encrypts secrets in the state, as `alias/NAME`.",
    )
    retain_on_destroy: bool = Field(
        default=True,
        description="Keeps the provider and the push role when the stack is destroyed; the next `up` then needs "
        "`existing` for `provider` and `pushRole.ownership`.",
    )
