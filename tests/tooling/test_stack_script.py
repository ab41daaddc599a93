"""tools/stack with a small program in place of Pulumi. What Pulumi makes of plans: tests/engine/test_plans.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.harness.harness import ROOT
from tests.tooling.preview_events import POLICY, STACK, drifted, message, outputs, step
from tests.tooling.scripts import program, run

PULUMI = """#!/usr/bin/env bash
echo "$*" >>"$CALLS"
[[ "$1" != stack ]] || exit 0
if [[ " $* " == *" --json "* && "$PULUMI_ENABLE_STREAMING_JSON_PREVIEW" != true ]]; then exit 9; fi
answer="$1"
[[ " $* " != *" --expect-no-changes "* ]] || answer=again
cat "$ANSWERS/$answer"
exit "$(cat "$ANSWERS/$answer.status" 2>/dev/null || echo 0)"
"""
CHANGE = step("update", POLICY, "p", {"a": 1}, {"a": 2})
NEW = f'{{"resourcePreEvent": {{"metadata": {{"op": "create", "urn": "{STACK}", "type": "pulumi:pulumi:Stack"}}}}}}'
CREATED = step("create", POLICY, "p", None, {"a": 1})
SECOND = "preview --expect-no-changes --stack live --non-interactive --json"
DRIFT_SENTENCE = (
    "::error::1 resource differs from the state of live: p; the summary says how. Nothing was planned or changed. "
    "Run `pulumi refresh --stack live` as an administrator, then this workflow again.\n"
)


@dataclass
class Stack:
    """A project with the stack `live`, and what Pulumi answers: by its command, `again` for the second preview."""

    folder: Path
    answers: dict[str, str] = field(
        default_factory=lambda: {**dict.fromkeys(("refresh", "preview", "again"), f"{outputs({}, {})}\n"), "up": ""}
    )

    def run(self, command: str, statuses: Mapping[str, int] | None = None) -> CompletedProcess[str]:
        for name, text in self.answers.items():
            (self.folder / name).write_text(text)
        for name, status in (statuses or {}).items():
            (self.folder / f"{name}.status").write_text(str(status))
        (self.folder / "calls").unlink(missing_ok=True)
        return run(
            self.folder, "tools/stack", command, "live", cwd=self.folder, ANSWERS=str(self.folder), RUN_URL="https://run",
            PULUMI_BACKEND_URL="s3://state", GITHUB_STEP_SUMMARY=f"{self.folder}/summary",
        )  # fmt: skip

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()[1:]  # the first selects the stack

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text()


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    program(tmp_path, "pulumi", PULUMI)
    (tmp_path / "Pulumi.live.yaml").write_text("secretsprovider: awskms://alias/key\n")
    for folder in ("tools", "sandbox"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return Stack(tmp_path)


@pytest.fixture
def approved(stack: Stack) -> Stack:
    """After a plan that updates something."""
    stack.answers["preview"] = f"{CHANGE}\n"
    assert stack.run("plan").returncode == 0
    return stack


@pytest.mark.parametrize(("status", "event", "words"), [
    (0, CHANGE, "- **live**: 1 resource changes, nothing is replaced or deleted"),
    (255, message("error", "the role may not"), "- **live**: **the preview failed** with 1 error"),
])  # fmt: skip
def test_a_preview_keeps_the_events_and_its_status(stack: Stack, status: int, event: str, words: str) -> None:
    stack.answers["preview"] = "\n".join([message("debug", "noise"), event, outputs({}, {})]) + "\n"
    result = stack.run("preview", {"preview": status})
    assert result.returncode == status, result.stderr
    assert words in stack.summary
    kept = (stack.folder / "plan-live.jsonl").read_text()
    assert event in kept
    assert "noise" not in kept


def test_a_plan_is_saved_for_the_update(approved: Stack) -> None:
    assert approved.calls == [
        "refresh --preview-only --stack live --non-interactive --json",
        "preview --save-plan plan-live.json --stack live --non-interactive --json",
    ]
    assert "- **live**: 1 resource changes, nothing is replaced or deleted" in approved.summary


@pytest.mark.parametrize("command", ["plan", "up"])
def test_a_stack_that_has_drifted_is_neither_planned_nor_updated(stack: Stack, command: str) -> None:
    stack.answers["refresh"] = drifted("update", POLICY, "p", {"a": 1}, {"a": 2}) + "\n"
    result = stack.run(command)
    assert (result.returncode, result.stdout.endswith(DRIFT_SENTENCE)) == (1, True)
    assert "NetworkPolicy `p`: `a` `1` → `2`" in stack.summary
    assert stack.calls == ["refresh --preview-only --stack live --non-interactive --json"]


def test_drift_alone_is_no_failure(stack: Stack) -> None:
    stack.answers["refresh"] = drifted("delete", POLICY, "p", {"a": 1}, None) + "\n"
    assert stack.run("drift").returncode == 0
    assert "NetworkPolicy `p`: no longer exists" in stack.summary
    assert (stack.folder / "drift-live.jsonl").read_text() == stack.answers["refresh"]


@pytest.mark.parametrize("command", ["drift", "plan", "up"])
def test_a_refresh_that_fails_says_why(stack: Stack, command: str) -> None:
    stack.answers["refresh"] = message("error", "the role may not") + "\n"
    result = stack.run(command, {"refresh": 255})
    assert (result.returncode, result.stdout) == (255, "::error::the role may not\n")
    assert len(stack.calls) == 1


def test_an_update_is_held_to_the_plan_and_a_second_one_is_empty(approved: Stack) -> None:
    approved.answers["up"] = "Resources:\n    ~ 1 updated\n"
    result = approved.run("up")
    assert result.returncode == 0, result.stderr
    assert approved.calls[1:] == [
        "up --stack live --non-interactive --color never --yes --plan plan-live.json", SECOND,
    ]  # fmt: skip
    assert "### `pulumi up` of live: ok\n\n~~~~text\nResources:\n    ~ 1 updated\n" in approved.summary
    assert approved.summary.rstrip().endswith("- **live**: nothing changes")


def test_an_update_that_leaves_something_to_do_fails(approved: Stack) -> None:
    approved.answers["again"] = f"{CHANGE}\n"
    result = approved.run("up", {"again": 255})
    words = "::error::A second 'pulumi up' of live would not be empty: the summary says what it would change.\n"
    assert (result.returncode, result.stderr.endswith(words)) == (1, True)
    assert approved.summary.rstrip().endswith("</details>")


@pytest.mark.parametrize(
    "error",
    [
        "resource urn:x violates plan: properties changed: ~~a[{1}!={2}]",
        "create is not allowed by the plan: no steps were expected for this resource",
        "expected resource operations for urn:x but none were seen",
    ],
)
@pytest.mark.parametrize(
    ("begun", "words"),
    [
        (
            "",
            "This is no longer the plan that was approved, and nothing was changed. Run the workflow again for a new "
            "plan.",
        ),
        (
            "Updating (live):\n",
            "The update needs what the approved plan does not have, and stopped half-way. Run the workflow again for a "
            "plan of the rest.",
        ),
    ],
    ids=["before", "half-way"],
)
def test_another_plan_is_refused(approved: Stack, error: str, begun: str, words: str) -> None:
    approved.answers["up"] = f"Previewing update (live):\n{begun}    error: {error}\n"
    result = approved.run("up", {"up": 255})
    assert (result.returncode, result.stderr) == (1, f"::error::{words}\n")
    assert "### `pulumi up` of live: failed" in approved.summary
    assert SECOND not in approved.calls


def test_another_failure_keeps_its_own_words_and_status(approved: Stack) -> None:
    approved.answers["up"] = "error: AccessDenied\n"
    result = approved.run("up", {"up": 255})
    assert (result.returncode, result.stderr) == (255, "")
    assert SECOND not in approved.calls


def test_a_new_stack_is_held_to_its_steps(stack: Stack) -> None:
    stack.answers["preview"] = f"{NEW}\n{CREATED}\n"
    assert stack.run("plan").returncode == 0
    result = stack.run("up")
    assert result.returncode == 0, result.stderr
    assert stack.calls[1:] == [
        "preview --stack live --non-interactive --json",
        "up --stack live --non-interactive --color never --yes",
        SECOND,
    ]


def test_other_steps_of_a_new_stack_are_refused(stack: Stack) -> None:
    stack.answers["preview"] = f"{NEW}\n{CREATED}\n"
    assert stack.run("plan").returncode == 0
    stack.answers["preview"] += step("create", POLICY, "q", None, {"a": 1}) + "\n"
    result = stack.run("up")
    assert result.returncode == 1
    assert "\n+create urn:pulumi:live::shop::" in result.stderr
    words = (
        "::error::The steps are no longer those that were approved, and nothing was changed. Run the workflow again "
    )
    assert result.stderr.endswith(f"{words}for a new plan.\n")
    assert not any(call.startswith("up ") for call in stack.calls)


@pytest.mark.parametrize(
    ("command", "file", "words"),
    [
        ("destroy", "", "tools/stack supports preview, drift, plan and up, not 'destroy'."),
        (
            "preview",
            "config: {}\n",
            "Pulumi.live.yaml has no KMS key (secretsprovider: awskms://...): create the stack",
        ),
    ],
)
def test_a_mistake_is_said_in_a_sentence(stack: Stack, command: str, file: str, words: str) -> None:
    (stack.folder / "Pulumi.live.yaml").write_text(file or "secretsprovider: awskms://alias/key\n")
    result = stack.run(command)
    assert result.returncode == 1
    assert result.stderr.startswith(f"::error::{words}")
