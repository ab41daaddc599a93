"""Fixtures of the unit tests: the committed stacks, each run once in a session and only if a test asks for it."""

import os

import pytest

# An Output inside an f-string becomes an error instead of a text that no provider understands.
os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "true"

from tests.unit.harness import Run, run_stack


@pytest.fixture(scope="session")
def staging() -> Run:
    """Run the root program with Pulumi.staging.yaml."""
    return run_stack("staging")


@pytest.fixture(scope="session")
def prod() -> Run:
    """Run the root program with Pulumi.prod.yaml."""
    return run_stack("prod")
