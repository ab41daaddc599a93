"""Faults of Pulumi.yaml and of a stack's file as files of the engine, in plain words with line and remedy.

The engine reports some by the rules of a JSON schema, and ignores others, such as a misspelt `config`. Sources: its
`sdk/go/common/workspace` (project.json, project.go) and `tokens/project.go`. Run as a program it checks one stack:
`python -m sandbox.project_file --stack staging`.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from components.config.yaml_faults import explain
from sandbox.places import text

PROJECT = "Pulumi.yaml"
PROJECT_KEYS = (
    "name", "runtime", "main", "description", "author", "website", "license", "config", "stackConfigDir", "template",
    "backend", "options", "packages", "plugins", "requiredPulumiVersion",
)  # fmt: skip
STACK_KEYS = ("config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt")
ENTRY_KEYS = ("value", "type", "items", "description", "default", "secret")
"""Of an entry of `config` in Pulumi.yaml."""
TOOLCHAINS = ("pip", "poetry", "uv")
NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
NULL = "tag:yaml.org,2002:null"
TEXT = "tag:yaml.org,2002:str"


def faults(project: Path, stack: str) -> list[str]:
    """A line for each fault of the two files: `FILE:LINE: KEY: what is wrong`, and what to write."""
    found = list(_missing(project, stack))
    if found:
        return found
    files = {PROJECT: _of_project, f"Pulumi.{stack}.yaml": _of_stack}
    return [fault for name, check in files.items() for fault in _of_file(project / name, check)]


def stacks(project: Path) -> list[str]:
    """Names of the stacks that have a file in the project."""
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in project.glob("Pulumi.*.yaml"))


def _missing(project: Path, stack: str) -> Iterator[str]:
    if not (project / PROJECT).is_file():
        below = sorted([*project.glob(f"*/{PROJECT}"), *project.glob(f"*/*/{PROJECT}")])
        others = [str(file.parent.relative_to(project)) for file in below[:5]]
        near = next((name for name in ("Pulumi.yml", "pulumi.yaml", "pulumi.yml") if (project / name).is_file()), None)
        if near:
            remedy = f"Rename {near} to {PROJECT}."
        elif others:
            remedy = f"Folders below it have one: {', '.join(others)}. Name the one that you mean."
        else:
            remedy = (
                "Name the folder that has it (PROJECT=FOLDER, --project FOLDER), or write one (docs/new-system.md)."
            )
        yield f"{PROJECT}: there is no such file in {project}. {remedy}"
    elif stack not in stacks(project):
        known = stacks(project)
        close = get_close_matches(stack, known, n=1)
        if not known:
            remedy = f"The project has no stacks yet: write Pulumi.{stack}.yaml (docs/new-system.md)."
        elif close:
            remedy = f"Its stacks: {', '.join(known)}. Did you mean {close[0]}?"
        else:
            remedy = f"Its stacks: {', '.join(known)}. Name one of them, or write Pulumi.{stack}.yaml."
        yield f"no stack {stack!r} in {project} (no Pulumi.{stack}.yaml). {remedy}"


def _of_file(file: Path, check: Any) -> Iterator[str]:
    try:
        content = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        yield f"{file.name}: is not UTF-8 text. Save it as UTF-8."
        return
    reader: Any = YAML()
    try:
        reader.load(content)  # finds duplicate keys
        node = reader.compose(content)
    except YAMLError as error:
        yield f"{file.name}{explain(error, content)}"
        return
    if node is not None and not isinstance(node, MappingNode):
        yield f"{file.name}:1: is not a map of keys. Write `KEY: VALUE` lines, such as `config:`."
        return
    for line, message in check(node):
        yield f"{file.name}:{line}: {message}"


def _entries(node: Any) -> dict[str, tuple[int, Any]]:
    """Line and value of each key."""
    pairs = cast("list[tuple[Any, Any]]", node.value if isinstance(node, MappingNode) else [])
    return {str(key.value): (int(key.start_mark.line) + 1, value) for key, value in pairs}


Faults = Iterator[tuple[int, str]]


def _unknown(entries: dict[str, tuple[int, Any]], known: Sequence[str], file: str) -> Faults:
    for key, (line, _) in entries.items():
        if key in known:
            continue
        close = [each for each in get_close_matches(key, known, n=1) if each not in entries]
        remedy = f"Write {close[0]}." if close else "Remove it, or move it below `config:`."
        yield line, f"{key}: is not a key of {file}, and Pulumi ignores it. {remedy}"


def _of_project(node: Any) -> Faults:
    entries = _entries(node)
    yield from _unknown(entries, PROJECT_KEYS, PROJECT)
    for key, example in (("name", "shop"), ("runtime", "python")):
        misspelt = any(get_close_matches(other, [key], n=1) for other in entries if other not in PROJECT_KEYS)
        if key not in entries and not misspelt:
            yield 1, f"{key}: is missing. Write e.g. `{key}: {example}`."
    if "name" in entries:
        yield from _of_name(*entries["name"])
    if "runtime" in entries:
        yield from _of_runtime(*entries["runtime"])
    if "config" in entries:
        yield from _of_config(*entries["config"])


def _of_name(line: int, value: Any) -> Faults:
    name = text(value) or ""
    if not name.strip():
        yield line, "name: is no text. Write the project's name, e.g. shop."
    elif value.tag != TEXT:
        yield line, f'name: {name} is read as a number or a boolean, and a name is text. Write "{name}".'
    elif not NAME.fullmatch(name):
        fit = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:100].strip("-")
        example = f" Write e.g. {fit}." if fit else ""
        yield line, f"name: {name!r} has more than letters, digits, `-`, `_` and `.`, or over 100.{example}"


def _of_runtime(line: int, value: Any) -> Faults:
    if isinstance(value, MappingNode):
        entries = _entries(value)
        if "name" not in entries:
            yield line, "runtime.name: is missing. Write `name: python` below `runtime:`."
        yield from (
            (at, f"runtime.{key}: is not a key of `runtime`. Write it below `runtime.options`, or remove it.")
            for key, (at, _) in entries.items()
            if key not in ("name", "options")
        )
        line, value = entries.get("name", (line, None))
        toolchain = _entries(entries["options"][1]).get("toolchain") if "options" in entries else None
        if toolchain is not None and toolchain[1].value not in TOOLCHAINS:
            yield toolchain[0], f"runtime.options.toolchain: is none of {', '.join(TOOLCHAINS)}. Write pip."
        if value is None:
            return
    if text(value) != "python":
        yield line, f"runtime: the program is Python, not {text(value) or ''!r}. Write python."


def _of_config(line: int, value: Any) -> Faults:
    if isinstance(value, ScalarNode) and value.tag == NULL:
        return
    if not isinstance(value, MappingNode):
        yield line, "config: is not a map of keys. Write each key on its own line, its value below `value:`."
        return
    for key, (at, entry) in _entries(value).items():
        name = f"config.{key}"
        if isinstance(entry, MappingNode):
            yield from _of_entry(name, at, _entries(entry))
        elif isinstance(entry, SequenceNode) or entry.tag != NULL:
            yield (
                at,
                f"{name}: a value in {PROJECT} is written below `value:`. Write `value:` below {key}, then the value.",
            )
        else:
            yield at, f"{name}: is empty. Write its value below `value:`, or remove it."


def _of_entry(name: str, line: int, entries: dict[str, tuple[int, Any]]) -> Faults:
    unknown = [key for key in entries if key not in ENTRY_KEYS]
    if not {"value", "default", "type"} & entries.keys():
        close = next((key for key in unknown if get_close_matches(key, ["value"], n=1)), None)
        if close is not None and len(unknown) == 1:
            yield entries[close][0], f"{name}.{close}: is not a key of an entry. Write value."
        else:
            yield line, f"{name}: has no `value`. Write `value:` below it, and its keys below that."
        return
    for key in unknown:
        yield entries[key][0], f"{name}.{key}: is not a key of an entry. Write it below `value:`, or remove it."


def _of_stack(node: Any) -> Faults:
    yield from _unknown(_entries(node), STACK_KEYS, "a stack's file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the faults; 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.project_file", description=__doc__)
    parser.add_argument("--stack", required=True, help="NAME of the stack file Pulumi.NAME.yaml")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of Pulumi.yaml (default: the current one)")
    options = parser.parse_args(arguments)
    found = faults(options.project.resolve(), options.stack)
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
