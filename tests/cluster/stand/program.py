"""The stack's configuration, and the program on the real engine, with its Kubernetes objects on the stand.

AWS, EKS and the other providers are simulated, with an account for each run.
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


def objects(step: Step) -> list[Resource]:
    """The program's Kubernetes objects, without Helm releases."""
    return [item for item in step.resources if item["type"].startswith(KUBERNETES) and item["type"] != RELEASE]


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
        """Run one operation; `patience` is the time in seconds to wait for each object.

        `project` is a folder with other stack files for the program; `watch` gets each line of output as it arrives.
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
        if report.result is Result.INTERRUPTED:  # the driver handles the interrupt, which is meant for the tests
            raise KeyboardInterrupt
        return Step(report, tuple(lines), account(self.state))
