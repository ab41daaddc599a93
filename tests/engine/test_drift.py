"""The issue on a stack's drift, of a real refresh of an account that was changed by hand."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import Stack

from sandbox.driver import Verb
from tests.engine.runs import perform, secret_words
from tools.review.drift import issue
from tools.review.preview import refreshed, relevant

RUN = "https://github.com/o/r/actions/runs/1"


def changed(state: Path, type_: str, **values: Any) -> None:
    """Change the account's resource of this type that was created first."""
    with closing(sqlite3.connect(state / "account.db")) as database, database:
        row = "SELECT rowid, inputs, outputs FROM resources WHERE type = ? ORDER BY rowid LIMIT 1"
        rowid, inputs, outputs = database.execute(row, (type_,)).fetchone()
        texts = [json.dumps({**json.loads(text), **values}) for text in (inputs, outputs)]
        database.execute("UPDATE resources SET inputs = ?, outputs = ? WHERE rowid = ?", (*texts, rowid))


def found(state: Path, patch: pytest.MonkeyPatch) -> str:
    """The issue after `pulumi refresh --preview-only --json`, which the Automation API does not have."""
    lines: list[str] = []

    def refresh(stack: Stack, **_: object) -> None:
        workspace = stack.workspace
        variables = {**workspace.env_vars, "PULUMI_HOME": str(workspace.pulumi_home)}
        variables["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = "true"
        command = ["refresh", "--preview-only", "--json", "--stack", stack.name]
        workspace.pulumi_command.run(command, workspace.work_dir, variables, on_output=lines.append)

    patch.setattr(Stack, "refresh", refresh)
    step = perform(Verb.REFRESH, "staging", state)
    assert step.report.ok, step.lines
    return issue("staging", refreshed(relevant(lines)), run=RUN)


def test_what_somebody_changed_is_listed_without_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    step = perform(Verb.UP, "staging", tmp_path)
    assert step.report.ok, step.lines
    assert found(tmp_path, monkeypatch) == ""

    words = secret_words(tmp_path)
    changed(tmp_path, "aws:rds/instance:Instance", instanceClass="db.t4g.large")
    changed(tmp_path, "aws:secretsmanager/secretVersion:SecretVersion", secretString="typed-by-hand")
    with closing(sqlite3.connect(tmp_path / "account.db")) as database, database:
        database.execute("DELETE FROM resources WHERE urn LIKE '%::staging-default-deny'")
    shown = found(tmp_path, monkeypatch)
    *listed, _ = shown.split("\n\n")[1:]
    assert "- **database**: Instance `nova-staging-database`: `instanceClass` `db.t4g.medium` → `db.t4g.large`" in shown
    assert shown.count("`secretString` changes\n") == 1
    assert "NetworkPolicy `staging-default-deny`: no longer exists\n" in shown
    assert len(listed[0].splitlines()) == 3
    assert [word for word in (*words, "typed-by-hand") if word in shown] == []
