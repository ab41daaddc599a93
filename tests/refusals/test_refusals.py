"""Every mistake of the collection is refused at its key, with line, value and remedy, and nothing else is."""

from pathlib import Path

import pytest

from tests.refusals.collection import (
    CASES,
    FIVES,
    FOLDER,
    SINGLE,
    STACK,
    Case,
    checked,
    name_of,
    report,
)
from tests.refusals.judge import hidden, wrong


@pytest.mark.parametrize("stack", [STACK, "prod"])
def test_the_base_is_accepted(stack: str) -> None:
    assert checked(FOLDER, stack) == []


def test_the_collection_is_large_enough() -> None:
    assert len(SINGLE) >= 200
    assert len({case.kind for case in SINGLE}) >= 60
    assert len(FIVES) >= 20
    assert all(len(case.expected) == 5 for case in FIVES)
    # A key of another tool replaces one that is then missing: both are reported.
    assert all(len(case.expected) <= (2 if case.kind == "other-tool-key" else 1) for case in SINGLE)
    assert all(case.expected for case in SINGLE)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_a_mistake_is_refused(case: Case, tmp_path: Path) -> None:
    assert wrong(case, report(case, tmp_path)) == []


@pytest.mark.parametrize("case", FIVES, ids=name_of)
def test_no_mistake_hides_another(case: Case, tmp_path: Path) -> None:
    assert hidden(case, report(case, tmp_path)) == []
