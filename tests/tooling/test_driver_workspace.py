"""The copy of a project's stack files that the engine works on."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sandbox.workspace import PLACEHOLDER, UsageError, prepare

PROJECT = """\
# what it is
name: shop
runtime: {name: python, options: {virtualenv: venv}}
main: app
backend: {url: s3://bucket}
config:
  shop:catalogue:
    value: [{name: api, port: 8080}]
"""
STACK = """\
secretsprovider: awskms://alias/someone
encryptedkey: QUJD
encryptionsalt: v1:theirs
config:
  aws:region: eu-central-1
  shop:token:
    secure: v1:abc
  shop:sso:
    clients:
      - name: one
        secret: {secure: v1:def}
    "odd.key": {secure: v1:ghi}
  shop:version: "1.10"
  shop:zones: [eu-central-1a, eu-central-1b]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "__main__.py").write_text("")
    (folder / "Pulumi.yaml").write_text(PROJECT)
    (folder / "Pulumi.staging.yaml").write_text(STACK)
    (folder / "Pulumi.prod.yaml").write_text("config: {}\n")
    (folder / "README.md").write_text("not for the engine")
    return folder


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def copy(folder: Path, name: str) -> dict[str, object]:
    return YAML(typ="safe").load(folder / name)


def test_the_two_stack_files_are_copied_and_nothing_else(project: Path, tmp_path: Path) -> None:
    workspace = prepare(project, "staging", tmp_path / "state")
    assert sorted(tree(workspace.folder)) == ["Pulumi.staging.yaml", "Pulumi.yaml"]
    assert workspace.folder.is_relative_to(tmp_path / "state")


def test_the_project_is_unchanged(project: Path, tmp_path: Path) -> None:
    before = tree(project)
    prepare(project, "staging", tmp_path / "state").mark_complete()
    assert tree(project) == before


def test_the_program_stays_where_it_is_and_main_points_at_it(project: Path, tmp_path: Path) -> None:
    workspace = prepare(project, "staging", tmp_path / "state")
    assert workspace.program == project / "app" / "__main__.py"
    assert copy(workspace.folder, "Pulumi.yaml")["main"] == str(project / "app")


def test_a_project_without_main_is_its_own_program(project: Path, tmp_path: Path) -> None:
    (project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (project / "__main__.py").write_text("")
    assert prepare(project, "staging", tmp_path / "state").program == project / "__main__.py"


def test_a_missing_program_is_reported(project: Path, tmp_path: Path) -> None:
    (project / "app" / "__main__.py").unlink()
    with pytest.raises(UsageError, match=r"the program .*app/__main__\.py does not exist"):
        prepare(project, "staging", tmp_path / "state")


def test_the_projects_own_backend_is_never_used(project: Path, tmp_path: Path) -> None:
    assert "backend" not in copy(prepare(project, "staging", tmp_path / "state").folder, "Pulumi.yaml")


def test_the_stacks_own_encryption_is_dropped(project: Path, tmp_path: Path) -> None:
    folder = prepare(project, "staging", tmp_path / "state").folder
    assert list(copy(folder, "Pulumi.staging.yaml")) == ["config"]


def test_every_encrypted_value_becomes_a_placeholder_to_set(project: Path, tmp_path: Path) -> None:
    workspace = prepare(project, "staging", tmp_path / "state")
    assert workspace.secrets == ("shop:token", "shop:sso.clients[0].secret", 'shop:sso["odd.key"]')
    text = (workspace.folder / "Pulumi.staging.yaml").read_text()
    assert text.count(PLACEHOLDER) == 3
    assert "secure" not in text


def test_plain_values_keep_their_types(project: Path, tmp_path: Path) -> None:
    config = copy(prepare(project, "staging", tmp_path / "state").folder, "Pulumi.staging.yaml")["config"]
    assert isinstance(config, dict)
    assert config["shop:version"] == "1.10"
    assert config["shop:zones"] == ["eu-central-1a", "eu-central-1b"]
    assert config["aws:region"] == "eu-central-1"


def test_a_complete_copy_is_reused(project: Path, tmp_path: Path) -> None:
    workspace = prepare(project, "staging", tmp_path / "state")
    (workspace.folder / "Pulumi.staging.yaml").write_text("encryptionsalt: v1:ours\nconfig: {}\n")
    workspace.mark_complete()
    assert prepare(project, "staging", tmp_path / "state").secrets == ()
    assert copy(workspace.folder, "Pulumi.staging.yaml")["encryptionsalt"] == "v1:ours"


def test_an_incomplete_copy_is_made_again(project: Path, tmp_path: Path) -> None:
    prepare(project, "staging", tmp_path / "state")
    assert len(prepare(project, "staging", tmp_path / "state").secrets) == 3


@pytest.mark.parametrize("file", ["Pulumi.yaml", "Pulumi.staging.yaml"])
def test_a_changed_file_is_copied_again_with_the_sandboxs_own_salt(file: str, project: Path, tmp_path: Path) -> None:
    workspace = prepare(project, "staging", tmp_path / "state")
    (workspace.folder / "Pulumi.staging.yaml").write_text("encryptionsalt: v1:ours\nconfig: {}\n")
    workspace.mark_complete()
    (project / file).write_text((project / file).read_text() + "# changed\n")
    assert len(prepare(project, "staging", tmp_path / "state").secrets) == 3
    assert copy(workspace.folder, "Pulumi.staging.yaml")["encryptionsalt"] == "v1:ours"


def test_an_incomplete_copy_is_not_mistaken_for_an_earlier_version(project: Path, tmp_path: Path) -> None:
    file = project / "Pulumi.staging.yaml"
    prepare(project, "staging", tmp_path / "state").mark_complete()
    file.write_text("config: {shop:token: other}\n")
    prepare(project, "staging", tmp_path / "state")
    file.write_text(STACK)
    assert len(prepare(project, "staging", tmp_path / "state").secrets) == 3


def test_an_unknown_stack_is_refused_with_the_existing_ones(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no stack 'dev' .*Its stacks: prod, staging\. Name one"):
        prepare(project, "dev", tmp_path / "state")


def test_a_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^Pulumi\.yaml: there is no such file in "):
        prepare(tmp_path, "dev", tmp_path / "state")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", ":1: "),
        ("- a\n", ":1: is not a map of keys. "),
        (
            "config:\n  demo:stage: a\n  demo:stage: b\n",
            ":3: demo:stage is there twice, first in line 2. Remove one of the two.",
        ),
        ("config:\n\tdemo:stage: a\n", ":2: has a tab where YAML expects spaces. Indent with spaces."),
        (
            "config:\n<<<<<<< HEAD\n  demo:stage: a\n=======\n  demo:stage: b\n>>>>>>> other\n",
            ":2: has a mark of a merge conflict. Resolve the conflict, and remove the marks.",
        ),
        ("config:\n  a: b: c\n", ":2: has a second colon, or is indented further"),
    ],
)
def test_an_unreadable_stack_file_is_reported_with_line_and_remedy(
    text: str, message: str, project: Path, tmp_path: Path
) -> None:
    (project / "Pulumi.staging.yaml").write_text(text)
    with pytest.raises(UsageError) as refused:
        prepare(project, "staging", tmp_path / "state")
    assert f"Pulumi.staging.yaml{message}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_empty_stack_file_is_a_stack_without_settings(project: Path, tmp_path: Path) -> None:
    (project / "Pulumi.prod.yaml").write_text("")
    assert copy(prepare(project, "prod", tmp_path / "state").folder, "Pulumi.prod.yaml") == {}
