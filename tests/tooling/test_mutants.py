"""The mutants are up to date, an edit changes what it says, and a verdict means what it says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.harness.harness import ROOT
from tests.mutants.catalogue import MUTANTS
from tests.mutants.edits import Edit, added, argument, attribute, condition, constant, edited, text, without
from tests.mutants.model import MAIN, Mutant
from tests.mutants.verdict import Verdict, judge
from tests.mutants.workspace import Workspace

ALL = [mutant for some in MUTANTS.values() for mutant in some]
SUMMARY = "FAILED tests/unit/test_a.py::test_b[x - y] - assert 1 == 2\n1 failed in 0.1s\n"


def test_every_mutant_has_exactly_one_place_and_makes_a_change_of_its_own() -> None:
    outdated: list[str] = []
    changes: Counter[tuple[Path, str]] = Counter()
    for mutant in ALL:
        try:
            file, broken = mutant.applied(ROOT)
            compile(broken, file, "exec")
        except (SyntaxError, ValueError) as reason:
            outdated.append(str(reason))
        else:
            changes[file, broken] += 1
    assert outdated == []
    assert [file for (file, _), count in changes.items() if count > 1] == []


def test_every_mutant_names_one_harm_of_its_own() -> None:
    assert [harm for harm, count in Counter(mutant.harm for mutant in ALL).items() if count > 1] == []
    assert [mutant.harm for mutant in ALL if not mutant.harm.endswith(".")] == []


def test_every_mutant_has_tests_to_run() -> None:
    assert [path for mutant in ALL for path in mutant.tests(ROOT) if not (ROOT / path).exists()] == []


def test_the_nearest_tests_run_first() -> None:
    edit = constant("X", "1")
    assert Mutant("data", "It breaks.", edit).tests(ROOT) == ("tests/unit/data", "tests/unit")
    assert Mutant("registry", "It breaks.", edit).tests(ROOT) == ("tests/unit/test_registry.py", "tests/unit")
    assert Mutant(MAIN, "It breaks.", edit).tests(ROOT) == ("tests/unit/stack", "tests/unit")
    assert Mutant("data", "It breaks.", edit, systems=True).tests(ROOT) == ("tests/systems",)


def test_all_unit_tests_run_for_a_room_without_tests_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "tests/unit/one").mkdir(parents=True)
    (tmp_path / "tests/unit/one/__init__.py").touch()
    assert Mutant("one", "It breaks.", constant("X", "1")).tests(tmp_path) == ("tests/unit",)


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (argument("a", "2"), "f(a=1, b=1)", "f(a=2, b=1)"),
        (argument("a", None), "f(a=1, b=1)", "f(b=1)"),
        (argument("a", "[OLD, OLD]"), "f(a=x.y)", "f(a=[x.y, x.y])"),
        (argument("a", "2"), "{'a': 1, **b}", "{'a': 2, **b}"),
        (argument("a", None), "{'a': 1, **b}", "{**b}"),
        (
            argument("a", "2", within="rds.Instance"),
            "aws.rds.Instance(o=f(a=1)), g(a=1)",
            "(aws.rds.Instance(o=f(a=2)), g(a=1))",
        ),
        (
            argument("a", "2", within="Push"),
            "s(sid='Push', c={'a': 1}), s(c={'a': 1})",
            "(s(sid='Push', c={'a': 2}), s(c={'a': 1}))",
        ),
        (argument("a", "2", was="x$"), "f(a=c.x); f(a=c.y)", "f(a=2)\nf(a=c.y)"),
        (without(r"\.b$"), "[a, *x.b]", "[a]"),
        (without("^'b'$"), "('a', 'b')", "('a',)"),
        (added("'c'", to="b"), "f(['b'], ['a'])", "f(['b', 'c'], ['a'])"),
        (text("yes", "no"), '"""yes"""\nx = f"{x} yes"', '"""yes"""\nx = f\'{x} no\''),
        (attribute("a", "b", within="f"), "f(x=y.a); g(x=y.a)", "f(x=y.b)\ng(x=y.a)"),
        (constant("X", "OLD + 1"), "X: int = 1\nx = X", "X: int = 1 + 1\nx = X"),
        (
            condition(r"\.a$", "True"),
            "if x.a:\n    pass\nelif x.b:\n    pass",
            "if True:\n    pass\nelif x.b:\n    pass",
        ),
        (condition(r"\.a$", "False"), "[x for x in y if x.a]", "[x for x in y if False]"),
        (condition(r"\.a$", "not OLD"), "1 if x.a else 2", "1 if not x.a else 2"),
    ],
)
def test_an_edit_changes_the_one_place_that_it_matches(edit: Edit, before: str, after: str) -> None:
    assert edited(edit, {"one.py": "x = 1", "two.py": before}) == ("two.py", f"{after}\n")


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (["f(b=1)"], "matches 0 places instead of one"),
        (["f(a=1)", "f(a=1)"], "matches 2 places instead of one, in ['0', '1']"),
        (["f(a=1); f(a=1)"], "matches 2 places instead of one, in ['0']"),
        (["f(a=2)"], "changes nothing in 0"),
    ],
)
def test_an_edit_without_exactly_one_place_is_refused(texts: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        edited(argument("a", "2"), {str(number): text for number, text in enumerate(texts)})


def test_a_mutant_is_caught_by_the_test_that_failed() -> None:
    outcome = judge(1, SUMMARY)
    assert outcome.verdict is Verdict.CAUGHT
    assert outcome.detail.startswith("test_a.py::test_b")


def test_a_mutant_survives_if_no_test_fails() -> None:
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


ONE_IS_TWO = Mutant("one", "One is two.", constant("ONE", "2"))


def test_a_mutant_changes_the_copy_only_and_is_reverted(tmp_path: Path) -> None:
    project = _project(tmp_path)
    copy = Workspace.copy(project, tmp_path / "copy")
    with copy.broken(ONE_IS_TWO):
        assert (copy.root / "components/one.py").read_text() == "ONE = 2\n"
        assert (project / "components/one.py").read_text() == "ONE = 1\n"
    assert (copy.root / "components/one.py").read_text() == "ONE = 1\n"


def test_the_copy_has_the_code_without_the_tools(tmp_path: Path) -> None:
    copy = Workspace.copy(_project(tmp_path), tmp_path / "copy")
    assert [path.name for path in copy.root.iterdir()] == ["components"]


def test_all_unit_tests_run_if_those_of_the_room_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Workspace.copy(_project(tmp_path), tmp_path / "copy")
    asked: list[str] = []

    def test(_self: Workspace, path: str) -> object:
        asked.append(path)
        return judge(len(asked) - 1, SUMMARY)

    monkeypatch.setattr(Workspace, "test", test)
    assert copy.outcome(ONE_IS_TWO).verdict is Verdict.CAUGHT
    assert asked == ["tests/unit/test_one.py", "tests/unit"]


def test_an_outdated_mutant_is_invalid(tmp_path: Path) -> None:
    copy = Workspace.copy(_project(tmp_path), tmp_path / "copy")
    outcome = copy.outcome(Mutant("one", "Two is three.", constant("TWO", "3")))
    assert outcome.verdict is Verdict.INVALID
    assert outcome.detail.startswith("one: Two is three.: matches 0 places")


def _project(folder: Path) -> Path:
    project = folder / "project"
    for name in (".git", ".venv", ".tools", ".sandbox", "__pycache__", "components"):
        (project / name).mkdir(parents=True)
    (project / "components/one.py").write_text("ONE = 1\n")
    return project
