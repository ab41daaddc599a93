"""One measured operation in a process of its own: `python -m tests.bench.operation VERB PROJECT STACK STATE RESULT`.

`python -m sandbox` would run a second preview for its report, and write to a terminal.
"""

import json
import sys
from pathlib import Path

from sandbox.driver import Request, Verb, run
from tests.bench.memory import own_peak

LINES_OF_A_FAILURE = 30


def main(verb: str, project: str, stack: str, state: str, result: str) -> int:
    """Write seconds, calls, changes and memory to the file `result`. On a failure print the last lines and return 1.

    Two verbs in addition to the sandbox's: `plan` is a preview that writes its report with all resources instead of
    figures, `up-without-checkpoints` is an `up` that writes the state only at its end.
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
