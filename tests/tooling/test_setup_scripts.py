"""The set-up scripts as a person calls them: scripts/bootstrap-account and scripts/setup-github."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.harness.harness import ROOT

SCRIPTS = pytest.mark.parametrize("name", ["bootstrap-account", "setup-github"])


@SCRIPTS
def test_it_runs_from_any_folder(name: str, tmp_path: Path) -> None:
    command = [ROOT / "scripts" / name, "--help"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: scripts/{name} ")


@SCRIPTS
def test_it_needs_the_virtual_environment(name: str, tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    result = subprocess.run([script], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", f"{name}: run 'make venv' first.\n")
