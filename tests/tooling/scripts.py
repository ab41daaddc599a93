"""Scripts run as the workflows run them, with other programs on the PATH."""

import os
import subprocess
from pathlib import Path

from tests.harness.harness import ROOT


def program(folder: Path, name: str, text: str) -> None:
    """Put a program into the folder."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def run(programs: Path, *command: str | Path, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command that finds the folder's programs first; those note their calls in `calls` there."""
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "CALLS": f"{programs}/calls", **variables}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
