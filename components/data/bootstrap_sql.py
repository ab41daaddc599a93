r"""What the Job database-bootstrap runs: a shell script, three psql scripts and a plan of databases (pure, no Pulumi).

Names and extensions reach psql through its environment, and statements through `format()` with %I and %L: no text is
put together by hand, so any name is safe. No password is ever in a statement: RDS logs `ALTER ROLE`, because the
platform's parameter group says `log_statement = ddl`. So a password goes by psql's `\password`, which sends its SCRAM
verifier instead, and only where nobody gets in with it yet. A second run therefore changes nothing.
The master user of RDS is no superuser: it may create roles and databases, and needs to be a member of a role to make it
an owner. From PostgreSQL 16 on whoever creates a role may administer it but not act as it: hence the GRANT.
Sources: PostgreSQL 17, "psql", "CREATE ROLE", "CREATE DATABASE"; Amazon RDS, "Understanding the rds_superuser role".
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.data.bootstrap_ownership import OWNERSHIP

SCRIPT, PLAN = "bootstrap.sh", "databases"
SERVER_SQL, DATABASE_SQL, OWNERSHIP_SQL = "server.sql", "database.sql", "ownership.sql"
"""Files of the ConfigMap."""
SCRIPTS, SECRETS = "/bootstrap", "/secrets"
"""Where the container finds ConfigMap and Secret."""
COMMAND = ("sh", f"{SCRIPTS}/{SCRIPT}")
ENVIRONMENT: Mapping[str, str] = {
    "BOOTSTRAP": SCRIPTS,
    "PGAPPNAME": "database-bootstrap",
    "PGCONNECT_TIMEOUT": "10",
    "PGSSLMODE": "require",
    "SECRETS": SECRETS,
}
"""Environment variables of the container, beside PGHOST and PGPORT."""


@dataclass(frozen=True, kw_only=True)
class DatabasePlan:
    """One database with its owner, a user of the same name."""

    name: str
    extensions: Sequence[str] = ()


def plan(databases: Sequence[DatabasePlan]) -> str:
    """The script's list: a line for each database, its name and its extensions between tabs, both sorted.

    ValueError when a name or an extension would not be one field of one line.
    """
    lines: list[str] = []
    for database in sorted(databases, key=lambda found: found.name):
        fields = [database.name, ",".join(sorted(set(database.extensions)))]
        if not database.name or any(ord(sign) < ord(" ") for sign in "".join(fields)):
            raise ValueError(f"{database.name!r} is not the name of a database")
        lines.append("\t".join(fields).rstrip("\t") + "\n")
    return "".join(lines)


def files(databases: Sequence[DatabasePlan]) -> Mapping[str, str]:
    """`data` of the ConfigMap."""
    return {
        DATABASE_SQL: DATABASE,
        OWNERSHIP_SQL: OWNERSHIP,
        PLAN: plan(databases),
        SCRIPT: SHELL,
        SERVER_SQL: SERVER,
    }


def fingerprint(given: Mapping[str, str]) -> str:
    """Eight hexadecimal digits that change with any of the files or their names."""
    text = "\0".join(f"{name}\0{given[name]}" for name in sorted(given))
    return hashlib.sha256(text.encode()).hexdigest()[:8]


SHELL = r"""#!/bin/sh
# Makes what the file `databases` lists. BOOTSTRAP holds the scripts; SECRETS holds master/username, master/password and
# for each database databases/NAME, its URL. PGHOST and PGPORT say where.
set -eu

say() { printf 'database-bootstrap: %s\n' "$*" >&2; }
fail() { say "FAILED: $*"; exit 1; }

run() { # psql as a user, with a password, on a database; what follows goes to psql
  user=$1 password=$2 database=$3; shift 3
  PGUSER=$user PGPASSWORD=$password PGDATABASE=$database \
    psql --no-psqlrc --quiet --no-password --set ON_ERROR_STOP=1 "$@"
}

master() { # psql as the master user, on a database
  on=$1; shift
  run "$master_user" "$master_password" "$on" "$@"
}

password_of() { # postgresql://user:PASSWORD@host...
  url=$(cat "$SECRETS/databases/$1") || return 1
  rest=${url#*://*:}
  printf '%s' "${rest%%@*}"
}

make() { # a database with its owner, password and extensions; what the master owns in it becomes the owner's
  export DATABASE="$1" EXTENSIONS="$2"
  [ "$1" != "$master_user" ] || fail "$1: is the master user's name; no service may have it"
  wanted=$(password_of "$1") || fail "$1: there is no URL for it"
  case $wanted in '' | *%*) fail "$1: its URL has no password, or one that is not URL-safe" ;; esac
  master postgres --file "$BOOTSTRAP/server.sql" </dev/null || fail "$1: its user or database could not be made (above)"
  if ! run "$1" "$wanted" "$1" --output /dev/null --command 'SELECT 1' </dev/null 2>/dev/null; then
    # psql asks twice, and reads its standard input where there is no terminal. printf is the shell's own: no argument
    # of a process shows the password.
    said=$(printf '%s\n%s\n' "$wanted" "$wanted" | master postgres --command '\getenv user DATABASE' \
      --command '\password :"user"' 2>&1) || fail "$1: its password could not be set: $said"
    run "$1" "$wanted" "$1" --output /dev/null --command 'SELECT 1' </dev/null ||
      fail "$1: its user does not get in with the password that was set (above)"
    say "$1: password set"
  fi
  master "$1" --file "$BOOTSTRAP/database.sql" </dev/null || fail "$1: its extensions could not be made (above)"
  master "$1" --file "$BOOTSTRAP/ownership.sql" </dev/null ||
    fail "$1: what the master owns in it could not be handed over (above)"
  say "$1: ready"
}

master_user=$(cat "$SECRETS/master/username") && master_password=$(cat "$SECRETS/master/password") ||
  fail "there is no user and password of the master"
master postgres --output /dev/null --command 'SELECT 1' </dev/null || fail "the master user does not get in (above)"
count=0
while IFS='	' read -r name extensions <&3; do
  make "$name" "$extensions"
  count=$((count + 1))
done 3<"$BOOTSTRAP/databases"
say "done, $count databases"
"""

SERVER = r"""-- A role, its database, and a door that only its owner passes. DATABASE names both.
\getenv database DATABASE
SET client_min_messages = warning;

-- A role of that name which may do more than own a database is somebody else's.
SELECT format('DO %L', format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END',
    format('role %I has rights of an administrator and is not taken over', rolname)))
FROM pg_roles
WHERE rolname = :'database' AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
\gexec

SELECT format('CREATE ROLE %I LOGIN', :'database')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'database')
\gexec
SELECT format('ALTER ROLE %I LOGIN', rolname) FROM pg_roles WHERE rolname = :'database' AND NOT rolcanlogin
\gexec
SELECT format('GRANT %I TO CURRENT_USER', rolname)
FROM pg_roles
WHERE rolname = :'database'
    AND NOT (pg_has_role(current_user, oid, 'SET') AND pg_has_role(current_user, oid, 'USAGE'))
\gexec

SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
SELECT format('ALTER DATABASE %I OWNER TO %I', datname, datname)
FROM pg_database WHERE datname = :'database' AND pg_get_userbyid(datdba) <> datname
\gexec

-- PUBLIC may connect to every new database, and to the two that come with the instance.
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname)
FROM pg_database
WHERE datname IN (:'database', 'postgres', 'template1')
    AND pg_has_role(current_user, datdba, 'USAGE')
    AND (has_database_privilege('public', oid, 'CONNECT') OR has_database_privilege('public', oid, 'TEMPORARY'))
\gexec
"""

DATABASE = r"""-- What the database brings along. EXTENSIONS names it, with commas between.
\getenv extensions EXTENSIONS
SET client_min_messages = warning;

-- The service may make functions and operators here, and none of them must be taken for one of PostgreSQL's.
SET search_path = pg_catalog;

SELECT 'SET search_path = public', format('CREATE EXTENSION %I', name), 'SET search_path = pg_catalog'
FROM unnest(string_to_array(:'extensions', ',')) AS wanted(name)
WHERE name <> '' AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = name)
\gexec
"""
