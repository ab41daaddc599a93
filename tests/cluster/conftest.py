"""Fixtures of all cluster tests: figures that are printed at the end, and the check that they run in namespaces."""

import os

import pytest

from tests.cluster.stand.namespace import INSIDE

ENDS_STAND = "ends_stand"
FIGURES = pytest.StashKey[list[str]]()


class Figures:
    """Measurements, which depend on the machine: tests record them instead of asserting on them."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def note(self, what: str, value: object) -> None:
        """Print `what: value` after all tests."""
        self._lines.append(f"{what}: {value}")

    def seconds(self, what: str, value: float) -> None:
        """Record a duration."""
        self.note(what, f"{value:.1f} s")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []
    config.addinivalue_line("markers", f"{ENDS_STAND}: destroys its folder's stand, so it runs last in it")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: (item.path.parent, item.get_closest_marker(ENDS_STAND) is not None))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    lines = config.stash[FIGURES]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def inside() -> None:
    """These tests use ports, addresses and /tmp, so they run only in namespaces of their own."""
    if INSIDE not in os.environ:
        pytest.exit("run tests/cluster with `make test-cluster` or `python -m tests.cluster`", returncode=2)


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Figures:
    return Figures(request.config.stash[FIGURES])
