"""docs/restore.md: databases move into an empty instance by dump, and the services' users work there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.server import Server, running, url
from tests.database.test_bootstrap import STANDARD, plans

PASSWORDS = {"moved_orders": "OldOrders", "moved_media": "OldMedia"}
NEW_PASSWORDS = {"moved_orders": "NewOrders", "moved_media": "NewMedia"}
DATABASES = plans("moved_orders") + plans("moved_media", extensions=(*STANDARD, "vector"))
ROWS = """
CREATE TABLE kept (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), text text NOT NULL);
INSERT INTO kept (text) SELECT 'row ' || number FROM generate_series(1, 1000) AS number;
"""


@pytest.fixture
def empty() -> Iterator[Server]:
    with running() as server:
        yield server


def test_a_dump_restores_into_an_empty_instance(server: Server, empty: Server, tmp_path: Path) -> None:
    assert server.bootstrap(DATABASES, PASSWORDS).status == 0
    assert empty.bootstrap(DATABASES, NEW_PASSWORDS).status == 0
    for name, password in PASSWORDS.items():
        dump, old = tmp_path / name, url(name, password, str(server.folder))
        new = url(name, NEW_PASSWORDS[name], str(empty.folder))
        assert server.by_url(old, ROWS).status == 0
        options = ("--format=custom", "--no-owner", "--no-acl", "--exclude-extension=*")
        saved = server.run("pg_dump", *options, f"--file={dump}", f"--dbname={old}")
        assert saved.status == 0, saved.text
        restored = empty.run("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", f"--dbname={new}", str(dump))
        assert restored.status == 0, restored.text
        assert empty.by_url(new, "SELECT count(*), min(text) FROM kept").text == "1000|row 1\n"
        assert empty.by_url(new, "INSERT INTO kept (text) VALUES ('new') RETURNING text").text.startswith("new\n")
        assert empty.rows("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'", name) == [name]
