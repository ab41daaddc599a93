"""From the engine's configuration to one frozen object, or to all its problems at once, before any resource exists."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pulumi
from pydantic import TypeAdapter, ValidationError

from components.config.files import StackFiles
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, problems_of
from components.config.reader import raw_sections, sections_of_files
from components.validation.run import broken_rules, readable
from components.validation.secret_detection import pasted


def load() -> PlatformConfig:
    """The configuration of the running stack.

    Raises ConfigurationError with one line for each problem, in the order of the sections.
    """
    files = StackFiles(folder=Path(pulumi.get_root_directory() or "."), stack=pulumi.get_stack())
    return _accepted(*raw_sections(pulumi.get_project(), PlatformConfig), files)


def load_files(files: StackFiles) -> PlatformConfig:
    """The configuration of a stack, read from its files without the engine.

    Raises ConfigurationError as `load`, and UnreadableError for a file that is missing or not YAML.
    """
    return _accepted(*sections_of_files(files, PlatformConfig), files)


def _accepted(sections: Mapping[str, Any], unreadable: Sequence[Problem], files: StackFiles) -> PlatformConfig:
    config, problems = checked(sections)
    if config is None or unreadable or problems:
        raise ConfigurationError([*unreadable, *problems], files)
    return config


def checked(sections: Mapping[str, Any]) -> tuple[PlatformConfig | None, list[Problem]]:
    """The configuration, None where a section cannot be read, and everything that is wrong with it."""
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
        problems = broken_rules(config)
    except ValidationError as error:
        config, problems = None, problems_of(error, PlatformConfig)
        broken = {str(problem.path[0]) for problem in problems}
        problems += broken_rules(readable(_parsed(sections, broken), broken))
    reported = {problem.path for problem in problems}
    return config, [*problems, *(problem for problem in pasted(dict(sections)) if problem.path not in reported)]


def _parsed(sections: Mapping[str, Any], broken: Collection[str]) -> dict[str, Any]:
    """The sections that can be read, by field."""
    values: dict[str, Any] = {}
    for name, field in PlatformConfig.model_fields.items():
        key = str(field.alias)
        if key in sections and key not in broken:
            section = TypeAdapter[Any](cast("type[Any]", field.rebuild_annotation()))
            values[name] = section.validate_json(json.dumps(sections[key]))
    return values
