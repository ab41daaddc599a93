"""Shows the figures as tables and keeps them, every sample included, as JSON."""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from tools.bench import targets
from tools.bench.measure import Step
from tools.bench.targets import Steps, Verdict


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One size of the platform beside the floor and a bare program of as many resources."""

    title: str
    floor: Steps
    bare: Steps
    platform: Steps


def seconds_table(comparison: Comparison) -> Table:
    """Medians in seconds, and their ratios."""
    table = _table(f"{comparison.title}: seconds", ("to floor", "to bare"))
    for step in Step:
        table.add_row(
            step,
            *(f"{targets.seconds(steps, step):.2f}" for steps in _columns(comparison)),
            *(
                f"{targets.ratio(comparison.platform, other, step):.2f}"
                for other in (comparison.floor, comparison.bare)
            ),
        )
    return table


def memory_table(comparison: Comparison) -> Table:
    """Medians of peak memory in MiB, of the process with the program and of the engine."""
    table = _table(f"{comparison.title}: peak memory in MiB", ())
    kinds: Mapping[str, Callable[[Steps, Step], float | None]] = {
        "program": targets.program_mib,
        "engine": targets.engine_mib,
    }
    for step in Step:
        for kind, of in kinds.items():
            row = [of(steps, step) for steps in _columns(comparison)]
            if any(value is not None for value in row):
                table.add_row(f"{step}, {kind}", *("" if value is None else f"{value:.0f}" for value in row))
    return table


def targets_table(verdicts: Sequence[Verdict]) -> Table:
    """What has to be, what is, and whether it holds."""
    table = Table(title="targets", title_justify="left")
    for heading in ("target", "at most", "measured", "met"):
        table.add_column(heading, justify="left" if heading == "target" else "right")
    for verdict in verdicts:
        met = "yes" if verdict.met else "[bold red]NO"
        table.add_row(verdict.target, f"{verdict.most:g}", f"{verdict.measured:.3g}", met)
    return table


def write(file: Path, samples: Mapping[str, Steps], verdicts: Sequence[Verdict]) -> None:
    """Keep every sample, the verdicts and what machine it was."""
    content = {
        "machine": {
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "loadAtTheEnd": os.getloadavg(),
        },
        "samples": {
            name: {step: [asdict(sample) for sample in taken] for step, taken in steps.items()}
            for name, steps in samples.items()
        },
        "targets": [asdict(verdict) | {"met": verdict.met} for verdict in verdicts],
    }
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _columns(comparison: Comparison) -> tuple[Steps, Steps, Steps]:
    return comparison.floor, comparison.bare, comparison.platform


def _table(title: str, more: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("floor", "bare", "platform", *more):
        table.add_column(heading, justify="right")
    return table
