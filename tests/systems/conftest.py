"""Whole systems under mocks: Nova's stacks and the examples, each run once per session."""

from tests.unit.conftest import prod, staging

__all__ = ["prod", "staging"]
