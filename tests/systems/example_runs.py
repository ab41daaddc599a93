"""The examples' committed stacks on AWS; each runs once per session."""

from functools import cache

from tests.harness.harness import ROOT, Run, run_stack

EXAMPLES = ("tiketi/staging", "tiketi/prod", "pingvasai/development", "pingvasai/staging", "pingvasai/production")
"""`<directory>/<stack>` under `examples`."""


@cache
def example(path: str) -> Run:
    """The run of one example, shared by all tests, which only read it."""
    directory, stack = path.split("/")
    return run_stack(stack, root=ROOT / "examples" / directory)
