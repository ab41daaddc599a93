"""Tags of every AWS resource, set once as the provider's default tags."""

import unicodedata
from collections.abc import Mapping

MOST_TAGS = 40
"""Tags that `extra` can add. AWS allows 50 on a resource: `default_tags` takes 4, and EKS and Karpenter set up to 6 on
an instance. Those of AWS itself (`aws:`) do not count."""
LONGEST_KEY, LONGEST_VALUE = 128, 256
SYMBOLS = "_.:/=+-@"
"""Characters in addition to Unicode's letters, numbers and spaces."""
RESERVED_PREFIX = "aws:"
PLATFORM_PREFIXES = (
    "eks:",
    "k8s.io/",
    "karpenter.sh/",
    "kubernetes.io/cluster/",
    "kubernetes.io/created-for/",
    "kubernetes.io/role/",
    "kubernetes.io/service-name",
)
"""Prefixes of tags by which EKS, Karpenter, the EBS driver and the load balancer controller find what is theirs."""
CONTROLLERS_DOMAIN = ".k8s.aws/"


def default_tags(*, project: str, environment: str, owner: str, extra: Mapping[str, str]) -> dict[str, str]:
    """`Project`, `Environment`, `Owner` and `ManagedBy`; `extra` can add tags but cannot override these."""
    return {**extra, "Project": project, "Environment": environment, "Owner": owner, "ManagedBy": "pulumi"}


def is_platform_key(key: str) -> bool:
    """Whether the platform sets the tag, in any spelling: IAM does not distinguish keys by case."""
    own = {*default_tags(project="", environment="", owner="", extra={}), "Name"}
    return (
        key.casefold() in {name.casefold() for name in own}
        or key.startswith(PLATFORM_PREFIXES)
        or CONTROLLERS_DOMAIN in key
    )


def tag_fault(text: str, longest: int) -> str | None:
    """Why AWS does not accept the key or value of a tag; None if it does.

    Source: IAM API reference, Tag (the strictest of the services), and AWS's general rules for tags.
    """
    if text.casefold().startswith(RESERVED_PREFIX):
        return f"starts with {text[: len(RESERVED_PREFIX)]}, which AWS reserves for itself"
    if len(text) > longest:
        return f"has {len(text)} characters; AWS allows {longest} here"
    for position, character in enumerate(text, start=1):
        if unicodedata.category(character)[0] not in "LNZ" and character not in SYMBOLS:
            return f"has {character!r} at position {position}; AWS allows letters, digits, spaces and {SYMBOLS} in tags"
    return None
