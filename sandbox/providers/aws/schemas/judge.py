"""Judges a resource's inputs by AWS's schemas for the region, before anything is created.

What has been accepted once is not judged again: a file in the cache folder keeps fingerprints of accepted inputs, so a
run in which nothing has changed loads no schema. The file's name contains the versions of all that judges.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Collection, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.providers.aws.schemas.messages import Fault, describe
from sandbox.providers.aws.schemas.node import Node
from sandbox.providers.aws.schemas.table import COUNTERPARTS, Counterpart
from sandbox.providers.aws.schemas.translate import Path as Steps
from sandbox.providers.aws.schemas.translate import Translation, targets, translate
from sandbox.providers.naming import Failure
from sandbox.providers.wire import UNKNOWN, Json, Value, is_secret

if TYPE_CHECKING:
    from sandbox.providers.aws.schemas.lint import Linter


_COMBINATIONS = ("anyOf", "oneOf")
"""Say little, and nothing that other faults of the resource do not say better."""


class Judge:
    """AWS's schemas, loaded when the first resource has to be judged."""

    def __init__(self, cache: Path) -> None:
        self._file = cache / f"schema-accepted-{metadata.version('cfn-lint')}-{_fingerprint()}"
        self._lock = threading.Lock()
        self._accepted: set[str] = set()
        with contextlib.suppress(OSError):
            self._accepted.update(self._file.read_text().split())
        self._linters: dict[str, Linter] = {}

    def failures(self, type_: str, region: str, inputs: Json, known: Collection[str]) -> list[Failure]:
        """The inputs that AWS refuses. Unknown and secret values are not judged. `known` are the type's inputs.

        `type_` is without `aws:`.
        """
        counterparts = COUNTERPARTS.get(type_, ())
        if not counterparts:
            return []
        shown = {name: _shown(value) for name, value in inputs.items()}
        key = hashlib.sha256(json.dumps([type_, region, shown], sort_keys=True).encode()).hexdigest()[:32]
        with self._lock:
            if key in self._accepted:
                return []
            failures: dict[str, Failure] = {}
            for counterpart in counterparts:
                for failure in self._judged(type_, region, counterpart, shown, known):
                    failures.setdefault(failure.property, failure)
            if not failures:
                self._remember(key)
        return _distinct(failures.values())

    def _judged(
        self, type_: str, region: str, counterpart: Counterpart, inputs: Json, known: Collection[str]
    ) -> Iterator[Failure]:
        linter = self._linter(region)
        schema = linter.schema(counterpart.type)
        if schema is None:
            return
        translation = translate(type_, counterpart, inputs, schema)
        naming = _Naming(type_, counterpart, schema, translation, known)
        faults = sorted(linter.faults(counterpart.type, translation.properties), key=_rank)
        for fault in faults:
            if fault is not faults[0] and fault.keyword in _COMBINATIONS:
                continue
            if fault.missing() and (counterpart.only or (counterpart.part and not fault.path)):
                continue
            place = naming.place(fault)
            yield Failure(place, describe(fault, place, region, lambda name, fault=fault: naming.own(fault, name)))

    def _linter(self, region: str) -> Linter:
        if region not in self._linters:
            from sandbox.providers.aws.schemas.lint import Linter  # noqa: PLC0415  it loads cfn-lint

            self._linters[region] = Linter(region)
        return self._linters[region]

    def _remember(self, key: str) -> None:
        """Append to the file, which other processes may do at the same time; failing to write is no error."""
        self._accepted.add(key)
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a") as stream:
                stream.write(f"{key}\n")


class _Naming:
    """Pulumi's names for the properties of a CloudFormation resource."""

    def __init__(
        self, type_: str, counterpart: Counterpart, schema: Json, translation: Translation, known: Collection[str]
    ) -> None:
        self._translation = translation
        root = Node(schema, schema)
        self._names = {
            target.removeprefix("/").replace("[]", ""): name
            for name in sorted(known)
            if (target := targets(type_, counterpart, root, (name,)))
        }

    def place(self, fault: Fault) -> str:
        """Pulumi's path of the property at fault: of the missing one, or of the wrong one."""
        absent = [own for name in fault.missing() if (own := self.own(fault, name))]
        return self._text(fault.path) if fault.is_property() or not absent else absent[0]

    def own(self, fault: Fault, name: str) -> str:
        """Pulumi's path of a CloudFormation property of the object at fault; empty if Pulumi does not have it."""
        inside = isinstance(fault.value, dict) and not fault.is_property()
        path = (*(fault.path if inside else fault.path[:-1]), name)
        nameless = len(path) == 1 and path not in self._translation.origins and name not in self._names
        return "" if nameless else self._text(path)

    def _text(self, path: Steps) -> str:
        steps: Steps = self._translation.origin(path)
        named = self._names.get(".".join(step for step in path if isinstance(step, str)))
        if named and path not in self._translation.origins:
            steps = (named,)
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        return text.removeprefix(".")


def _rank(fault: Fault) -> int:
    """A list of what is allowed says more than a pattern, and a pattern more than a name of a format."""
    order = ("enum", "enumCaseInsensitive", "maximum", "minimum", "maxLength", "minLength", "pattern")
    return order.index(fault.keyword) if fault.keyword in order else len(order)


def _distinct(failures: Collection[Failure]) -> list[Failure]:
    """Without repetitions: properties that exclude each other are each at fault."""
    return list({failure.reason: failure for failure in failures}.values())


def _shown(value: Value) -> Value:
    """The value with its secrets unknown, so that nothing of them is kept or printed."""
    if is_secret(value):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _shown(item) for key, item in value.items()}
    return [_shown(item) for item in value] if isinstance(value, list) else value


def _fingerprint() -> str:
    """Of the modules in this folder."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:12]
