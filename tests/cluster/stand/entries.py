"""Entries of the simulated Secrets Manager, read from the account's file while the sandbox writes to it."""

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
    """Values by the entry's name, or by ARN for RDS's own entries; empty before the first operation."""
    file = state / ACCOUNT
    if not file.is_file():
        return {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as account:
        if not account.execute("SELECT 1 FROM sqlite_master WHERE name = 'resources'").fetchone():
            return {}
        versions = [*_outputs(account, VERSION)]
        names = {text(secret, "arn"): text(secret, "name") for secret in _outputs(account, SECRET)}
        masters = dict(item for instance in _outputs(account, INSTANCE) for item in _masters(instance))
    values = {names[text(version, "secretId")]: text(version, "secretString") for version in versions}
    return {**masters, **values}


def _masters(instance: Json) -> Iterator[tuple[str, str]]:
    """ARN and value of the entry that RDS itself keeps for an instance's master user."""
    password = {"username": text(instance, "username"), "password": "known-to-rds-alone"}
    for secret in cast("list[Json]", instance["masterUserSecrets"]):
        yield text(secret, "secretArn"), json.dumps(password)


def _outputs(account: sqlite3.Connection, type_: str) -> Iterator[Json]:
    for (outputs,) in account.execute("SELECT outputs FROM resources WHERE type = ?", (type_,)).fetchall():
        yield revealed(mapping(json.loads(outputs)))
