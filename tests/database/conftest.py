"""One PostgreSQL for all tests of this folder; each test has databases of its own in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start a server; its folder has a short path, because that of a socket has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    found = Server(folder=folder)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(folder, ignore_errors=True)
