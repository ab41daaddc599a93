"""The list of databases, the fingerprint, and the form of the Job's files. tests/database runs the scripts."""

from components.data.bootstrap_scripts import COMMAND, DatabasePlan, files, fingerprint, plan

AUTH = DatabasePlan(name="shop_auth", extensions=("uuid-ossp", "pgcrypto"))
FEED = DatabasePlan(name="shop_feed")


def test_the_plan_has_one_line_per_database_in_any_order() -> None:
    assert plan([FEED, AUTH]) == plan([AUTH, FEED]) == "shop_auth\tpgcrypto,uuid-ossp\nshop_feed\n"


def test_an_extension_listed_twice_is_created_once() -> None:
    assert plan([DatabasePlan(name="a", extensions=("vector", "vector"))]) == "a\tvector\n"


def test_the_fingerprint_changes_with_the_files_and_nothing_else() -> None:
    same = {fingerprint(files([AUTH, FEED])), fingerprint(files([FEED, AUTH]))}
    assert len(same) == 1
    more = DatabasePlan(name="shop_feed", extensions=("vector",))
    others = [
        fingerprint(files([AUTH])),
        fingerprint(files([AUTH, more])),
        fingerprint({**files([AUTH, FEED]), "x": ""}),
    ]
    assert len({*same, *others}) == 4
    assert all(len(found) == 8 and int(found, 16) >= 0 for found in others)


def test_the_files_hold_the_scripts_that_the_command_runs_and_no_secret() -> None:
    found = files([AUTH])
    assert set(found) == {"bootstrap.sh", "database.sql", "databases", "ownership.sql", "server.sql"}
    assert COMMAND[-1].rpartition("/")[2] in found
    assert "\\password" in found["bootstrap.sh"]
    assert not [text for text in found.values() if " PASSWORD %L" in text]
