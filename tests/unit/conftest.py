"""Fixtures of the unit tests: the committed stacks, each run once in a session and only if a test asks for it."""

import gc
import os

import pytest

# An Output inside an f-string becomes an error instead of a text that no provider understands.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"

from tests.unit.harness import Run, run_stack

# Runs leave many objects behind at once; looking through them after every few hundred costs a third of the time.
gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session")
def staging() -> Run:
    """Run the root program with Pulumi.staging.yaml."""
    return run_stack("staging")


@pytest.fixture(scope="session")
def prod() -> Run:
    """Run the root program with Pulumi.prod.yaml."""
    return run_stack("prod")


WHOLE_STACKS = ("test_nova_", "test_stack_rules")
"""Files that run whole stacks: one worker has them all, so that each stack runs once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group tests for `--dist loadgroup`: whole stacks together, the others by file."""
    for item in items:
        group = "stacks" if item.path.name.startswith(WHOLE_STACKS) else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))
