"""tools/comment and tools/drift-issue, which the workflows call, with gh replaced by a small program."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.tooling.preview_events import DATABASE, POLICY, drifted, outputs, step
from tests.tooling.scripts import program, run

MARKER = "<!-- the plan of this pull request -->"
GH = """#!/usr/bin/env bash
printf '%s ' "$@" >>"$CALLS"
for argument; do [[ "$argument" != body=@* ]] || cat "${argument#body=@}" >>"$CALLS"; done
[[ " $* " != *" --slurp "* ]] || cat "$COMMENTS"
"""
CHANGE = step("update", POLICY, "p", {"a": 1}, {"a": 2})


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    program(tmp_path, "gh", GH)
    return tmp_path


def commented(programs: Path, existing: str) -> str:
    """What gh is called with when the pull request has these comments."""
    (programs / "comments").write_text(existing)
    (programs / "plan-staging.jsonl").write_text(f"{CHANGE}\n")
    result = run(
        programs, "tools/comment", "7", programs, "staging", COMMENTS=f"{programs}/comments", GITHUB_REPOSITORY="o/r",
        RUN_URL="https://github.com/o/r/actions/runs/1", HEAD_SHA="0123456789",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return (programs / "calls").read_text()


def test_the_first_comment_is_created(programs: Path) -> None:
    calls = commented(programs, "[[]]")
    assert "--method POST repos/o/r/issues/7/comments --field body=@" in calls
    assert f"{MARKER}\n## What would change" in calls
    assert "- **staging**: 1 resource changes, nothing is replaced or deleted" in calls


def test_later_the_workflows_own_comment_is_updated(programs: Path) -> None:
    imitation = f'{{"id": 5, "user": {{"login": "mallory"}}, "body": "{MARKER}"}}'
    other = '{"id": 6, "user": {"login": "github-actions[bot]"}, "body": "another workflow"}'
    own = f'{{"id": 8, "user": {{"login": "github-actions[bot]"}}, "body": "{MARKER}\\nold"}}'
    calls = commented(programs, f"[[{imitation}, {other}], [{own}]]")
    assert "--method PATCH repos/o/r/issues/comments/8 " in calls
    assert "POST" not in calls


def written(programs: Path, existing: str, events: Sequence[str] | None) -> list[str]:
    """What gh is called with to write, when the repository has these open issues and a refresh had these events."""
    (programs / "comments").write_text(existing)
    if events is not None:
        (programs / "drift-staging.jsonl").write_text("".join(f"{event}\n" for event in events))
    result = run(
        programs, "tools/drift-issue", programs, "staging", COMMENTS=f"{programs}/comments", GITHUB_REPOSITORY="o/r",
        RUN_URL="https://github.com/o/r/actions/runs/1",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    calls = (programs / "calls").read_text() if (programs / "calls").is_file() else ""
    return [call for call in calls.split("api ") if "--method" in call]


DRIFT = [drifted("update", DATABASE, "main", {"instanceClass": "small"}, {"instanceClass": "large"}), outputs({}, {})]
NO_DRIFT = [outputs({}, {})]
OTHERS = (
    '{"number": 3, "user": {"login": "mallory"}, "body": "<!-- drift of staging -->"}, '
    '{"number": 4, "user": {"login": "github-actions[bot]"}, "body": null}, '
    '{"number": 5, "user": {"login": "github-actions[bot]"}, "body": "<!-- drift of prod -->"}'
)
OWN = '{"number": 8, "id": 1234, "user": {"login": "github-actions[bot]"}, "body": "<!-- drift of staging -->\\nold"}'


def test_drift_opens_an_issue(programs: Path) -> None:
    [call] = written(programs, f"[[{OTHERS}]]", DRIFT)
    assert call.startswith("--silent --method POST repos/o/r/issues --raw-field title=staging has drifted ")
    assert "<!-- drift of staging -->\n1 resource differs from the state of `staging`, as [this run](" in call
    assert "- **database**: Instance `main`: `instanceClass` `small` → `large`\n" in call


def test_later_the_issue_is_updated(programs: Path) -> None:
    [call] = written(programs, f"[[{OTHERS}], [{OWN}]]", DRIFT)
    assert call.startswith("--silent --method PATCH repos/o/r/issues/8 --field body=@")
    assert "`small` → `large`" in call


def test_the_issue_is_closed_when_the_drift_is_gone(programs: Path) -> None:
    comment, close = written(programs, f"[[{OTHERS}, {OWN}]]", NO_DRIFT)
    assert comment.startswith("--silent --method POST repos/o/r/issues/8/comments --raw-field body=The drift is gone")
    assert close.strip() == "--silent --method PATCH repos/o/r/issues/8 --raw-field state=closed"


@pytest.mark.parametrize(("existing", "events"), [(OTHERS, NO_DRIFT), (OWN, None)], ids=["no drift", "no refresh"])
def test_otherwise_no_issue_is_written(programs: Path, existing: str, events: Sequence[str] | None) -> None:
    assert written(programs, f"[[{existing}]]", events) == []
