"""The inputs and outputs of a resource type, read from the SDK's class and cached in a file.

Importing a cloud's SDK takes seconds and reading one class milliseconds, so schemas are cached as JSON, keyed by the
SDK's version: the next process imports nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import threading
import typing
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, cast

from pulumi import _types as sdk_types  # pyright: ignore[reportPrivateUsage]  # nothing public reads a class
from pulumi.runtime import rpc

from sandbox.providers.cache import read_cache, write_cache


@dataclass(frozen=True)
class Output:
    """One output: `kind` is str, int, float, bool, list, map, object or any."""

    kind: str
    optional: bool


@dataclass(frozen=True)
class Schema:
    """A type's inputs and outputs, by their Pulumi names."""

    inputs: frozenset[str]
    outputs: Mapping[str, Output]

    def computed(self, given: Mapping[str, object]) -> dict[str, Output]:
        """The outputs that the cloud sets: those that are not inputs, and required ones that were not given."""
        return {
            name: output
            for name, output in self.outputs.items()
            if name not in given and (name not in self.inputs or not output.optional)
        }


EMPTY = Schema(frozenset(), {})


class Schemas:
    """The schemas of one package, loaded on first use."""

    def __init__(self, package: str, cache: Path) -> None:
        self._package = package
        self.cache = cache
        self._lock = threading.Lock()
        self._file = cache / f"schema-{package}-{sdk_version(package)}.json"
        self._known = _read(self._file)

    def of(self, type_: str) -> Schema:
        """The schema of a type; empty where the SDK has no class for it (custom resources)."""
        with self._lock:
            if type_ not in self._known:
                self._known[type_] = introspect(type_)
                _write(self._file, self._known)
            return self._known[type_]


def sdk_version(package: str) -> str:
    """Version of the installed SDK, 0.0.0 without one."""
    try:
        return metadata.version(f"pulumi-{package}")
    except metadata.PackageNotFoundError:
        return "0.0.0"


def introspect(type_: str) -> Schema:
    """The schema of a type (`aws:ec2/vpc:Vpc`) from the SDK's class, which is imported if necessary."""
    cls = class_of(type_)
    if cls is None:
        return EMPTY
    names = sdk_types.resource_py_to_pulumi_names(cls)
    parameters = inspect.signature(cast("Any", cls)._internal_init).parameters
    hints = sdk_types._raw_return_hints(cls)  # pyright: ignore[reportPrivateUsage]  # nothing public gives the types
    return Schema(
        frozenset(names[name] for name in parameters if name in names),
        {name: _output(hint) for name, hint in hints.items() if name not in ("id", "urn")},
    )


def class_of(type_: str) -> type | None:
    """The SDK's class of a type, imported if necessary; None if there is none."""
    package, module, _ = type_.split(":", 2)
    try:
        importlib.import_module(f"pulumi_{package}")
    except ModuleNotFoundError:
        return None
    for entry in rpc._RESOURCE_MODULES.get(f"{package}:{module}", []):  # pyright: ignore[reportPrivateUsage]
        info = cast("Mapping[str, Any]", getattr(entry, "mod_info", {}))
        name = info.get("classes", {}).get(type_)
        if name:
            return cast("type", getattr(importlib.import_module(info["fqn"]), name))
    return None


def _output(hint: object) -> Output:
    inner = _arguments(hint)[0] if _arguments(hint) else hint  # Output[T]
    optional = typing.get_origin(inner) is typing.Union and type(None) in _arguments(inner)
    options = [argument for argument in _arguments(inner) if argument is not type(None)] if optional else [inner]
    return Output(_kind(options[0]) if len(options) == 1 else "any", optional)


def _arguments(hint: object) -> Sequence[object]:
    return typing.get_args(hint)


def _kind(hint: object) -> str:
    origin = typing.get_origin(hint) or hint
    if origin in (str, int, float, bool):
        return cast("type", origin).__name__
    if isinstance(origin, type) and origin is not dict:
        if sdk_types.is_output_type(origin):
            return "object"
        if issubclass(origin, Mapping):
            return "map"
        if issubclass(origin, Sequence):
            return "list"
    return "any"


def _read(file: Path) -> dict[str, Schema]:
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        stored = cast("dict[str, Any]", read_cache(file))
        return {
            type_: Schema(
                frozenset(entry["inputs"]), {name: Output(**output) for name, output in entry["outputs"].items()}
            )
            for type_, entry in stored.items()
        }
    return {}


def _write(file: Path, known: Mapping[str, Schema]) -> None:
    stored = {
        type_: {
            "inputs": sorted(schema.inputs),
            "outputs": {name: asdict(output) for name, output in schema.outputs.items()},
        }
        for type_, schema in known.items()
    }
    write_cache(file, stored)
