"""The first process inside the namespaces: sets up addresses, a private /tmp and a name, runs pytest, and reaps.

Argo CD's repo-server has a socket at a fixed path in /tmp, so /tmp is a file system of the stand's own; all that the
stand writes is there and gone with it. `github.com` is an address of the stand: the stack files stay as committed.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from tests.cluster.stand.binaries import ROOT

INSIDE = "PLATFORM_CLUSTER_TESTS"
"""Set in the environment of what runs in the namespaces."""
ADDRESS = "10.60.0.1"
"""Of the stand's own servers."""
PODS = "10.64.0.0/14"
SERVICES = "10.96.0.0/16"
GIT_HOST = "github.com"
TMP = Path("/tmp")
"""A file system of the tests' own."""
ROUTES = (
    "link set lo up",
    f"addr add {ADDRESS}/16 dev lo",
    # Whatever listens on all addresses answers for every pod.
    f"route add local {PODS} dev lo",
    f"route add local {SERVICES} dev lo",
)


def main(arguments: Sequence[str]) -> int:
    """Prepare the namespaces, run pytest in them, and give its status."""
    for route in ROUTES:
        subprocess.run(["ip", *route.split()], check=True)
    _private_tmp()
    hosts = TMP / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{ADDRESS} {GIT_HOST}\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    home = TMP / "home"
    home.mkdir()
    environment = {**_own(os.environ), INSIDE: "1", "TMPDIR": str(TMP), "HOME": str(home)}
    # An interrupt goes to all; this process waits for the tests to end.
    signal.signal(signal.SIGINT, _go_on)
    chosen = [argument for argument in arguments if not argument.startswith("-")]
    places = [] if any((ROOT / place.split("::")[0]).exists() for place in chosen) else ["tests/cluster"]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments, *places]
    return _until_end(subprocess.Popen(command, cwd=ROOT, env=environment))


def _own(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what leads to servers outside or to another authority: there is nothing but the stand."""
    foreign = ("GIT_", "SSL_", "KUBE")
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(foreign) and not name.upper().endswith("_PROXY")
    }


def _private_tmp() -> None:
    """An empty /tmp; what this run needs of the former one comes back at its place."""
    needed = [path for path in map(Path, (str(ROOT), sys.prefix, sys.base_prefix)) if path.is_relative_to(TMP)]
    doors = {path: os.open(path, os.O_PATH) for path in needed}
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", TMP], check=True)
    for path, door in doors.items():
        path.mkdir(parents=True, exist_ok=True)
        # By the open folder: its path means the new file system by now.
        source = f"/proc/self/fd/{door}"
        subprocess.run(["mount", "--no-canonicalize", "--rbind", source, path], check=True, pass_fds=[door])
        os.close(door)


def _go_on(_number: int, _frame: FrameType | None) -> None:
    """In place of an exception. An ignored signal would be ignored by the children as well."""


def _until_end(child: "subprocess.Popen[bytes]") -> int:
    """Wait for the child, and meanwhile bury what others leave: there is no other init here."""
    while True:
        with contextlib.suppress(InterruptedError):
            pid, status = os.wait()
            if pid == child.pid:
                return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
