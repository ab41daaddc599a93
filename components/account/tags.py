"""The tags that every AWS resource carries, set once as the provider's default tags."""

from collections.abc import Mapping


def default_tags(*, project: str, environment: str, owner: str, extra: Mapping[str, str]) -> dict[str, str]:
    """`Project`, `Environment`, `Owner` and `ManagedBy`; `extra` adds to them and never replaces one."""
    return {**extra, "Project": project, "Environment": environment, "Owner": owner, "ManagedBy": "pulumi"}
