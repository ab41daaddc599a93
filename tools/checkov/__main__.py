"""Checks a stack with checkov: `python -m tools.checkov --stack staging`.

The sandbox creates the stack in an account of its own: in a preview, policies with ARNs are still unknown. Each check
that fails has to be in tools/exceptions.yaml, and everything there that names a check has to fail.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.driver import Request, Verb, run
from sandbox.plan import Resource
from tools.checkov.findings import CheckovError, Finding, findings
from tools.exceptions import TABLE, Row, exceptions
from tools.report import report


def created(stack: str) -> Sequence[Resource]:
    """The stack's resources as they are after an `up`. CheckovError if it fails."""
    lines: list[str] = []
    with TemporaryDirectory() as state:
        request = Request(verb=Verb.UP, stack=stack, state=Path(state), checkpoints=False, skip_preview=True)
        result = run(request, lines.append)
    if not result.ok:
        raise CheckovError("\n".join([f"the sandbox could not create {stack}", *lines]))
    return result.resources


def faults(stack: str, failed: Sequence[Finding], rows: Sequence[Row]) -> Iterator[str]:
    """Yield each check that fails and is not in the table, and each that is there and does not fail."""
    for finding in failed:
        if not any(row.excuses(stack, finding.check, finding.resource) for row in rows):
            yield (
                f"{finding.resource}: {finding.check}, {finding.title}. Mend the resource, or add the check to "
                f"{TABLE.name} with the reason."
            )
    for row in rows:
        for check, pattern in row.checks.items():
            ended = not any(
                row.excuses(stack, finding.check, finding.resource) for finding in failed if finding.check == check
            )
            if stack in row.stacks and ended:
                yield f"{TABLE.name}: {check} does not fail for {pattern} in {stack}. Remove it, or the stack."


def main(arguments: Sequence[str] | None = None) -> int:
    """Check one stack; 1 with all faults."""
    parser = argparse.ArgumentParser(prog="python -m tools.checkov", description=__doc__)
    parser.add_argument("--stack", required=True, help="NAME of the stack file Pulumi.NAME.yaml")
    stack = parser.parse_args(arguments).stack
    try:
        result = findings(created(stack))
    except CheckovError as error:
        print(f"checkov: {error}", file=sys.stderr)
        return 1
    checked = f"{stack}: {result.passed} checks passed, {len(result.failed)} failed"
    return report("checkov", checked, [*faults(stack, result.failed, exceptions().rows)])


if __name__ == "__main__":
    sys.exit(main())
