r"""The files of the Job database-bootstrap: the scripts in `bootstrap_files/` and its list of databases (no resources).

Any name of a database is safe: names and extensions reach psql through its environment, and statements through
`format()` with %I and %L. Passwords appear in no statement, because the platform's parameter group sets
`log_statement = ddl` and RDS would log `ALTER ROLE`. psql's `\password` sends the SCRAM verifier instead, and only if
the user cannot log in yet, so a second run changes nothing.

The master user of RDS is no superuser. It may create roles and databases, but to make a role the owner of anything it
must be a member of that role; from PostgreSQL 16 on, creating a role no longer makes it one. Hence the GRANT in
`server.sql`.

`ownership.sql` hands over what the master owns in a service's database. It finds the objects in `pg_shdepend`, where
PostgreSQL records every owner, so it misses no kind of object. `REASSIGN OWNED` would hand over extensions and other
databases too. Schemas come first, because the owner of an object must be allowed to create in its schema.

Sources: PostgreSQL 17, "psql", "CREATE ROLE", "CREATE DATABASE", "pg_shdepend", "REASSIGN OWNED", "ALTER TABLE"
(OWNER TO); Amazon RDS, "Understanding the rds_superuser role".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("bootstrap_files")
SCRIPT, PLAN = "bootstrap.sh", "databases"
FILES = (SCRIPT, "database.sql", "ownership.sql", "server.sql")
"""Names in `FOLDER` and in the ConfigMap."""
SCRIPTS, SECRETS = "/bootstrap", "/secrets"
"""Where the container mounts ConfigMap and Secret."""
COMMAND = ("sh", f"{SCRIPTS}/{SCRIPT}")
ENVIRONMENT: Mapping[str, str] = {
    "BOOTSTRAP": SCRIPTS,
    "PGAPPNAME": "database-bootstrap",
    "PGCONNECT_TIMEOUT": "10",
    "PGSSLMODE": "require",
    "SECRETS": SECRETS,
}
"""Environment variables of the container, in addition to PGHOST and PGPORT."""


@dataclass(frozen=True, kw_only=True)
class DatabasePlan:
    """One database with its owner, a user of the same name."""

    name: str
    extensions: Sequence[str] = ()


def plan(databases: Sequence[DatabasePlan]) -> str:
    """Return the script's list: a line for each database, its name and its extensions separated by a tab; sorted."""
    lines: list[str] = []
    for database in sorted(databases, key=lambda database: database.name):
        fields = [database.name, ",".join(sorted(set(database.extensions)))]
        lines.append("\t".join(fields).rstrip("\t") + "\n")
    return "".join(lines)


def files(databases: Sequence[DatabasePlan]) -> Mapping[str, str]:
    """Return the `data` of the ConfigMap."""
    return {**{name: (FOLDER / name).read_text(encoding="utf-8") for name in FILES}, PLAN: plan(databases)}


def fingerprint(given: Mapping[str, str]) -> str:
    """Return eight hexadecimal digits that change with any of the files or their names."""
    text = "\0".join(f"{name}\0{given[name]}" for name in sorted(given))
    return hashlib.sha256(text.encode()).hexdigest()[:8]
