"""A second stand of staging, for the smoke test alone: the tests of staging's own stand then wait beside its waiting.

A test that changes something brings it back: the next one finds both environments Synced and Healthy.
"""

from collections.abc import Iterator

import pytest

from tests.cluster.stand.stand import Stand


@pytest.fixture(scope="package")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Cluster, program and Argo CD of Pulumi.staging.yaml, with both environments Synced and Healthy."""
    with Stand("staging", tmp_path_factory.mktemp("smoke")) as stand:
        stand.up()
        for environment in stand.config.environments:
            stand.settle(environment.name)
        yield stand
