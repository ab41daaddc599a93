"""Rules of `deployment.imageTag`: a keyword, or a fixed tag that the registry lets move."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from components.config.environments import KEYWORD_TAGS
from components.config.messages import yaml_text
from components.config.platform import PlatformConfig
from components.config.problems import Problem
from components.config.types import Ownership, Trigger
from components.environments.plan import EnvironmentPlan
from components.validation.rule import Path, Rule, each_environment, known

EXAMPLES: Mapping[str, Sequence[str]] = {
    "commitSha": ("0123456789abcdef0123456789abcdef01234567",),
    "commitShaAndTime": ("01234567-20260102-030405",),
    "releaseTag": ("v1.2", "1.2", "v2026.11"),
}
"""Tags that a pipeline gives to builds."""
KEYWORD_SIMILARITY = 0.85
"""A tag that is closer than this to a keyword is taken for a misspelt keyword."""


@each_environment
def mutable_tags(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A fixed image tag may move in the registry. Existing repositories are checked only where `mutableTags` is set."""
    registry, tag = plan.config.registry, plan.settings.deployment.image_tag
    if registry is None or (registry.ownership is Ownership.EXISTING and not registry.sets_mutable_tags):
        return
    moves = tag not in KEYWORD_TAGS and meant_tag(tag) is None
    if moves and not any(fnmatchcase(tag, pattern) for pattern in registry.mutable_tags):
        yield Problem(
            path=(*here, "deployment", "imageTag"),
            message=f"{tag} is a fixed tag that every deployment would move, and the registry makes tags "
            f"immutable, except for {', '.join(registry.mutable_tags) or 'none'}. "
            f"Write {KEYWORD_TAGS[0]}, or add {tag} to registry.mutableTags.",
        )


@each_environment
def misspelt_tags(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """A misspelt keyword would be a fixed tag."""
    tag = plan.settings.deployment.image_tag
    known_tags = () if plan.config.registry is None else plan.config.registry.mutable_tags
    keyword = meant_tag(tag)
    if keyword is not None and tag not in known_tags:
        yield Problem(
            path=(*here, "deployment", "imageTag"),
            message=f"{tag} is not a keyword, and would be used as a fixed tag. Write {keyword}.",
        )


@each_environment
def release_tags(plan: EnvironmentPlan, here: Path) -> Iterator[Problem]:
    """Only a release, or a person, starts a deployment whose images have the tag of a release."""
    policy = plan.settings.deployment
    if policy.image_tag == "releaseTag" and not {Trigger.RELEASE_TAG, Trigger.MANUAL} & {*policy.triggers}:
        yield Problem(
            path=(*here, "deployment", "triggers"),
            message=f"{yaml_text(list(map(str, policy.triggers)))} have no release tag, which imageTag asks for. "
            "Write [releaseTag], or imageTag: commitSha.",
        )


def moving_builds(config: PlatformConfig) -> Iterator[Problem]:
    """No tag of a build may move in the registry: what was tested would not be what is deployed."""
    if config.registry is None:
        return
    used = {tag for _, tag in known(config.environments, lambda e: e.deployment.image_tag) if tag in KEYWORD_TAGS}
    for index, pattern in enumerate(config.registry.mutable_tags):
        kind = next((tag for tag in KEYWORD_TAGS if tag in used and _matches_builds(pattern, tag)), None)
        if kind is not None:
            yield Problem(
                path=("registry", "mutableTags", index),
                message=f"{pattern!r} lets the tags of builds move ({kind}), and so what runs would not be what was "
                "tested. Remove it.",
            )


def _matches_builds(pattern: str, keyword: str) -> bool:
    return any(fnmatchcase(tag, pattern) for tag in EXAMPLES[keyword])


def meant_tag(tag: str) -> str | None:
    """The keyword that a misspelt tag means; None for the keywords themselves and for other tags."""
    plain = {keyword.lower(): keyword for keyword in KEYWORD_TAGS}
    near = difflib.get_close_matches(tag.lower().replace("-", ""), plain, n=1, cutoff=KEYWORD_SIMILARITY)
    return None if tag in KEYWORD_TAGS or not near else plain[near[0]]


RULES: tuple[Rule, ...] = (
    mutable_tags,
    misspelt_tags,
    release_tags,
    moving_builds,
)
