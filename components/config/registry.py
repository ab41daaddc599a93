"""ECR repositories of the services."""

from typing import Annotated

from pydantic import Field

from components.config.base import Section
from components.config.types import Ownership, UniqueList, matching

MutableTag = Annotated[
    str,
    matching(
        r"^(?!\*+$)(?!(.*\*){3})[\w.*-]{1,128}$", "an image tag with at most two * and other characters", "cache-*"
    ),
]
"""ECR allows at most two wildcards; `*` alone would make every tag mutable."""


class RegistryConfig(Section):
    """One ECR repository per service."""

    ownership: Ownership = Field(description="`create` creates the repositories; `existing` uses the account's.")
    mutable_tags: UniqueList[MutableTag] = Field(
        default=("cache-*", "sha256-*"),
        max_length=5,
        description="Mutable tags, with `*` as a wildcard, at most 5; all other tags are immutable. With `existing`, "
        "the mutable tags of the existing repositories; if it is not set, `imageTag` may be any tag.",
    )
    untagged_days: int = Field(default=7, ge=1, le=14, description="Days until an untagged image expires.")
    keep_tagged: int = Field(
        default=200, ge=200, le=1000, description="Number of newest tagged images that each repository keeps."
    )
    customer_managed_key: bool = Field(default=False, description="Encrypts with a key of the stack instead of AES256.")
    retain_on_destroy: bool = Field(
        default=True,
        description="Keeps the repositories when the stack is destroyed. The next `up` then needs "
        "`ownership: existing`.",
    )

    @property
    def sets_mutable_tags(self) -> bool:
        """Whether the stack file sets `mutableTags`."""
        return "mutable_tags" in self.model_fields_set
