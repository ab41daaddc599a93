"""A private copy of a project's two stack files, for the engine to work in.

The engine writes into the folder that it works in (a salt, encrypted values), and a run must leave the working tree as
it found it even when it is killed: so it never works there. Only the two files are copied; the program stays where it
is and runs from there.

A person who tries a stack out here has no key for its secrets. So the copy forgets how they were encrypted, and
each `secure:` value becomes a placeholder, which is still a secret: it is masked wherever the real one would be.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.yaml_trouble import merge_marker, yaml_trouble

PLACEHOLDER = "sandbox-placeholder-secret"
KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
SIMPLE_KEY = re.compile(r"[A-Za-z0-9_:-]+")


class UsageError(Exception):
    """Something that the person at the keyboard can put right; its text is all they need to see."""


@dataclass(frozen=True)
class Workspace:
    """A project and stack, ready for the engine."""

    project: str
    stack: str
    folder: Path
    """Where the copies are: the engine's working directory."""
    program: Path
    """The program's file, in the working tree."""
    secrets: tuple[str, ...]
    """Config paths that the placeholder still has to be set at, as a secret."""

    source: str
    """Fingerprint of the files that were copied."""

    def settle(self) -> None:
        """Remember that the copies are complete, so that the next run need not encrypt anything again."""
        (self.folder / "source").write_text(self.source, encoding="utf-8")


def digest(project: Path, stack: str) -> str:
    """Fingerprint of what a copy is made from."""
    files = (project / "Pulumi.yaml", project / f"Pulumi.{stack}.yaml")
    parts = (str(project).encode(), *(file.read_bytes() for file in files))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def prepare(project: Path, stack: str, state: Path) -> Workspace:
    """Copy the files of `stack` in `project` into the state folder; UsageError when they are not there or not YAML."""
    settings, config = _read(project, stack)
    name = settings.get("name")
    if not isinstance(name, str):
        raise UsageError(f"{project / 'Pulumi.yaml'} has no `name`")
    folder = state / "work" / name / stack
    program = _program(project, settings)
    settled, copied = folder / "source", folder / f"Pulumi.{stack}.yaml"
    source = digest(project, stack)
    if settled.is_file() and copied.is_file() and settled.read_text(encoding="utf-8") == source:
        return Workspace(name, stack, folder, program, (), source)
    secrets = tuple(_take_secrets(config.get("config") or {}))
    salt = _load(copied).get("encryptionsalt") if copied.is_file() else None
    for key in KEYS:
        config.pop(key, None)
    if salt:  # of the sandbox's own passphrase: what the state encrypts stays as it is
        config["encryptionsalt"] = salt
    settings.pop("backend", None)
    settings["main"] = str(program.parent)
    folder.mkdir(parents=True, exist_ok=True)
    settled.unlink(missing_ok=True)
    _dump(settings, folder / "Pulumi.yaml")
    _dump(config, copied)
    return Workspace(name, stack, folder, program, secrets, source)


def stacks(project: Path) -> list[str]:
    """Names of the stacks that have a file in the project."""
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in project.glob("Pulumi.*.yaml"))


def _read(project: Path, stack: str) -> tuple[dict[str, Any], dict[str, Any]]:
    if not (project / "Pulumi.yaml").is_file():
        raise UsageError(f"{project} is no Pulumi project: it has no Pulumi.yaml")
    if stack not in stacks(project):
        known = ", ".join(stacks(project)) or "none"
        raise UsageError(f"no stack {stack!r} in {project} (no Pulumi.{stack}.yaml); there are: {known}")
    return _load(project / "Pulumi.yaml"), _load(project / f"Pulumi.{stack}.yaml")


def _program(project: Path, settings: dict[str, Any]) -> Path:
    main = (project / str(settings.get("main", "."))).resolve()
    program = main / "__main__.py" if main.is_dir() else main
    if not program.is_file():
        raise UsageError(f"no program: {program} does not exist")
    return program


def _take_secrets(node: Any, path: str = "") -> Iterator[str]:
    """Put the placeholder at each `secure:` value below `node`, and give the config paths of these."""
    for key, child in _children(node):
        here = _step(path, key)
        if [name for name, _ in _children(child)] == ["secure"]:
            node[key] = PLACEHOLDER
            yield here
        else:
            yield from _take_secrets(child, here)


def _children(node: Any) -> list[tuple[str | int, Any]]:
    if isinstance(node, dict):
        return [*cast(dict[str, Any], node).items()]
    return [*enumerate(cast(list[Any], node))] if isinstance(node, list) else []


def _step(path: str, key: str | int) -> str:
    """One step further in Pulumi's config path syntax: `project:object.key`, `list[0]`, `object["odd key"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not path:
        return str(key)
    return f"{path}.{key}" if SIMPLE_KEY.fullmatch(str(key)) else f'{path}["{key}"]'


def _yaml() -> YAML:
    yaml = YAML()  # the round-trip kind: a number, a quoted text and a date go out as they came in
    yaml.preserve_quotes = True
    yaml.width = 2**16
    return yaml


def _load(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is not text in UTF-8: {error}") from None
    marker = merge_marker(text)
    if marker is not None:
        raise UsageError(
            f"{file}:{marker}: a merge was left half done. Keep one of the two sides, without the markers."
        )
    try:
        found: object = _yaml().load(text)
    except YAMLError as error:
        raise UsageError(f"{file}{yaml_trouble(error)}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError(f"{file} holds no mapping")
    return cast(dict[str, Any], found)


def _dump(content: dict[str, Any], file: Path) -> None:
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as stream:
        _yaml().dump(content, stream)
    draft.replace(file)  # in one step: another run of the same stack may be reading
