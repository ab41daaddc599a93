"""The examples' stack files with single keys changed, and the lines with which they are refused."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.validation.load import load
from tests.harness.config import stack_config
from tests.harness.config_samples import ABSENT, set_value
from tests.harness.harness import ROOT, run_program

__all__ = ["ABSENT", "accepted", "refusals"]


def accepted(system: str, stack: str, changes: Mapping[str, Any]) -> PlatformConfig:
    """The configuration; ConfigurationError where it is refused. `changes` as for `refusals`."""
    root = ROOT / "examples" / system
    config = copy.deepcopy(stack_config(stack, root))
    for path, value in changes.items():
        set_value(config, [f"{system}:", *path.split()], value)
    found: list[PlatformConfig] = []
    run_program(lambda: found.append(load()), project=system, stack=stack, config=config)
    return found[0]


def refusals(system: str, stack: str, changes: Mapping[str, Any]) -> list[str]:
    """Lines of the refusal, without the file; `changes` are values by path, with a space between the parts."""
    with pytest.raises(ConfigurationError) as refused:
        accepted(system, stack, changes)
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()[1:]]
