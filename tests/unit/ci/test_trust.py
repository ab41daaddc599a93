"""Trust policies for GitHub's tokens: exact subjects of one repository, for any configuration."""

import contextlib
import json
import re
import string
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.ci.trust import branch_context, environment_context, github_trust
from components.config.ci import GithubEnvironment
from components.config.git_urls import GithubRepository
from components.config.types import BranchName

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"


def subjects(repository: GithubRepository, *contexts: str) -> list[str]:
    [statement] = json.loads(github_trust(PROVIDER, repository, contexts))["Statement"]
    assert statement["Condition"].keys() == {"StringEquals"}
    return statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]


NAME = st.from_regex(r"[A-Za-z0-9-]{1,39}", fullmatch=True)


@settings(max_examples=50, deadline=None)
@given(NAME, NAME, st.integers(min_value=1).map(str), st.sampled_from(["main", "release/1.x", "v2"]))
def test_every_subject_is_exact_and_of_the_repository(owner: str, name: str, number: str, branch: str) -> None:
    repository = GithubRepository(owner=owner, name=name, owner_id=number, repository_id=number)
    trusted = subjects(repository, branch_context(branch), environment_context("prod"))
    assert len(trusted) == 4
    assert not any(re.search(r"[*?$\s]|pull_request", subject) for subject in trusted)
    assert all(s.startswith((f"repo:{owner}/{name}:", f"repo:{owner}@{number}/{name}@{number}:")) for s in trusted)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=8), st.sampled_from(["*", "?", ":", "$", "\n", "{"]), st.text(max_size=8))
def test_a_pattern_never_gets_into_a_context(before: str, sign: str, after: str) -> None:
    for context in (branch_context, environment_context):
        with pytest.raises(ValueError, match=r"Write the (full )?name of one"):
            context(f"{before}{sign}{after}")


@pytest.mark.parametrize(("kind", "context"), [(GithubEnvironment, environment_context), (BranchName, branch_context)])
def test_a_context_takes_every_character_of_a_stack_file(kind: Any, context: Callable[[str], str]) -> None:
    for sign in string.printable:
        name = f"a{sign}b"
        with contextlib.suppress(ValidationError):
            assert context(TypeAdapter[str](kind).validate_python(name)).endswith(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"owner": "*"}, "owner '\\*' is not allowed"),
        ({"owner": "acme:x"}, "owner 'acme:x'"),
        ({"owner": ""}, "owner ''"),
        ({"name": "sho?"}, "repository 'sho\\?'"),
        ({"name": "shop\n"}, "repository"),
        ({"owner_id": "*"}, "githubOwnerId '\\*'.*owner.id"),
        ({"repository_id": "34x"}, "githubRepositoryId '34x'.*digits"),
        ({"repository_id": "٣"}, "githubRepositoryId"),
    ],
)
def test_values_that_could_widen_a_trust_policy_are_refused(change: dict[str, Any], message: str) -> None:
    repository = GithubRepository(owner="acme", name="shop", owner_id="12", repository_id="345")
    with pytest.raises(ValueError, match=message):
        subjects(replace(repository, **change), "environment:prod")
