"""The command line, up to the point that needs an engine."""

import json
from pathlib import Path

import pytest

from sandbox.__main__ import main


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.staging.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_unknown_stack_is_one_line_and_status_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--stack", "dev"]) == 1
    assert capsys.readouterr().out == (
        f"error: no stack 'dev' in {project} (no Pulumi.dev.yaml). Its stacks: staging. "
        "Name one of them, or write Pulumi.dev.yaml.\n"
    )


def test_a_mistake_is_reported_as_refused(project: Path) -> None:
    assert main(["preview", "--stack", "dev", "--json", "report.json"]) == 1
    report = json.loads((project / "report.json").read_text())
    assert (report["result"], report["calls"], report["resources"]) == ("refused", {}, [])
    assert report["error"].startswith("no stack 'dev'")


def test_a_state_below_a_file_is_one_line_and_status_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "file").write_text("")
    assert main(["up", "--stack", "staging", "--state", "file/state"]) == 1
    state = project / "file" / "state"
    assert capsys.readouterr().out == f"error: --state {state}: the folder is not writable. Choose another one.\n"


def test_a_mistake_leaves_nothing_behind(project: Path) -> None:
    main(["preview", "--stack", "dev"])
    assert sorted(file.name for file in project.iterdir()) == ["Pulumi.staging.yaml", "Pulumi.yaml", "__main__.py"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["up"], ["undo", "--stack", "staging"], ["up", "--stack", "staging", "--plugin", "azure"]],
)
def test_an_invalid_command_line_is_refused(
    arguments: list[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: python -m sandbox" in capsys.readouterr().err
    assert not (project / ".sandbox").exists()
