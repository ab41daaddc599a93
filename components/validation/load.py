"""From the engine's configuration to one frozen object, or to all its problems at once, before any resource exists."""

import copy
import json
import pathlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pulumi
from pydantic import ValidationError

from components.config.files import StackFiles
from components.config.messages import Refused
from components.config.partial import readable
from components.config.platform import PlatformConfig
from components.config.problems import ConfigurationError, Problem, Refusal, Text, broken_paths, refusals_of
from components.config.reader import raw_sections, sections_of_files
from components.validation.rule import Path
from components.validation.secret_detection import pasted
from components.validation.siblings import ALONE, Siblings, all_problems, siblings


def load() -> PlatformConfig:
    """The configuration of the running stack.

    Raises ConfigurationError with one line for each problem, in the order of the sections.
    """
    files = StackFiles(folder=pathlib.Path(pulumi.get_root_directory() or "."), stack=pulumi.get_stack())
    project = pulumi.get_project()
    return _accepted(*raw_sections(project, PlatformConfig), files, siblings(files, project))


def load_files(files: StackFiles) -> PlatformConfig:
    """The configuration of a stack, read from its files without the engine.

    Raises ConfigurationError as `load`, and UnreadableError for a file that is missing or not YAML.
    """
    sections, unreadable = sections_of_files(files, PlatformConfig)
    return _accepted(sections, unreadable, files, siblings(files, files.project()))


def _accepted(
    sections: Mapping[str, Any], unreadable: Sequence[Refusal], files: StackFiles, project: Siblings
) -> PlatformConfig:
    config, problems = checked(sections, files.text, unreadable, project)
    if config is None or problems:
        raise ConfigurationError(problems, files)
    return config


def checked(
    sections: Mapping[str, Any],
    text: Text = lambda _: None,
    unreadable: Sequence[Refusal] = (),
    project: Siblings = ALONE,
) -> tuple[PlatformConfig | None, list[Problem]]:
    """The configuration, None where a field cannot be read, and everything that is wrong with it.

    `text` gives a value as it is written in the file; `unreadable` is what could not even be read from it;
    `project` has the other stacks.
    """
    unreadable = [*unreadable, *_empty(sections, text)]
    broken = [refusal.path for refusal in unreadable]
    config, refusals, problems = _judged(sections, broken, project, text)
    problems += _of_other_items(sections, [*broken, *(refusal.path for refusal in refusals)], project)
    refusals = [*unreadable, *refusals]
    refused = {refusal.path for refusal in refusals}
    problems = [problem for problem in problems if problem.path not in refused]
    reported = {entry.path for entry in (*refusals, *problems)}
    explained = [_explained(refusal, sections, broken, reported, project) for refusal in refusals]
    secrets = (problem for problem in pasted(dict(sections)) if problem.path not in reported)
    return config, [*explained, *problems, *secrets]


def _of_other_items(sections: Mapping[str, Any], broken: Sequence[Path], project: Siblings) -> Iterator[Problem]:
    """Problems of items in lists of texts that have other items which cannot be read; the rules skip such lists.

    Only problems of the items themselves: without its broken item, a list as a whole may look wrong and is not.
    """
    kept: dict[Path, list[int]] = {}
    shorter: Any = sections
    for path in {path[:-1] for path in broken if isinstance(path[-1], int)}:
        values = _at(sections, path)
        indices = [index for index in range(len(values)) if (*path, index) not in broken]
        if indices and not any(isinstance(value, dict) for value in values):
            kept[path] = indices
            shorter = _with(shorter, path, [values[index] for index in indices])
    if not kept:
        return
    for problem in _judged(shorter, [path for path in broken if path[:-1] not in kept], project)[2]:
        for path, indices in kept.items():
            index = problem.path[len(path)] if problem.path[: len(path)] == path and problem.path != path else None
            if isinstance(index, int):
                yield replace(problem, path=(*path, indices[index], *problem.path[len(path) + 1 :]))


def _at(container: Any, path: Path) -> Any:
    """The part of plain data at a path."""
    for part in path:
        container = container[part]
    return container


def _empty(value: object, text: Text, path: Path = ()) -> Iterator[Refusal]:
    """Keys without a value. `null` is one, and means none; nothing after a colon looks as if the default were meant."""
    if isinstance(value, Mapping):
        for key, entry in cast("Mapping[str, object]", value).items():
            yield from _empty(entry, text, (*path, key))
    elif isinstance(value, list):
        for index, entry in enumerate(cast("list[object]", value)):
            yield from _empty(entry, text, (*path, index))
    elif value is None and text(path) == "":
        refused = Refused(wrong="has no value.", nearest=({},), otherwise="Write one, or remove the key.")
        yield Refusal(path=path, refused=refused)


def _judged(
    sections: Mapping[str, Any], broken: Sequence[Path], project: Siblings, text: Text = lambda _: None
) -> tuple[PlatformConfig | None, list[Refusal], list[Problem]]:
    """The configuration, what pydantic refuses, and what the rules find in the rest; nothing at the `broken` paths."""
    try:
        config = PlatformConfig.model_validate_json(json.dumps(sections))
    except ValidationError as error:
        refused = refusals_of(error, PlatformConfig, sections, text)
        partly = readable(PlatformConfig, dict(sections), [*broken, *broken_paths(error)])
        known = [refusal for refusal in refused if not any(refusal.path[: len(path)] == path for path in broken)]
        return None, known, [*all_problems(partly, project)]
    partly = readable(PlatformConfig, dict(sections), broken) if broken else config
    return config, [], [*all_problems(partly, project)]


def _explained(
    refusal: Refusal, sections: Mapping[str, Any], broken: Sequence[Path], reported: Collection[Path], project: Siblings
) -> Problem:
    """The problem with the first candidate that is accepted and adds no other problem.

    A value that is meant is named even if it adds one, for then the file has two mistakes.
    """
    meant: list[int] = []
    others = [path for path in broken if path != refusal.path]
    for number, value in enumerate(refusal.candidates):
        if meant and number >= len(refusal.refused.values):
            break
        _, refusals, problems = _judged(_with(sections, refusal.path, value), others, project)
        left = {entry.path for entry in (*refusals, *problems)}
        if left <= {*reported} - {refusal.path}:
            return refusal.problem(number)
        is_meant = number < len(refusal.refused.values)
        if is_meant and not any(path[: len(refusal.path)] == refusal.path for path in left):
            meant.append(number)
        again = next((entry for entry in refusals if entry.path == refusal.path), None)
        if refusal.refused.is_misread and again is not None:
            # Read as the text that it is in the file, the value is still wrong.
            return _explained(again, sections, others, reported, project)
    return refusal.problem(next(iter(meant), None))


def _with(container: Any, path: Path, value: object) -> Any:
    """A copy of plain data with another value at a path."""
    if not path:
        return value
    changed = copy.copy(container)
    changed[path[0]] = _with(changed[path[0]], path[1:], value) if path[1:] else value
    return changed
