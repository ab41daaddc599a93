"""Find the Pulumi engine (its CLI) and run its commands.

The one that a person has on the PATH comes first, so that the sandbox and their own `pulumi up` give the same plan;
`make engine` builds one for everybody else. Each command runs in a session of its own: a Ctrl-C reaches the driver
only, which passes it on once, and the engine can then finish the step it is in and record it.
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
    """Folder that holds `bin/pulumi`, or None for the one on the PATH; `root` is the repository's folder.

    Raises UsageError when there is neither.
    """
    if shutil.which("pulumi"):
        return None
    if os.access(root / TOOLS / "bin" / "pulumi", os.X_OK):
        return root / TOOLS
    raise UsageError("no Pulumi engine: run `make engine` (needs Go), or install pulumi and put it on the PATH")


def engine(root: Path) -> "Engine":
    """Give the engine to use from the repository at `root`; UsageError when there is none or it is too old."""
    place = installation(root)
    try:
        return Engine(root=str(place) if place else None, version=MINIMUM)
    except InvalidVersionError as error:
        where = place / "bin" / "pulumi" if place else shutil.which("pulumi")
        raise UsageError(f"{where} cannot be used, {MINIMUM} or newer is needed: {error}") from None


@contextlib.contextmanager
def stoppable(running: "Engine") -> Generator[None]:
    """Pass Ctrl-C and SIGTERM on to the engine for as long as this lasts; only the main thread can."""
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
    """The CLI, plus what the Automation API has no parameter for.

    These are interrupts, `operation` (seconds of the last operation), `stderr` (what the last command said there)
    and the unchanged resources in a plan as data.
    """

    def __init__(self, root: str | None, version: VersionInfo) -> None:
        super().__init__(root=root, version=version)
        self.operation = 0.0
        self.stderr = ""
        self._process: subprocess.Popen[str] | None = None
        self._interrupts = 0

    @property
    def interrupted(self) -> bool:
        """Whether somebody has asked to stop."""
        return self._interrupts > 0

    def interrupt(self) -> None:
        """Ask the running command to end after its present step; the second time to end now, the third kills it."""
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
        """Run one command to its end and note its duration; raises CommandError when it fails."""
        verb = next(arg for arg in args if not arg.startswith("-"))
        # Without it the plan of an existing stack as data lists its changes only.
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
    """Reads one stream to its end, handing on each line as it comes."""

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
