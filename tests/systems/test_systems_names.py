"""The platform knows no system by name: what one is called stands in its project file and stack files."""

import pytest

from tests.unit.harness import ROOT
from tests.unit.harness_config import load_project
from tools.shape import text_faults

PLATFORM = ("components", "policy", "sandbox")
SYSTEMS = sorted(
    load_project(file.parent)["name"] for file in [ROOT / "Pulumi.yaml", *ROOT.glob("examples/*/Pulumi.yaml")]
)


def test_the_systems_are_found() -> None:
    assert {"nova", "tiketi", "pingvasai"} <= set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_file_of_the_platform_names_a_system(system: str) -> None:
    files = [file for folder in PLATFORM for file in (ROOT / folder).rglob("*") if file.suffix not in {"", ".pyc"}]
    assert len(files) > len(PLATFORM)
    naming = [str(file.relative_to(ROOT)) for file in files if system in file.read_text(errors="ignore").lower()]
    assert naming == []


@pytest.mark.parametrize("folder", PLATFORM)
@pytest.mark.parametrize("system", ["nova", "Tiketi", "PINGVASAI"])
def test_lint_refuses_a_systems_name(folder: str, system: str) -> None:
    (fault,) = text_faults(f"{folder}/new.py", f'NAME = "{system}-staging"\n')
    assert fault.startswith(f"{folder}/new.py:1: '{system}': ")
    assert list(text_faults("tests/new.py", f'NAME = "{system}-staging"\n')) == []


def test_the_examples_are_stack_files_only() -> None:
    """No code: `main` is the root program, and everything else is data."""
    for project in ROOT.glob("examples/*/Pulumi.yaml"):
        assert load_project(project.parent)["main"] == "../.."
        assert {file.suffix for file in project.parent.rglob("*") if file.is_file()} <= {".yaml", ".md"}
