"""What protects a stack and what a destroy leaves, in terms of the stack file."""

from pathlib import Path

import pytest

from sandbox.places import place
from sandbox.teardown import again, exported, refusal, refused, switched_on, taken

PROJECT = "name: nova\nruntime: python\nconfig:\n  ci:\n    value:\n      provider: create\n"
STACK = """\
config:
  # A comment.
  nova:protect: true
  nova:cluster:
    deletionProtection: false
  nova:database: {}
  nova:registry:
    ownership: create
"""
URN = "urn:pulumi:prod::nova::platform:registry:Registry$aws:ecr/repository:Repository::api"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    (tmp_path / "Pulumi.prod.yaml").write_text(STACK)
    return tmp_path


@pytest.mark.parametrize(
    ("key", "written", "value"),
    [
        ("protect", "Pulumi.prod.yaml:3", "true"),
        ("cluster.deletionProtection", "Pulumi.prod.yaml:5", "false"),
        ("database.deletionProtection", "Pulumi.prod.yaml:6", None),
        ("cache.finalSnapshot", "Pulumi.prod.yaml", None),
        ("ci.provider", "Pulumi.yaml:6", "create"),
        ("registry", "Pulumi.prod.yaml:7", None),
    ],
)
def test_a_key_is_found_with_file_line_and_value(key: str, written: str, value: str | None, project: Path) -> None:
    found = place(project, "prod", key)
    assert (str(found), found.value) == (written, value)


def test_a_refused_destroy_names_the_keys_and_the_way_through(project: Path) -> None:
    keys = ["protect", "cluster.deletionProtection", "database.deletionProtection"]
    assert refusal(keys, project, "prod") == [
        "The stack is protected. To destroy it, set to false:",
        "    Pulumi.prod.yaml:3: protect",
        "    Pulumi.prod.yaml:5: cluster.deletionProtection (is false already, but not in the last `up`)",
        "    Pulumi.prod.yaml:6: database.deletionProtection (true by default: add the key)",
        "Then run `up`, and `destroy` again (docs/destroy.md).",
    ]


def test_a_refusal_without_keys_names_the_page(project: Path) -> None:
    assert refusal([], project, "prod") == [
        "The stack is protected. docs/destroy.md says which keys of its file do that."
    ]


def test_after_a_destroy_the_keys_to_change_are_named(project: Path) -> None:
    assert again(["registry.ownership", "ci.provider"], project, "prod") == [
        "To create the stack again, write first:",
        "    Pulumi.prod.yaml:8: registry.ownership: existing",
        "    Pulumi.yaml:6: ci.provider: existing",
    ]
    assert again([], project, "prod") == []


def test_a_name_that_is_taken_names_every_key_that_creates_what_a_destroy_leaves(project: Path) -> None:
    error = "RepositoryAlreadyExistsException: The repository with name 'nova/api' already exists"
    assert taken({URN: error}, project, "prod")[1:] == [
        "    Pulumi.prod.yaml:8: registry.ownership: existing",
        "    Pulumi.yaml:6: ci.provider: existing",
    ]


@pytest.mark.parametrize(
    ("urn", "error"),
    [(URN, "LimitExceededException: too many"), (URN.replace("ecr/repository", "ecr/other"), "it already exists")],
)
def test_other_failures_name_no_key(urn: str, error: str, project: Path) -> None:
    assert taken({urn: error}, project, "prod") == []


def test_the_exported_keys_are_read_from_the_state() -> None:
    keys = {"protectedBy": ["protect"], "retains": []}
    stack = {"type": "pulumi:pulumi:Stack", "outputs": {"destroy": keys}}
    assert exported({"resources": [stack]}) == keys
    assert exported({"resources": [{"type": "pulumi:pulumi:Stack"}]}) == {}
    assert exported({}) == {}


def test_protection_is_recognised_in_the_engines_text() -> None:
    assert refused(['Preview failed: resource "urn" cannot be deleted\nbecause it is protected. To unprotect'])
    assert not refused(["preview failed"])


def test_protection_that_only_aws_has_is_taken_away_by_an_up() -> None:
    error = "InvalidParameterCombination: Cannot delete protected DB Instance, please disable deletion protection"
    assert switched_on([error])[-1] == "Run `refresh`, `up` and `destroy` (docs/destroy.md)."
    assert switched_on(["DependencyViolation: it is in use"]) == []
