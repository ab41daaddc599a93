"""The committed configurations, read without the engine."""

from functools import cache

import pytest

from components.config.files import StackFiles
from components.config.platform import PlatformConfig
from components.validation.load import load_files
from tests.harness.harness import ROOT


@cache
def committed(folder: str, stack: str) -> PlatformConfig:
    """The configuration of a stack; it is frozen, so all tests share it."""
    return load_files(StackFiles(folder=ROOT / folder, stack=stack))


@pytest.fixture
def nova_prod() -> PlatformConfig:
    """Nova's production: Tokyo, with a runner, buckets and keys of its own."""
    return committed(".", "prod")


@pytest.fixture
def nova_staging() -> PlatformConfig:
    """Nova's staging: two environments, one NAT gateway, nothing protected."""
    return committed(".", "staging")


@pytest.fixture
def tiketi_prod() -> PlatformConfig:
    """Tiketi's production: Seoul, with a load balancer and a web ACL."""
    return committed("examples/tiketi", "prod")
