"""Break the components one way at a time; a test must fail for each.

The status is 1 if a mutant survives or is invalid, or if a test fails without any mutant.
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.catalogue import MUTANTS
from tests.mutants.model import UNIT_TESTS, Mutant
from tests.mutants.verdict import Outcome, Verdict
from tests.mutants.workspace import Workspace

PROJECT = Path(__file__).parents[2]
WORKERS = 2


def main() -> int:
    """Run the chosen mutants and print the outcome of each."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="SUBSTRING", help="mutants whose kind, room or harm contains this"
    )
    only: str = parser.parse_args().only
    titles = {f"{kind}: {mutant.room}: {mutant.harm}": mutant for kind, some in MUTANTS.items() for mutant in some}
    chosen = {title: mutant for title, mutant in titles.items() if only in title}
    if not chosen:
        print(f"no mutant contains {only!r}")
        return 1
    started = time.monotonic()
    # Each run has a folder of its own, so two can run at the same time.
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        first = Workspace.copy(PROJECT, Path(folder, "0"))
        workspaces = [first, *(Workspace.copy(first.root, Path(folder, str(n))) for n in range(1, WORKERS))]
        print("without a mutant: ", end="", flush=True)
        sound = first.test(UNIT_TESTS, "-n", str(WORKERS), "--maxfail=0")
        print(f"{sound.detail} ({time.monotonic() - started:.0f} s)", flush=True)
        if sound.verdict is not Verdict.SURVIVED:
            return 1
        outcomes = _try(chosen, workspaces)
    caught = sum(outcome.verdict is Verdict.CAUGHT for outcome in outcomes.values())
    for title, outcome in outcomes.items():
        if outcome.verdict is not Verdict.CAUGHT:
            print(f"{outcome.verdict}: {title}")
    print(f"caught {caught} / tried {len(chosen)} in {time.monotonic() - started:.0f} s")
    return 0 if caught == len(chosen) else 1


def _try(chosen: dict[str, Mutant], workspaces: list[Workspace]) -> dict[str, Outcome]:
    """The outcome of each mutant, by its title; a worker takes a workspace that is free."""
    free: SimpleQueue[Workspace] = SimpleQueue()
    for workspace in workspaces:
        free.put(workspace)

    def one(title: str) -> Outcome:
        workspace = free.get()
        try:
            outcome = workspace.outcome(chosen[title])
        finally:
            free.put(workspace)
        print(f"{outcome.verdict:8} {title} ({outcome.detail})", flush=True)
        return outcome

    with ThreadPoolExecutor(len(workspaces)) as workers:
        return dict(zip(chosen, workers.map(one, chosen), strict=True))


if __name__ == "__main__":
    sys.exit(main())
