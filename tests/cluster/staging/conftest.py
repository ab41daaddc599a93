"""Staging's stand, made once for the tests of this folder, and the commits that several tests look at.

A test that changes something brings it back: the next one finds both environments Synced and Healthy.
"""

import time
from collections.abc import Iterator

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand.argocd import RESYNC_SECONDS
from tests.cluster.stand.rollout import Rollout, new_images, roll_out
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step

BUILT, BUILT_DEV = "a" * 40, "dev-2"


@pytest.fixture(scope="package")
def staging_started(tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Iterator[Stand]:
    """The cluster before the program."""
    begun = time.monotonic()
    with Stand("staging", tmp_path_factory.mktemp("staging")) as stand:
        figures.seconds("staging: cluster with nodes and system pods", time.monotonic() - begun)
        yield stand


@pytest.fixture(scope="package")
def staging_made(staging_started: Stand, figures: Figures) -> Step:
    """The first `up` of Pulumi.staging.yaml."""
    begun = time.monotonic()
    made = staging_started.up()
    figures.seconds("staging: up", time.monotonic() - begun)
    return made


@pytest.fixture(scope="package")
def staging(staging_started: Stand, staging_made: Step, figures: Figures) -> Stand:
    """Cluster, program and Argo CD, with both environments Synced and Healthy."""
    assert staging_made.report.ok
    begun = time.monotonic()
    for environment in staging_started.config.environments:
        staging_started.settle(environment.name)
    figures.seconds("staging: both environments Synced and Healthy after up", time.monotonic() - begun)
    return staging_started


@pytest.fixture(scope="package")
def rolled_out(staging: Stand, figures: Figures) -> Rollout:
    """A commit that gives all services of staging a new image, found by polling."""
    rollout = roll_out(staging, "staging", new_images(staging, "staging", BUILT))
    delivered = staging.config.argocd.reconciliation_seconds
    polling = f"by polling every {RESYNC_SECONDS} s (the stack: every {delivered} s)"
    figures.seconds(f"staging: commit of all images to healthy, {polling}", rollout.seconds)
    return rollout


@pytest.fixture(scope="package")
def rolled_back(staging: Stand, rolled_out: Rollout, figures: Figures) -> Rollout:
    """The revert of that commit, told to Argo CD as a webhook does."""
    rollout = roll_out(staging, "staging", lambda: staging.repository.revert(rolled_out.revision), refresh=True)
    figures.seconds("staging: revert to healthy, by refresh", rollout.seconds)
    return rollout


@pytest.fixture(scope="package")
def dev_rolled_out(staging: Stand, figures: Figures) -> Rollout:
    """A commit that gives all services of dev a new image."""
    rollout = roll_out(staging, "dev", new_images(staging, "dev", BUILT_DEV), refresh=True)
    figures.seconds("dev: commit of all images to healthy, by refresh", rollout.seconds)
    return rollout
