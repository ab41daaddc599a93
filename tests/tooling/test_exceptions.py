"""The table of exceptions and its page: tools/exceptions.py."""

import ast
import re
from pathlib import Path

import pytest

from sandbox.plan import Resource
from tests.harness.harness import ROOT
from tools.checkov import __main__ as checkov
from tools.checkov import findings
from tools.checkov.__main__ import faults
from tools.checkov.findings import Finding
from tools.exceptions import PAGE, FalseAlarm, Row, Weakness, exceptions, render

OPEN = Finding("CKV_AWS_18", "aws_s3_bucket.shop-live", "access is logged")
EXCUSED = FalseAlarm(checks={"CKV_AWS_18": "aws_s3_bucket.*-live"}, why="…")


def names(row: Weakness) -> str:
    """What pytest prints of a row."""
    return row.weaker[:40]


@pytest.mark.parametrize("row", exceptions().weaknesses, ids=names)
def test_an_exception_is_noticed_when_it_ends(row: Weakness) -> None:
    assert row.checks or row.test


@pytest.mark.parametrize("row", [row for row in exceptions().weaknesses if row.test], ids=names)
def test_the_test_that_notices_it_exists(row: Weakness) -> None:
    file, _, name = row.test.partition("::")
    module = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    assert name in {function.name for function in module.body if isinstance(function, ast.FunctionDef)}


def test_every_stack_has_a_stack_file() -> None:
    for stack in {stack for row in exceptions().rows for stack in row.stacks}:
        assert (ROOT / f"Pulumi.{stack}.yaml").is_file()


def test_every_link_of_the_page_leads_to_a_file() -> None:
    for link in re.findall(r"\]\((?!https:)([^)#]+)", render()):
        assert (ROOT / PAGE.parent / link).is_file(), link


def test_the_page_is_made_of_the_table() -> None:
    assert Path(ROOT / PAGE).read_text(encoding="utf-8") == render()


def test_a_check_that_fails_needs_a_row() -> None:
    (fault,) = faults("staging", [OPEN], [])
    assert fault.startswith("aws_s3_bucket.shop-live: CKV_AWS_18, access is logged.")
    assert not list(faults("staging", [OPEN], [EXCUSED]))


@pytest.mark.parametrize(
    "row",
    [
        EXCUSED.model_copy(update={"stacks": ("prod",)}),
        FalseAlarm(checks={"CKV_AWS_18": "aws_s3_bucket.*-test"}, why="…"),
        FalseAlarm(checks={"CKV_AWS_19": "aws_s3_bucket.*-live"}, why="…"),
    ],
    ids=["of another stack", "of other resources", "of another check"],
)
def test_a_row_excuses_its_own_check_stack_and_resources_only(row: Row) -> None:
    assert any(fault.startswith(OPEN.resource) for fault in faults("staging", [OPEN], [row]))


def test_a_row_whose_check_passes_is_a_fault() -> None:
    assert list(faults("staging", [], [EXCUSED])) == [
        "exceptions.yaml: CKV_AWS_18 does not fail for aws_s3_bucket.*-live in staging. Remove it, or the stack."
    ]
    assert not list(faults("prod", [], [EXCUSED.model_copy(update={"stacks": ("staging",)})]))


def nothing(_: str) -> list[Resource]:
    """A stack without resources."""
    return []


def test_without_checkov_the_command_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(findings, "PROGRAM", Path(".tools/missing"))
    monkeypatch.setattr(checkov, "created", nothing)
    assert checkov.main(["--stack", "staging"]) == 1
    assert "run tools/setup checkov" in capsys.readouterr().err
