"""scripts/smoke-staging.sh as the tests of this folder run it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.stand.binaries import BIN, ROOT
from tests.cluster.stand.services import Services
from tests.cluster.stand.stand import Stand

NAMESPACE, VICTIM = "nova", "auth-service"
WHOLE_LOOK = 60
INTERVAL = "0.5"
"""Seconds between two looks; short, because most of these tests look at something that does not change."""


@dataclass(frozen=True)
class Smoke:
    """The script, run by a member of the group."""

    stand: Stand
    kubeconfig: Path
    services: Services

    def run(self, *options: str, timeout: int = WHOLE_LOOK, kubeconfig: Path | None = None) -> dict[str, Any]:
        """Its JSON, with its exit status as `status` and the lines for people as `lines`."""
        script = ROOT / "scripts" / "smoke-staging.sh"
        environment = {
            **os.environ,
            "KUBECONFIG": str(kubeconfig or self.kubeconfig),
            "PATH": f"{BIN}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        done = subprocess.run(
            [str(script), "--json", "--timeout", str(timeout), "--interval", INTERVAL, *options],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert done.returncode in (0, 1), done.stderr
        return {**json.loads(done.stdout), "status": done.returncode, "lines": done.stderr}

    def failures(
        self, *options: str, timeout: int = WHOLE_LOOK, kubeconfig: Path | None = None
    ) -> list[dict[str, str]]:
        """The checks that failed."""
        report = self.run(*options, timeout=timeout, kubeconfig=kubeconfig)
        failed = [check for check in report["checks"] if check["status"] == "failed"]
        assert (report["status"], report["ok"]) == ((1, False) if failed else (0, True))
        return failed
