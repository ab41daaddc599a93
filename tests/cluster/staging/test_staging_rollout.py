"""Staging on its own nodes."""

from tests.cluster.stand import observe
from tests.cluster.stand.stand import Stand


def test_staging_runs_16_pods_on_the_stacks_nodes(staging: Stand) -> None:
    pods = observe.pods_of(staging.api, "nova")
    assert len(pods) == 16
