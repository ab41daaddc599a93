"""The Job's command on a real PostgreSQL: databases, logins, a second run, failures."""

import re

import pytest

from components.data.bootstrap_scripts import DatabasePlan
from tests.database.server import MASTER, MASTER_PASSWORD, Server, url

STANDARD = ("pgcrypto", "uuid-ossp")
EVIL_NAMES = [
    "o'hara",
    'say "hi"',
    "x'; DROP ROLE rds_superuser; --",
    'y"; DROP DATABASE postgres; --',
    "back\\slash $(id) `id` ${HOME} %s :password",
    "Ümläut",
]
EVIL_PASSWORDS = ["p'w", 'p"w', "p\\w", "p$(id)`id`", "p; DROP ROLE rds_superuser; --", "p w ", "':user'", "-x"]
UNCHANGED = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT format('role %s %s %s', oid, xmin, rolpassword) FROM pg_authid WHERE rolname LIKE 'twice%'
    UNION ALL SELECT format('member %s %s', oid, xmin) FROM pg_auth_members
    UNION ALL SELECT format('database %s %s %s', oid, xmin, datacl) FROM pg_database WHERE datname NOT LIKE 'other%'
) AS found(line)
"""


def plans(*names: str, extensions: tuple[str, ...] = STANDARD) -> list[DatabasePlan]:
    return [DatabasePlan(name=name, extensions=extensions) for name in names]


def created(server: Server, *names: str, extensions: tuple[str, ...] = STANDARD) -> dict[str, str]:
    """Create databases; gives their passwords by name."""
    passwords = {name: f"Secret{index}of{re.sub(r'[^a-z_]', '', name)}" for index, name in enumerate(names)}
    ended = server.bootstrap(plans(*names, extensions=extensions), passwords)
    assert ended.status == 0, ended.text
    return passwords


def test_each_database_belongs_to_a_user_of_its_name_without_other_rights(server: Server) -> None:
    created(server, "owned_a", "owned_b")
    assert server.rows(
        "SELECT datname, pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'owned%' ORDER BY 1"
    ) == [
        "owned_a|owned_a",
        "owned_b|owned_b",
    ]
    rights = "rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin"
    assert server.rows(f"SELECT {rights} FROM pg_roles WHERE rolname LIKE 'owned%'") == ["f|f|f|f|f|t"] * 2
    assert server.rows("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text LIKE 'owned%'") == ["0"]


def test_each_database_has_the_extensions_of_the_catalogue(server: Server) -> None:
    names = created(server, "extended")
    created(server, "media_with_vectors", extensions=(*STANDARD, "vector"))
    installed = "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
    assert server.rows(installed, "extended") == ["pgcrypto", "uuid-ossp"]
    assert server.rows(installed, "media_with_vectors") == ["pgcrypto", "uuid-ossp", "vector"]
    used = server.psql(
        "extended", names["extended"], "extended", "SELECT length(uuid_generate_v4()::text), length(gen_salt('bf'))"
    )
    assert used.text == "36|29\n"


def test_a_user_works_in_its_own_database(server: Server) -> None:
    password = created(server, "working")["working"]
    done = server.psql(
        "working", password, "working", "CREATE TABLE t (x int); INSERT INTO t VALUES (1); SELECT x FROM t"
    )
    assert (done.status, done.text.splitlines()[-1]) == (0, "1")


def test_a_user_can_use_vectors(server: Server) -> None:
    password = created(server, "similar", extensions=("vector",))["similar"]
    done = server.psql(
        "similar", password, "similar", "CREATE TABLE t (v vector(3)); SELECT '[1,2,3]'::vector <-> '[1,2,4]'"
    )
    assert (done.status, done.text.splitlines()[-1]) == (0, "1")


def test_a_user_cannot_connect_to_any_other_database_of_any_environment(server: Server) -> None:
    users = {**created(server, "shop_auth", "shop_feed"), **created(server, "shop_dev_auth", "shop_dev_feed")}
    others = server.rows("SELECT datname FROM pg_database WHERE datallowconn")
    assert {"shop_auth", "shop_dev_auth", "postgres", "template1"} <= set(others)
    for user, password in users.items():
        for database in others:
            ended = server.psql(user, password, database, "SELECT 'in'")
            refused = f'permission denied for database "{database}"' in ended.text
            assert (ended.status == 0, refused) == ((True, False) if database == user else (False, True)), ended.text


def test_a_user_logs_in_with_its_url_alone(server: Server) -> None:
    password = created(server, "by_url")["by_url"]
    assert server.by_url(url("by_url", password, str(server.folder))).text == "by_url\n"
    assert server.by_url(url("by_url", "wrong", str(server.folder))).status != 0


def test_a_second_run_changes_nothing(server: Server) -> None:
    passwords = created(server, "twice_a", "twice_b", extensions=(*STANDARD, "vector"))
    before, logged = server.rows(UNCHANGED), len(server.log)
    again = server.bootstrap(plans("twice_a", "twice_b", extensions=(*STANDARD, "vector")), passwords)
    assert again.status == 0, again.text
    assert server.rows(UNCHANGED) == before
    assert "password set" not in again.text
    since = server.log[logged:]
    assert not [line for line in since.splitlines() if "statement:" in line], since
    assert "FATAL" not in since


def test_a_changed_password_replaces_the_old_one(server: Server) -> None:
    created(server, "rotated")
    assert server.bootstrap(plans("rotated"), {"rotated": "AnotherOne"}).status == 0
    assert server.psql("rotated", "AnotherOne", "rotated", "SELECT 1").status == 0
    assert server.psql("rotated", "Secret0ofrotated", "rotated", "SELECT 1").status != 0


def test_a_new_extension_is_added_to_an_existing_database(server: Server) -> None:
    passwords = created(server, "growing", extensions=("pgcrypto",))
    assert server.bootstrap(plans("growing", extensions=("pgcrypto", "vector")), passwords).status == 0
    assert server.rows("SELECT extname FROM pg_extension WHERE extname = 'vector'", "growing") == ["vector"]


def test_an_existing_database_and_role_are_adopted_with_their_data(server: Server) -> None:
    script = "CREATE ROLE adopted NOLOGIN; CREATE DATABASE adopted"
    for statement in script.split("; "):
        assert server.psql(MASTER, MASTER_PASSWORD, "postgres", statement).status == 0
    assert server.psql(MASTER, MASTER_PASSWORD, "adopted", "CREATE TABLE kept AS SELECT 7").status == 0
    password = created(server, "adopted")["adopted"]
    assert server.rows("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'adopted'") == ["adopted"]
    assert server.psql("adopted", password, "adopted", "SELECT current_user").text == "adopted\n"
    assert server.psql("adopted", password, "adopted", "TABLE kept").text == "7\n"


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_no_name_is_taken_for_sql_or_shell(server: Server, name: str) -> None:
    password = created(server, name)[name]
    assert server.psql(name, password, name, "SELECT current_user").text == f"{name}\n"
    assert server.rows("SELECT count(*) FROM pg_roles WHERE rolname = 'rds_superuser'") == ["1"]


@pytest.mark.parametrize("password", EVIL_PASSWORDS)
def test_no_password_is_taken_for_sql_or_shell(server: Server, password: str) -> None:
    ended = server.bootstrap(plans("quoted"), {"quoted": password})
    assert ended.status == 0, ended.text
    assert server.psql("quoted", password, "quoted", "SELECT 1").status == 0
    assert server.rows("SELECT count(*) FROM pg_roles WHERE rolname = 'rds_superuser'") == ["1"]


def test_no_password_appears_in_the_output_or_the_servers_log(server: Server) -> None:
    ended = server.bootstrap(plans("discreet"), {"discreet": "NobodyReadsThis1"})
    assert ended.status == 0
    assert "ALTER USER" in server.log  # so log_statement = ddl is in effect
    for text in (ended.text, server.log):
        assert "NobodyReadsThis1" not in text
        assert MASTER_PASSWORD not in text


def test_the_job_reports_what_it_did(server: Server) -> None:
    ended = server.bootstrap(plans("told"), {"told": "x1"})
    assert ended.text.splitlines() == [
        "database-bootstrap: told: password set",
        "database-bootstrap: told: ready",
        "database-bootstrap: done, 1 databases",
    ]


def test_an_extension_that_does_not_exist_fails_with_its_name_and_stops(server: Server) -> None:
    ended = server.bootstrap(
        plans("broken", "other_after", extensions=("nonesuch",)), {"broken": "x", "other_after": "y"}
    )
    assert ended.status == 1
    assert 'extension "nonesuch" is not available' in ended.text
    assert ended.text.splitlines()[-1] == "database-bootstrap: FAILED: broken: its extensions could not be made (above)"
    assert server.rows("SELECT count(*) FROM pg_database WHERE datname = 'other_after'") == ["0"]


def test_a_wrong_master_password_fails_at_once(server: Server) -> None:
    ended = server.bootstrap(plans("never"), {"never": "x"}, master="wrong")
    assert ended.status == 1
    assert 'password authentication failed for user "platform_admin"' in ended.text
    assert ended.text.splitlines()[-1] == "database-bootstrap: FAILED: the master user does not get in (above)"


@pytest.mark.parametrize(
    ("passwords", "words"),
    [
        ({}, "there is no URL for it"),
        ({"unset": ""}, "its URL has no password, or one that is not URL-safe"),
        ({"unset": "a%41"}, "its URL has no password, or one that is not URL-safe"),
    ],
)
def test_a_database_without_a_password_is_not_created(server: Server, passwords: dict[str, str], words: str) -> None:
    ended = server.bootstrap(plans("unset"), passwords)
    assert (ended.status, ended.text.splitlines()[-1]) == (1, f"database-bootstrap: FAILED: unset: {words}")
    assert server.rows("SELECT count(*) FROM pg_database WHERE datname = 'unset'") == ["0"]


def test_the_role_of_an_administrator_is_never_taken_over(server: Server) -> None:
    assert (
        server.psql(MASTER, MASTER_PASSWORD, "postgres", "CREATE ROLE boss CREATEDB LOGIN PASSWORD 'own'").status == 0
    )
    ended = server.bootstrap(plans("boss"), {"boss": "x"})
    assert ended.status == 1
    assert "role boss has rights of an administrator and is not taken over" in ended.text
    assert server.psql("boss", "own", "postgres", "SELECT 1").text.count("permission denied") == 1  # still the old one
    itself = server.bootstrap(plans(MASTER), {MASTER: "x"})
    assert itself.text.splitlines()[-1].endswith("is the master user's name; no service may have it")
    assert server.psql(MASTER, MASTER_PASSWORD, "postgres", "SELECT 1").status == 0
