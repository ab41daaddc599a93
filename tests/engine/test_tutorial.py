"""Documentation followed to the letter: files, changes, shell commands and their output.

docs/new-system.md from its first block to its last, and the commands in the examples' READMEs.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.runs import LATE_LOGS, account, tree
from tests.harness.tutorial import PAGE, ROOT, Command, missing, steps

KEPT = {"aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy"}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The repository's folder without examples: the reader's files are written here, not to the working tree."""
    for name in ("__main__.py", "components", "sandbox"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "examples").mkdir()
    return tmp_path


def follow(page: Path, folder: Path) -> list[str]:
    """Follow the page in an activated virtual environment; returns the commands."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    commands: list[str] = []
    for step in steps(page.read_text(encoding="utf-8")):
        if not isinstance(step, Command):
            step.apply(folder)
            continue
        result = subprocess.run(
            ["sh", "-c", step.line],
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert result.returncode == step.status, f"{step.line}\n{result.stdout}"
        assert missing(step.output, result.stdout.splitlines()) == [], f"{step.line}\n{result.stdout}"
        commands.append(step.line)
    return commands


def test_the_tutorial_works_as_written(repository: Path) -> None:
    verbs = [line.removeprefix("python -m sandbox ").split()[0] for line in follow(PAGE, repository)]
    assert verbs == ["mkdir", "preview", "preview", "preview", "up", "up", "destroy"]
    assert sorted(tree(repository / "examples")) == ["bookshop/Pulumi.test.yaml", "bookshop/Pulumi.yaml"]
    assert {type_ for type_, _ in account(repository / "examples/bookshop/.sandbox")} == {*KEPT, *LATE_LOGS}


@pytest.mark.parametrize(("system", "shown"), [("tiketi", ["dev", "staging"]), ("pingvasai", ["production"])])
def test_an_example_prints_what_its_readme_shows(system: str, shown: list[str], repository: Path) -> None:
    example = repository / "examples" / system
    shutil.copytree(ROOT / "examples" / system, example, ignore=shutil.ignore_patterns(".sandbox"))
    assert follow(example / "README.md", repository) == [
        f"python -m sandbox preview --project examples/{system} --stack {stack}" for stack in shown
    ]
