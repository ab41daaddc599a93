"""Fixtures of the unit tests: the committed stacks, each run once in a session and only if a test asks for it."""

import gc
import os
from collections.abc import Iterator

import pytest

# An Output inside an f-string becomes an error instead of a text that no provider understands.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"

from tests.harness.harness import Run, run_stack

# Runs leave many objects behind at once; looking through them after every few hundred costs a third of the time.
gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="package", autouse=True)
def no_garbage_collection() -> Iterator[None]:
    """What all unit tests leave behind fits in a gigabyte; looking through it takes a sixth of the time."""
    gc.disable()
    yield
    # Nor does the interpreter look through it at its end.
    gc.freeze()
    gc.enable()


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
