"""From the engine's configuration to one frozen object, or to all its problems at once, before any resource exists."""

import copy
import json
import pathlib
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import pulumi
from pydantic import ValidationError

from components.config.files import StackFiles
from components.config.partial import readable
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, Refusal, Text, broken_paths, refusals_of
from components.config.reader import raw_sections, sections_of_files
from components.validation.rule import Path
from components.validation.run import rule_problems
from components.validation.secret_detection import pasted

Judge = Callable[[Mapping[str, Any]], tuple[PlatformConfig | None, list[Refusal], list[Problem]]]


def load() -> PlatformConfig:
    """The configuration of the running stack.

    Raises ConfigurationError with one line for each problem, in the order of the sections.
    """
    files = StackFiles(folder=pathlib.Path(pulumi.get_root_directory() or "."), stack=pulumi.get_stack())
    return _accepted(*raw_sections(pulumi.get_project(), PlatformConfig), files)


def load_files(files: StackFiles) -> PlatformConfig:
    """The configuration of a stack, read from its files without the engine.

    Raises ConfigurationError as `load`, and UnreadableError for a file that is missing or not YAML.
    """
    return _accepted(*sections_of_files(files, PlatformConfig), files)


def _accepted(sections: Mapping[str, Any], unreadable: Sequence[Problem], files: StackFiles) -> PlatformConfig:
    config, problems = checked(sections, files.text, unreadable)
    if config is None or problems:
        raise ConfigurationError(problems, files)
    return config


def checked(
    sections: Mapping[str, Any], text: Text = lambda _: None, unreadable: Sequence[Problem] = ()
) -> tuple[PlatformConfig | None, list[Problem]]:
    """The configuration, None where a field cannot be read, and everything that is wrong with it.

    `text` gives a value as it is written in the file; `unreadable` are the problems that were found in reading it.
    """
    judge = partial(_judged, broken=[problem.path for problem in unreadable])
    config, refusals, problems = judge(sections, text=text)
    reported = {entry.path for entry in (*refusals, *problems, *unreadable)}
    explained = [_explained(refusal, sections, reported, judge) for refusal in refusals]
    secrets = (problem for problem in pasted(dict(sections)) if problem.path not in reported)
    return config, [*unreadable, *explained, *problems, *secrets]


def _judged(
    sections: Mapping[str, Any], *, broken: Sequence[Path], text: Text = lambda _: None
) -> tuple[PlatformConfig | None, list[Refusal], list[Problem]]:
    """The configuration, what pydantic refuses, and what the rules find in the rest; nothing at the `broken` paths."""
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
    except ValidationError as error:
        refused = refusals_of(error, PlatformConfig, text)
        partly = readable(PlatformConfig, dict(sections), [*broken, *broken_paths(error)])
        known = [refusal for refusal in refused if not any(refusal.path[: len(path)] == path for path in broken)]
        return None, known, rule_problems(partly)
    partly = readable(PlatformConfig, dict(sections), broken) if broken else config
    return config, [], rule_problems(partly)


def _explained(refusal: Refusal, sections: Mapping[str, Any], reported: Collection[Path], judge: Judge) -> Problem:
    """The problem with the best candidate: one that is accepted and adds no other problem, or else just accepted."""
    accepted: list[int] = []
    for number, value in enumerate(refusal.candidates):
        _, refusals, problems = judge(_with(sections, refusal.path, value))
        left = {entry.path for entry in (*refusals, *problems)}
        if left <= {*reported} - {refusal.path}:
            return refusal.problem(number)
        if refusal.path not in left:
            accepted.append(number)
        again = next((entry for entry in refusals if entry.path == refusal.path), None)
        if refusal.refused.is_misread and again is not None:
            # Read as the text that it is in the file, the value is still wrong.
            return _explained(again, sections, reported, judge)
    return refusal.problem(next(iter(accepted), None))


def _with(container: Any, path: Path, value: object) -> Any:
    """A copy of plain data with another value at a path."""
    if not path:
        return value
    changed = copy.copy(container)
    changed[path[0]] = _with(changed[path[0]], path[1:], value) if path[1:] else value
    return changed
