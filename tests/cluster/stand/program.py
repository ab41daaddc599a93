"""The stack's configuration, and the program itself on the engine, with its Kubernetes objects on the stand.

AWS, EKS and the rest stay simulated, in an account of the run's own.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from components.config.platform import PlatformConfig
from sandbox.driver import Request, Verb, run
from sandbox.plan import Resource, Result
from tests.cluster.stand.binaries import ROOT
from tests.engine.runs import Step, account
from tests.harness.config import load_project, stack_config

KUBERNETES, RELEASE = "kubernetes:", "kubernetes:helm.sh/v3:Release"
PATIENCE_SECONDS = 180


def configuration(stack: str) -> PlatformConfig:
    """The committed configuration of a stack, as the program reads it."""
    prefix = f"{load_project(ROOT)['name']}:"
    merged = stack_config(stack, ROOT)
    own = {key.removeprefix(prefix): value for key, value in merged.items() if key.startswith(prefix)}
    return PlatformConfig.model_validate_json(json.dumps(own))


def objects(made: Step) -> list[Resource]:
    """What the program declares on Kubernetes, but for the releases."""
    return [found for found in made.resources if found["type"].startswith(KUBERNETES) and found["type"] != RELEASE]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A stack of the committed program."""

    stack: str
    state: Path
    kubeconfig: Path
    charts: Path

    def run(
        self,
        verb: Verb,
        *,
        patience: float = PATIENCE_SECONDS,
        project: Path = ROOT,
        watch: Callable[[str], None] = lambda _: None,
    ) -> Step:
        """Do it; `patience` in seconds is for each object that does not come or go.

        `project` is a folder with other stack files for the program; `watch` sees each line of the display as it comes.
        """
        lines: list[str] = []

        def show(line: str) -> None:
            lines.append(line)
            watch(line)

        request = Request(
            verb=verb,
            stack=self.stack,
            project=project,
            state=self.state,
            kubeconfig=self.kubeconfig,
            charts=self.charts,
            timeout=patience,
            checkpoints=False,
        )
        report = run(request, show=show)
        if report.result is Result.INTERRUPTED:  # the driver takes an interrupt for itself; it was meant for the tests
            raise KeyboardInterrupt
        return Step(report, tuple(lines), account(self.state))
