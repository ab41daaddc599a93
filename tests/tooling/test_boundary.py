"""The command that prints a stack's permissions boundary: tools/boundary.py."""

import json
from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tools import boundary


def test_it_prints_the_policy_of_a_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.main(["--stack", "prod", "--project", str(ROOT)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["Version"] == "2012-10-17"
    assert "arn:*:iam::*:role/nova-prod-deploy" in str(printed)


@pytest.mark.parametrize(
    ("project", "stack", "message"),
    [
        (ROOT, "test", "no stack 'test' in"),
        (ROOT / "examples/tiketi", "dev", "Pulumi.dev.yaml has no aws.permissionsBoundary"),
    ],
)
def test_it_says_why_there_is_none(project: Path, stack: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert boundary.main(["--stack", stack, "--project", str(project)]) == 1
    assert message in capsys.readouterr().err


def test_it_refuses_what_iam_would_not_accept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boundary, "POLICY_SIZE", 100)
    assert boundary.main(["--stack", "prod", "--project", str(ROOT)]) == 1
    assert "Shorten names" in capsys.readouterr().err
