"""The examples' stack files with single keys changed, and the lines with which they are refused."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from components import config as configuration
from components.config import ConfigurationError
from tests.unit.harness import ROOT, run_program
from tests.unit.harness_config import stack_config

ABSENT = object()
"""As a value: takes the key away."""


def refusals(system: str, stack: str, changes: Mapping[str, Any]) -> list[str]:
    """Lines of the refusal, without the file; `changes` are values by path, with a space between the parts."""
    root = ROOT / "examples" / system
    config = copy.deepcopy(stack_config(stack, root))
    for path, value in changes.items():
        first, *rest = path.split()
        keys: list[Any] = [f"{system}:{first}", *(int(part) if part.isdigit() else part for part in rest)]
        target: Any = config
        for key in keys[:-1]:
            target = target[key]
        if value is ABSENT:
            del target[keys[-1]]
        else:
            target[keys[-1]] = value
    with pytest.raises(ConfigurationError) as refused:
        run_program(configuration.load, project=system, stack=stack, config=config)
    return [line.split(": ", 1)[1] for line in str(refused.value).splitlines()[1:]]
