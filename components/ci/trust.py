"""Trust policies for the workflows of one GitHub repository. Pure: no Pulumi.

Each subject is spelled out in both forms that GitHub sends, with and without numeric ids: a wildcard would let in other
branches, other repositories or, as in `*:ref:…`, all of GitHub.
"""

import re
from collections.abc import Sequence

from components.account.policy_documents import Statement, document
from components.config.git_urls import GithubRepository

GITHUB_OIDC_HOST = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

# No `*` or `?` (wildcards in some operators), no `$` (starts a policy variable), no `:` (separates parts of a claim).
_EXACT = re.compile(r"[\w ./()=+#@,!&'-]+", re.ASCII)
_OWNER = re.compile(r"[\w-]+", re.ASCII)
_REPOSITORY = re.compile(r"[\w.-]+", re.ASCII)
_DIGITS = re.compile(r"[1-9][0-9]*", re.ASCII)


def branch_context(branch: str) -> str:
    """The subject's context for one branch. ValueError for a pattern."""
    return f"ref:refs/heads/{_exact(_EXACT, 'branch', branch, 'the full name of one branch, such as main')}"


def environment_context(environment: str) -> str:
    """The subject's context for one GitHub environment. ValueError for a pattern."""
    remedy = "the name of one GitHub environment, such as prod"
    return f"environment:{_exact(_EXACT, 'environment', environment, remedy)}"


def github_trust(provider_arn: str, repository: GithubRepository, contexts: Sequence[str]) -> str:
    """Trust policy for one repository in exactly these contexts (`branch_context`, `environment_context`)."""
    claims: dict[str, str | Sequence[str]] = {
        f"{GITHUB_OIDC_HOST}:aud": AUDIENCE,
        f"{GITHUB_OIDC_HOST}:sub": _subjects(repository, contexts),
        f"{GITHUB_OIDC_HOST}:repository_id": _id("githubRepositoryId", repository.repository_id, "id"),
    }
    return document(
        [
            Statement(
                sid="GithubActions",
                actions=["sts:AssumeRoleWithWebIdentity"],
                principal={"Federated": provider_arn},
                condition={"StringEquals": claims},
            )
        ]
    )


def _subjects(repository: GithubRepository, contexts: Sequence[str]) -> list[str]:
    """Every subject in each form that GitHub may send; repositories created since July 2026 send the one with ids."""
    owner = _exact(_OWNER, "owner", repository.owner, "the owner exactly as in the repository's URL")
    name = _exact(_REPOSITORY, "repository", repository.name, "the name exactly as in the repository's URL")
    owner_id = _id("githubOwnerId", repository.owner_id, "owner.id")
    names = [
        f"{owner}/{name}",
        f"{owner}@{owner_id}/{name}@{_id('githubRepositoryId', repository.repository_id, 'id')}",
    ]
    return [f"repo:{form}:{context}" for form in names for context in contexts]


def _id(key: str, value: str | None, query: str) -> str:
    assert value is not None  # validation requires both
    return _exact(_DIGITS, key, value, f"the digits that `gh api repos/OWNER/REPO --jq .{query}` prints")


def _exact(pattern: re.Pattern[str], kind: str, value: str, remedy: str) -> str:
    if pattern.fullmatch(value) is None:
        raise ValueError(f"{kind} {value!r} is not allowed in a trust policy: no patterns. Write {remedy}.")
    return value
