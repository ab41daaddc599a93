"""Runs pytest in namespaces, some runs in parallel, so that nothing is left behind.

Each run has its own user, network, mount and process namespaces: its ports and files exist nowhere else. The first
process in them holds the other end of a pipe, the lifeline. A byte in it forwards an interrupt; when the pipe closes,
the first process ends, and the kernel ends all others. The kernel closes the pipe however the launcher ends.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from types import FrameType
from typing import IO

from tests.cluster.stand.binaries import ROOT

NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc",
              "--kill-child")  # fmt: skip
AT_ONCE = (os.cpu_count() or 1) + 1
"""Runs at the same time: each waits often, but more of them than this only slow each other down."""
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128
"""Added to the number of the signal that ended a process, as in shells."""
NOTHING_COLLECTED = 5
"""pytest's status if no test matches."""
STEP_SECONDS = 0.1
GRACE_SECONDS, INTERRUPTS = 15, 2
"""Time for an interrupted pytest to report its results, and how often it is interrupted."""
END_SECONDS = 5
"""Time for the kernel to end the processes in the namespaces."""


def launch(runs: Sequence[Sequence[str]]) -> int:
    """Run pytest once for each list of arguments; the worst status, or 128 and the number of the signal that ended it.

    Of several, the output of each is buffered until its end. A signal interrupts the tests, which say what they know by
    then; a second one ends them at once.
    """
    received = _listen()
    with ExitStack() as ends:
        starting = (ends.enter_context(_started(arguments, buffered=len(runs) > 1)) for arguments in runs)
        statuses = _statuses(starting, received)
    if received:
        return SIGNALLED + received[0]
    return max([status for status in statuses if status != NOTHING_COLLECTED], default=NOTHING_COLLECTED)


@dataclass(frozen=True)
class _Run:
    process: "subprocess.Popen[bytes]"
    lifeline: IO[bytes]
    output: IO[bytes] | None
    """Its buffered output (None: the output is shown immediately)."""

    def interrupt(self) -> None:
        with suppress(OSError):  # it has ended
            self.lifeline.write(b"!")

    def end(self) -> None:
        """End all processes in the namespaces, and wait for them."""
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
        except OSError:  # the terminal is closed; the rest of the buffer must be written somewhere
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _started(arguments: Sequence[str], *, buffered: bool) -> Generator[_Run]:
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*NAMESPACES, sys.executable, "-m", "tests.cluster.stand.namespace", *arguments],
            cwd=ROOT,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=output if buffered else None,
            stderr=subprocess.STDOUT if buffered else None,
            # A signal for the whole group at the terminal is received here alone, and passed on once.
            start_new_session=True,
        )
        assert process.stdin is not None
        run = _Run(process, process.stdin, output if buffered else None)
        try:
            yield run
        finally:
            run.end()


def _listen() -> list[int]:
    """The list to which received signals are added. An ignored SIGHUP (nohup) stays ignored."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for number in ENDINGS:
        # A script's `&` makes its children ignore SIGINT, but one that is sent to this process must be handled.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, note)
    return received


def _statuses(starting: Iterator[_Run], received: Sequence[int]) -> list[int]:
    """Start the runs, a few at a time, and wait for all, showing the buffered output of each as it ends."""
    running, statuses, end, interrupts = list[_Run](), list[int](), 0.0, 0
    while True:
        if not received:
            running += islice(starting, AT_ONCE - len(running))
        if not running:
            return statuses
        if received and not end:
            end = time.monotonic() + GRACE_SECONDS
            say(f"interrupted: the tests have {GRACE_SECONDS} s to report results; a second signal ends them at once")
        # After one interrupt an `up` ends with its current step, after two at once.
        wait = GRACE_SECONDS * (INTERRUPTS - interrupts) / INTERRUPTS
        if end and interrupts < INTERRUPTS and time.monotonic() >= end - wait:
            interrupts += 1
            for run in running:
                run.interrupt()
        if len(received) > 1 or (end and time.monotonic() > end):
            for run in running:
                run.end()
        for run in [run for run in running if run.process.poll() is not None]:
            running.remove(run)
            run.show()
            status = run.process.returncode
            statuses.append(status if status >= 0 else SIGNALLED - status)
        time.sleep(STEP_SECONDS)


def refusal() -> list[str]:
    """The kernel's refusal of namespaces, with the settings that allow them; empty if it allows them."""
    attempt = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True, check=False)
    if attempt.returncode == 0:
        return []
    return [
        f"namespaces are refused: {attempt.stderr.strip()}",
        "allow them: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), --security-opt seccomp=unconfined (Docker)",
    ]


def say(line: str) -> None:
    """Print a message of the launcher, if the terminal still exists."""
    with suppress(OSError):
        print(f"tests.cluster: {line}", file=sys.stderr)
