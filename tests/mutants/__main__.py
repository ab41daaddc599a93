"""`python -m tests.mutants`: break the components one way at a time; a test must go red for each.

Ends with status 1 when a mutant survives or is invalid, or when the tests are red without any.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.catalogue import AREAS
from tests.mutants.model import UNIT_TESTS, Area, Mutant
from tests.mutants.verdict import Outcome, Verdict
from tests.mutants.workspace import Workspace

PROJECT = Path(__file__).parents[2]
WORKERS = 2


def main() -> int:
    """Run the chosen mutants and print what became of each."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="SUBSTRING", help="mutants whose area or name contains this")
    wanted: str = parser.parse_args().only
    chosen = [(area, mutant) for area in AREAS for mutant in area.mutants if wanted in f"{area.name}: {mutant.name}"]
    if not chosen:
        print(f"no mutant contains {wanted!r}")
        return 1
    started = time.monotonic()
    # A folder of its own for each run: two runs at once do not meet.
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = Workspace.copy(PROJECT, Path(folder, "0"))
        workspaces = [first, *(Workspace.copy(first.root, Path(folder, str(n))) for n in range(1, WORKERS))]
        print("without a mutant: ", end="", flush=True)
        sound = first.test([UNIT_TESTS], "-n", str(WORKERS), "--maxfail=0")
        print(f"{sound.detail} ({time.monotonic() - started:.0f} s)", flush=True)
        if sound.verdict is not Verdict.SURVIVED:
            return 1
        outcomes = _try(chosen, workspaces)
    caught = sum(outcome.verdict is Verdict.CAUGHT for outcome in outcomes)
    for (area, mutant), outcome in zip(chosen, outcomes, strict=True):
        if outcome.verdict is not Verdict.CAUGHT:
            print(f"{outcome.verdict}: {area.name}: {mutant.name} [{mutant.file}]")
    print(f"caught {caught} / tried {len(chosen)} in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(chosen) else 1


def _try(chosen: list[tuple[Area, Mutant]], workspaces: list[Workspace]) -> list[Outcome]:
    """The outcomes in the order of the mutants; each worker takes a workspace that is free."""
    free: SimpleQueue[Workspace] = SimpleQueue()
    for workspace in workspaces:
        free.put(workspace)

    def one(candidate: tuple[Area, Mutant]) -> Outcome:
        area, mutant = candidate
        workspace = free.get()
        try:
            outcome = workspace.outcome(area, mutant)
        finally:
            free.put(workspace)
        print(f"{outcome.verdict:8} {area.name}: {mutant.name} ({outcome.detail})", flush=True)
        return outcome

    with ThreadPoolExecutor(len(workspaces)) as workers:
        return list(workers.map(one, chosen))


if __name__ == "__main__":
    sys.exit(main())
