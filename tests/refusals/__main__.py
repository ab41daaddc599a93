"""Prints what the command finds of the collection: `python -m tests.refusals`.

Refused / tried: files with one mistake that are refused at its key. Hidden / tried: mistakes of the files with five
that are not reported. Seconds: of the slowest file, by a process of its own, as a person starts it.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.harness.harness import ROOT
from tests.refusals.collection import CASES, FIVES, SINGLE, STACK, Case, folder_of, report
from tests.refusals.judge import hidden

TIMED = 5
"""Files that are slowest within this process, and are run again as a process."""
LONGEST_SECONDS = 2.0


def _seconds_within(case: Case, folder: Path) -> tuple[float, list[str]]:
    started = time.perf_counter()
    problems = report(case, folder)
    return time.perf_counter() - started, hidden(case, problems)


def _seconds_alone(case: Case, folder: Path) -> float:
    folder_of(case, folder)
    command = [sys.executable, "-m", "components.validation", "--stack", STACK, "--project", str(folder)]
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=False, capture_output=True)
    return time.perf_counter() - started


def main() -> int:
    """1 if a mistake is accepted or hidden, or a file takes too long."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        results = {case.name: _seconds_within(case, folder) for case in CASES}
        slowest = sorted(CASES, key=lambda case: results[case.name][0])[-TIMED:]
        seconds = {case.name: _seconds_alone(case, folder) for case in slowest}
    accepted = [case.name for case in SINGLE if results[case.name][1]]
    unreported = [f"{case.name} {path}" for case in FIVES for path in results[case.name][1]]
    name = max(seconds, key=lambda name: seconds[name])
    for line in (
        *(f"not refused at its key: {case}" for case in accepted),
        *(f"hidden: {mistake}" for mistake in unreported),
        f"classes of mistakes:  {len({case.kind for case in SINGLE})}",
        f"refused / tried:      {len(SINGLE) - len(accepted)} / {len(SINGLE)}",
        f"hidden / tried:       {len(unreported)} / {sum(len(case.expected) for case in FIVES)}",
        f"seconds, the slowest: {seconds[name]:.2f} ({name})",
    ):
        print(line)
    return int(bool(accepted or unreported) or seconds[name] > LONGEST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
