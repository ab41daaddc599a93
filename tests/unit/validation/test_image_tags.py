"""Rules of image tags: keywords, and fixed tags that may move."""

from typing import Any

import pytest

from tests.harness.config_samples import changed, loaded, refusals, wrong

PUSH = {"triggers": ["push"]}
EXISTING = {"ownership": "existing"}


@pytest.mark.parametrize("tag", ["latest", "staging", "release"])
def test_an_immutable_tag_cannot_be_a_fixed_image_tag(tag: str) -> None:
    (line,) = refusals(environments__1__deployment={"triggers": ["push"], "imageTag": tag})
    assert line == (
        f"Pulumi.staging.yaml: environments[1].deployment.imageTag: {tag} is a fixed tag that every deployment would "
        "move, and the registry makes tags immutable, except for dev-latest, cache-*, sha256-*. "
        f"Write commitSha, or add {tag} to registry.mutableTags."
    )


@pytest.mark.parametrize("tag", ["dev-latest", "cache-main", "commitSha", "commitShaAndTime", "releaseTag"])
def test_a_mutable_tag_or_a_keyword_is_accepted(tag: str) -> None:
    config = loaded(changed(environments__1__deployment={"triggers": ["push", "releaseTag"], "imageTag": tag}))
    assert config.environments[1].deployment.image_tag == tag


def _tag(tag: str) -> dict[str, Any]:
    return {**PUSH, "imageTag": tag}


def test_fixed_tags_of_existing_repositories_are_checked_where_mutable_tags_are_listed() -> None:
    tag = _tag("nightly")
    first = _tag("commitSha")
    assert wrong(registry=EXISTING, environments__0__deployment=first, environments__1__deployment=tag) == []
    known = {**EXISTING, "mutableTags": ["nightly"]}
    assert wrong(registry=known, environments__0__deployment=first, environments__1__deployment=tag) == []
    other = {**EXISTING, "mutableTags": ["latest"]}
    (line,) = wrong(registry=other, environments__0__deployment=first, environments__1__deployment=tag)
    assert line.startswith("environments[1].deployment.imageTag: nightly is a fixed tag that every deployment")


@pytest.mark.parametrize(
    ("tag", "keyword"),
    [
        ("commitSHA", "commitSha"),
        ("commitsha", "commitSha"),
        ("commit-sha", "commitSha"),
        ("commitShaTime", "commitShaAndTime"),
        ("releasetag", "releaseTag"),
    ],
)
@pytest.mark.parametrize("registry", ["create", "existing"])
def test_a_misspelt_keyword_is_not_a_fixed_tag(tag: str, keyword: str, registry: str) -> None:
    registry_of: dict[str, Any] = {"ownership": registry, "mutableTags": ["dev-latest"]}
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == [
        f"environments[1].deployment.imageTag: {tag} is not a keyword, and would be used as a fixed tag. "
        f"Write {keyword}."
    ]
    registry_of["mutableTags"] = ["dev-latest", tag]
    assert wrong(registry=registry_of, environments__1__deployment=_tag(tag)) == []
