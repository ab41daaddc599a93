"""Shows the figures as tables and saves every sample as JSON."""

import json
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from tests.bench import targets
from tests.bench.measure import Step
from tests.bench.targets import Steps, Verdict

Columns = Mapping[str, Steps]
"""The contestants of one table by name, the platform last."""


def seconds_table(columns: Columns) -> Table:
    """Medians in seconds, and the platform's as multiples of the others'."""
    *others, own = columns
    table = _table(f"{own}: seconds", [*columns, *(f"/ {other}" for other in others)])
    for step in Step:
        ratios = (targets.ratio(columns[own], columns[other], step) for other in others)
        medians = (targets.seconds(steps, step) for steps in columns.values())
        table.add_row(step, *(f"{value:.2f}" for value in (*medians, *ratios)))
    return table


def memory_table(columns: Columns) -> Table:
    """Medians of peak memory in MiB, of the process with the program and of the engine."""
    table = _table(f"{[*columns][-1]}: peak memory in MiB", list(columns))
    kinds: Mapping[str, Callable[[Steps, Step], float | None]] = {
        "program": targets.program_mib,
        "engine": targets.engine_mib,
    }
    for step in Step:
        for kind, of in kinds.items():
            row = [of(steps, step) for steps in columns.values()]
            if any(value is not None for value in row):
                table.add_row(f"{step}, {kind}", *("" if value is None else f"{value:.0f}" for value in row))
    return table


def targets_table(verdicts: Sequence[Verdict]) -> Table:
    """The targets, the measured values, and whether they are met."""
    table = Table(title="targets", title_justify="left")
    for heading in ("target", "at most", "measured", "met"):
        table.add_column(heading, justify="left" if heading == "target" else "right")
    for verdict in verdicts:
        met = "yes" if verdict.met else "[bold red]NO"
        table.add_row(verdict.target, f"{verdict.most:g}", f"{verdict.measured:.3g}", met)
    return table


def write(file: Path, samples: Mapping[str, Steps], verdicts: Sequence[Verdict]) -> None:
    """Save every sample, the verdicts and a description of the machine."""
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


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    return table
