"""`python -m tests.cluster [PYTEST ARGUMENTS]`: run the cluster tests where nothing of theirs can be left behind.

Everything runs in namespaces of its own (users, network, mounts, processes): ports and files exist nowhere else, and
the kernel ends every process when this one is gone, however it went. So without arguments the folders run side by
side, each with a cluster of its own: what takes long there is waiting.
"""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from tests.cluster.stand.binaries import ROOT, missing

NAMESPACES = [
    # An unshare whose parent was killed would go on by itself.
    *("setpriv", "--pdeathsig", "KILL", "--"),
    *("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"),
]
SIGNALLED = 128
"""Added to the number of the signal that ended something, as shells do."""
STEP_SECONDS = 0.2
PATIENCE_SECONDS = 20
"""For pytest to say what it has, once it was interrupted."""

Child = tuple["subprocess.Popen[bytes]", IO[bytes] | None]
"""A run, and where its output is kept until its end (None: it is shown at once)."""


def main(arguments: Sequence[str]) -> int:
    """Run pytest with the arguments inside; the worst status, or 2 where something is missing."""
    problems = missing() or _refusal()
    for problem in problems:
        _say(f"tests.cluster: {problem}")
    if problems:
        return 2
    folders = [] if arguments else _folders()
    with _children([arguments] if arguments else folders, kept=len(folders) > 1) as children:
        try:
            return _statuses(children)
        except KeyboardInterrupt:  # the tests have heard it too
            end = time.monotonic() + PATIENCE_SECONDS
            while any(child.poll() is None for child, _ in children) and time.monotonic() < end:
                time.sleep(STEP_SECONDS)
            return SIGNALLED + signal.SIGINT


def _folders() -> list[list[str]]:
    """The test files of each folder."""
    files = sorted(Path(__file__).parent.rglob("test_*.py"))
    folders = {file.parent for file in files}
    return [[str(file.relative_to(ROOT)) for file in files if file.parent == folder] for folder in sorted(folders)]


@contextmanager
def _children(runs: Sequence[Sequence[str]], *, kept: bool) -> Generator[list[Child]]:
    def end_all(_number: int, _frame: FrameType | None) -> None:
        sys.exit(SIGNALLED + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end_all)
    children: list[Child] = []
    with ExitStack() as ends:
        for arguments in runs:
            output = ends.enter_context(tempfile.TemporaryFile()) if kept else None
            command = [*NAMESPACES, sys.executable, "-m", "tests.cluster.stand.namespace", *arguments]
            child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT if kept else None)
            ends.callback(child.wait)
            ends.callback(child.kill)
            children.append((child, output))
        yield children


def _statuses(children: Sequence[Child]) -> int:
    """Wait for all, showing what was kept of each as it ends."""
    running, worst = [*children], 0
    while running:
        for child, output in [(child, output) for child, output in running if child.poll() is not None]:
            running.remove((child, output))
            if output is not None:
                output.seek(0)
                shutil.copyfileobj(output, sys.stdout.buffer)
                sys.stdout.flush()
            status = child.returncode
            worst = max(worst, status if status >= 0 else SIGNALLED - status)
        time.sleep(STEP_SECONDS)
    return worst


def _refusal() -> list[str]:
    """What the kernel says against namespaces, with what allows them."""
    tried = subprocess.run([*NAMESPACES, "true"], capture_output=True, text=True, check=False)
    if tried.returncode == 0:
        return []
    return [
        f"namespaces are refused: {tried.stderr.strip()}",
        "allow them: sysctl kernel.unprivileged_userns_clone=1 (Debian), "
        "kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu), --security-opt seccomp=unconfined (Docker)",
    ]


def _say(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201 the launcher's own words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
