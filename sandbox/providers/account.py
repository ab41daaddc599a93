"""The simulated account: one SQLite file with everything that exists in it.

Every change is one transaction in write-ahead mode, so that a process killed at any moment leaves a valid file. Secrets
are stored in their wrappers, in plain text: the file is the simulated cloud itself and must stay out of artifacts.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from sandbox.providers.wire import Json

_TABLES = """
CREATE TABLE IF NOT EXISTS resources (
  package TEXT NOT NULL, scope TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL, identity TEXT NOT NULL,
  urn TEXT NOT NULL, life INTEGER NOT NULL, version INTEGER NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL,
  PRIMARY KEY (scope, type, id));
CREATE INDEX IF NOT EXISTS identities ON resources (scope, type, identity);
CREATE TABLE IF NOT EXISTS lives (urn TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS marks (kind TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY (kind, scope, name));
"""
_COLUMNS = "package, scope, type, id, identity, urn, life, version, inputs, outputs"
_Row = tuple[str, str, str, str, str, str, int, int, str, str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One simulated resource.

    `scope` is where its id is unique (an account, an account's region, a cluster), `identity` what no other of its
    type may share there (empty: anything may), `urn` and `life` identify its creation, `version` counts the writes.
    """

    package: str
    scope: str
    type: str
    id: str
    identity: str
    urn: str
    life: int
    version: int
    inputs: Json
    outputs: Json

    def changed(self, *, identity: str, inputs: Json, outputs: Json) -> Record:
        """The record after one more write."""
        return replace(self, identity=identity, inputs=inputs, outputs=outputs, version=self.version + 1)


class Account:
    """The account's file; safe for any number of threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # The kernel has what a killed process wrote; only a power failure could lose it.
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")

    def close(self) -> None:
        """Close the file; without this, no data is lost."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """Everything inside happens, or nothing: an exception raised inside rolls it back."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def lives(self, urn: str) -> int:
        """How many resources of this URN have been created so far."""
        rows = self._query("SELECT count FROM lives WHERE urn = ?", urn)
        return cast("int", rows[0][0]) if rows else 0

    def next_life(self, urn: str) -> int:
        """Count one more creation; its number, from 1."""
        self._query("INSERT INTO lives VALUES (?, 1) ON CONFLICT (urn) DO UPDATE SET count = count + 1", urn)
        return self.lives(urn)

    def get(self, scope: str, type_: str, id_: str) -> Record | None:
        """The resource of that id."""
        rows = self._query(
            f"SELECT {_COLUMNS} FROM resources WHERE scope = ? AND type = ? AND id = ?",  # noqa: S608  constants only
            scope,
            type_,
            id_,
        )
        return _record(cast("_Row", rows[0])) if rows else None

    def identified(self, scope: str, type_: str, identity: str) -> Record | None:
        """The resource with this identity."""
        rows = self._query(
            f"SELECT {_COLUMNS} FROM resources WHERE scope = ? AND type = ? AND identity = ?",  # noqa: S608
            scope,
            type_,
            identity,
        )
        return _record(cast("_Row", rows[0])) if rows else None

    def all(self, type_: str, scope: str | None = None) -> list[Record]:
        """Every resource of a type, in one scope or in all."""
        if scope is None:
            rows = self._query(f"SELECT {_COLUMNS} FROM resources WHERE type = ? ORDER BY id", type_)  # noqa: S608
        else:
            rows = self._query(
                f"SELECT {_COLUMNS} FROM resources WHERE type = ? AND scope = ? ORDER BY id",  # noqa: S608
                type_,
                scope,
            )
        return [_record(cast("_Row", row)) for row in rows]

    def created_by(self, urn: str) -> list[str]:
        """Ids of all resources that this URN created and that still exist."""
        return [cast("str", row[0]) for row in self._query("SELECT id FROM resources WHERE urn = ? ORDER BY life", urn)]

    def within(self, scope: str) -> list[Record]:
        """Everything in a scope."""
        rows = self._query(f"SELECT {_COLUMNS} FROM resources WHERE scope = ? ORDER BY type, id", scope)  # noqa: S608
        return [_record(cast("_Row", row)) for row in rows]

    def put(self, record: Record) -> None:
        """Write a resource, replacing the one with the same id."""
        self._query(
            f"INSERT OR REPLACE INTO resources ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            record.package,
            record.scope,
            record.type,
            record.id,
            record.identity,
            record.urn,
            record.life,
            record.version,
            json.dumps(record.inputs),
            json.dumps(record.outputs),
        )

    def remove(self, record: Record) -> None:
        """Remove a resource, as if it were deleted by hand."""
        self._query(
            "DELETE FROM resources WHERE scope = ? AND type = ? AND id = ?", record.scope, record.type, record.id
        )

    def mark(self, kind: str, scope: str, name: str) -> None:
        """Remember a name that outlives its resource (a final snapshot)."""
        self._query("INSERT OR IGNORE INTO marks VALUES (?, ?, ?)", kind, scope, name)

    def marked(self, kind: str, scope: str, name: str) -> bool:
        """Whether the name is remembered."""
        return bool(self._query("SELECT 1 FROM marks WHERE kind = ? AND scope = ? AND name = ?", kind, scope, name))

    def _query(self, statement: str, *values: str | int) -> list[tuple[str | int, ...]]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()


def _record(row: _Row) -> Record:
    package, scope, type_, id_, identity, urn, life, version, inputs, outputs = row
    return Record(
        package=package,
        scope=scope,
        type=type_,
        id=id_,
        identity=identity,
        urn=urn,
        life=life,
        version=version,
        inputs=cast("Json", json.loads(inputs)),
        outputs=cast("Json", json.loads(outputs)),
    )
