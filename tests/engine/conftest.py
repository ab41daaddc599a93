"""The life of each committed stack, run once in a session: every fixture is one step and asks for the one before.

Each stack has its own state folder and account, so the files of these tests may run side by side.
"""

from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import Step, copy_of_project, perform, secret_words


@pytest.fixture(scope="session")
def staging_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("staging")


@pytest.fixture(scope="session")
def staging_planned(staging_state: Path) -> Step:
    """What the first `up` of staging would do, on an empty account."""
    return perform(Verb.PREVIEW, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_made(staging_planned: Step, staging_state: Path) -> Step:
    assert staging_planned.report.ok, staging_planned.lines
    return perform(Verb.UP, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_values(staging_made: Step, staging_state: Path) -> frozenset[str]:
    """What stands in the entries of Secrets Manager, as words that would give it away."""
    assert staging_made.report.ok, staging_made.lines
    return secret_words(staging_state)


@pytest.fixture(scope="session")
def staging_again(staging_made: Step, staging_values: frozenset[str], staging_state: Path) -> Step:
    """The second `up`; the values of the first are read before it."""
    assert staging_values
    assert staging_made.report.ok, staging_made.lines
    return perform(Verb.UP, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_refreshed(staging_again: Step, staging_state: Path) -> Step:
    assert staging_again.report.ok, staging_again.lines
    return perform(Verb.REFRESH, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_destroyed(staging_refreshed: Step, staging_state: Path) -> Step:
    assert staging_refreshed.report.ok, staging_refreshed.lines
    return perform(Verb.DESTROY, "staging", staging_state)


@pytest.fixture(scope="session")
def prod_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prod")


@pytest.fixture(scope="session")
def prod_planned(prod_state: Path) -> Step:
    """What the first `up` of prod would do, on an empty account: what it takes from staging is not there."""
    return perform(Verb.PREVIEW, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_made(prod_planned: Step, prod_state: Path) -> Step:
    assert prod_planned.report.ok, prod_planned.lines
    return perform(Verb.UP, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_again(prod_made: Step, prod_state: Path) -> Step:
    """The second `up`."""
    assert prod_made.report.ok, prod_made.lines
    return perform(Verb.UP, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_refreshed(prod_again: Step, prod_state: Path) -> Step:
    assert prod_again.report.ok, prod_again.lines
    return perform(Verb.REFRESH, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_destroyed(prod_refreshed: Step, prod_state: Path) -> Step:
    """An attempt: production is protected."""
    assert prod_refreshed.report.ok, prod_refreshed.lines
    return perform(Verb.DESTROY, "prod", prod_state)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of program and stack files that a test may change."""
    folder = tmp_path / "project"
    folder.mkdir()
    return copy_of_project(folder)
