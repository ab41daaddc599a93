"""A private copy of a project's two stack files, for the engine to work in.

The engine writes to its working folder (a salt, encrypted values), and a run must not change the working tree, even
when it is killed. Only the two files are copied; the program stays where it is and runs from there.

Users of the sandbox have no key for a stack's secrets. So the copy drops their encryption, and each `secure:` value
becomes a placeholder, which is still a secret: it is masked wherever the real value would be.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from sandbox.project_file import faults

PLACEHOLDER = "sandbox-placeholder-secret"
KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
SIMPLE_KEY = re.compile(r"[A-Za-z0-9_:-]+")


class UsageError(Exception):
    """A mistake that the user can correct; its text is all they need to see."""


@dataclass(frozen=True)
class Workspace:
    """A project and stack, ready for the engine."""

    project: str
    stack: str
    folder: Path
    """Folder of the copies: the engine's working directory."""
    program: Path
    """The program's file, in the working tree."""
    secrets: tuple[str, ...]
    """Config paths that still have to be set to the placeholder, as a secret."""

    source: str
    """Fingerprint of the copied files."""

    def mark_complete(self) -> None:
        """Record that the copies are complete, so that the next run does not encrypt anything again."""
        (self.folder / "source").write_text(self.source, encoding="utf-8")


def digest(project: Path, stack: str) -> str:
    """Fingerprint of the files that are copied."""
    files = (project / "Pulumi.yaml", project / f"Pulumi.{stack}.yaml")
    parts = (str(project).encode(), *(file.read_bytes() for file in files))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def prepare(project: Path, stack: str, state: Path) -> Workspace:
    """Copy the files of `stack` in `project` to the state folder; UsageError when the engine cannot use them."""
    found = faults(project, stack)
    if found:
        raise UsageError("\n".join(found))
    settings, config = _load(project / "Pulumi.yaml"), _load(project / f"Pulumi.{stack}.yaml")
    name = str(settings["name"])
    folder = state / "work" / name / stack
    program = _program(project, settings)
    complete, copied = folder / "source", folder / f"Pulumi.{stack}.yaml"
    source = digest(project, stack)
    if complete.is_file() and copied.is_file() and complete.read_text(encoding="utf-8") == source:
        return Workspace(name, stack, folder, program, (), source)
    secrets = tuple(_take_secrets(config.get("config") or {}))
    salt = _load(copied).get("encryptionsalt") if copied.is_file() else None
    for key in KEYS:
        config.pop(key, None)
    if salt:  # of the sandbox's own passphrase: the state's encrypted values stay valid
        config["encryptionsalt"] = salt
    settings.pop("backend", None)
    settings["main"] = str(program.parent)
    folder.mkdir(parents=True, exist_ok=True)
    complete.unlink(missing_ok=True)
    _dump(settings, folder / "Pulumi.yaml")
    _dump(config, copied)
    return Workspace(name, stack, folder, program, secrets, source)


def _program(project: Path, settings: dict[str, Any]) -> Path:
    main = (project / str(settings.get("main", "."))).resolve()
    program = main / "__main__.py" if main.is_dir() else main
    if not program.is_file():
        raise UsageError(f"the program {program} does not exist")
    return program


def _take_secrets(node: Any, path: str = "") -> Iterator[str]:
    """Replace each `secure:` value below `node` by the placeholder, and yield its config path."""
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
    """The path with one more step, in Pulumi's syntax: `project:object.key`, `list[0]`, `object["odd key"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not path:
        return str(key)
    return f"{path}.{key}" if SIMPLE_KEY.fullmatch(str(key)) else f'{path}["{key}"]'


def _yaml() -> YAML:
    yaml = YAML()  # the round-trip kind: numbers, quoted strings and dates are written as they were read
    yaml.preserve_quotes = True
    yaml.width = 2**16
    return yaml


def _load(file: Path) -> dict[str, Any]:
    content: object = _yaml().load(file.read_text(encoding="utf-8"))
    return cast(dict[str, Any], content or {})


def _dump(content: dict[str, Any], file: Path) -> None:
    draft = file.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as stream:
        _yaml().dump(content, stream)
    draft.replace(file)  # atomically: another run of the same stack may be reading
