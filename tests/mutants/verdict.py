"""How a run of pytest decides about a mutant.

A mutant is caught only if a test fails by itself. A run that ends before a test can judge (a file that cannot be
imported, a fixture that raises, no test at all) says nothing about the rule. A program that fails on an undefined name
would fail whatever is tested. In both cases the mutant is invalid and has to be rewritten.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

GREEN, RED = 0, 1
"""Exit codes of pytest; with any other it could not run the tests."""

STUMBLES = ("AttributeError", "ImportError", "IndentationError", "ModuleNotFoundError", "NameError", "SyntaxError",
            "UnboundLocalError")  # fmt: skip
_WRONG_CALL = re.compile(r"TypeError: .*(unexpected keyword argument|missing \d+ required|positional argument)")
_FAILED = re.compile(r"^FAILED (?P<test>\S+?::.+?)(?: - (?P<reason>.*))?$", re.MULTILINE)


class Verdict(StrEnum):
    """The outcome of a mutant."""

    CAUGHT = "caught"
    SURVIVED = "survived"
    INVALID = "invalid"


@dataclass(frozen=True)
class Outcome:
    """A verdict and its reason: the test that failed, or why none did."""

    verdict: Verdict
    detail: str


def judge(exit_code: int, output: str) -> Outcome:
    """The outcome of one run of pytest, read from its exit code and its short summary (`-ra`)."""
    if exit_code == GREEN:
        return Outcome(Verdict.SURVIVED, "no test failed")
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
