"""Configurations for tests: committed stacks with some keys changed, loaded as the program loads them."""

import base64
import copy
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.validation.load import checked, load
from tests.harness.config import load_project, stack_config
from tests.harness.harness import ROOT, run_program

PROJECT = str(load_project(ROOT)["name"])
ABSENT = object()
"""As a value: removes the key."""


def host_key(host: str) -> str:
    """A line of known_hosts with a well-formed key that belongs to no host."""
    parts = (b"ssh-ed25519", bytes(32))
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{host} ssh-ed25519 {base64.b64encode(blob).decode()}"


@cache
def _committed(stack: str) -> dict[str, Any]:
    return stack_config(stack, ROOT)


def changed(stack: str = "staging", **changes: Any) -> dict[str, Any]:
    """A committed stack's configuration with values replaced by path, with `__` as separator: `services__2__port`."""
    config = copy.deepcopy(_committed(stack))
    for path, value in changes.items():
        set_value(config, [f"{PROJECT}:", *path.split("__")], value)
    return config


def set_value(config: dict[str, Any], path: Sequence[str], value: object) -> None:
    """Set a value at a path (`["shop:", "services", "2", "port"]`), or remove the key (ABSENT)."""
    prefix, first, *rest = path
    keys: list[Any] = [f"{prefix}{first}", *(int(part) if part.isdigit() else part for part in rest)]
    target: Any = config
    for key in keys[:-1]:
        target = target[key]
    if value is ABSENT:
        del target[keys[-1]]
    else:
        target[keys[-1]] = value


def loaded(config: dict[str, Any], stack: str = "staging", project: str = PROJECT) -> PlatformConfig:
    """The configuration object; ConfigurationError if the program would refuse it."""
    configs: list[PlatformConfig] = []
    run_program(lambda: configs.append(load()), project=project, stack=stack, config=config)
    return configs[0]


def refused(config: dict[str, Any], stack: str = "staging", project: str = PROJECT) -> list[str]:
    """The lines with which the program refuses a configuration, without heading and file names."""
    with pytest.raises(ConfigurationError) as error:
        loaded(config, stack, project)
    return [line.split(": ", 1)[1] for line in str(error.value).splitlines()[1:]]


def refusals(stack: str = "staging", **changes: Any) -> list[str]:
    """The lines with which the program refuses the changes, without the heading and without numbers of lines."""
    with pytest.raises(ConfigurationError) as error:
        loaded(changed(stack, **changes), stack)
    return [re.sub(r"^(\S+\.yaml):[0-9]+: ", r"\1: ", line) for line in str(error.value).splitlines()[1:]]


def wrong(stack: str = "staging", **changes: Any) -> list[str]:
    """The same without file names and without Pulumi's runtime, in a tenth of the time."""
    prefix = f"{PROJECT}:"
    config = changed(stack, **changes)
    _, problems = checked({key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)})
    return [f"{problem.where}: {problem.message}" for problem in problems]
