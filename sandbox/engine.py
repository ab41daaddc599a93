"""Find the Pulumi engine (its CLI) and run its commands.

The engine on the user's PATH comes first, so that the sandbox and the user's own `pulumi up` give the same plan;
without one, `make engine` builds it. Each command runs in a session of its own: Ctrl-C reaches only the driver, which
forwards it once, so that the engine can finish and record its current step.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import FrameType
from typing import IO, Any

from pulumi.automation import CommandResult, InvalidVersionError, PulumiCommand
from pulumi.automation.errors import create_command_error
from semver import VersionInfo

from sandbox.workspace import UsageError

MINIMUM = VersionInfo(3, 200, 0)
TOOLS = Path(".tools")
OPERATIONS = ("preview", "up", "refresh", "destroy")

OnOutput = Callable[[str], Any]


def installation(root: Path) -> Path | None:
    """Folder with `bin/pulumi`, or None for the one on the PATH; `root` is the repository's folder.

    Raises UsageError when there is neither.
    """
    if shutil.which("pulumi"):
        return None
    if os.access(root / TOOLS / "bin" / "pulumi", os.X_OK):
        return root / TOOLS
    raise UsageError("no Pulumi engine: run `make engine` (needs Go), or install pulumi and add it to the PATH")


def engine(root: Path) -> "Engine":
    """The engine for the repository at `root`; UsageError when there is none or it is too old."""
    folder = installation(root)
    try:
        return Engine(root=str(folder) if folder else None, version=MINIMUM)
    except InvalidVersionError as error:
        binary = folder / "bin" / "pulumi" if folder else shutil.which("pulumi")
        raise UsageError(f"{binary} is too old, {MINIMUM} or newer is required: {error}") from None


@contextlib.contextmanager
def forwarding_signals(running: "Engine") -> Generator[None]:
    """Forward Ctrl-C and SIGTERM to the engine inside the block; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        running.interrupt()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Engine(PulumiCommand):
    """The CLI, with the features that the Automation API lacks.

    These are interrupts, `operation` (seconds of the last operation), `stderr` (of the last command) and the unchanged
    resources in a JSON preview.
    """

    def __init__(self, root: str | None, version: VersionInfo) -> None:
        super().__init__(root=root, version=version)
        self.operation = 0.0
        self.stderr = ""
        self._process: subprocess.Popen[str] | None = None
        self._interrupts = 0

    @property
    def interrupted(self) -> bool:
        """Whether the run was interrupted."""
        return self._interrupts > 0

    def interrupt(self) -> None:
        """Ask the running command to end after its current step; a second call ends it at once, a third kills it."""
        self._interrupts += 1
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGINT if self._interrupts < 3 else signal.SIGKILL)

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: OnOutput | None = None,
        on_error: OnOutput | None = None,
    ) -> CommandResult:
        """Run one command to its end and record its duration; CommandError when it fails."""
        verb = next(arg for arg in args if not arg.startswith("-"))
        # Without it, the JSON preview of an existing stack lists only its changes.
        same = ["--show-sames"] if verb == "preview" and "--json" in args else []
        started = time.monotonic()
        with subprocess.Popen(
            [self.command, "--non-interactive", *args, *same],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env=self._environment(additional_env),
            encoding="utf-8",
            start_new_session=True,
        ) as process:
            self._process = process
            streams = (_Lines(process.stdout, on_output), _Lines(process.stderr, on_error))
            for stream in streams:
                stream.join()
            code = process.wait()
        if verb in OPERATIONS:
            self.operation = time.monotonic() - started
        self.stderr = streams[1].text
        result = CommandResult(streams[0].text, self.stderr, code)
        if code != 0:
            raise create_command_error(result)
        return result

    def _environment(self, additional: Mapping[str, str]) -> dict[str, str]:
        path = os.environ.get("PATH", os.defpath)
        if Path(self.command).is_absolute():
            path = os.pathsep.join([str(Path(self.command).parent), path])
        return {**os.environ, "PATH": path, **additional, "PULUMI_AUTOMATION_API": "true"}


class _Lines(threading.Thread):
    """Reads one stream to its end, passing on each line as it arrives."""

    def __init__(self, stream: IO[str] | None, each: OnOutput | None) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._each = each
        self._lines: list[str] = []
        self.start()

    def run(self) -> None:
        for line in self._stream or ():
            self._lines.append(line.rstrip())
            if self._each:
                self._each(line.rstrip())

    @property
    def text(self) -> str:
        return "\n".join(self._lines)
