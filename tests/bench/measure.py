"""Runs each measurement in a process of its own."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.bench.memory import engine_peak_until_the_end

ROOT = Path(__file__).resolve().parents[2]


class BenchError(Exception):
    """A measurement that failed; the text says why."""


class Step(StrEnum):
    """The measured operations, in the order in which they run."""

    ALONE = "program alone"
    PREVIEW = "preview"
    FIRST_UP = "first up"
    SECOND_UP = "second up"


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A program with a stack: the folder of its Pulumi.yaml."""

    name: str
    project: Path
    stack: str
    checkpoints: bool = True
    """Whether the engine writes its state at each step of a first up: its time then grows with their square."""


UNSAVED = "up-without-checkpoints"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One measurement. Seconds of the operation itself; peak resident memory in MiB."""

    seconds: float
    program_mib: float
    """Of the process that runs the program; with the engine, of the driver."""
    engine_mib: float | None = None
    calls: dict[str, int] = field(default_factory=dict[str, int])
    """Calls of the engine to the providers, by method."""
    changes: dict[str, int] = field(default_factory=dict[str, int])


class Bench:
    """Measures steps of contestants; keeps its files in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schemas = folder / "schemas"
        self._schemas.mkdir(parents=True, exist_ok=True)

    def measure(self, contestant: Contestant, step: Step) -> Sample:
        """Run one step: preview and first up in an empty account, second up after the last first up."""
        if step is Step.ALONE:
            return self._run("tests.bench.alone", [str(contestant.project), contestant.stack])
        if step is Step.PREVIEW:
            return self._operate("preview", contestant, self._empty(contestant, "preview"))
        state = self._state(contestant, "up") if step is Step.SECOND_UP else self._empty(contestant, "up")
        return self._operate("up" if contestant.checkpoints or step is Step.SECOND_UP else UNSAVED, contestant, state)

    def plan(self, contestant: Contestant) -> dict[str, Any]:
        """The report of the contestant's preview in an empty account, with every resource."""
        self._operate("plan", contestant, self._empty(contestant, "plan"), parse=False)
        return json.loads(self._result.read_text(encoding="utf-8"))

    def warm_up(self, contestant: Contestant) -> None:
        """Run the contestant once, so that bytecode and the sandbox's schemas exist before anything is measured."""
        state = self._empty(contestant, "warm-up")
        self._operate(UNSAVED, contestant, state)
        for file in state.glob("schema-*"):
            shutil.copy(file, self._schemas)

    def _state(self, contestant: Contestant, purpose: str) -> Path:
        return self._folder / "states" / f"{contestant.name}-{purpose}"

    def _empty(self, contestant: Contestant, purpose: str) -> Path:
        state = self._state(contestant, purpose)
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(self._schemas, state)
        return state

    @property
    def _result(self) -> Path:
        return self._folder / "result.json"

    def _operate(self, verb: str, contestant: Contestant, state: Path, *, parse: bool = True) -> Sample:
        arguments = [verb, str(contestant.project), contestant.stack, str(state)]
        return self._run("tests.bench.operation", arguments, parse=parse)

    def _run(self, module: str, arguments: Sequence[str], *, parse: bool = True) -> Sample:
        log = self._folder / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, str(self._result)],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
            engine = engine_peak_until_the_end(process)
        if process.returncode != 0:
            shown = log.read_text(encoding="utf-8", errors="replace").strip()
            raise BenchError(f"{module} {' '.join(arguments)} ended with {process.returncode}:\n{shown}")
        if not parse:
            return Sample(seconds=0, program_mib=0)
        return Sample(engine_mib=engine, **json.loads(self._result.read_text(encoding="utf-8")))
