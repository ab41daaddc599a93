"""Staging's stand, created once for the tests in this folder, and the commits that several tests use.

A test that changes something restores it, so that the next one starts with both environments Synced and Healthy.
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
    start = time.monotonic()
    with Stand("staging", tmp_path_factory.mktemp("staging")) as stand:
        figures.seconds("staging: cluster with nodes and system pods", time.monotonic() - start)
        yield stand


@pytest.fixture(scope="package")
def staging_up(staging_started: Stand, figures: Figures) -> Step:
    """The first `up` of Pulumi.staging.yaml."""
    start = time.monotonic()
    step = staging_started.up()
    figures.seconds("staging: up", time.monotonic() - start)
    return step


@pytest.fixture(scope="package")
def staging(staging_started: Stand, staging_up: Step, figures: Figures) -> Stand:
    """Cluster, program and Argo CD, with both environments Synced and Healthy."""
    assert staging_up.report.ok
    start = time.monotonic()
    for environment in staging_started.config.environments:
        staging_started.settle(environment.name)
    figures.seconds("staging: both environments Synced and Healthy after up", time.monotonic() - start)
    return staging_started


@pytest.fixture(scope="package")
def rolled_out(staging: Stand, figures: Figures) -> Rollout:
    """A commit with a new image for all services of staging, which Argo CD finds by polling."""
    rollout = roll_out(staging, "staging", new_images(staging, "staging", BUILT))
    configured = staging.config.argocd.reconciliation_seconds
    polling = f"by polling every {RESYNC_SECONDS} s (configured: every {configured} s)"
    figures.seconds(f"staging: commit of all images to healthy, {polling}", rollout.seconds)
    return rollout


@pytest.fixture(scope="package")
def rolled_back(staging: Stand, rolled_out: Rollout, figures: Figures) -> Rollout:
    """The revert of that commit, announced to Argo CD as by a webhook."""
    rollout = roll_out(staging, "staging", lambda: staging.repository.revert(rolled_out.revision), refresh=True)
    figures.seconds("staging: revert to healthy, by refresh", rollout.seconds)
    return rollout


@pytest.fixture(scope="package")
def dev_rolled_out(staging: Stand, figures: Figures) -> Rollout:
    """A commit with a new image for all services of dev."""
    rollout = roll_out(staging, "dev", new_images(staging, "dev", BUILT_DEV), refresh=True)
    figures.seconds("dev: commit of all images to healthy, by refresh", rollout.seconds)
    return rollout
