"""From the engine's configuration to one frozen object, or to all its problems at once, before any resource exists."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pydantic import ValidationError

from components.config.files import StackFiles
from components.config.partial import readable
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, broken_paths, problems_of
from components.config.reader import raw_sections, sections_of_files
from components.validation.run import rule_problems
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
    """The configuration, None where a field cannot be read, and everything that is wrong with it."""
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
        problems = rule_problems(config)
    except ValidationError as error:
        config, problems = None, problems_of(error, PlatformConfig)
        problems += rule_problems(readable(PlatformConfig, dict(sections), broken_paths(error)))
    reported = {problem.path for problem in problems}
    return config, [*problems, *(problem for problem in pasted(dict(sections)) if problem.path not in reported)]
