"""The stand's processes: each has a log file, and is ended by its id."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LAST_LINES = 25
END_SECONDS = 5


class EndedError(RuntimeError):
    """A process of the stand has ended unexpectedly."""


class Processes:
    """Processes by name; `stop_all` ends them in reverse order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start a process with its output in `<name>.log`. The name must not be running."""
        assert name not in self._running, f"{name} is already running"
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )

    def runs(self, name: str) -> bool:
        """Whether a process was started and not stopped."""
        return name in self._running

    def log(self, name: str) -> Path:
        """Path of a process's output."""
        return self._folder / f"{name}.log"

    def check(self) -> None:
        """EndedError with the end of its log if a process has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                lines = self.log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
                raise EndedError(f"{name} ended with {process.returncode}:\n" + "\n".join(lines))

    def kill(self, name: str) -> None:
        """Kill a process, as a crash would."""
        self._end(name, grace=False)

    def stop(self, name: str) -> None:
        """End a process gracefully."""
        self._end(name, grace=True)

    def stop_all(self) -> None:
        """Kill all processes. Nothing of a stand is kept, so they need no time to clean up."""
        for name in reversed([*self._running]):
            self.kill(name)

    def _end(self, name: str, *, grace: bool) -> None:
        process = self._running.pop(name)
        if grace:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        else:
            process.kill()
        process.wait()
