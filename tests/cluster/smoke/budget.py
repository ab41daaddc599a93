"""The time from a push to verified pods on EKS: what a run here measures, and what has to be assumed."""

from collections.abc import Iterator

from components.config.platform import PlatformConfig
from tests.cluster.smoke.verdicts import STEPS
from tests.pipeline.workflows.act import Run

BUDGET = 15 * 60
BUILD = 8 * 60
"""Assumption: all services, four at a time, with a warm cache."""
PODS = 2 * 60
"""Assumption: pulling the image and starting the process. Here a pod is ready after 3 s."""
RUNNER = 10
"""Assumption: until a runner takes a job."""


def budget(config: PlatformConfig, run: Run) -> Iterator[tuple[str, str]]:
    """The parts and their sum, each in seconds with its origin."""
    measured = {step: max(job.seconds for job in run.jobs if job.id == step) for step in STEPS}
    builds = measured.pop("build-and-push")
    look = config.argocd.reconciliation_seconds
    assumed = {
        f"build and push, which take {builds} s with images of one small layer": BUILD,
        "Argo CD's look at Git; none with a webhook, as here": look,
        "start of the pods": PODS,
        f"runners for {len(STEPS)} jobs": RUNNER * len(STEPS),
    }
    yield from ((step, f"{seconds} s, measured") for step, seconds in measured.items())
    yield from ((what, f"{seconds} s, assumed") for what, seconds in assumed.items())
    total = sum(measured.values()) + sum(assumed.values())
    yield "sum", f"{total} s of {BUDGET} s"
