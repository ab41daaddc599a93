"""One measured operation in a process of its own: `python -m tests.bench.operation VERB PROJECT STACK STATE RESULT`.

Not `python -m sandbox`, whose report of a preview costs a second preview, and whose display goes to a terminal.
"""

import json
import sys
from pathlib import Path

from sandbox.driver import Request, Verb, run
from tests.bench.memory import own_peak

LINES_OF_A_FAILURE = 30


def main(verb: str, project: str, stack: str, state: str, result: str) -> int:
    """Write seconds, calls, changes and memory to the file `result`; 1 and the display's end when it fails.

    The verbs are the sandbox's own, and two more: `plan` is a preview whose report with all resources is written
    instead of figures, `up-without-checkpoints` an `up` that writes the state at its end only.
    """
    request = Request(
        verb={"plan": Verb.PREVIEW, "up-without-checkpoints": Verb.UP}.get(verb) or Verb(verb),
        stack=stack,
        project=Path(project),
        state=Path(state),
        checkpoints=verb != "up-without-checkpoints",
        resources=verb == "plan",
    )
    lines: list[str] = []
    report = run(request, show=lines.append)
    if not report.ok:
        print("\n".join(lines[-LINES_OF_A_FAILURE:]))
        return 1
    if verb == "plan":
        report.write(Path(result))
        return 0
    measured = {"seconds": report.seconds, "program_mib": own_peak(), "calls": report.calls, "changes": report.changes}
    Path(result).write_text(json.dumps(measured), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
