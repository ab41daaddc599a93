"""The plan of databases and the fingerprint of what the Job does. What the scripts do: tests/database."""

import pytest

from components.data.bootstrap_sql import COMMAND, DatabasePlan, files, fingerprint, plan

AUTH = DatabasePlan(name="shop_auth", extensions=("uuid-ossp", "pgcrypto"))
FEED = DatabasePlan(name="shop_feed")


def test_the_plan_is_one_line_a_database_whatever_the_order() -> None:
    assert plan([FEED, AUTH]) == plan([AUTH, FEED]) == "shop_auth\tpgcrypto,uuid-ossp\nshop_feed\n"


def test_an_extension_named_twice_is_made_once() -> None:
    assert plan([DatabasePlan(name="a", extensions=("vector", "vector"))]) == "a\tvector\n"


@pytest.mark.parametrize("name", ["", "a\tb", "a\nb", "a\0b"])
def test_a_name_that_is_not_one_field_of_one_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a database"):
        plan([DatabasePlan(name=name)])


def test_an_extension_that_is_not_one_field_of_one_line_is_refused() -> None:
    with pytest.raises(ValueError, match="is not the name of a database"):
        plan([DatabasePlan(name="a", extensions=("b\nc",))])


def test_the_fingerprint_changes_with_what_is_done_and_with_nothing_else() -> None:
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
