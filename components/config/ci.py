"""IAM roles for GitHub Actions."""

from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import BucketName, IamName, Ownership, UniqueList, matching

BranchName = Annotated[str, matching(r"^(?!refs/)[\w./+@#=-]+$", "the full name of one branch, not a pattern", "main")]
GithubEnvironment = Annotated[
    str, matching(r"^(?! )[\w ./()-]{1,255}(?<! )$", "the name of one GitHub environment", "production")
]
KeyAlias = Annotated[
    str,
    matching(r"^alias/(?!aws/)[\w/-]+$", "the alias of a KMS key that you created", "alias/shop-pulumi-state"),
]


class PushRoleConfig(Section):
    """The build's role: it can push to the catalogue's repositories and do nothing else."""

    ownership: Ownership = Field(description="`create` or `existing`.")
    name: IamName = Field(default="github-actions-role", description="Name of the role.")
    branches: UniqueList[BranchName] = Field(
        default=("main",), min_length=1, description="Branches whose workflows may push images."
    )


class EnvironmentRoleConfig(Section):
    """A role for jobs of one GitHub environment, whose reviewers control access to it."""

    name: IamName = Field(description="Name of the role.")
    github_environment: GithubEnvironment = Field(description="GitHub environment that the job must use.")


class CiConfig(Section):
    """IAM roles that GitHub Actions assumes with OIDC tokens instead of access keys."""

    provider: Ownership = Field(
        description="`create` creates the OIDC provider for GitHub; `existing` uses the account's."
    )
    push_role: PushRoleConfig | None = Field(default=None, description="Role of the build; null for none.")
    preview_role: EnvironmentRoleConfig | None = Field(default=None, description="Read-only role of `pulumi preview`.")
    deploy_role: EnvironmentRoleConfig | None = Field(default=None, description="Role of `pulumi up`.")
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
