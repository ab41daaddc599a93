"""The names that a stack file may not set are those that the examples' environments get."""

import pytest

from components import config as configuration
from components.config import PlatformConfig
from tests.systems.example_runs import example
from tests.unit.harness import ROOT, run_program
from tests.unit.harness_config import stack_config
from tests.unit.test_platform_outputs import known, told

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
    run_program(lambda: found.append(configuration.load()), project=system, stack=stage, config=given)
    assert told(found[0], example(stack)) == known(found[0])
