"""One PostgreSQL for all tests of this folder; each test uses its own databases in it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database.server import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Start a server. Its folder has a short path, because the path of a socket has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    server = Server(folder=folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
