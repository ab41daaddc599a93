"""Tags of every AWS resource, set once as the provider's default tags."""

from collections.abc import Mapping


def default_tags(*, project: str, environment: str, owner: str, extra: Mapping[str, str]) -> dict[str, str]:
    """`Project`, `Environment`, `Owner` and `ManagedBy`; `extra` can add tags but cannot override these."""
    return {**extra, "Project": project, "Environment": environment, "Owner": owner, "ManagedBy": "pulumi"}
