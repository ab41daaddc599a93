"""The program alone, under Pulumi's mocks: `python -m tests.bench.alone PROJECT STACK RESULT`.

Without engine and providers, Python, the imports of the SDKs and the program itself remain.
"""

import time

STARTED = time.perf_counter()

import json  # noqa: E402  the clock starts before the first expensive import
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from tests.bench.memory import own_peak  # noqa: E402
from tests.harness.harness import run_stack  # noqa: E402


def main(project: str, stack: str, result: str) -> None:
    """Run the project's program once and write seconds and memory to the file `result`."""
    resources = run_stack(stack, Path(project)).resources
    seconds = time.perf_counter() - STARTED
    measured = {"seconds": round(seconds, 3), "program_mib": own_peak(), "changes": {"create": len(resources)}}
    Path(result).write_text(json.dumps(measured), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
