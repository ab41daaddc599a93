"""The stack's configuration, and the program itself on the engine, with its Kubernetes objects on the stand.

AWS, EKS and the rest stay simulated, in an account of the run's own.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from components.config.platform import PlatformConfig
from sandbox.driver import Request, Verb, run
from sandbox.plan import Report, Resource
from tests.cluster.stand.binaries import ROOT
from tests.unit.harness_config import load_project, stack_config

KUBERNETES, RELEASE = "kubernetes:", "kubernetes:helm.sh/v3:Release"
MUTATING = ("Create", "Update", "Delete")


def configuration(stack: str) -> PlatformConfig:
    """The committed configuration of a stack, as the program reads it."""
    prefix = f"{load_project(ROOT)['name']}:"
    merged = stack_config(stack, ROOT)
    own = {key.removeprefix(prefix): value for key, value in merged.items() if key.startswith(prefix)}
    return PlatformConfig.model_validate_json(json.dumps(own))


@dataclass(frozen=True)
class Run:
    """One operation of the engine: its report and what it displayed."""

    report: Report
    lines: tuple[str, ...]

    @property
    def mutating_calls(self) -> int:
        """Calls of providers that make, change or delete."""
        return sum(self.report.calls.get(method, 0) for method in MUTATING)

    @property
    def objects(self) -> list[Resource]:
        """What the program declares on Kubernetes, but for the releases."""
        return [
            resource
            for resource in self.report.resources
            if resource["type"].startswith(KUBERNETES) and resource["type"] != RELEASE
        ]


@dataclass(frozen=True, kw_only=True)
class Program:
    """A stack of the committed program."""

    stack: str
    state: Path
    kubeconfig: Path
    charts: Path

    def run(self, verb: Verb, *, patience: float = 180) -> Run:
        """Do it; `patience` in seconds is for each object that does not come or go."""
        lines: list[str] = []
        request = Request(
            verb=verb,
            stack=self.stack,
            project=ROOT,
            state=self.state,
            kubeconfig=self.kubeconfig,
            charts=self.charts,
            timeout=patience,
            checkpoints=False,
        )
        return Run(run(request, show=lines.append), tuple(lines))
