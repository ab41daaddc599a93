"""Staging destroyed and made again, with the log group that EKS's last logs made in between."""

from dataclasses import dataclass

import pytest

from sandbox.driver import Verb
from tests.engine.runs import Step, edited_project, perform

LOG_GROUP = "/aws/eks/nova-staging/cluster"
OWNED = {
    "    ownership: create\n": "    ownership: existing\n",
    "    provider: create\n": "    provider: existing\n",
    "pushRole: {ownership: create,": "pushRole: {ownership: existing,",
}
"""README.md: what the first life's destroy leaves standing is `existing` in the second."""


@dataclass(frozen=True)
class Lives:
    """Staging's first life and its second."""

    destroyed: Step
    refused: Step
    """An `up` with an unchanged stack file."""
    up: Step
    second_up: Step


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    state, folder = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("project")

    def existing(text: str) -> str:
        for before, after in OWNED.items():
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        return text

    first = perform(Verb.UP, "staging", state)
    assert first.report.ok, first.lines
    destroyed = perform(Verb.DESTROY, "staging", state)
    project = edited_project(folder, "staging", existing)
    return Lives(
        destroyed,
        perform(Verb.UP, "staging", state),
        perform(Verb.UP, "staging", state, project=project),
        perform(Verb.UP, "staging", state, project=project),
    )


def test_the_last_logs_make_the_log_group_again(lives: Lives) -> None:
    assert lives.destroyed.report.ok
    assert ("aws:cloudwatch/logGroup:LogGroup", LOG_GROUP) in lives.destroyed.account


def test_the_second_life_takes_the_log_group_over(lives: Lives) -> None:
    assert lives.up.report.ok, lives.up.lines
    (group,) = [r["inputs"] for r in lives.up.all("aws:cloudwatch/logGroup:LogGroup") if r["name"].endswith("-logs")
                and r["inputs"]["name"] == LOG_GROUP]  # fmt: skip
    assert group["retentionInDays"] == 30
    assert group["kmsKeyId"].startswith("arn:aws:kms:")


def test_its_second_up_changes_nothing(lives: Lives) -> None:
    assert lives.second_up.report.ok, lives.second_up.lines
    assert lives.second_up.mutating_calls == 0


OWNERSHIP = ["registry.ownership: existing", "ci.provider: existing", "ci.pushRole.ownership: existing"]


def advice(step: Step, first: str) -> list[str]:
    (begin,) = (number for number, line in enumerate(step.lines) if line.startswith(first))
    return [line.partition(": ")[2] for line in step.lines[begin + 1 :]]


def test_the_destroy_says_what_the_second_life_needs(lives: Lives) -> None:
    assert advice(lives.destroyed, "To create the stack again, write first:") == OWNERSHIP


def test_without_it_the_second_life_ends_in_its_preview_with_the_same_words(lives: Lives) -> None:
    assert lives.refused.report.result == "refused"
    assert lives.refused.account == lives.destroyed.account
    assert (
        advice(lives.refused, "An earlier life of the stack, or another stack, left this in the account.") == OWNERSHIP
    )
