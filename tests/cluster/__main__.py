"""`python -m tests.cluster [PYTEST ARGUMENTS]`: run the cluster tests where nothing of theirs can be left behind.

Everything runs in namespaces of its own (users, network, mounts, processes): ports and files exist nowhere else, and
the kernel ends every process when this one is gone, however it went.
"""

import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from tests.cluster.stand.binaries import ROOT, missing

NAMESPACES = [
    # An unshare whose parent was killed would go on by itself.
    *("setpriv", "--pdeathsig", "KILL", "--"),
    *("unshare", "--user", "--map-root-user", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"),
]
SIGNALLED = 128
"""Added to the number of the signal that ended something, as shells do."""
PATIENCE_SECONDS = 20
"""For pytest to say what it has, once it was interrupted."""


def main(arguments: Sequence[str]) -> int:
    """Run pytest with the arguments inside; its status, or 2 where something is missing."""
    problems = missing() or _refusal()
    for problem in problems:
        print(f"tests.cluster: {problem}", file=sys.stderr)  # noqa: T201 the launcher's own words
    if problems:
        return 2
    command = [*NAMESPACES, sys.executable, "-m", "tests.cluster.stand.namespace", *arguments]
    with subprocess.Popen(command, cwd=ROOT) as child:

        def end(_number: int, _frame: FrameType | None) -> None:
            child.kill()

        signal.signal(signal.SIGTERM, end)
        try:
            status = child.wait()
            return status if status >= 0 else SIGNALLED - status
        except KeyboardInterrupt:  # the tests have heard it too
            try:
                return child.wait(PATIENCE_SECONDS)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                return SIGNALLED + signal.SIGINT
        finally:
            child.kill()


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
