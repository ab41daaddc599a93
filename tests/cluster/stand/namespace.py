"""The first process inside the namespaces: sets up addresses, a private /tmp and a name, runs pytest, and reaps.

Argo CD's repo-server has a socket at a fixed path in /tmp, so /tmp is a file system of the stand's own; all that the
stand writes is there and gone with it. `github.com` is an address of the stand: the stack files stay as committed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

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
SIGNALLED = 128
"""Added to the number of a signal, as shells do."""
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
    # A script's `&` makes its children ignore it; an exec takes an ignored signal along.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Without a buffer, all that they said is there when they are killed.
    command = [sys.executable, "-u", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    threading.Thread(target=_follow_launcher, args=[child.pid], daemon=True).start()
    return _until_end(child.pid)


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


def _follow_launcher(tests: int) -> None:
    """Pass on each interrupt that comes by the lifeline (stdin), and end when the launcher does, and all others so."""
    while os.read(sys.stdin.fileno(), 1):
        with contextlib.suppress(ProcessLookupError):
            os.kill(tests, signal.SIGINT)
    os._exit(SIGNALLED + signal.SIGKILL)


def _until_end(tests: int) -> int:
    """Wait for the tests, and meanwhile bury what others leave: there is no other init here."""
    while True:
        pid, status = os.wait()
        if pid == tests:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else SIGNALLED - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
