"""The launcher of the cluster tests names each program that is missing, with the way to get it, and starts nothing."""

from pathlib import Path

import pytest

from tests.cluster import __main__ as launcher
from tests.cluster.stand import binaries


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which all programs are, the system's and the built ones, and none elsewhere."""
    for name in (*binaries.OF_THE_SYSTEM, *binaries.BUILT):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "BIN", tmp_path)
    return tmp_path


def test_nothing_is_missed_where_all_is_there(whole: Path) -> None:
    assert whole.is_dir()
    assert binaries.missing() == []


@pytest.mark.parametrize("name", binaries.BUILT)
def test_a_program_that_was_not_built_is_named_with_the_command(whole: Path, name: str) -> None:
    (whole / name).unlink()
    assert binaries.missing() == [f"{name} missing in .tools/bin: make cluster-tools"]


@pytest.mark.parametrize(("name", "package"), binaries.OF_THE_SYSTEM.items())
def test_a_program_of_the_system_is_named_with_its_package(whole: Path, name: str, package: str) -> None:
    (whole / name).unlink()
    assert binaries.missing() == [f"{name} is not installed: apt-get install {package}"]


def test_the_launcher_says_all_that_is_missing_and_starts_nothing(
    whole: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[object] = []
    monkeypatch.setattr(launcher, "launch", started.append)
    for name in ("etcd", "kwok", "ip"):
        (whole / name).unlink()
    assert launcher.main([]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "tests.cluster: ip is not installed: apt-get install iproute2",
        "tests.cluster: etcd, kwok missing in .tools/bin: make cluster-tools",
    ]
    assert started == []


def test_a_program_that_is_not_looked_for_is_not_started() -> None:
    with pytest.raises(LookupError, match="kubelet is not among the programs"):
        binaries.built("kubelet")
