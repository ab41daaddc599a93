"""What a step passes to a third-party action, and reads from it, is in the action's interface at its pinned commit.

actionlint does so for local actions and reusable workflows, and for actions pinned by a tag, but not for workflows of
another repository, which the examples call.
"""

import json
import re
from collections.abc import Iterator

import pytest

from tests.pipeline.workflows.files import Node, called, step_lists, workflows
from tests.pipeline.workflows.interfaces import MODULES, interfaces, module_of
from tools.action_interfaces import action_files, pinned_actions, workflow_files

COMPUTED = {"tag"}
"""Inputs of verify.yml that the callers' plans compute from an input of that name."""
READ = re.compile(r"steps\.([\w-]+)\.outputs\.([\w-]+)")


def test_the_interfaces_are_those_of_the_pinned_commits() -> None:
    pinned = pinned_actions([*workflow_files(), *action_files()])
    assert set(interfaces()) == pinned, "run `make interfaces` and commit the result"


def test_every_action_has_a_stand_in_and_every_stand_in_an_action() -> None:
    modules = {path.stem for path in MODULES.glob("*_*.py")} - {"__init__", "stand_in"}
    assert modules == {module_of(action) for action in interfaces()}


def test_steps_pass_only_inputs_that_the_action_has_and_all_that_it_requires() -> None:
    faults = [fault for place, steps in step_lists() for step in steps["steps"] for fault in input_faults(place, step)]
    assert not faults


def input_faults(place: str, step: Node) -> list[str]:
    """What is wrong with a step's inputs."""
    interface = interfaces().get(step.get("uses", ""))
    if interface is None:
        return []
    given: Node = step.get("with", {})
    unknown = [f"{place}: {step['name']} passes {name}" for name in given if name not in interface.inputs]
    missing = [
        f"{place}: {step['name']} lacks {name}"
        for name, expected in interface.inputs.items()
        if expected.required and expected.default is None and name not in given
    ]
    return unknown + missing


def test_steps_read_only_outputs_that_the_action_has() -> None:
    faults: list[str] = []
    for place, node in step_lists():
        actions = {step["id"]: step.get("uses", "") for step in node["steps"] if "id" in step}
        for step, output in READ.findall(json.dumps(node)):
            assert step in actions, f"{place} reads {output} of {step}, which is no step"
            interface = interfaces().get(actions[step])
            if interface and output not in interface.outputs:
                faults.append(f"{place} reads {output} of {step}")
    assert not faults


def test_calls_pass_only_what_the_workflow_takes_and_all_that_it_requires() -> None:
    calls = [(name, job) for name, each in workflows().items() for job in each["jobs"].values() if "uses" in job]
    assert not [fault for name, job in calls for fault in call_faults(name, job)]


def call_faults(name: str, job: Node) -> Iterator[str]:
    """What is wrong with the inputs and secrets that a job passes to the workflow that it calls."""
    takes: Node = called(name, job["uses"])["on"]["workflow_call"] or {}
    for kind, passed in (("inputs", "with"), ("secrets", "secrets")):
        taken, given = takes.get(kind, {}), job.get(passed, {})
        yield from (f"{name} passes {each}" for each in given if each not in taken)
        yield from (f"{name} lacks {each}" for each in taken if taken[each].get("required") and each not in given)


@pytest.mark.parametrize("name", ["services.yml", "rollback.yml", "promotion.yml"])
def test_a_workflow_passes_on_each_input_that_verify_takes_too(name: str) -> None:
    workflow = workflows()[name]
    own: Node = workflow["on"]["workflow_call"]["inputs"]
    (call,) = [job for job in workflow["jobs"].values() if "uses" in job]
    for each in called(name, call["uses"])["on"]["workflow_call"]["inputs"].keys() - COMPUTED:
        if source := next((source for source in (f"source-{each}", each) if source in own), ""):
            assert call["with"].get(each) == f"${{{{ inputs.{source} }}}}"


def test_an_unknown_input_and_a_missing_one_are_found() -> None:
    checkout = next(action for action in interfaces() if action.startswith("actions/checkout@"))
    crane = next(action for action in interfaces() if action.startswith("actions/upload-artifact@"))
    assert input_faults("a", {"name": "b", "uses": checkout, "with": {"fetchdepth": 0}}) == ["a: b passes fetchdepth"]
    assert input_faults("a", {"name": "b", "uses": crane}) == ["a: b lacks path"]
    call: Node = {"uses": "./.github/workflows/checks.yml", "with": {"folder": "app"}}
    assert list(call_faults("pingvasai/a.yml", call)) == ["pingvasai/a.yml passes folder"]
    faults = list(call_faults("a.yml", {"uses": "./.github/workflows/promotion.yml"}))
    assert {"a.yml lacks images", "a.yml lacks AWS_ROLE_ARN"} <= set(faults)
    assert "a.yml lacks validate" not in faults
