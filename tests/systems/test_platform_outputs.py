"""The names that a stack file may not set are those that the examples' environments get."""

import pytest

from components.config.platform import PlatformConfig
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.harness import ROOT, run_program
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
def test_the_names_that_are_known_are_those_that_the_examples_get(stack: str) -> None:
    system, stage = stack.split("/")
    found: list[PlatformConfig] = []
    given = stack_config(stage, ROOT / "examples" / system)
    run_program(lambda: found.append(load()), project=system, stack=stage, config=given)
    assert told(found[0], example(stack)) == known(found[0])
