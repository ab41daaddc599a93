"""The lifecycle of each committed stack, run once per session: every fixture is one step and requests the previous one.

Each stack has its own state folder and account, so these test files can run in parallel.
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
    """A preview of staging on an empty account."""
    return perform(Verb.PREVIEW, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_up(staging_planned: Step, staging_state: Path) -> Step:
    assert staging_planned.report.ok, staging_planned.lines
    return perform(Verb.UP, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_values(staging_up: Step, staging_state: Path) -> frozenset[str]:
    """The secret values in Secrets Manager, as strings to search for."""
    assert staging_up.report.ok, staging_up.lines
    return secret_words(staging_state)


@pytest.fixture(scope="session")
def staging_second_up(staging_up: Step, staging_values: frozenset[str], staging_state: Path) -> Step:
    """The second `up`, in a shell with an AWS profile; the secrets of the first are read before it."""
    assert staging_values
    assert staging_up.report.ok, staging_up.lines
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "personal")
        return perform(Verb.UP, "staging", staging_state)


@pytest.fixture(scope="session")
def staging_refreshed(staging_second_up: Step, staging_state: Path) -> Step:
    assert staging_second_up.report.ok, staging_second_up.lines
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
    """A preview of prod on an empty account, without the resources that staging creates."""
    return perform(Verb.PREVIEW, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_up(prod_planned: Step, prod_state: Path) -> Step:
    assert prod_planned.report.ok, prod_planned.lines
    return perform(Verb.UP, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_second_up(prod_up: Step, prod_state: Path) -> Step:
    """The second `up`."""
    assert prod_up.report.ok, prod_up.lines
    return perform(Verb.UP, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_refreshed(prod_second_up: Step, prod_state: Path) -> Step:
    assert prod_second_up.report.ok, prod_second_up.lines
    return perform(Verb.REFRESH, "prod", prod_state)


@pytest.fixture(scope="session")
def prod_destroyed(prod_refreshed: Step, prod_state: Path) -> Step:
    """An attempt to destroy production, which is protected."""
    assert prod_refreshed.report.ok, prod_refreshed.lines
    return perform(Verb.DESTROY, "prod", prod_state)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of program and stack files that a test may change."""
    folder = tmp_path / "project"
    folder.mkdir()
    return copy_of_project(folder)
