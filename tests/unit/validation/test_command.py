"""`python -m components.validation`: a stack's problems without the engine."""

import json
import shutil
from pathlib import Path

import pytest

from components.validation.__main__ import main
from tests.harness.harness import ROOT

EVERY = [
    (folder, file.name.split(".")[1])
    for folder in ("", "examples/tiketi", "examples/pingvasai")
    for file in sorted((ROOT / folder).glob("Pulumi.*.yaml"))
]


@pytest.mark.parametrize(("folder", "stack"), EVERY)
def test_every_committed_stack_is_accepted(folder: str, stack: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", stack, "--project", str(ROOT / folder)]) == 0
    assert capsys.readouterr().out == f"Pulumi.{stack}.yaml: no problems found.\n"


def broken(folder: Path) -> Path:
    shutil.copy2(ROOT / "Pulumi.yaml", folder)
    text = (ROOT / "Pulumi.staging.yaml").read_text()
    (folder / "Pulumi.staging.yaml").write_text(text.replace("storageGib: 20", "storageGib: twenty"))
    return folder


def test_problems_are_printed_with_their_place_and_the_status_is_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--stack", "staging", "--project", str(broken(tmp_path))]) == 1
    heading, line = capsys.readouterr().err.splitlines()
    assert heading == "1 problem in the configuration of stack staging; nothing was changed."
    number = (tmp_path / "Pulumi.staging.yaml").read_text().splitlines().index("    storageGib: twenty") + 1
    assert line.startswith(f"Pulumi.staging.yaml:{number}: database.storageGib: 'twenty' is not a whole number.")


def test_problems_as_json_have_place_path_and_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--stack", "staging", "--project", str(broken(tmp_path)), "--json"]) == 1
    [problem] = json.loads(capsys.readouterr().out)
    assert problem["path"] == "database.storageGib"
    assert problem["place"].startswith("Pulumi.staging.yaml:")
    assert problem["message"].startswith("'twenty' is not a whole number.")


@pytest.mark.parametrize(
    ("written", "instead", "line"),
    [
        (
            'engineVersion: "17"',
            "engineVersion: 17.10",
            'must be text, but YAML reads 17.10 as a number. Write "17.10".',
        ),
        ('engineVersion: "17"', "engineVersion: 17.99", '"17.11".'),
        ('accountId: "025434362120"', "accountId: 025434362120", 'Write "025434362120".'),
        ('accountId: "025434362120"', "accountId: 25434362120", "'25434362120' is not a 12-digit AWS account id."),
        ("natGateways: single", "natGateways: Single", "'Single' is not one of single, perZone. Write single."),
        ("owner: backend", "owner: 2026-01-31", 'but YAML reads it as a date. Write "2026-01-31".'),
        ("owner: backend", "owner: .nan", 'must be text, but YAML reads it as a number. Write ".nan".'),
        ("owner: backend", "owner: {1: a}", "owner: has the key 1, which is not text. Write it in quotes."),
        ("owner: backend", "owner: {~: a}", "owner: has the key ~, which is not text. Write it in quotes."),
        ("owner: backend", "owner: {[a, b]: c}", "owner: has a key that is a list or a date. Write it in quotes."),
        ("owner: backend", "owner: !!set {a, b}", "must be text, but YAML reads it as a set. Write plain text."),
        ("owner: backend", "owner: !!binary aGk=", "but YAML reads it as a binary value. Write aGk=."),
        ("owner: backend", "owner: true", "must be text, but YAML reads true as a boolean. Write e.g. platform."),
        ("LOG_LEVEL: debug", "LOG_LEVEL: true", 'must be text, but YAML reads true as a boolean. Write "true".'),
        ("revision: main", "revision: 12e4567", 'must be text, but YAML reads it as a number. Write "12e4567".'),
        ("storageGib: 20", "storageGib: 5e1", "storageGib: 5e1 is not a whole number. Write 50."),
        ("storageGib: 20", "storageGib: 5e999", "storageGib: '5e999' is not a whole number. Write e.g. 20."),
    ],
)
def test_the_remedy_is_computed_from_the_text_of_the_file(
    written: str, instead: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml"):
        text = (ROOT / name).read_text()
        (tmp_path / name).write_text(text.replace(written, instead))
    assert main(["--stack", "staging", "--project", str(tmp_path)]) == 1
    assert line in capsys.readouterr().err.splitlines()[1]


def test_problems_are_in_the_order_of_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = broken(tmp_path) / "Pulumi.staging.yaml"
    text = file.read_text().replace("natGateways: single", "natGateway: single").replace("region: ap", "region: xp")
    file.write_text(text)
    main(["--stack", "staging", "--project", str(tmp_path), "--json"])
    lines = [int(problem["place"].split(":")[1]) for problem in json.loads(capsys.readouterr().out)]
    assert len(lines) == 3
    assert lines == sorted(lines)


def test_a_file_that_is_not_yaml_is_a_problem_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (broken(tmp_path) / "Pulumi.staging.yaml").write_text("config:\n\tstage: x\n")
    assert main(["--stack", "staging", "--project", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("Pulumi.staging.yaml:2: has a tab where YAML expects spaces. ")


def test_an_encrypted_value_is_refused_as_by_the_engine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = broken(tmp_path) / "Pulumi.staging.yaml"
    file.write_text(file.read_text().replace("storageGib: twenty", "storageGib: {secure: hunter2}"))
    assert main(["--stack", "staging", "--project", str(tmp_path)]) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 2
    assert ": database: is a secret." in error
    assert "hunter2" not in error
