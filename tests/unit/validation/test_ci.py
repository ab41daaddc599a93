"""Rules of registry and ci: repositories, their settings, and GitHub's ids."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from components.config.catalogue import EcrName
from components.config.types import DnsLabel, SystemName
from tests.harness.config import load_project, stack_config
from tests.harness.config_samples import ABSENT, loaded, set_value, wrong
from tests.harness.config_samples import refused as refused_config
from tests.harness.harness import ROOT
from tests.systems.refused_examples import refusals
from tests.unit.validation.samples import Refusal, refused

PUSH = {"triggers": ["push"]}
CONNECTION = "arn:aws:codeconnections:ap-northeast-2:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef"
EXISTING = {"ownership": "existing"}
REFUSALS: tuple[Refusal, ...] = (
    ("repository.githubOwnerId", "*", None, "'*' is not a numeric GitHub id."),
    ("repository.githubOwnerId", ABSENT, "repository", "needs githubOwnerId and githubRepositoryId:"),
    ("repository.githubRepositoryId", ABSENT, "repository", "needs githubOwnerId and githubRepositoryId:"),
    (
        "services[0].repository",
        "025434362120.dkr.ecr.eu-west-1.amazonaws.com/nova/auth",
        None,
        "'025434362120.dkr.ecr.eu-west-1.amazonaws.com/nova/auth' begins with the registry's host, which the program "
        "adds. Write nova/auth.",
    ),
    (
        "aws.permissionsBoundary",
        ABSENT,
        None,
        "is missing, and ci.deployRole can create roles. Write e.g. boundary-nova-staging.",
    ),
    ("aws.permissionsBoundary", "boundary-nova-prod", None, "boundary-nova-prod does not end with -nova-staging."),
    (
        "repository.url",
        "https://github.com/owner",
        None,
        "https://github.com/owner is not one repository on GitHub. Write e.g. https://github.com/owner/nova.git.",
    ),
    (
        "repository.url",
        "https://github.com/owner/api/tree",
        None,
        "https://github.com/owner/api/tree is not one repository on GitHub. Write e.g. https://github.com/owner/api.",
    ),
    (
        "repository.url",
        "https://www.github.com/owner/api",
        None,
        "https://www.github.com/owner/api is not one repository on GitHub. Write e.g. https://github.com/owner/api.",
    ),
    (
        "repository.url",
        "https://gitlab.com/a/github.git",
        None,
        "https://gitlab.com/a/github.git is not on GitHub, and ci creates roles for GitHub Actions. Write its address "
        "on GitHub, or remove ci.",
    ),
    (
        "ci.previewRole.name",
        "Nova-Staging-Deploy",
        "ci.deployRole.name",
        "nova-staging-deploy is already the name of ci.previewRole. Write e.g. nova-staging-deploy-2.",
    ),
    (
        "ci.deployRole.name",
        "github-actions-role",
        None,
        "github-actions-role is already the name of ci.pushRole. Write e.g. nova-staging-deploy.",
    ),
    (
        "ci.deployRole.githubEnvironment",
        "Preview-staging",
        "ci.previewRole.githubEnvironment",
        "preview-staging is also the environment of ci.deployRole, so its jobs could assume both roles. "
        "Write e.g. preview.",
    ),
    (
        "ci.smokeRole.githubEnvironment",
        "Staging",
        None,
        "Staging is also the environment of ci.deployRole, so its jobs could assume both roles. "
        "Write e.g. smoke-Staging.",
    ),
    (
        "ci.smokeRole.githubEnvironment",
        "preview-staging",
        None,
        "preview-staging is also the environment of ci.previewRole, so its jobs could assume both roles. "
        "Write e.g. smoke-preview-staging.",
    ),
    (
        "ci.smokeRole.name",
        "nova-staging-preview",
        None,
        "nova-staging-preview is already the name of ci.previewRole. Write e.g. nova-staging-smoke.",
    ),
    ("ci.deployRole.githubEnvironment", "e" * 256, None, "'eeee"),
    (
        "ci.stateBucket",
        ABSENT,
        "ci.stateKeyAlias",
        "has no effect without stateBucket. Remove it, or add stateBucket.",
    ),
    ("services.0.repository", "a", "services[0].repository", "'a' is not an ECR repository name: 2-256 lower-case"),
    ("services.0.repository", "a" * 257, "services[0].repository", "'aaa"),
    ("services.0.repository", "nova//api", "services[0].repository", "'nova//api' is not an ECR repository name"),
    ("services.0.repository", "nova/a___b", "services[0].repository", "'nova/a___b' is not an ECR repository name"),
    ("services.0.repository", "nova/-api", "services[0].repository", "'nova/-api' is not an ECR repository name"),
    ("registry.keepTagged", 5, None, "5 is too small. Write 200 or more."),
    ("registry.ownership", "mine", None, "'mine' is not one of create, existing. Write e.g. create."),
)


@pytest.mark.parametrize(("path", "value", "reported_at", "message"), REFUSALS)
def test_a_bad_value_is_refused_at_its_key(path: str, value: Any, reported_at: str | None, message: str) -> None:
    lines = refused(path, value)
    assert any(line.startswith(f"{reported_at or path}: {message}") for line in lines), lines


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("repository.url", "https://github.com/owner/api"),
        ("ci.previewRole.name", "nova-staging-deploy-2"),
        ("ci.deployRole.githubEnvironment", "e" * 255),
        ("services.0.repository", "ab"),
        ("services.0.repository", "a" * 256),
        ("services.0.repository", "nova/a__b---c.d_e/f"),
    ],
)
def test_the_neighbouring_value_is_accepted(path: str, value: Any) -> None:
    assert refused(path, value) == []


@pytest.mark.parametrize(("system", "service"), [("ab", "a"), ("a" * 16, f"a{'-' * 61}a")])
def test_derived_names_of_repositories_are_ecrs_too(system: str, service: str) -> None:
    TypeAdapter(SystemName).validate_python(system)
    TypeAdapter(DnsLabel).validate_python(service)
    TypeAdapter(EcrName).validate_python(f"{system}/{service}")


@pytest.mark.parametrize("folder", ["", "examples/tiketi", "examples/pingvasai"])
def test_the_placeholders_of_githubs_ids_are_refused_in_another_account(folder: str) -> None:
    root = ROOT / folder
    project, config = str(load_project(root)["name"]), stack_config("staging", root)
    loaded(config, "staging", project)
    set_value(config, [f"{project}:", "aws", "accountId"], "111122223333")
    lines = refused_config(config, "staging", project)
    assert any(line.startswith("repository: has the placeholders of githubOwnerId") for line in lines), lines


@pytest.mark.parametrize(
    ("key", "value"),
    [("untaggedDays", 3), ("keepTagged", 300), ("customerManagedKey", True), ("retainOnDestroy", True)],
)
def test_settings_of_existing_repositories_are_refused(key: str, value: Any) -> None:
    (line,) = wrong(registry={**EXISTING, key: value}, environments__0__deployment={**PUSH, "imageTag": "commitSha"})
    assert line == (
        f"registry.{key}: applies only to repositories that this stack creates, and ownership is existing. Remove it."
    )


def test_a_push_role_has_repositories_to_push_to() -> None:
    lines = wrong(registry=ABSENT, ci__pushRole={"ownership": "create"})
    assert "ci.pushRole: has no repositories to push to. Add the section registry." in lines


@pytest.mark.parametrize("name", ["Staging EU", "staging/eu", "staging (eu)", "prod.eu-1"])
def test_names_of_github_environments_are_githubs(name: str) -> None:
    assert wrong(ci__deployRole__githubEnvironment=name) == []


def test_a_local_cluster_has_neither_a_role_for_its_smoke_test_nor_runners() -> None:
    role, runner = {"name": "tiketi-dev-smoke", "githubEnvironment": "smoke-dev"}, {"connectionArn": CONNECTION}
    ci = {"provider": "existing", "smokeRole": role, "runner": runner}
    account = {"accountId": "123456789012", "region": "ap-northeast-2"}
    assert refusals("tiketi", "dev", {"aws": account, "ci": ci}) == [
        "ci.smokeRole: has no effect: IAM roles have no access to an existing cluster (kubeconfig). Remove it.",
        "ci.runner: has no effect: a stack with an existing cluster (kubeconfig) has no VPC. Remove it.",
    ]


@pytest.mark.parametrize("place", ["ap-northeast-1:111122223333", "eu-central-1:025434362120"])
def test_the_runners_connection_is_of_the_stacks_account_and_region(place: str) -> None:
    own = CONNECTION.replace("ap-northeast-2:123456789012", "ap-northeast-1:025434362120")
    other = CONNECTION.replace("ap-northeast-2:123456789012", place)
    assert wrong(ci__runner={"connectionArn": own}) == []
    assert wrong(ci__runner={"connectionArn": other}) == [
        f"ci.runner.connectionArn: {other} is not a connection of account 025434362120 in ap-northeast-1. "
        f"Write e.g. {own}."
    ]


def test_a_free_github_environment_is_suggested() -> None:
    role = {"name": "nova-staging-smoke", "githubEnvironment": "staging"}
    assert wrong(ci__previewRole__githubEnvironment="Smoke-staging", ci__smokeRole=role) == [
        "ci.smokeRole.githubEnvironment: staging is also the environment of ci.deployRole, so its jobs could assume "
        "both roles. Write e.g. smoke-staging-2."
    ]


@pytest.mark.parametrize(
    ("name", "field", "message"),
    [
        (
            "Preview-staging",
            "previewRole.planEnvironment",
            "Preview-staging is also the environment of ci.previewRole, whose jobs wait for a reviewer. "
            "Write e.g. plan-Preview-staging.",
        ),
        (
            "staging",
            "previewRole.planEnvironment",
            "staging is also the environment of ci.deployRole, so its jobs could assume both roles. "
            "Write e.g. plan-staging.",
        ),
        (
            "Smoke-Staging",
            "smokeRole.githubEnvironment",
            "smoke-staging is also the environment of ci.previewRole, so its jobs could assume both roles. "
            "Write e.g. smoke.",
        ),
    ],
)
def test_the_environment_of_plans_belongs_to_nothing_else(name: str, field: str, message: str) -> None:
    assert wrong(ci__previewRole__planEnvironment=name) == [f"ci.{field}: {message}"]


def test_the_push_role_shares_no_environment_with_another_role() -> None:
    assert wrong(ci__pushRole__githubEnvironments=["release", "Staging"]) == [
        "ci.pushRole.githubEnvironments[1]: Staging is also the environment of ci.deployRole, so its jobs could assume "
        "both roles. Write e.g. push-Staging."
    ]
