"""Configurations for tests: the committed stacks with single keys changed, loaded as the program loads them."""

import base64
import copy
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError
from components.validation.load import checked, load
from tests.harness.config import load_project, stack_config
from tests.harness.harness import ROOT, run_program

ABSENT = object()
"""As a value: takes the key away."""


def host_key(host: str) -> str:
    """A line of known_hosts with a key that is whole and nobody's."""
    parts = (b"ssh-ed25519", bytes(32))
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{host} ssh-ed25519 {base64.b64encode(blob).decode()}"


@cache
def _committed(stack: str) -> dict[str, Any]:
    return stack_config(stack, ROOT)


def changed(stack: str = "staging", **changes: Any) -> dict[str, Any]:
    """A committed stack's configuration with values replaced by path, `__` between the parts: `services__2__port`."""
    project = load_project(ROOT)["name"]
    config = copy.deepcopy(_committed(stack))
    for path, value in changes.items():
        set_value(config, [f"{project}:", *path.split("__")], value)
    return config


def set_value(config: dict[str, Any], path: Sequence[str], value: object) -> None:
    """Put a value at a path (`["shop:", "services", "2", "port"]`), or take the key away (ABSENT)."""
    prefix, first, *rest = path
    keys: list[Any] = [f"{prefix}{first}", *(int(part) if part.isdigit() else part for part in rest)]
    target: Any = config
    for key in keys[:-1]:
        target = target[key]
    if value is ABSENT:
        del target[keys[-1]]
    else:
        target[keys[-1]] = value


def loaded(config: dict[str, Any], stack: str = "staging") -> PlatformConfig:
    """The configuration object; raises ConfigurationError as the program would."""
    found: list[PlatformConfig] = []
    project = load_project(ROOT)["name"]
    run_program(lambda: found.append(load()), project=project, stack=stack, config=config)
    return found[0]


def refusals(stack: str = "staging", **changes: Any) -> list[str]:
    """The lines of the refusal that the changes cause, without the heading."""
    with pytest.raises(ConfigurationError) as refused:
        loaded(changed(stack, **changes), stack)
    return str(refused.value).splitlines()[1:]


def wrong(stack: str = "staging", **changes: Any) -> list[str]:
    """The same without the files' names, and without the runtime: in a tenth of the time."""
    prefix = f"{load_project(ROOT)['name']}:"
    config = changed(stack, **changes)
    _, problems = checked({key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)})
    return [f"{problem.where}: {problem.message}" for problem in problems]
