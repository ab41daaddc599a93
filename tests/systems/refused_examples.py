"""The examples' stack files with some keys changed, and the lines with which they are refused."""

from collections.abc import Mapping
from typing import Any

from components.config.platform import PlatformConfig
from tests.harness.config import stack_config
from tests.harness.config_samples import ABSENT, loaded, refused, set_value
from tests.harness.harness import ROOT

__all__ = ["ABSENT", "accepted", "refusals"]


def _changed(system: str, stack: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    config = stack_config(stack, ROOT / "examples" / system)
    for path, value in changes.items():
        set_value(config, [f"{system}:", *path.split()], value)
    return config


def accepted(system: str, stack: str, changes: Mapping[str, Any]) -> PlatformConfig:
    """The configuration; ConfigurationError if it is refused. `changes` as for `refusals`."""
    return loaded(_changed(system, stack, changes), stack, system)


def refusals(system: str, stack: str, changes: Mapping[str, Any]) -> list[str]:
    """Lines of the refusal, without file names; `changes` are values by path, separated by spaces."""
    return refused(_changed(system, stack, changes), stack, system)
