"""How a check of `make lint` or `make manifests` ends."""

import sys
from collections.abc import Sequence


def report(check: str, checked: str, faults: Sequence[str]) -> int:
    """Print every fault and how much was checked (`12 files`); returns the exit status, 1 if there is a fault."""
    for fault in faults:
        print(f"{check}: {fault}", file=sys.stderr)
    print(f"{check}: {checked}, {len(faults)} faults")
    return 1 if faults else 0
