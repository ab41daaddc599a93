"""A second stand of staging, for the smoke test alone: the tests of staging's own stand then wait beside its waiting.

A test that changes something brings it back: the next one finds both environments Synced and Healthy.
"""

import time
from collections.abc import Iterator

import pytest

from components.argocd import applications
from tests.cluster.smoke.script import Smoke
from tests.cluster.smoke.verdicts import DELIVER, PUSH, Delivered
from tests.cluster.stand.pipeline import NovaRepository, nova
from tests.cluster.stand.services import Services
from tests.cluster.stand.stand import Stand

SHORT_MINUTES = 0.25


@pytest.fixture(scope="package")
def staging(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Cluster, program and Argo CD of Pulumi.staging.yaml, with both environments Synced and Healthy."""
    with Stand("staging", tmp_path_factory.mktemp("smoke")) as stand, pytest.MonkeyPatch.context() as patch:
        # Recorded in the state, for the destroy without a controller.
        patch.setattr(applications, "DELETE_MINUTES", SHORT_MINUTES)
        stand.up()
        for environment in stand.config.environments:
            stand.settle(environment.name)
        yield stand


@pytest.fixture(scope="package")
def smoke(staging: Stand) -> Iterator[Smoke]:
    """The script with the rights of its group, and what the services answer."""
    services = Services(staging.config.services)
    services.start()
    kubeconfig = staging.control_plane.kubeconfig("smoke-tester", staging.control_plane.smoke_tester)
    yield Smoke(staging, kubeconfig, services)
    services.stop()


@pytest.fixture(scope="package")
def repository(staging: Stand, smoke: Smoke, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NovaRepository]:
    """Nova's repository, whose services answer."""
    assert smoke.stand is staging
    with nova(staging, "staging", tmp_path_factory.mktemp("delivery")) as repository:
        yield repository


@pytest.fixture(scope="package")
def delivered(repository: NovaRepository) -> Delivered:
    """The first push, which brings staging images of this repository."""
    commit, begun = repository.head, time.monotonic()
    return Delivered(commit, repository.run(DELIVER, PUSH), time.monotonic() - begun)
