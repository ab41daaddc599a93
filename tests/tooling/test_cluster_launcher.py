"""Whatever ends the launcher of the cluster tests, nothing is left of what ran, and what is known by then is shown."""

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

from tests.tooling.launched import ENDLESS, PORT, WORD

SCRIPT = "import sys; from tests.cluster.launcher import launch; sys.exit(launch([sys.argv[2:]] * int(sys.argv[1])))"
FILE = "tests/tooling/launched.py"
LONG, DEAF = f"{FILE}::test_takes_long", f"{FILE}::test_hears_no_interrupt"
THROUGH, LEAVES = f"{FILE}::test_is_through", f"{FILE}::test_leaves_things"
SECONDS = 30


@dataclass(frozen=True)
class Launch:
    """A launcher that runs the same tests once or several times."""

    word: str
    process: "subprocess.Popen[str]"
    temporary: Path

    def alive(self) -> set[str]:
        """Command lines of all processes that came of it, wherever they are."""
        found: set[str] = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"{WORD}={self.word}".encode() in (process / "environ").read_bytes().split(b"\0"):
                    found.add(f"{process.name} {(process / 'cmdline').read_text().replace(chr(0), ' ').strip()}")
            except OSError:  # ended meanwhile, or somebody else's
                continue
        return found

    def endless(self) -> int:
        """How many of the tests have left what they leave."""
        return sum(line.endswith(" ".join(ENDLESS)) for line in self.alive())

    def wait_until(self, what: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not what():
            assert time.monotonic() < end, (self.alive(), self.process.poll())
            time.sleep(0.02)

    def goes_on(self) -> bool:
        """Whether it is still there half a second from now."""
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

    def start(*tests: str, runs: int = 2, deaf_to: signal.Signals | None = None) -> Launch:
        word = uuid.uuid4().hex
        command = [sys.executable, "-c", SCRIPT, str(runs), *tests]
        if deaf_to is not None:
            command = ["sh", "-c", f'trap "" {deaf_to.name.removeprefix("SIG")}; exec "$@"', "sh", *command]
        process = subprocess.Popen(
            command,
            env={**os.environ, WORD: word, "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(Launch(word, process, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


@pytest.mark.parametrize(
    ("number", "send"),
    [(signal.SIGINT, os.kill), (signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill), (signal.SIGHUP, os.killpg)],
    ids=["SIGINT", "SIGINT to its group, as Ctrl-C", "SIGTERM", "SIGHUP to its group, as a lost terminal"],
)
def test_a_signal_ends_all_and_what_is_known_is_shown(
    launch: Callable[..., Launch], number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    run = launch(THROUGH, LONG)
    run.wait_until(lambda: run.endless() == 2)
    send(run.process.pid, number)
    said = run.output()
    assert run.leaves_nothing()
    assert run.process.returncode == 128 + number
    assert said.count("= 1 passed in ") == 2, said


def test_a_second_signal_ends_tests_that_do_not_hear_the_first(launch: Callable[..., Launch]) -> None:
    run = launch("-v", THROUGH, DEAF)
    run.wait_until(lambda: run.endless() == 2)
    run.process.send_signal(signal.SIGINT)
    assert run.goes_on()
    begun = time.monotonic()
    run.process.send_signal(signal.SIGTERM)
    said = run.output()
    assert time.monotonic() - begun < 5
    assert run.leaves_nothing()
    assert run.process.returncode == 128 + signal.SIGINT
    assert said.count(f"{THROUGH} PASSED") == 2, said


@pytest.mark.parametrize("runs", [1, 2])
def test_a_launcher_that_is_killed_leaves_nothing(launch: Callable[..., Launch], runs: int) -> None:
    run = launch(DEAF, runs=runs)
    run.wait_until(lambda: run.endless() == runs)
    run.process.kill()
    run.wait_until(run.leaves_nothing)


@pytest.mark.parametrize("milliseconds", [50, 150, 400])
def test_a_launcher_that_is_killed_while_it_starts_leaves_nothing(
    launch: Callable[..., Launch], milliseconds: int
) -> None:
    run = launch(DEAF)
    time.sleep(milliseconds / 1000)
    run.process.kill()
    run.wait_until(run.leaves_nothing)


def test_namespaces_that_are_killed_from_outside_leave_nothing_and_are_no_success(
    launch: Callable[..., Launch],
) -> None:
    run = launch(LONG, runs=1)
    run.wait_until(lambda: run.endless() == 1)
    (unshare,) = (int(line.split()[0]) for line in run.alive() if line.split()[1] == "unshare")
    os.kill(unshare, signal.SIGKILL)
    run.output()
    run.wait_until(run.leaves_nothing)
    assert run.process.returncode == 128 + signal.SIGKILL


def test_a_lost_terminal_that_the_caller_ignores_ends_nothing(launch: Callable[..., Launch]) -> None:
    run = launch(LONG, runs=1, deaf_to=signal.SIGHUP)
    run.wait_until(lambda: run.endless() == 1)
    run.process.send_signal(signal.SIGHUP)
    assert run.goes_on()


def test_an_interrupt_is_heard_also_in_the_background_of_a_script(launch: Callable[..., Launch]) -> None:
    run = launch(LONG, runs=1, deaf_to=signal.SIGINT)
    run.wait_until(lambda: run.endless() == 1)
    run.process.send_signal(signal.SIGINT)
    assert "KeyboardInterrupt" in run.output()
    assert run.process.returncode == 128 + signal.SIGINT
    assert run.leaves_nothing()


def test_what_tests_leave_is_gone_when_they_are_through(launch: Callable[..., Launch]) -> None:
    run = launch(LEAVES)
    assert run.output().count("= 1 passed in ") == 2
    assert run.leaves_nothing()
    assert run.process.returncode == 0


def test_a_reader_that_goes_away_leaves_nothing(launch: Callable[..., Launch]) -> None:
    run = launch(THROUGH)
    assert run.process.stdout is not None
    run.process.stdout.close()
    assert run.process.wait(SECONDS) == 0
    assert run.leaves_nothing()
