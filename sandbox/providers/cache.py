"""Files that only save time: reading a broken one gives nothing, and failing to write one is no error."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path


def read_cache(file: Path) -> object:
    """The JSON in the file, None if there is none."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(file.read_text())
    return None


def write_cache(file: Path, content: object) -> None:
    """Replace the file atomically, so that two processes can share it."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch = file.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(content))
        scratch.replace(file)
