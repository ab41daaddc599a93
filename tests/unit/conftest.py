"""Fixtures of the unit tests: the committed stacks, each run once in a session and only if a test asks for it."""

import gc
import os

import pytest

# An Output inside an f-string becomes an error instead of a text that no provider understands.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"

from tests.harness.harness import Run, run_stack

# Runs leave many objects behind at once; looking through them after every few hundred costs a third of the time.
gc.set_threshold(100_000, 50, 50)


def pytest_collection_finish() -> None:
    """Leave out modules and collected tests as well: they stay until the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def staging() -> Run:
    """Run the root program with Pulumi.staging.yaml."""
    return run_stack("staging")


@pytest.fixture(scope="session")
def prod() -> Run:
    """Run the root program with Pulumi.prod.yaml."""
    return run_stack("prod")


WHOLE_STACKS = {"staging", "prod"}
"""Fixtures that run whole stacks: one worker has all tests that ask for them, so that each stack runs once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests for `--dist loadgroup`: whole stacks together, the others by file."""
    for item in items:
        whole = WHOLE_STACKS.intersection(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("stacks" if whole else item.path.name))
