"""The variables that a stack file may not set are those that the examples' environments get."""

import pytest

from tests.harness.config import stack_config
from tests.harness.config_samples import loaded
from tests.harness.harness import ROOT
from tests.systems.example_runs import example
from tests.unit.environments.test_platform_outputs import known, told

STACKS = [
    "tiketi/dev",
    "tiketi/staging",
    "tiketi/prod",
    "pingvasai/development",
    "pingvasai/staging",
    "pingvasai/production",
]


@pytest.mark.parametrize("stack", STACKS)
def test_the_plans_variables_are_those_that_the_examples_get(stack: str) -> None:
    system, stage = stack.split("/")
    config = loaded(stack_config(stage, ROOT / "examples" / system), stage, system)
    assert told(config, example(stack)) == known(config)
