"""The trial controller: a pinned release with two pods that the quota counts."""

from tests.harness.controllers_runs import QUOTA, RELEASE, install


def test_it_is_a_pinned_release_with_two_counted_pods() -> None:
    run = install("certManager")
    release = run.one(RELEASE).inputs
    assert (release["chart"], release["version"], release["values"]["replicaCount"]) == ("cert-manager", "v1.19.1", 2)
    assert int(run.one(QUOTA).inputs["spec"]["hard"]["pods"]) >= 4
