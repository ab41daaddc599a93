"""One PostgreSQL for all tests of this folder; each test uses its own databases in it."""

from collections.abc import Iterator

import pytest

from tests.database.server import Server, running


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running() as server:
        yield server
