"""Faults of Pulumi.yaml and of a stack's file as files of the engine."""

from pathlib import Path

import pytest

from sandbox.project_file import faults, main

GOOD = "name: nova\nruntime: python\nconfig:\n  system:\n    value: {name: nova}\n"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(GOOD)
    (tmp_path / "Pulumi.staging.yaml").write_text("config:\n  nova:stage: staging\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "",
            ["1: name: is missing. Write e.g. `name: shop`.", "1: runtime: is missing. Write e.g. `runtime: python`."],
        ),
        ("runtime: python\n", ["1: name: is missing. Write e.g. `name: shop`."]),
        (
            "name: 42\nruntime: python\n",
            ['1: name: 42 is read as a number or a boolean, and a name is text. Write "42".'],
        ),
        ("name:\nruntime: python\n", ["1: name: is no text. Write the project's name, e.g. shop."]),
        ("name: a b\nruntime: python\n", ["1: name: 'a b' has more than letters, digits, `-`, `_` and `.`"]),
        ("name: nova\n", ["1: runtime: is missing. Write e.g. `runtime: python`."]),
        ("name: nova\nruntime: nodejs\n", ["2: runtime: the program is Python, not 'nodejs'. Write python."]),
        ("name: nova\nruntime: {name: pyton}\n", ["2: runtime: the program is Python, not 'pyton'. Write python."]),
        ("name: nova\nruntime:\n  options: {}\n", ["2: runtime.name: is missing. Write `name: python`"]),
        (
            "name: nova\nruntime:\n  name: python\n  options: {toolchain: pipenv}\n",
            ["4: runtime.options.toolchain: is none of pip, poetry, uv. Write pip."],
        ),
        (
            "name: nova\nruntim: python\n",
            ["2: runtim: is not a key of Pulumi.yaml, and Pulumi ignores it. Write runtime."],
        ),
        (f"{GOOD}nova:stage: a\n", ["6: nova:stage: is not a key of Pulumi.yaml, and Pulumi ignores it. Remove it"]),
        ("name: nova\nruntime: python\nconfig: [a]\n", ["3: config: is not a map of keys."]),
        (
            "name: nova\nruntime: python\nconfig:\n  system: {name: nova}\n",
            ["4: config.system: has no `value`. Write `value:` below it"],
        ),
        (
            "name: nova\nruntime: python\nconfig:\n  system:\n    vale: {name: nova}\n",
            ["5: config.system.vale: is not a key of an entry. Write value."],
        ),
        (
            "name: nova\nruntime: python\nconfig:\n  services:\n    - name: a\n",
            ["4: config.services: a value in Pulumi.yaml is written below `value:`."],
        ),
        ("name: nova\nruntime: python\nconfig:\n  system:\n", ["4: config.system: is empty. Write its value"]),
        ("- a\n", ["1: is not a map of keys."]),
        ("name: a: b\n", ["1: has a second colon, or is indented further"]),
        ("name: a\nname: b\n", ["2: name is there twice, first in line 1. Remove one of the two."]),
        ("name: nova\nruntime:\n\tname: python\n", ["3: has a tab where YAML expects spaces. Indent with spaces."]),
        ("<<<<<<< HEAD\nname: a\n", ["1: has a mark of a merge conflict."]),
    ],
)
def test_a_fault_of_pulumi_yaml_has_line_key_and_remedy(text: str, messages: list[str], project: Path) -> None:
    (project / "Pulumi.yaml").write_text(text)
    found = faults(project, "staging")
    assert len(found) == len(messages), found
    for fault, message in zip(found, messages, strict=True):
        assert fault.startswith(f"Pulumi.yaml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "nova:stage: a\n",
            "1: nova:stage: is not a key of a stack's file, and Pulumi ignores it. Remove it, or move it",
        ),
        ("cofig: {}\n", "1: cofig: is not a key of a stack's file, and Pulumi ignores it. Write config."),
    ],
)
def test_a_key_outside_config_is_reported(text: str, message: str, project: Path) -> None:
    (project / "Pulumi.staging.yaml").write_text(text)
    (fault,) = faults(project, "staging")
    assert fault.startswith(f"Pulumi.staging.yaml:{message}")


def test_a_stack_that_does_not_exist_names_those_that_do(project: Path) -> None:
    assert faults(project, "stagin") == [
        f"no stack 'stagin' in {project} (no Pulumi.stagin.yaml). Its stacks: staging. Did you mean staging?"
    ]


def test_a_folder_without_a_project_names_those_below_it(project: Path) -> None:
    folder = project / "examples" / "shop"
    folder.mkdir(parents=True)
    (project / "Pulumi.yaml").rename(folder / "Pulumi.yaml")
    assert faults(project, "staging") == [
        f"Pulumi.yaml: there is no such file in {project}. "
        "Folders below it have one: examples/shop. Name the one that you mean."
    ]


def test_another_spelling_of_the_files_name_is_renamed(project: Path) -> None:
    (project / "Pulumi.yaml").rename(project / "Pulumi.yml")
    (fault,) = faults(project, "staging")
    assert fault.endswith(" Rename Pulumi.yml to Pulumi.yaml.")


@pytest.mark.parametrize("folder", [".", "examples/tiketi", "examples/pingvasai"])
def test_the_committed_projects_have_no_faults(folder: str) -> None:
    stacks = [file.name.split(".")[1] for file in (ROOT / folder).glob("Pulumi.*.yaml")]
    assert stacks
    assert [faults(ROOT / folder, stack) for stack in stacks] == [[]] * len(stacks)


def test_as_a_program_it_ends_with_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--project", str(project), "--stack", "staging"]) == 0
    assert main(["--project", str(project), "--stack", "prod"]) == 1
    assert capsys.readouterr().err.startswith("no stack 'prod' in ")
