"""The proof that the tests bite: its catalogue is up to date, and its verdicts mean what they say."""

from collections import Counter
from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tests.mutants.catalogue import AREAS
from tests.mutants.model import Area, Mutant
from tests.mutants.verdict import Verdict, judge
from tests.mutants.workspace import Workspace

MUTANTS = [mutant for area in AREAS for mutant in area.mutants]
SUMMARY = "FAILED tests/unit/test_a.py::test_b[x - y] - assert 1 == 2\n1 failed in 0.1s\n"


def test_the_components_are_broken_in_many_ways() -> None:
    assert len(MUTANTS) >= 200
    assert len({mutant.file for mutant in MUTANTS}) >= 30


def test_every_mutant_changes_one_place_of_its_file() -> None:
    texts = {file: (ROOT / file).read_text() for file in {mutant.file for mutant in MUTANTS}}
    rotten = [f"{m.name}: {m.file} has it {texts[m.file].count(m.old)} times" for m in MUTANTS
              if texts[m.file].count(m.old) != 1 or m.applied(texts[m.file]) == texts[m.file]]  # fmt: skip
    assert rotten == []


def test_no_two_mutants_have_one_name_or_make_the_same_change() -> None:
    assert [name for name, count in Counter(m.name for m in MUTANTS).items() if count > 1] == []
    assert [change for change, count in Counter((m.file, m.old, m.new) for m in MUTANTS).items() if count > 1] == []


def test_every_area_asks_tests_that_are_there() -> None:
    assert [a.name for a in AREAS if not a.tests or not a.mutants] == []
    assert [t for a in AREAS for t in a.files if not (ROOT / t).is_file()] == []


@pytest.mark.parametrize(("text", "old", "new"), [("a", "b", "c"), ("b b", "b", "c"), ("b", "b", "b")])
def test_a_mutant_that_has_not_one_place_or_changes_nothing_is_refused(text: str, old: str, new: str) -> None:
    with pytest.raises(ValueError, match="it is broken"):
        Mutant("it is broken", "x.py", old, new).applied(text)


def test_a_mutant_is_caught_by_the_test_that_failed() -> None:
    outcome = judge(1, SUMMARY)
    assert outcome.verdict is Verdict.CAUGHT
    assert outcome.detail.startswith("test_a.py::test_b")


def test_a_mutant_survives_green_tests() -> None:
    assert judge(0, "3 passed\n").verdict is Verdict.SURVIVED


@pytest.mark.parametrize(
    ("exit_code", "output"),
    [
        (2, "ERROR tests/unit/test_a.py - SyntaxError: invalid syntax\nInterrupted: 1 error during collection\n"),
        (4, "ERROR: file or directory not found: tests/unit/test_a.py\n"),
        (5, "no tests ran in 0.1s\n"),
        (1, "ERROR tests/unit/test_a.py::test_b - ValueError: the fixture raised\n1 error in 0.1s\n"),
        (1, "FAILED tests/unit/test_a.py::test_b - NameError: name 'x' is not defined\n"),
        (1, "FAILED tests/unit/test_a.py::test_b - ImportError: cannot import name 'x'\n"),
        (1, "FAILED tests/unit/test_a.py::test_b - TypeError: Vpc.__init__() got an unexpected keyword argument 'x'\n"),
    ],
)
def test_a_mutant_whose_program_does_not_run_is_not_caught(exit_code: int, output: str) -> None:
    assert judge(exit_code, output).verdict is Verdict.INVALID


def test_a_mutant_lives_in_the_copy_only_and_is_gone_after_its_run(tmp_path: Path) -> None:
    project = _project(tmp_path)
    copy = Workspace.copy(project, tmp_path / "copy")
    with copy.broken(Mutant("one is two", "one.py", "1", "2")):
        assert (copy.root / "one.py").read_text() == "ONE = 2\n"
        assert (project / "one.py").read_text() == "ONE = 1\n"
    assert (copy.root / "one.py").read_text() == "ONE = 1\n"


def test_the_copy_has_neither_the_tools_nor_the_test_that_would_see_every_mutant(tmp_path: Path) -> None:
    copy = Workspace.copy(_project(tmp_path), tmp_path / "copy")
    assert sorted(p.name for p in copy.root.iterdir()) == ["one.py", "test_mutants.py.txt"]


def test_what_the_areas_tests_miss_all_tests_may_catch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Workspace.copy(_project(tmp_path), tmp_path / "copy")
    asked: list[list[str]] = []

    def test(_self: Workspace, paths: list[str]) -> object:
        asked.append(paths)
        return judge(len(asked) - 1, SUMMARY)

    monkeypatch.setattr(Workspace, "test", test)
    mutant = Mutant("one is two", "one.py", "1", "2")
    outcome = copy.outcome(Area("numbers", ("test_one.py",), (mutant,)), mutant)
    assert outcome.verdict is Verdict.CAUGHT
    assert asked == [["tests/unit/test_one.py"], ["tests/unit"]]


def _project(folder: Path) -> Path:
    project = folder / "project"
    for name in (".git", ".venv", ".tools", ".sandbox", "__pycache__"):
        (project / name).mkdir(parents=True)
    (project / "one.py").write_text("ONE = 1\n")
    (project / "test_mutants.py").write_text("")
    (project / "test_mutants.py.txt").write_text("")
    return project
