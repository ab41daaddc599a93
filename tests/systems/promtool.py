"""promtool, and the files of the alerts' cases."""

import subprocess
from pathlib import Path

from tests.harness.harness import ROOT

PROMTOOL = ROOT / ".tools" / "bin" / "promtool"
CASES = sorted((ROOT / "tests" / "systems" / "alerts").glob("*.yaml"))


def promtool(*arguments: str | Path) -> None:
    """Run it; what it says is the failure's message."""
    result = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
