"""However the launcher of the cluster tests ends, nothing is left running, and the results so far are shown."""

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.launcher import AT_ONCE
from tests.harness.signals import with_signals
from tests.tooling.launched import ENDLESS, PORT, WORD

SCRIPT = "import sys; from tests.cluster.launcher import launch; sys.exit(launch([sys.argv[2:]] * int(sys.argv[1])))"
FILE = "tests/tooling/launched.py"
LONG, UNINTERRUPTIBLE = f"{FILE}::test_takes_long", f"{FILE}::test_ignores_interrupts"
PASSING, LEAKING = f"{FILE}::test_passes", f"{FILE}::test_leaks"
SECONDS = 30


@dataclass(frozen=True)
class Launch:
    """A launcher that runs the same tests once or several times."""

    word: str
    process: "subprocess.Popen[str]"
    temporary: Path

    def alive(self) -> set[str]:
        """Command lines of all processes that the launch started, in any namespace."""
        lines: set[str] = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"{WORD}={self.word}".encode() in (process / "environ").read_bytes().split(b"\0"):
                    lines.add(f"{process.name} {(process / 'cmdline').read_text().replace(chr(0), ' ').strip()}")
            except OSError:  # it has ended, or belongs to another user
                continue
        return lines

    def endless(self) -> int:
        """Number of tests that have started their endless process."""
        return sum(line.endswith(" ".join(ENDLESS)) for line in self.alive())

    def wait_until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < end, (self.alive(), self.process.poll())
            time.sleep(0.02)

    def keeps_running(self) -> bool:
        """Whether the launcher still runs after half a second."""
        try:
            self.process.wait(0.5)
        except subprocess.TimeoutExpired:
            return True
        return False

    def output(self) -> str:
        return self.process.communicate(timeout=SECONDS)[0]

    def leaves_nothing(self) -> bool:
        assert [*self.temporary.iterdir()] == []
        assert not Path("/tmp", self.word).exists()
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", PORT)) != 0
        return self.alive() == set()


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Callable[..., Launch]]:
    started: list[Launch] = []

    def start(*tests: str, runs: int = 2, ignoring: signal.Signals | None = None) -> Launch:
        word = uuid.uuid4().hex
        process = subprocess.Popen(
            with_signals([sys.executable, "-c", SCRIPT, str(runs), *tests], ignored=ignoring),
            env={**os.environ, WORD: word, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(Launch(word, process, tmp_path))
        return started[-1]

    yield start
    for launched in started:
        launched.process.kill()
        launched.process.wait()


@pytest.mark.parametrize(
    ("number", "send"),
    [(signal.SIGINT, os.kill), (signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill), (signal.SIGHUP, os.killpg)],
    ids=["SIGINT", "SIGINT to its group, as Ctrl-C", "SIGTERM", "SIGHUP to its group, as a lost terminal"],
)
def test_a_signal_ends_everything_and_the_results_so_far_are_shown(
    launch: Callable[..., Launch], number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    run = launch(PASSING, LONG)
    run.wait_until(lambda: run.endless() == 2)
    send(run.process.pid, number)
    output = run.output()
    assert run.leaves_nothing()
    assert run.process.returncode == 128 + number
    assert output.count("= 1 passed in ") == 2, output


def test_only_a_few_runs_are_started_at_once(launch: Callable[..., Launch]) -> None:
    run = launch(LONG, runs=AT_ONCE + 2)
    run.wait_until(lambda: run.endless() == AT_ONCE)
    assert run.keeps_running()
    assert run.endless() == AT_ONCE
    run.process.send_signal(signal.SIGINT)
    output = run.output()
    assert run.leaves_nothing()
    assert run.process.returncode == 128 + signal.SIGINT
    assert output.count("KeyboardInterrupt") >= AT_ONCE, output


def test_the_next_run_starts_when_one_ends(launch: Callable[..., Launch]) -> None:
    run = launch(PASSING, runs=AT_ONCE + 2)
    assert run.output().count("= 1 passed in ") == AT_ONCE + 2
    assert run.process.returncode == 0


def test_a_second_signal_ends_tests_that_ignore_the_first(launch: Callable[..., Launch]) -> None:
    run = launch("-v", PASSING, UNINTERRUPTIBLE)
    run.wait_until(lambda: run.endless() == 2)
    run.process.send_signal(signal.SIGINT)
    assert run.keeps_running()
    sent = time.monotonic()
    run.process.send_signal(signal.SIGTERM)
    output = run.output()
    assert time.monotonic() - sent < 5
    assert run.leaves_nothing()
    assert run.process.returncode == 128 + signal.SIGINT
    assert output.count(f"{PASSING} PASSED") == 2, output


@pytest.mark.parametrize("runs", [1, 2])
def test_a_killed_launcher_leaves_nothing(launch: Callable[..., Launch], runs: int) -> None:
    run = launch(UNINTERRUPTIBLE, runs=runs)
    run.wait_until(lambda: run.endless() == runs)
    run.process.kill()
    run.wait_until(run.leaves_nothing)


@pytest.mark.parametrize("milliseconds", [50, 150, 400])
def test_a_launcher_killed_while_it_starts_leaves_nothing(launch: Callable[..., Launch], milliseconds: int) -> None:
    run = launch(UNINTERRUPTIBLE)
    time.sleep(milliseconds / 1000)
    run.process.kill()
    run.wait_until(run.leaves_nothing)


def test_namespaces_killed_from_outside_leave_nothing_and_fail_the_run(
    launch: Callable[..., Launch],
) -> None:
    run = launch(LONG, runs=1)
    run.wait_until(lambda: run.endless() == 1)
    (unshare,) = (int(line.split()[0]) for line in run.alive() if line.split()[1] == "unshare")
    os.kill(unshare, signal.SIGKILL)
    run.output()
    run.wait_until(run.leaves_nothing)
    assert run.process.returncode == 128 + signal.SIGKILL


def test_a_hangup_that_the_caller_ignores_ends_nothing(launch: Callable[..., Launch]) -> None:
    run = launch(LONG, runs=1, ignoring=signal.SIGHUP)
    run.wait_until(lambda: run.endless() == 1)
    run.process.send_signal(signal.SIGHUP)
    assert run.keeps_running()


def test_an_interrupt_is_handled_even_in_the_background_of_a_script(launch: Callable[..., Launch]) -> None:
    run = launch(LONG, runs=1, ignoring=signal.SIGINT)
    run.wait_until(lambda: run.endless() == 1)
    run.process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in run.output()
    assert run.process.returncode == 128 + signal.SIGINT
    assert run.leaves_nothing()


def test_leaked_processes_and_files_are_gone_when_the_tests_end(launch: Callable[..., Launch]) -> None:
    run = launch(LEAKING)
    assert run.output().count("= 1 passed in ") == 2
    assert run.leaves_nothing()
    assert run.process.returncode == 0


def test_a_closed_output_leaves_nothing(launch: Callable[..., Launch]) -> None:
    run = launch(PASSING)
    assert run.process.stdout is not None
    run.process.stdout.close()
    assert run.process.wait(SECONDS) == 0
    assert run.leaves_nothing()
