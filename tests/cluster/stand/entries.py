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
INSTANCE = "aws:rds/instance:Instance"


def entries(state: Path) -> Mapping[str, str]:
    """Value by name of the entry, of RDS's own by ARN; empty before the first operation."""
    file = state / ACCOUNT
    if not file.is_file():
        return {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as account:
        names = {text(found, "arn"): text(found, "name") for found in _outputs(account, SECRET)}
        versions = [*_outputs(account, VERSION)]
        masters = dict(item for found in _outputs(account, INSTANCE) for item in _masters(found))
    return {**masters, **{names[text(found, "secretId")]: text(found, "secretString") for found in versions}}


def value(entry: str | None, inside: str | None) -> str | None:
    """An entry, or a property in it; None where there is none."""
    if entry is None or inside is None:
        return entry
    found = cast("dict[str, object]", json.loads(entry)).get(inside)
    return None if found is None else str(found)


def _masters(instance: Json) -> Iterator[tuple[str, str]]:
    """ARN and value of the entry that RDS itself keeps for an instance's master user."""
    password = {"username": text(instance, "username"), "password": "known-to-rds-alone"}
    for secret in cast("list[Json]", instance["masterUserSecrets"]):
        yield text(secret, "secretArn"), json.dumps(password)


def _outputs(account: sqlite3.Connection, type_: str) -> Iterator[Json]:
    for (found,) in account.execute("SELECT outputs FROM resources WHERE type = ?", (type_,)).fetchall():
        yield revealed(mapping(json.loads(found)))
