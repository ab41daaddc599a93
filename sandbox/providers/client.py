"""The driver's side of the provider process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

_ROOT = Path(__file__).resolve().parents[2]
_GRACE_SECONDS = 10  # to end before it is killed


@dataclass(frozen=True, kw_only=True)
class ApiServer:
    """A real API server, of which the simulated EKS clusters hand out address and certificate authority."""

    url: str
    certificate_authority: Path
    """PEM."""


class ProviderProcess:
    """A running provider process.

    `ports` maps each package to its port on 127.0.0.1, as PULUMI_DEBUG_PROVIDERS wants it.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = threading.Lock()
        self.ports = cast("dict[str, int]", self._answer()["ports"])

    def calls(self) -> dict[str, int]:
        """Number of the engine's calls since the last reset, by gRPC method."""
        return cast("dict[str, int]", self._ask("calls")["calls"])

    def reset_calls(self) -> None:
        """Set all counts to zero."""
        self._ask("reset")

    def _ask(self, what: str) -> Mapping[str, object]:
        with self._lock:
            assert self._process.stdin is not None  # noqa: S101  we asked for the pipe
            self._process.stdin.write(json.dumps({"do": what}) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> Mapping[str, object]:
        assert self._process.stdout is not None  # noqa: S101  we asked for the pipe
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the sandbox's provider process has ended; see its error output")
        return cast("Mapping[str, object]", json.loads(line))


@contextmanager
def serve(
    account: Path,
    packages: Sequence[str],
    cache: Path | None = None,
    api_server: ApiServer | None = None,
    address: str | None = None,
) -> Generator[ProviderProcess]:
    """Run the providers of these packages on the simulated account in the file `account`, created if it is missing.

    `cache` is a folder for the SDKs' schemas (by default the account's own); accounts that share it import the SDKs
    only once. `address`: of the machine that runs Pulumi, inside the VPC without one. RuntimeError if the process does
    not start.
    """
    process = _start(account, packages, cache or account.parent, api_server, address)
    try:
        yield ProviderProcess(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _start(
    account: Path, packages: Sequence[str], cache: Path, api_server: ApiServer | None, address: str | None
) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox.providers.server"]
    command += ["--account", str(account.resolve()), "--cache", str(cache.resolve()), "--packages", ",".join(packages)]
    if api_server is not None:
        command += ["--api-server", api_server.url, "--certificate-authority", str(api_server.certificate_authority)]
    if address is not None:
        command += ["--address", address]
    path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "PYTHONPATH": path, "GRPC_VERBOSITY": "ERROR"}
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=_ROOT
    )
