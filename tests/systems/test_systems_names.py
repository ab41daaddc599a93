"""The platform does not name any system: names are only in project files and stack files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.config import load_project
from tests.harness.harness import ROOT
from tools.bans import text_faults

PLATFORM = ("components", "policy", "sandbox")
SYSTEMS = ("nova", "tiketi", "pingvasai")
"""The real systems. A new example may have a common word as its name, such as `shop`, which the platform may use."""


def naming(root: Path, system: str) -> Iterator[str]:
    """Files of the platform that contain the system's name as a whole word, in any case."""
    name = re.compile(rf"(?<![a-z]){system}(?![a-z])", re.IGNORECASE)
    for folder in PLATFORM:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in {"", ".pyc"} and name.search(file.read_text(errors="ignore")):
                yield str(file.relative_to(root))


def test_the_real_systems_exist() -> None:
    projects = {
        load_project(file.parent)["name"] for file in [ROOT / "Pulumi.yaml", *ROOT.glob("examples/*/Pulumi.yaml")]
    }
    assert projects >= set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_no_file_of_the_platform_names_a_system(system: str) -> None:
    assert list((ROOT / PLATFORM[0]).rglob("*.py")) != []
    assert list(naming(ROOT, system)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"shop-staging"', True),
        ("SHOP_STAGING = 1", True),
        ("/shop/argocd", True),
        ("a workshop", False),
        ("shopping", False),
    ],
)
def test_a_name_is_found_as_a_whole(text: str, found: bool, tmp_path: Path) -> None:
    for folder in PLATFORM:
        (tmp_path / folder).mkdir()
    (tmp_path / "policy" / "rule.yaml").write_text(text)
    assert list(naming(tmp_path, "shop")) == (["policy/rule.yaml"] if found else [])


@pytest.mark.parametrize("folder", PLATFORM)
@pytest.mark.parametrize("system", ["nova", "Tiketi", "PINGVASAI"])
def test_lint_refuses_a_systems_name(folder: str, system: str) -> None:
    (fault,) = text_faults(f"{folder}/new.py", f'NAME = "{system}-staging"\n')
    assert fault.startswith(f"{folder}/new.py:1: '{system}': ")
    assert list(text_faults("tests/new.py", f'NAME = "{system}-staging"\n')) == []


def test_the_examples_have_only_stack_files_and_what_their_application_repositories_have() -> None:
    """No code of the program: `main` is the root's. Workflows and the load test belong to the services' repository."""
    for project in ROOT.glob("examples/*/Pulumi.yaml"):
        assert load_project(project.parent)["main"] == "../.."
        files = {file.relative_to(project.parent) for file in project.parent.rglob("*") if file.is_file()}
        others = {file for file in files if file.suffix not in {".yaml", ".md"}}
        assert {file.parts[0] for file in others} <= {".github", "load"}
