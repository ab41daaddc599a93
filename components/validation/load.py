"""From the engine's configuration to one frozen object, or to every problem at once, before any resource exists."""

import json
from collections.abc import Collection, Mapping
from typing import Any, cast

import pulumi
from pydantic import TypeAdapter, ValidationError

from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, problems_of
from components.config.reader import files_of_keys, raw_sections
from components.validation.rules import broken_rules
from components.validation.secret_detection import pasted


def load() -> PlatformConfig:
    """The configuration of the running stack.

    Raises ConfigurationError with one line for each problem, in the order of the sections.
    """
    project, stack = pulumi.get_project(), pulumi.get_stack()
    sections, problems = raw_sections(project, PlatformConfig)
    config, found = checked(sections)
    if config is None or problems or found:
        raise ConfigurationError(stack, [*problems, *found], files_of_keys(project, stack))
    return config


def checked(sections: Mapping[str, Any]) -> tuple[PlatformConfig | None, list[Problem]]:
    """The configuration, None where a section is wrong by itself, and everything that is wrong with it."""
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
        found = broken_rules(config)
    except ValidationError as error:
        config, found = None, problems_of(error, PlatformConfig)
        broken = {str(problem.path[0]) for problem in found}
        found += broken_rules(readable_part(sections, broken), broken)
    told = {problem.path for problem in found}
    return config, [*found, *(problem for problem in pasted(dict(sections)) if problem.path not in told)]


def readable_part(sections: Mapping[str, Any], broken: Collection[str]) -> PlatformConfig:
    """The sections that are right by themselves, for the rules between them; a broken one is not there at all."""
    values: dict[str, Any] = {}
    for name, field in PlatformConfig.model_fields.items():
        key = str(field.alias)
        if key in sections and key not in broken:
            kind = TypeAdapter[Any](cast("type[Any]", field.rebuild_annotation()))
            values[name] = kind.validate_json(json.dumps(sections[key]))
    return PlatformConfig.model_construct(**values)
