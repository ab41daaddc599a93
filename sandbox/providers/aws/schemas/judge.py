"""Judges a resource's inputs by AWS's schemas for the region, before anything is created.

What has been accepted once is not judged again: a file in the cache folder keeps fingerprints of accepted inputs, so a
run in which nothing has changed loads neither schemas nor the modules that read them. The file's name contains the
versions of all that judges.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Collection
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.providers.naming import Failure
from sandbox.providers.wire import UNKNOWN, Json, Value, is_secret

if TYPE_CHECKING:
    from sandbox.providers.aws.schemas.verdict import Verdicts


class Judge:
    """AWS's schemas, loaded when the first resource has to be judged."""

    def __init__(self, cache: Path) -> None:
        self._file = cache / f"schema-accepted-{metadata.version('cfn-lint')}-{_fingerprint()}"
        self._lock = threading.Lock()
        self._accepted: set[str] = set()
        with contextlib.suppress(OSError):
            self._accepted.update(self._file.read_text().split())
        self._regions: dict[str, Verdicts] = {}

    def failures(self, type_: str, region: str, inputs: Json, known: Collection[str]) -> list[Failure]:
        """The inputs that AWS refuses. Unknown and secret values are not judged. `known` are the type's inputs.

        `type_` is without `aws:`.
        """
        shown = {name: _shown(value) for name, value in inputs.items()}
        key = hashlib.sha256(json.dumps([type_, region, shown], sort_keys=True).encode()).hexdigest()[:32]
        with self._lock:
            if key in self._accepted:
                return []
            failures = self._verdicts(region).on(type_, shown, known)
            if not failures:
                self._remember(key)
        return failures

    def _verdicts(self, region: str) -> Verdicts:
        if region not in self._regions:
            from sandbox.providers.aws.schemas.verdict import Verdicts  # noqa: PLC0415  it loads cfn-lint

            self._regions[region] = Verdicts(region)
        return self._regions[region]

    def _remember(self, key: str) -> None:
        """Append to the file, which other processes may do at the same time; failing to write is no error."""
        self._accepted.add(key)
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a") as stream:
                stream.write(f"{key}\n")


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
