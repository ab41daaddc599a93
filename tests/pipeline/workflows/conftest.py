"""What all runs share: a snapshot of this repository, and an AWS."""

from collections.abc import Generator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from tests.pipeline.workflows.delivery import Delivery, ground
from tests.pipeline.workflows.ground import snapshot


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files of this working tree that workflows use, as its only commit."""
    return snapshot(tmp_path_factory.mktemp("platform"))


@pytest.fixture
def delivery(tmp_path: Path, platform: Path, aws: str) -> Generator[Delivery]:
    """An application repository that nothing was delivered from."""
    with ground(tmp_path, platform, aws) as delivery:
        yield delivery


@pytest.fixture(scope="session")
def aws() -> Generator[str]:
    """URL of an AWS with STS and EKS."""
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
