"""500 right stacks are accepted; their sums fit by the program's own count; a sample of them runs whole."""

import json
from pathlib import Path

import pytest

from components.config.platform import PlatformConfig
from components.environments.plan import plan_environments
from components.sizing.capacity import Load, quota, rolling_peak
from components.validation import capacity_sums
from components.validation.load import checked
from tests.harness.harness import ROOT, run_stack
from tests.refusals.valid import sections

NUMBERS = range(500)
SAMPLE = range(0, 500, 20)
BLOCK = 50


def _accepted(number: int) -> PlatformConfig:
    config, problems = checked(sections(number))
    assert [f"{problem.where}: {problem.message}" for problem in problems] == [], number
    assert config is not None
    return config


def _within(load: Load, limit: Load) -> bool:
    return all(value <= getattr(limit, key) for key, value in vars(load).items())


@pytest.mark.parametrize("first", NUMBERS[::BLOCK])
def test_right_stacks_are_accepted_and_their_sums_fit(first: int) -> None:
    for number in range(first, first + BLOCK):
        config = _accepted(number)
        plans = plan_environments(config)
        for plan in plans:
            assert _within(rolling_peak(plan.pods), quota(plan.pods, plan.settings.quota_headroom_percent)), number
        nodes = capacity_sums.node_fit(config, plans)
        assert nodes is None or (nodes.fits and not nodes.unschedulable), number
        for limit in (capacity_sums.addresses(config), capacity_sums.connections(config, plans)):
            assert limit is None or limit.fits, number


def test_every_section_is_in_some_of_the_stacks_and_missing_in_others() -> None:
    written = [set(sections(number)) for number in NUMBERS]
    everywhere = set[str].intersection(*written)
    somewhere = set[str]().union(*written)
    keys = {*PlatformConfig.model_json_schema(by_alias=True)["properties"]}
    assert keys - somewhere <= {"exceptions"}
    assert {"database", "cache", "storage", "edge", "ci", "kubeconfig", "cluster"} <= somewhere - everywhere


@pytest.mark.parametrize("number", SAMPLE)
def test_a_right_stack_runs_whole(number: int, tmp_path: Path) -> None:
    stack = sections(number)
    stage = stack["stage"]
    (tmp_path / "Pulumi.yaml").write_text(f"name: shop\nruntime: python\nmain: {ROOT}\n")
    config = {f"shop:{key}": value for key, value in stack.items()}
    (tmp_path / f"Pulumi.{stage}.yaml").write_text(json.dumps({"config": config}))
    run = run_stack(stage, root=tmp_path)
    namespaces = {resource.inputs["metadata"]["name"] for resource in run.all("kubernetes:core/v1:Namespace")}
    assert {environment["namespace"] for environment in stack["environments"]} <= namespaces
