"""docs/first-up.md followed to the letter, from outside the VPC and then from inside."""

from dataclasses import dataclass

import pytest

from sandbox.driver import Verb
from sandbox.providers.wire import dig
from tests.engine.runs import ROOT, Step, edited_project, perform
from tests.harness.tutorial import Change, Command, steps

PAGE = ROOT / "docs/first-up.md"
OUTSIDE = "203.0.113.7"
"""The address in the page."""
CLUSTER = "aws:eks/cluster:Cluster"


@dataclass(frozen=True)
class FirstUp:
    """What the page's commands came to, and what happens without it."""

    warned: Step
    refused: Step
    ups: tuple[Step, ...]
    closed_from_outside: Step
    unchanged: Step


@pytest.fixture(scope="module", params=["staging", "prod"])
def first_up(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FirstUp:
    stack: str = request.param
    state, folder = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("project")
    project = edited_project(folder, stack, lambda text: text)
    warned = perform(Verb.PREVIEW, stack, state, project=project, address=OUTSIDE)
    refused = perform(Verb.UP, stack, state, project=project, address=OUTSIDE)
    written = steps(PAGE.read_text(encoding="utf-8").replace("Pulumi.staging.yaml", f"Pulumi.{stack}.yaml"))
    assert [step.line if isinstance(step, Command) else "edit" for step in written] == ["edit", "pulumi up"] * 3
    ups: list[Step] = []
    for number, step in enumerate(written, start=1):
        if isinstance(step, Change):
            step.apply(folder)
        elif number < len(written):
            ups.append(perform(Verb.UP, stack, state, project=project, address=OUTSIDE))
    closed_from_outside = perform(Verb.UP, stack, state, project=project, address=OUTSIDE)
    ups.append(perform(Verb.UP, stack, state, project=project))
    unchanged = perform(Verb.UP, stack, state, project=project)
    return FirstUp(warned, refused, tuple(ups), closed_from_outside, unchanged)


def test_the_page_has_ten_steps_at_most() -> None:
    numbers = [line.partition(".")[0] for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(numbers) <= 10


def test_a_preview_from_outside_warns(first_up: FirstUp) -> None:
    assert first_up.warned.report.ok
    assert any("The first `up` of this stack cannot finish." in line for line in first_up.warned.lines)


def test_an_up_from_outside_is_refused_before_the_first_resource(first_up: FirstUp) -> None:
    assert not first_up.refused.report.ok
    assert first_up.refused.mutating_calls == 0
    assert first_up.refused.account == frozenset()
    text = "\n".join(first_up.refused.lines)
    assert "docs/first-up.md" in text
    assert "Traceback" not in text


def test_the_page_ends_with_a_finished_stack_and_a_private_endpoint(first_up: FirstUp) -> None:
    for step in first_up.ups:
        assert step.report.ok, step.lines
    (cluster,) = first_up.ups[-1].all(CLUSTER)
    assert dig(cluster["inputs"], "vpcConfig.endpointPublicAccess") is False
    assert first_up.unchanged.report.ok
    assert first_up.unchanged.mutating_calls == 0


def test_the_endpoint_is_changed_in_place(first_up: FirstUp) -> None:
    for step in (*first_up.ups[1:], first_up.closed_from_outside):
        assert not [line for line in step.lines if "replac" in line]


def test_closed_from_outside_the_cluster_is_unreachable_and_nothing_is_lost(first_up: FirstUp) -> None:
    assert not first_up.closed_from_outside.report.ok
    assert any("configured Kubernetes cluster is unreachable" in line for line in first_up.closed_from_outside.lines)
    assert first_up.closed_from_outside.account == first_up.ups[-1].account
