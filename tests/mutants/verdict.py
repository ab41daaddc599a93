"""What a run of pytest says about a mutant.

Only a test that fails by itself counts. A run that ends before a test can judge (a file that does not import, a fixture
that raises, no test at all) says nothing about the rule, and a program that stumbles over a name that is not there
would fail whatever was tested: such a mutant is invalid and has to be written again.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

GREEN, RED = 0, 1
"""Exit codes of pytest; every other one means that it could not run the tests."""

STUMBLES = ("AttributeError", "ImportError", "IndentationError", "ModuleNotFoundError", "NameError", "SyntaxError",
            "UnboundLocalError")  # fmt: skip
_WRONG_CALL = re.compile(r"TypeError: .*(unexpected keyword argument|missing \d+ required|positional argument)")
_FAILED = re.compile(r"^FAILED (?P<test>\S+?::.+?)(?: - (?P<reason>.*))?$", re.MULTILINE)


class Verdict(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    INVALID = "invalid"


@dataclass(frozen=True)
class Outcome:
    """A verdict and what it rests on: the test that went red, or why there is none."""

    verdict: Verdict
    detail: str


def judge(exit_code: int, output: str) -> Outcome:
    """The outcome of one run of pytest with a short summary (`-ra`) in its output."""
    if exit_code == GREEN:
        return Outcome(Verdict.SURVIVED, "every test stayed green")
    if exit_code != RED:
        return Outcome(Verdict.INVALID, f"pytest ended with {exit_code}: {_last_line(output)}")
    failed = _FAILED.search(output)
    if failed is None:
        return Outcome(Verdict.INVALID, f"no test failed by itself: {_last_line(output)}")
    test, reason = failed["test"].rpartition("/")[2], failed["reason"] or ""
    if reason.startswith(STUMBLES) or _WRONG_CALL.match(reason):
        return Outcome(Verdict.INVALID, f"{test} stumbled: {reason}")
    return Outcome(Verdict.CAUGHT, test)


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if line.strip()), "no output")
