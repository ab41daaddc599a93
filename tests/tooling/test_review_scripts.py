"""tools/comment and tools/stack, which the workflows call, with gh and pulumi replaced by small programs."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tests.tooling.preview_events import POLICY, message, outputs, step

MARKER = "<!-- the plan of this pull request -->"
GH = """#!/usr/bin/env bash
printf '%s ' "$@" >>"$CALLS"
for argument; do [[ "$argument" != body=@* ]] || cat "${argument#body=@}" >>"$CALLS"; done
[[ " $* " != *" --slurp "* ]] || cat "$COMMENTS"
"""
PULUMI = """#!/usr/bin/env bash
[[ "$1" == preview ]] || exit 0
[[ "$PULUMI_ENABLE_STREAMING_JSON_PREVIEW" == true && " $* " == *" --json "* ]] || exit 9
cat "$EVENTS"
exit "$STATUS"
"""
CHANGE = step("update", POLICY, "p", {"a": 1}, {"a": 2})


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    for name, text in (("gh", GH), ("pulumi", PULUMI)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def run(programs: Path, *command: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "CALLS": f"{programs}/calls", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


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


@pytest.mark.parametrize(("status", "event", "words"), [
    ("0", CHANGE, "- **live**: 1 resource changes, nothing is replaced or deleted"),
    ("255", message("error", "the role may not"), "- **live**: **the preview failed** with 1 error"),
])  # fmt: skip
def test_a_preview_keeps_the_events_and_its_status(programs: Path, status: str, event: str, words: str) -> None:
    (programs / "Pulumi.live.yaml").write_text("secretsprovider: awskms://alias/key\n")
    (programs / "tools").symlink_to(ROOT / "tools")
    (programs / "sandbox").symlink_to(ROOT / "sandbox")
    (programs / "events").write_text("\n".join([message("debug", "noise"), event, outputs({}, {})]) + "\n")
    result = run(
        programs, "tools/stack", "preview", "live", cwd=programs, STATUS=status, EVENTS=f"{programs}/events",
        PULUMI_BACKEND_URL="s3://state", GITHUB_STEP_SUMMARY=f"{programs}/summary",
    )  # fmt: skip
    assert result.returncode == int(status), result.stderr
    assert words in (programs / "summary").read_text()
    assert "noise" not in (programs / "plan-live.jsonl").read_text()
    assert event in (programs / "plan-live.jsonl").read_text()
