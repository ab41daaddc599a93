"""Entries of the simulated Secrets Manager, read from the account's file while the sandbox writes it."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import cast

from sandbox.driver import ACCOUNT
from sandbox.providers.wire import Json, mapping, revealed, text

VERSION = "aws:secretsmanager/secretVersion:SecretVersion"
SECRET = "aws:secretsmanager/secret:Secret"


def entries(state: Path) -> Mapping[str, str]:
    """Value by name of the entry; empty before the first operation."""
    file = state / ACCOUNT
    if not file.is_file():
        return {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as account:
        names = {text(found, "arn"): text(found, "name") for found in _outputs(account, SECRET)}
        versions = [*_outputs(account, VERSION)]
    return {names[text(found, "secretId")]: text(found, "secretString") for found in versions}


def value(entry: str | None, inside: str | None) -> str | None:
    """An entry, or a property in it; None where there is none."""
    if entry is None or inside is None:
        return entry
    found = cast("dict[str, object]", json.loads(entry)).get(inside)
    return None if found is None else str(found)


def _outputs(account: sqlite3.Connection, type_: str) -> Iterator[Json]:
    for (found,) in account.execute("SELECT outputs FROM resources WHERE type = ?", (type_,)).fetchall():
        yield revealed(mapping(json.loads(found)))
