"""The typed model of a stack file, and the only place that reads configuration.

`load()` gives one frozen object or raises `ConfigurationError` with every problem at once, before any resource exists.
"""

import json

import pulumi
from pydantic import ValidationError

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, problems_of
from components.config.rules import broken_rules
from components.config.source import files_of_keys, raw_sections

__all__ = ["ConfigurationError", "PlatformConfig", "Problem", "load"]


def load() -> PlatformConfig:
    """The configuration of the running stack.

    Raises ConfigurationError with one line for each problem, in the order of the sections.
    """
    project, stack = pulumi.get_project(), pulumi.get_stack()
    sections, problems = raw_sections(project, PlatformConfig)
    config: PlatformConfig | None = None
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
    except ValidationError as error:
        problems += problems_of(error, PlatformConfig)
    if config is not None:
        problems += broken_rules(config)
    if problems or config is None:
        raise ConfigurationError(stack, problems, files_of_keys(project, stack))
    return config
