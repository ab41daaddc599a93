"""A database that the master created and filled earlier: everything it owns there becomes the service's."""

import pytest

from components.data.bootstrap_scripts import DatabasePlan
from tests.database.server import MASTER, MASTER_PASSWORD, OWNER, OWNER_PASSWORD, Ended, Server

PASSWORD = "OfTheService1"
FILLED = """
CREATE TABLE kept (id serial PRIMARY KEY, twin bigint GENERATED ALWAYS AS IDENTITY, word text);
INSERT INTO kept (word) VALUES ('one'), ('two');
CREATE TABLE "Qu'o;te d" (x int);
CREATE TABLE parted (x int) PARTITION BY LIST (x);
CREATE TABLE part PARTITION OF parted DEFAULT;
CREATE SEQUENCE free START 7;
CREATE VIEW seen AS SELECT word FROM kept;
CREATE MATERIALIZED VIEW stored AS SELECT word FROM kept;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE pair AS (a int, b int);
CREATE TYPE reach AS RANGE (subtype = float8);
CREATE DOMAIN short AS text CHECK (length(value) < 9);
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
CREATE FUNCTION twice(text, VARIADIC int[]) RETURNS text LANGUAGE sql AS 'SELECT $1 || $1';
CREATE PROCEDURE clear(INOUT done boolean) LANGUAGE sql AS 'DELETE FROM kept WHERE false; SELECT true';
CREATE FUNCTION one(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE summed(int) (sfunc = int4pl, stype = int);
CREATE AGGREGATE counted(*) (sfunc = int8inc, stype = bigint, initcond = '0');
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
CREATE STATISTICS pairs ON id, word FROM kept;
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE SCHEMA "Of Its Own";
CREATE TABLE "Of Its Own".inner_one (x int);
INSERT INTO "Of Its Own".inner_one VALUES (5);
SELECT lo_from_bytea(4711, 'large');
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
"""
LEFT_TO_THE_MASTER = f"""
SELECT one.type, one.identity FROM pg_shdepend AS d, pg_identify_object(d.classid, d.objid, 0) AS one
WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND d.deptype = 'o'
    AND d.refobjid = '{MASTER}'::regrole AND one.type NOT IN ('extension', 'default acl') ORDER BY 1, 2
"""
ROWS = "SELECT md5(string_agg(t::text || xmin, '|' ORDER BY t::text)) FROM {} AS t"
CATALOGS = ("pg_class", "pg_proc", "pg_type", "pg_namespace", "pg_largeobject_metadata", "pg_extension", "pg_operator")


def master(server: Server, database: str, statement: str) -> None:
    ended = server.psql(MASTER, MASTER_PASSWORD, database, statement)
    assert ended.status == 0, ended.text


def filled(server: Server, name: str, statement: str = FILLED) -> None:
    """Create a database as the master, and objects in it."""
    master(server, "postgres", f"CREATE DATABASE {name}")
    master(server, name, statement)


def bootstrapped(server: Server, name: str, *extensions: str) -> Ended:
    ended = server.bootstrap([DatabasePlan(name=name, extensions=extensions)], {name: PASSWORD})
    assert ended.status == 0, ended.text
    return ended


def as_service(server: Server, name: str, statement: str) -> list[str]:
    ended = server.psql(name, PASSWORD, name, statement)
    assert ended.status == 0, ended.text
    return ended.text.splitlines()


@pytest.fixture(scope="module")
def taken(server: Server) -> Server:
    """The server with the database `taken`, which was full before the bootstrap."""
    filled(server, "taken")
    bootstrapped(server, "taken", "pgcrypto")
    return server


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        ("INSERT INTO kept (word) VALUES ('three') RETURNING id, twin", "3|3"),
        ("SELECT count(*) FROM kept WHERE word IN ('one', 'two')", "2"),
        ("ALTER TABLE kept ADD COLUMN IF NOT EXISTS more int; SELECT 1", "1"),
        ('INSERT INTO "Qu\'o;te d" VALUES (1); SELECT count(*) > 0 FROM "Qu\'o;te d"', "t"),
        ("INSERT INTO parted VALUES (1); SELECT count(*) > 0 FROM part", "t"),
        ("SELECT nextval('free') >= 7", "t"),
        ("SELECT count(*) >= 2 FROM seen", "t"),
        ("REFRESH MATERIALIZED VIEW stored; SELECT count(*) >= 2 FROM stored", "t"),
        ("ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fair'; SELECT 1", "1"),
        ("SELECT twice(2)", "4"),
        ("SELECT summed(x), counted(*) FROM generate_series(1, 3) AS x", "6|3"),
        ('UPDATE "Of Its Own".inner_one SET x = 6; SELECT x FROM "Of Its Own".inner_one', "6"),
        ("SELECT encode(lo_get(4711), 'escape')", "large"),
        ('CREATE TABLE IF NOT EXISTS "Of Its Own".another (x int); SELECT 1', "1"),
    ],
)
def test_the_service_owns_the_masters_objects_afterwards(taken: Server, statement: str, answer: str) -> None:
    found = as_service(taken, "taken", f"SET client_min_messages = warning; {statement}")
    assert [line for line in found if line.split(" ")[0] not in {"SET", "INSERT", "UPDATE"}][-1] == answer


def test_the_master_keeps_no_object_of_any_kind_except_extensions(server: Server) -> None:
    filled(server, "whole")
    assert len(server.rows(LEFT_TO_THE_MASTER, "whole")) > 20
    output = bootstrapped(server, "whole").text
    assert server.rows(LEFT_TO_THE_MASTER, "whole") == []
    assert "database-bootstrap: whole: table public.kept is its own now\n" in output
    assert 'database-bootstrap: whole: schema "Of Its Own" is its own now\n' in output
    assert "and is left" not in output


def test_objects_of_an_extension_keep_their_owner(server: Server) -> None:
    filled(server, "extended_before", "CREATE EXTENSION pgcrypto; CREATE TABLE t (x int); CREATE TABLE its (x int)")
    master(server, "extended_before", "ALTER EXTENSION pgcrypto ADD TABLE its")
    owners = """SELECT extname, extowner::regrole FROM pg_extension UNION ALL
        SELECT proname || oid, proowner::regrole FROM pg_proc WHERE proname LIKE 'gen_salt' UNION ALL
        SELECT relname, relowner::regrole FROM pg_class WHERE relname = 'its' ORDER BY 1"""
    before = server.rows(owners, "extended_before")
    assert len(before) == 5
    output = bootstrapped(server, "extended_before", "pgcrypto", "uuid-ossp").text
    assert [line for line in server.rows(owners, "extended_before") if not line.startswith("uuid")] == before
    assert output.count("its own now") == 1
    assert " its " not in output.replace("its own", "")


def test_a_second_run_hands_nothing_over(server: Server) -> None:
    filled(server, "again")
    bootstrapped(server, "again", "pgcrypto")
    state = [server.rows(ROWS.format(catalog), "again") for catalog in CATALOGS]
    output = bootstrapped(server, "again", "pgcrypto").text
    assert [server.rows(ROWS.format(catalog), "again") for catalog in CATALOGS] == state
    assert output.splitlines() == ["database-bootstrap: again: ready", "database-bootstrap: done, 1 databases"]


def test_objects_of_a_third_role_keep_their_owner_and_are_named(server: Server) -> None:
    master(server, "postgres", "CREATE ROLE reporter; GRANT reporter TO platform_admin")
    filled(
        server,
        "shared_by_two",
        """CREATE SCHEMA reports; CREATE TABLE reports.ours (x int); CREATE TABLE mine (x int);
        CREATE TABLE reports.theirs (x int); GRANT CREATE ON SCHEMA reports TO reporter;
        ALTER TABLE reports.theirs OWNER TO reporter;
        ALTER SCHEMA reports OWNER TO reporter; CREATE PUBLICATION news FOR TABLE mine""",
    )
    said = [line for line in bootstrapped(server, "shared_by_two").text.splitlines() if "shared_by_two: " in line]
    assert said[1:-1] == [
        "database-bootstrap: shared_by_two: table public.mine is its own now",
        "database-bootstrap: shared_by_two: publication news belongs to platform_admin and is left",
        "database-bootstrap: shared_by_two: schema reports belongs to reporter and is left",
        "database-bootstrap: shared_by_two: table reports.ours belongs to platform_admin and is left",
        "database-bootstrap: shared_by_two: table reports.theirs belongs to reporter and is left",
    ]
    assert said[-1].endswith(": ready")
    theirs = "SELECT relname, relowner::regrole FROM pg_class WHERE relname IN ('ours', 'theirs') ORDER BY 1"
    assert server.rows(theirs, "shared_by_two") == ["ours|platform_admin", "theirs|reporter"]


def test_the_masters_own_databases_and_those_of_other_services_are_left_alone(server: Server) -> None:
    filled(server, "neighbour", "CREATE TABLE t (x int)")
    master(server, "postgres", "CREATE TABLE IF NOT EXISTS of_the_master (x int)")
    filled(server, "chosen", "CREATE TABLE t (x int)")
    bootstrapped(server, "chosen")
    owner = "SELECT relowner::regrole FROM pg_class WHERE relname IN ('t', 'of_the_master')"
    assert [server.rows(owner, name) for name in ("chosen", "neighbour", "postgres")] == [
        ["chosen"],
        [MASTER],
        [MASTER],
    ]
    databases = "SELECT datname, datdba::regrole FROM pg_database WHERE datname IN ('neighbour', 'postgres') ORDER BY 1"
    assert server.rows(databases) == [f"neighbour|{MASTER}", f"postgres|{MASTER}"]
    master(server, "postgres", "DROP TABLE of_the_master")


def test_a_service_cannot_make_the_master_run_its_functions(server: Server) -> None:
    bootstrapped(server, "hostile", "pgcrypto")
    trap = "LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.caught VALUES (current_user); RETURN NULL; END $$"
    as_service(
        server,
        "hostile",
        f"""CREATE TABLE caught (who text);
        CREATE FUNCTION format(text, text) RETURNS text {trap};
        CREATE FUNCTION format(text, text, text) RETURNS text {trap};
        CREATE FUNCTION format(text, text, text, text) RETURNS text {trap};
        CREATE FUNCTION format(text, text, text, name) RETURNS text {trap};
        CREATE FUNCTION same(name, text) RETURNS boolean {trap};
        CREATE OPERATOR = (leftarg = name, rightarg = text, function = same);""",
    )
    master(server, "hostile", "CREATE TABLE late (x int)")
    output = bootstrapped(server, "hostile", "pgcrypto", "uuid-ossp").text
    assert "table public.late is its own now" in output
    assert server.rows("SELECT extname FROM pg_extension WHERE extname = 'uuid-ossp'", "hostile") == ["uuid-ossp"]
    assert server.rows("SELECT who FROM caught", "hostile") == []


def test_a_failure_to_hand_over_ends_the_job_with_the_databases_name(server: Server) -> None:
    filled(server, "stopped", "CREATE TABLE t (x int)")
    guard = """CREATE FUNCTION no() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$;
        CREATE EVENT TRIGGER guard ON ddl_command_start WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION no()"""
    assert server.psql(OWNER, OWNER_PASSWORD, "stopped", guard).status == 0
    ended = server.bootstrap([DatabasePlan(name="stopped")], {"stopped": PASSWORD})
    assert ended.status == 1
    assert "not now" in ended.text
    assert ended.text.splitlines()[-1] == (
        "database-bootstrap: FAILED: stopped: what the master owns in it could not be handed over (above)"
    )
