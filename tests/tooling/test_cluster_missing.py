"""The launcher of the cluster tests reports each missing program, with the way to install it, and starts nothing."""

from pathlib import Path

import pytest

from tests.cluster import __main__ as launcher
from tests.cluster.stand import binaries


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all programs, the system's and the built ones; there are none elsewhere."""
    for name in (*binaries.SYSTEM, *binaries.BUILT):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "BIN", tmp_path)
    return tmp_path


def test_nothing_is_missing_where_all_programs_are_installed(complete: Path) -> None:
    assert complete.is_dir()
    assert binaries.missing() == []


@pytest.mark.parametrize("name", binaries.BUILT)
def test_a_program_that_was_not_built_is_reported_with_the_command(complete: Path, name: str) -> None:
    (complete / name).unlink()
    assert binaries.missing() == [f"{name} missing in .tools/bin: make cluster-tools"]


@pytest.mark.parametrize(("name", "package"), binaries.SYSTEM.items())
def test_a_missing_system_program_is_reported_with_its_package(complete: Path, name: str, package: str) -> None:
    (complete / name).unlink()
    assert binaries.missing() == [f"{name} is not installed: apt-get install {package}"]


def test_the_launcher_reports_all_missing_programs_and_starts_nothing(
    complete: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[object] = []
    monkeypatch.setattr(launcher, "launch", started.append)
    for name in ("etcd", "kwok", "ip"):
        (complete / name).unlink()
    assert launcher.main([]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "tests.cluster: ip is not installed: apt-get install iproute2",
        "tests.cluster: etcd, kwok missing in .tools/bin: make cluster-tools",
    ]
    assert started == []


def test_an_unknown_program_is_not_started() -> None:
    with pytest.raises(LookupError, match="kubelet is not among the programs"):
        binaries.built("kubelet")
