"""Production's stand, created once for the tests in this folder.

A test that changes something restores it, so that the next one starts with the environment Synced and Healthy.
"""

import time
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand.stand import Stand


@pytest.fixture(scope="package")
def prod(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Iterator[Stand]:
    """Cluster, program and Argo CD of Pulumi.prod.yaml, with production Synced and Healthy."""
    begun = time.monotonic()
    with Stand("prod", tmp_path_factory.mktemp("prod")) as stand:
        figures.seconds("prod: cluster with nodes and system pods", time.monotonic() - begun)
        begun = time.monotonic()
        stand.up()
        figures.seconds("prod: up", time.monotonic() - begun)
        figures.seconds("prod: Synced and Healthy after up", stand.settle("production"))
        yield stand
