"""Rules of previews: what they need, and what they cannot repeat."""

from typing import Any

import pytest

from components.validation.previews import RULES
from tests.unit.validation.samples import (
    APP,
    DEPLOY_KEY,
    ENTRY,
    HTTPS,
    HTTPS_URL,
    SSH_URL,
    environment,
    messages,
)


def problems(*environments: dict[str, Any], **given: Any) -> dict[str, str]:
    return messages(RULES, *environments, **given)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sync": {"automated": False}}, "this environment syncs manually."),
        ({"delivery": "appOfApps"}, "not appOfApps. Remove it, or write delivery: application."),
        ({"delivery": "applicationSet"}, "not applicationSet. Remove it, or write delivery: application."),
        ({"objects": {"nodePorts": 7}}, "its objects.nodePorts can exist only once."),
        ({"objects": {"persistentVolumeClaims": 1}}, "its objects.persistentVolumeClaims can exist only once."),
    ],
)
def test_previews_need_an_environment_that_can_be_duplicated(changes: dict[str, Any], words: str) -> None:
    reported = problems(environment(pullRequests={}, **changes))
    assert list(reported) == ["environments[0].pullRequests"]
    assert words in reported["environments[0].pullRequests"]


def test_previews_are_of_github_and_can_be_counted() -> None:
    elsewhere = problems(environment(pullRequests={}), url="https://gitlab.com/a/b.git")
    assert "https://gitlab.com/a/b.git is not there." in elsewhere["environments[0].pullRequests"]
    refused = problems(environment(pullRequests={}), environment("dev", delivery="applicationSet"))
    assert "an applicationSet creates any number (environment dev)." in refused["environments[0].pullRequests"]
    assert problems(environment(pullRequests={}), environment("dev")) == {}


@pytest.mark.parametrize(("url", "given"), [(SSH_URL, DEPLOY_KEY), (HTTPS_URL, HTTPS)])
def test_previews_of_a_private_repository_need_a_token(url: str, given: dict[str, Any]) -> None:
    reported = problems(environment(pullRequests={}), url=url, repositoryAccess=given)
    assert list(reported) == ["environments[0].pullRequests.secret"]
    assert reported["environments[0].pullRequests.secret"].endswith(
        "Write e.g. {secretsManager: shop/argocd/pull-requests}."
    )
    assert problems(environment(pullRequests={"secret": ENTRY}), url=url, repositoryAccess=given) == {}


@pytest.mark.parametrize("given", [None, APP])
def test_previews_of_a_public_repository_or_of_a_github_app_need_no_token(given: dict[str, Any] | None) -> None:
    assert problems(environment(pullRequests={}), repositoryAccess=given) == {}
