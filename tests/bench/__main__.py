"""Measure what the platform's program costs, compared with the least that such a program can cost.

The status is 1 if a target is missed.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console

from tests.bench import projects, targets
from tests.bench.measure import ROOT, Bench, BenchError, Contestant, Sample, Step
from tests.bench.recipe import recipe
from tests.bench.report import memory_table, seconds_table, targets_table, write
from tests.bench.rounds import long_steps, play
from tests.bench.targets import Verdict

FOLDER = ROOT / ".bench"
STACK = "staging"
REPETITIONS = 5
MANY = 200


def main() -> int:
    """Measure everything; 1 if a target is missed or a measurement fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="measure each step once, without the project of 200 services"
    )
    parser.add_argument(
        "--checkpoints",
        action="store_true",
        help="run the first up of 200 services with the engine's checkpoints (20 minutes more)",
    )
    asked = parser.parse_args()
    quick: bool = asked.quick
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    try:
        return 0 if _Run(console, Bench(FOLDER), checkpoints=asked.checkpoints).all_met(quick=quick) else 1
    except BenchError as error:
        console.print(f"error: {error}", markup=False)
        return 1


class _Run:
    def __init__(self, console: Console, bench: Bench, *, checkpoints: bool) -> None:
        self._checkpoints = checkpoints
        self._console = console
        self._bench = bench
        self._projects = FOLDER / "projects"

    def all_met(self, *, quick: bool) -> bool:
        """Measure and show everything; return whether all targets are met."""
        own = projects.committed(STACK)
        self._say("warming up")
        self._bench.warm_up(own)
        plan = self._bench.plan(own)["resources"]
        pairs = [self._pair(own, plan)]
        if not quick:
            many = projects.multiplied(self._projects, STACK, MANY)
            bare, many = self._pair(many, self._bench.plan(many)["resources"])
            pairs.append((replace(bare, checkpoints=self._checkpoints), replace(many, checkpoints=self._checkpoints)))
            if not self._checkpoints:
                self._say(
                    f"first up of {MANY} services: without the engine's checkpoints (use --checkpoints to include them)"
                )
        floor = projects.floor(self._projects, "floor", recipe(plan))
        packages = projects.floor(self._projects, "packages", [])
        self._bench.warm_up(floor)

        contestants = [packages, floor, *(contestant for pair in pairs for contestant in pair)]
        samples = play(contestants, 1 if quick else REPETITIONS, self._measure)
        verdicts = [targets.against_floor(own.name, samples[own.name], samples[floor.name])]
        for bare, platform in pairs:
            verdicts += targets.against_bare(platform.name, samples[platform.name], samples[bare.name])
            columns = {name: samples[name] for name in (packages.name, floor.name, bare.name, platform.name)}
            self._console.print(seconds_table(columns), memory_table(columns))
        verdicts.append(self._one_more_service(len(plan)))
        for name, step in long_steps(samples):
            self._say(f"{name}, {step}: took over a minute, so it was measured once")
        self._console.print(targets_table(verdicts))
        write(FOLDER / "results.json", samples, verdicts)
        return all(verdict.met for verdict in verdicts)

    def _pair(self, platform: Contestant, plan: Sequence[Mapping[str, Any]]) -> tuple[Contestant, Contestant]:
        """The bare program with the same resources, and the platform."""
        return projects.bare(self._projects, f"bare-{platform.name}", recipe(plan)), platform

    def _one_more_service(self, resources: int) -> Verdict:
        more = projects.multiplied(self._projects, STACK, projects.services() + 1)
        after = len(self._bench.plan(more)["resources"])
        return targets.one_more_service(resources, after, projects.environments(STACK))

    def _measure(self, contestant: Contestant, step: Step) -> Sample:
        sample = self._bench.measure(contestant, step)
        self._say(f"{contestant.name}, {step}: {sample.seconds:.2f} s, {sample.program_mib:.0f} MiB")
        return sample

    def _say(self, line: str) -> None:
        self._console.print(line, style="dim")


if __name__ == "__main__":
    sys.exit(main())
