"""Staging's stand, made once for the tests of this folder."""

import time
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand.stand import Stand


@pytest.fixture(scope="package")
def staging(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Iterator[Stand]:
    """Cluster, program and Argo CD of Pulumi.staging.yaml, with both environments Synced and Healthy."""
    begun = time.monotonic()
    with Stand("staging", tmp_path_factory.mktemp("staging")) as stand:
        figures.seconds("staging: control plane, nodes, system pods", time.monotonic() - begun)
        begun = time.monotonic()
        stand.up()
        figures.seconds("staging: up", time.monotonic() - begun)
        for environment in stand.config.environments:
            figures.seconds(f"staging: {environment.name} Synced and Healthy after up", stand.settle(environment.name))
        yield stand
