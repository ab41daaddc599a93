"""What an account has once: image repositories and the identities of CI."""

from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import IamName, Ownership, matching

MutableTag = Annotated[
    str,
    matching(
        r"^(?!\*+$)(?!(.*\*){3})[\w.*-]{1,128}$", "an image tag, with one or two * beside other characters", "cache-*"
    ),
]
"""ECR takes two wildcards at most; `*` alone would leave no tag immutable."""

BranchName = Annotated[str, matching(r"^[\w./+@#=-]+$", "the full name of one branch, without a pattern", "main")]


GithubEnvironment = Annotated[
    str, matching(r"^[\w.-]+$", "the name of a GitHub environment, without a pattern", "production")
]
BucketName = Annotated[
    str, matching(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "the name of an S3 bucket", "shop-pulumi-state")
]
KeyAlias = Annotated[str, matching(r"^alias/[\w/-]+$", "the alias of a KMS key", "alias/shop-pulumi-state")]


class RegistryConfig(Section):
    """One ECR repository for each service."""

    ownership: Ownership = Field(description="`create` makes the repositories; `existing` takes those of the account.")
    mutable_tags: tuple[MutableTag, ...] = Field(
        default=("cache-*", "sha256-*"),
        max_length=5,
        description="Tags that may move, with `*`; every other tag is written once. At most 5. With `existing` it is "
        "what the repositories' maker lets move; without it no `imageTag` is refused.",
    )
    untagged_days: int = Field(default=7, ge=1, le=14, description="Days until an untagged image expires.")
    keep_tagged: int = Field(
        default=200, ge=200, le=1000, description="Newest tagged images that are kept in each repository."
    )
    customer_managed_key: bool = Field(default=False, description="Encrypts with a key of the stack instead of AES256.")
    retain_on_destroy: bool = Field(
        default=True,
        description="A destroy of the stack leaves the repositories standing; the next `up` is refused by AWS until "
        "`ownership` says `existing`.",
    )

    @property
    def says_mutable_tags(self) -> bool:
        """Whether the stack file says which tags may move."""
        return "mutable_tags" in self.model_fields_set


class PushRoleConfig(Section):
    """The role that the build assumes: it pushes to the repositories of the catalogue and can do nothing else."""

    ownership: Ownership = Field(description="`create` or `existing`.")
    name: IamName = Field(default="github-actions-role", description="Name of the role.")
    branches: tuple[BranchName, ...] = Field(
        default=("main",), min_length=1, description="Branches whose workflows may push."
    )


class EnvironmentRoleConfig(Section):
    """A role bound to one GitHub environment, whose reviewers decide who gets it."""

    name: IamName = Field(description="Name of the role.")
    github_environment: GithubEnvironment = Field(description="GitHub environment that the job must name.")


class CiConfig(Section):
    """Identities of GitHub Actions: OIDC tokens instead of keys."""

    provider: Ownership = Field(description="`create` makes GitHub's OIDC provider; `existing` takes the account's.")
    push_role: PushRoleConfig | None = Field(default=None, description="Role of the build; null for none.")
    preview_role: EnvironmentRoleConfig | None = Field(default=None, description="Read-only role of `pulumi preview`.")
    deploy_role: EnvironmentRoleConfig | None = Field(default=None, description="Role of `pulumi up`.")
    state_bucket: BucketName | None = Field(default=None, description="S3 bucket of Pulumi's state.")
    state_key_alias: KeyAlias | None = Field(
        default=None,
        description="KMS key that encrypts the state's secrets, as `alias/NAME`.",
    )
    retain_on_destroy: bool = Field(
        default=True,
        description="A destroy of the stack leaves the provider and the push role standing; AWS refuses the next `up` "
        "until `provider` and `pushRole.ownership` say `existing`.",
    )
