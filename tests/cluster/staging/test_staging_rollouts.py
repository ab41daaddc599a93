"""Rollouts of commits: they stay within the quota, and their peak equals the program's totals."""

from components.environments.plan import plan_environments
from components.validation import capacity_sums
from tests.cluster.conftest import Figures
from tests.cluster.staging.conftest import BUILT, BUILT_DEV
from tests.cluster.stand import sums
from tests.cluster.stand.rollout import Rollout, image_of
from tests.cluster.stand.stand import Stand
from tests.facts.nova import NAMES, PEAK, STEADY


def test_a_commit_of_all_images_is_rolled_out_completely(staging: Stand, rolled_out: Rollout) -> None:
    assert rolled_out.after == {name: {image_of(staging, name, BUILT)} for name in NAMES}
    assert all(rolled_out.before[name] != rolled_out.after[name] for name in NAMES)


def test_no_pod_is_refused_during_a_rollout_of_everything(rolled_out: Rollout) -> None:
    assert rolled_out.refused == []


def test_the_peak_of_a_rollout_is_within_the_programs_total(
    staging: Stand, rolled_out: Rollout, figures: Figures
) -> None:
    expected, measured = sums.peak(staging.config, "staging"), rolled_out.peak
    figures.note("staging: services at the peak, measured", capacity_sums.describe(measured))
    figures.note("staging: services at the peak, the program's sum", capacity_sums.describe(expected))
    assert expected.pods == PEAK.pods
    assert sums.within(measured, expected), (measured, expected)
    # Every Deployment had a new pod in addition to its old ones, so the bound above is meaningful.
    assert measured.pods >= STEADY.pods + len(NAMES)


def test_the_nodes_have_room_for_everything_at_the_peak(staging: Stand, rolled_out: Rollout, figures: Figures) -> None:
    nodes = capacity_sums.node_fit(staging.config, plan_environments(staging.config))
    assert nodes is not None
    figures.note("staging: all pods at the peak, measured", capacity_sums.describe(rolled_out.on_nodes))
    figures.note(
        "staging: all pods at the peak, the program's sum (dev rolling too)", capacity_sums.describe(nodes.needed)
    )
    figures.note(f"staging: {nodes.nodes} x {nodes.instance_type} hold", capacity_sums.describe(nodes.held))
    measured = rolled_out.on_nodes
    assert measured.pods <= nodes.needed.pods
    assert measured.cpu_request <= nodes.needed.cpu_request
    assert measured.memory_request <= nodes.needed.memory_request


def test_dev_rolls_out_next_to_staging(staging: Stand, dev_rolled_out: Rollout, figures: Figures) -> None:
    figures.note("dev: services at the peak, measured", capacity_sums.describe(dev_rolled_out.peak))
    figures.note(
        "dev: services at the peak, the program's sum", capacity_sums.describe(sums.peak(staging.config, "dev"))
    )
    assert dev_rolled_out.refused == []
    assert dev_rolled_out.after == {name: {image_of(staging, name, BUILT_DEV)} for name in NAMES}
    assert sums.within(dev_rolled_out.peak, sums.peak(staging.config, "dev"))


def test_a_git_revert_restores_the_old_images(rolled_out: Rollout, rolled_back: Rollout) -> None:
    assert rolled_back.before == rolled_out.after
    assert rolled_back.after == rolled_out.before
    assert rolled_back.refused == []
