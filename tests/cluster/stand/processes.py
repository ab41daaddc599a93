"""The stand's processes: started with a log file each, ended by their own ids."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LAST_LINES = 25
END_SECONDS = 5


class EndedError(RuntimeError):
    """A process of the stand is gone that should run."""


class Processes:
    """Processes by name. All are ended by `stop_all`, the last one first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start one; its output goes to `<name>.log`. A name that runs already is an error of the caller's."""
        assert name not in self._running, f"{name} runs already"
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
            )

    def runs(self, name: str) -> bool:
        """Whether it was started and has not been stopped."""
        return name in self._running

    def log(self, name: str) -> Path:
        """Path of its output."""
        return self._folder / f"{name}.log"

    def check(self) -> None:
        """EndedError with the last lines of its log when one has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                lines = self.log(name).read_text(errors="replace").splitlines()[-LAST_LINES:]
                raise EndedError(f"{name} ended with {process.returncode}:\n" + "\n".join(lines))

    def kill(self, name: str) -> None:
        """End one as a crash would."""
        self._end(name, grace=False)

    def stop(self, name: str) -> None:
        """End one in its own way."""
        self._end(name, grace=True)

    def stop_all(self) -> None:
        """End all that run. Nothing of a stand is kept, so none is given time to tidy up."""
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
