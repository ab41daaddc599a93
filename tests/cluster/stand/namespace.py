"""The first process in the namespaces: sets up addresses, a private /tmp and a host name, runs pytest, and reaps.

Argo CD's repo-server has a socket at a fixed path in /tmp, so the stand has its own /tmp, to which it writes everything
and which disappears with it. `github.com` is an address of the stand, so that the stack files are used as committed.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.cluster.stand.binaries import BIN, ROOT

INSIDE = "PLATFORM_CLUSTER_TESTS"
"""Set in the environment of processes in the namespaces."""
ADDRESS = "10.60.0.1"
"""Address of the stand's servers."""
CHARTS_ADDRESS = "10.60.0.2"
"""Address of the chart repositories, whose port is the Git server's too."""
REGISTRY_ADDRESS = "10.60.0.3"
"""Address of the stack's image registry."""
PODS = "10.64.0.0/14"
SERVICES = "10.96.0.0/16"
GIT_HOST = "github.com"
TMP = Path("/tmp")
"""A file system of its own in the namespaces."""
HOSTS = TMP / "hosts"
"""Mounted over /etc/hosts; host names may be added to it."""
COMMANDS = TMP / "bin"
"""Folder on the PATH for commands that a stand provides."""
TRUSTED = TMP / "trusted.pem"
"""The certificate authority that programs written in Go trust; a stand writes it."""
SIGNALLED = 128
"""Added to the number of a signal, as in shells."""
ROUTES = (
    "link set lo up",
    f"addr add {ADDRESS}/16 dev lo",
    # A server that listens on all addresses answers for every pod.
    f"route add local {PODS} dev lo",
    f"route add local {SERVICES} dev lo",
)


def main(arguments: Sequence[str]) -> int:
    """Prepare the namespaces and run pytest in them; returns its status."""
    for route in ROUTES:
        subprocess.run(["ip", *route.split()], check=True)
    _private_tmp()
    HOSTS.write_text(f"127.0.0.1 localhost\n{ADDRESS} {GIT_HOST}\n")
    subprocess.run(["mount", "--bind", HOSTS, "/etc/hosts"], check=True)
    home = TMP / "home"
    for folder in (home, COMMANDS):
        folder.mkdir()
    environment = {
        **_own(os.environ),
        INSIDE: "1",
        "HOME": str(home),
        # The provider that is built here is older than its setting `enablePatchForce`, but has this.
        "PULUMI_K8S_ENABLE_PATCH_FORCE": "true",
        "PATH": f"{COMMANDS}:{BIN}:{os.environ['PATH']}",
        "SSL_CERT_FILE": str(TRUSTED),
        "TMPDIR": str(TMP),
    }
    # A script's `&` makes its children ignore SIGINT, and ignored signals are inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Unbuffered, so that all output is there when the tests are killed.
    command = [sys.executable, "-u", "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL)
    threading.Thread(target=_follow_launcher, args=[child.pid], daemon=True).start()
    return _until_end(child.pid)


def _own(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings for proxies, Git, TLS or Kubernetes: only the stand is reachable."""
    foreign = ("GIT_", "SSL_", "KUBE")
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith(foreign) and not name.upper().endswith("_PROXY")
    }


def _private_tmp() -> None:
    """Mount an empty /tmp, with the folders of the old one that this run needs."""
    needed = [path for path in map(Path, (str(ROOT), sys.prefix, sys.base_prefix)) if path.is_relative_to(TMP)]
    descriptors = {path: os.open(path, os.O_PATH) for path in needed}
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", TMP], check=True)
    for path, descriptor in descriptors.items():
        path.mkdir(parents=True, exist_ok=True)
        # By file descriptor, because the path now refers to the new file system.
        source = f"/proc/self/fd/{descriptor}"
        subprocess.run(["mount", "--no-canonicalize", "--rbind", source, path], check=True, pass_fds=[descriptor])
        os.close(descriptor)


def _follow_launcher(tests: int) -> None:
    """Forward each interrupt from the lifeline (stdin); end with the launcher, which ends all other processes."""
    while os.read(sys.stdin.fileno(), 1):
        with contextlib.suppress(ProcessLookupError):
            os.kill(tests, signal.SIGINT)
    os._exit(SIGNALLED + signal.SIGKILL)


def _until_end(tests: int) -> int:
    """Wait for the tests, and reap orphaned processes: this process is init."""
    while True:
        pid, status = os.wait()
        if pid == tests:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else SIGNALLED - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
