"""Finding the engine and running its commands, with a stub of `pulumi`."""

import os
import signal
import sys
from pathlib import Path

import pytest
from pulumi.automation import CommandError, ConcurrentUpdateError

from sandbox.engine import Engine, engine, forwarding_signals, installation
from sandbox.workspace import UsageError

STUB = """\
#!{python}
import signal, sys
arguments = sys.argv[1:]
if arguments == ["version"]:
    print("{version}")
elif "wait" in arguments:
    try:
        print("ready", flush=True)
        signal.pause()
    except KeyboardInterrupt:
        sys.exit("ended cleanly")
elif "locked" in arguments:
    sys.exit("error: the stack is currently locked by 1 lock(s)")
else:
    print(" ".join(arguments))
"""


def install(folder: Path, version: str = "v3.230.0") -> Path:
    file = folder / "bin" / "pulumi"
    file.parent.mkdir(parents=True)
    file.write_text(STUB.format(python=sys.executable, version=version))
    file.chmod(0o755)
    return file


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


@pytest.fixture
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Engine:
    request.getfixturevalue("empty_path")
    install(tmp_path / ".tools")
    return engine(tmp_path)


def test_the_engine_on_the_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / ".tools")
    monkeypatch.setenv("PATH", str(install(tmp_path / "user").parent))
    assert installation(tmp_path) is None
    assert engine(tmp_path).command == "pulumi"


@pytest.mark.usefixtures("empty_path")
def test_the_projects_own_build_comes_second(tmp_path: Path) -> None:
    file = install(tmp_path / ".tools")
    assert engine(tmp_path).command == str(file)


@pytest.mark.usefixtures("empty_path")
def test_without_an_engine_the_error_has_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make engine"):
        engine(tmp_path)


@pytest.mark.usefixtures("empty_path")
def test_an_engine_that_is_too_old_is_refused_with_both_versions(tmp_path: Path) -> None:
    install(tmp_path / ".tools", version="v3.150.0")
    with pytest.raises(UsageError, match=r"3\.200\.0 or newer is required: .*3\.150\.0"):
        engine(tmp_path)


def test_a_json_preview_lists_unchanged_resources(running: Engine, tmp_path: Path) -> None:
    assert (
        running.run(["preview", "--json"], str(tmp_path), {}).stdout == "--non-interactive preview --json --show-sames"
    )
    assert "--show-sames" not in running.run(["preview"], str(tmp_path), {}).stdout


def test_only_operations_are_timed(running: Engine, tmp_path: Path) -> None:
    running.run(["stack", "select"], str(tmp_path), {})
    assert running.operation == 0
    running.run(["up"], str(tmp_path), {})
    assert 0 < running.operation < 30


def test_lines_are_passed_on_as_they_arrive(running: Engine, tmp_path: Path) -> None:
    lines: list[str] = []
    running.run(["up", "--yes"], str(tmp_path), {}, on_output=lines.append)
    assert lines == ["--non-interactive up --yes"]


def test_a_lock_is_distinguished_from_other_failures(running: Engine, tmp_path: Path) -> None:
    with pytest.raises(ConcurrentUpdateError):
        running.run(["up", "locked"], str(tmp_path), {})
    assert running.stderr == "error: the stack is currently locked by 1 lock(s)"


def test_ctrl_c_lets_the_engine_end_by_itself(running: Engine, tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    with forwarding_signals(running), pytest.raises(CommandError):
        running.run(["up", "wait"], str(tmp_path), {}, on_output=lambda _line: os.kill(os.getpid(), signal.SIGINT))
    assert running.interrupted
    assert running.stderr == "ended cleanly"
    assert signal.getsignal(signal.SIGINT) is before
