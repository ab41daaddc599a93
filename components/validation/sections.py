"""Rules between the sections of a stack file: which need which other ones, and which have no effect; and of `tags`."""

from collections.abc import Iterator

from components.account.tags import LONGEST_KEY, MOST_TAGS, is_platform_key, tag_fault
from components.config.base import BrokenField
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.environments.plan import plan_environments
from components.validation.rule import Rule

EKS_SECTIONS = ("network", "database", "cache", "storage", "edge", "alarms")
"""Sections whose resources belong to an EKS cluster that this stack creates: in its network, or watching it."""
NEEDED: dict[str, tuple[str, ...]] = {
    "network": ("aws",), "cluster": ("aws", "network"), "registry": ("aws",), "ci": ("aws",),
    "database": ("aws", "network", "cluster"), "cache": ("aws", "network", "cluster"), "edge": ("aws", "cluster"),
    "storage": ("aws", "network", "cluster"), "alarms": ("aws", "cluster"),
}  # fmt: skip


def presence(config: PlatformConfig) -> Iterator[Problem]:
    """Every section has the ones that it needs; there is exactly one cluster, created here or named by kubeconfig."""
    present = {name for name in (*NEEDED, "aws", "kubeconfig") if _is_written(config, name)}
    if "kubeconfig" in present and "cluster" not in present:
        for section in (name for name in EKS_SECTIONS if name in present):
            # Sections that it needs in turn would not help, so they are not reported as missing.
            present.remove(section)
            yield Problem(
                path=(section,),
                message="is not available on an existing cluster (kubeconfig). Remove it, "
                "or write cluster in place of kubeconfig.",
            )
    # A stack without any cluster is reported once, below.
    without_cluster = set[str]() if {"cluster", "kubeconfig"} & present else {"cluster"}
    needed_by: dict[str, list[str]] = {}
    for section, required in NEEDED.items():
        for missing in required:
            if section in present and missing not in present | without_cluster:
                needed_by.setdefault(missing, []).append(section)
    for missing, needing in needed_by.items():
        those = ", ".join(needing)
        yield Problem(path=(missing,), message=f"is missing, and needed by {those}. Add it, or remove {those}.")
    if without_cluster:
        yield Problem(
            path=("cluster",),
            message="is missing, and so is kubeconfig. Write cluster for EKS, "
            "or kubeconfig with the context of an existing cluster.",
        )
    if {"cluster", "kubeconfig"} <= present:
        yield Problem(
            path=("kubeconfig",),
            message="cannot be combined with cluster: a stack has one cluster. Remove kubeconfig for a cluster on "
            "EKS, or cluster for the existing one.",
        )


def _is_written(config: PlatformConfig, section: str) -> bool:
    """Whether a section is in the stack file, even if it cannot be read."""
    try:
        return getattr(config, section) is not None
    except BrokenField:
        return True


def available(config: PlatformConfig) -> PlatformConfig:
    """The configuration without the sections that an existing cluster cannot have.

    `presence` refuses those sections. The other rules do not see them, and so report no consequences of a section that
    has to be removed anyway.
    """
    local = _is_written(config, "kubeconfig") and not _is_written(config, "cluster")
    return config.model_copy(update=dict.fromkeys(EKS_SECTIONS)) if local else config


def account(config: PlatformConfig) -> Iterator[Problem]:
    """A stack without resources on AWS names no account."""
    if config.aws is not None and config.local and config.registry is None and config.ci is None:
        yield Problem(
            path=("aws",), message="has no effect: this stack has no cluster, registry or ci on AWS. Remove it."
        )


def secrets_manager(config: PlatformConfig) -> Iterator[Problem]:
    """Settings of entries in Secrets Manager are written only where the program fills an entry."""
    if "secrets_manager" not in config.model_fields_set:
        return
    if config.local:
        yield Problem(
            path=("secretsManager",),
            message="has no effect: an existing cluster (kubeconfig) receives no entries. Remove it.",
        )
    elif config.cluster is not None and not any(plan.secrets.entries for plan in plan_environments(config)):
        remedy = "Add the section secrets, or remove secretsManager" if config.secrets is None else "Remove it"
        yield Problem(path=("secretsManager",), message=f"has no effect: the program fills no entry. {remedy}.")


def tags(config: PlatformConfig) -> Iterator[Problem]:
    """The keys of tags are AWS's to accept, not the platform's own, and differ in more than case.

    Source: AWS's general rules for tags; IAM User Guide, Tags for IAM resources (keys are not distinguished by case).
    """
    seen: dict[str, str] = {}
    for key in config.system.tags:
        first, fault = seen.setdefault(key.casefold(), key), tag_fault(key, LONGEST_KEY)
        if not key:
            message = "has an empty key. Rename it."
        elif fault is not None:
            message = f"{fault}. Rename it."
        elif is_platform_key(key):
            message = "is a tag that the platform sets. Remove it."
        elif first != key:
            message = f"differs from {first} only in case, and IAM takes both for one tag. Remove it."
        else:
            continue
        yield Problem(path=("system", "tags", key), message=message)


def number_of_tags(config: PlatformConfig) -> Iterator[Problem]:
    """The tags and the platform's own are not too many. Source: AWS's general rules for tags."""
    number = len(config.system.tags)
    if number > MOST_TAGS:
        yield Problem(
            path=("system", "tags"),
            message=f"has {number} tags; AWS allows 50 on a resource, and the platform sets up to {50 - MOST_TAGS}. "
            f"Keep at most {MOST_TAGS}.",
        )


def receivers(config: PlatformConfig) -> Iterator[Problem]:
    """Alarms have someone to go to."""
    if config.alarms is not None and not (config.alarms.emails or config.alarms.endpoints):
        yield Problem(
            path=("alarms", "emails"),
            message="is empty, and so is endpoints: alarms would have no recipient. Write e.g. emails: "
            "[ops@example.com], or remove alarms.",
        )


def unused_database(config: PlatformConfig) -> Iterator[Problem]:
    """The stack's own database, which costs money, is used by an environment."""
    if config.database is not None and not any(
        config.uses_database(environment) or environment.database_prefix is not None
        for environment in config.environments
    ):
        yield _unused("database", "databaseInNamespace")


def unused_cache(config: PlatformConfig) -> Iterator[Problem]:
    """The stack's own cache, likewise."""
    if config.cache is not None and not any(
        config.uses_cache(environment) or environment.cache_database is not None for environment in config.environments
    ):
        yield _unused("cache", "cacheInNamespace")


def _unused(section: str, key: str) -> Problem:
    return Problem(
        path=(section,),
        message=f"is not used by any environment: each runs its own ({key}). Remove {section}, or {key}.",
    )


RULES: tuple[Rule, ...] = (account, secrets_manager, tags, number_of_tags, receivers, unused_database, unused_cache)
"""Without `presence`, which alone reads the sections that `available` removes."""
