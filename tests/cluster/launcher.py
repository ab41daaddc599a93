"""Runs pytest in namespaces of its own, several times side by side, so that nothing can be left behind.

Users, network, mounts and processes are the run's own: ports and files exist nowhere else. Its first process holds the
other end of a pipe, the lifeline. A byte passes an interrupt on; when the pipe is closed, the first process ends, and
the kernel ends all others with it. The kernel also closes the pipe, however this process went.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO

from tests.cluster.stand.binaries import ROOT

NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc",
              "--kill-child")  # fmt: skip
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128
"""Added to the number of the signal that ended something, as shells do."""
NOTHING_COLLECTED = 5
"""pytest's status where no test matches."""
STEP_SECONDS = 0.1
PATIENCE_SECONDS, ASKED = 15, 2
"""For pytest to say what it has, once it was interrupted, and how many times it is."""
END_SECONDS = 5
"""For the kernel to end what was in the namespaces."""


def launch(runs: Sequence[Sequence[str]]) -> int:
    """Run pytest once for each list of arguments; the worst status, or 128 and the number of the signal that ended it.

    Of several, the output of each is kept until its end. A signal interrupts the tests, which say what they know by
    then; a second one ends them at once.
    """
    heard = _listen()
    with ExitStack() as ends:
        running = [ends.enter_context(_started(arguments, kept=len(runs) > 1)) for arguments in runs]
        statuses = _statuses(running, heard)
    if heard:
        return SIGNALLED + heard[0]
    return max([status for status in statuses if status != NOTHING_COLLECTED], default=NOTHING_COLLECTED)


@dataclass(frozen=True)
class _Run:
    process: "subprocess.Popen[bytes]"
    lifeline: IO[bytes]
    output: IO[bytes] | None
    """What it has said (None: that was shown at once)."""

    def interrupt(self) -> None:
        with suppress(OSError):  # it has ended meanwhile
            self.lifeline.write(b"!")

    def end(self) -> None:
        """End all that runs in there, and wait for that."""
        self.lifeline.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def show(self) -> None:
        if self.output is None:
            return
        self.output.seek(0)
        try:
            shutil.copyfileobj(self.output, sys.stdout.buffer)
            sys.stdout.flush()
        except OSError:  # the terminal is gone; what is left in the buffer must go somewhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _started(arguments: Sequence[str], *, kept: bool) -> Generator[_Run]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*NAMESPACES, sys.executable, "-m", "tests.cluster.stand.namespace", *arguments],
            cwd=ROOT,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=output if kept else None,
            stderr=subprocess.STDOUT if kept else None,
            # A signal for the whole group at the terminal is heard here alone, and passed on once.
            start_new_session=True,
        )
        assert process.stdin is not None
        run = _Run(process, process.stdin, output if kept else None)
        try:
            yield run
        finally:
            run.end()


def _listen() -> list[int]:
    """The numbers of the signals that come from now on. Who ignores a lost terminal (nohup) goes on without it."""
    heard: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    for number in ENDINGS:
        # A script's `&` makes its children ignore SIGINT; one that is sent to this process is meant all the same.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)
    return heard


def _statuses(runs: Sequence[_Run], heard: Sequence[int]) -> list[int]:
    """Wait for all, showing what was kept of each as it ends."""
    running, statuses, end, asked = [*runs], list[int](), 0.0, 0
    while running:
        if heard and not end:
            end = time.monotonic() + PATIENCE_SECONDS
            say(f"interrupted: {PATIENCE_SECONDS} s for the tests to say what they know, or a second signal")
        # Asked once, an `up` ends after its present step; asked again, at once.
        if end and asked < ASKED and time.monotonic() >= end - PATIENCE_SECONDS * (ASKED - asked) / ASKED:
            asked += 1
            for run in running:
                run.interrupt()
        if len(heard) > 1 or (end and time.monotonic() > end):
            for run in running:
                run.end()
        for run in [run for run in running if run.process.poll() is not None]:
            running.remove(run)
            run.show()
            status = run.process.returncode
            statuses.append(status if status >= 0 else SIGNALLED - status)
        time.sleep(STEP_SECONDS)
    return statuses


def refusal() -> list[str]:
    """What the kernel says against namespaces, with what allows them."""
    tried = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return []
    return [
        f"namespaces are refused: {tried.stderr.strip()}",
        "allow them: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), --security-opt seccomp=unconfined (Docker)",
    ]


def say(line: str) -> None:
    """The launcher's own words, where the terminal still is."""
    with suppress(OSError):
        print(f"tests.cluster: {line}", file=sys.stderr)
