"""The committed stacks that have AWS, of the root program and of the examples; each example runs once in a session."""

from functools import cache

from tests.harness.harness import ROOT, Run, run_stack

EXAMPLES = ("tiketi/staging", "tiketi/prod", "pingvasai/development", "pingvasai/staging", "pingvasai/production")
"""`<directory>/<stack>` under `examples`."""


@cache
def example(path: str) -> Run:
    """Run one example; the run is shared and only read."""
    directory, stack = path.split("/")
    return run_stack(stack, root=ROOT / "examples" / directory)
