"""The provider process: `python -m sandbox.providers.server --account FILE --packages aws,random --cache DIR`.

With `--api-server URL --certificate-authority FILE` these are the simulated EKS clusters' own. `--address` is that of
the machine that runs Pulumi.
The protocol is lines of JSON: first `{"ports": {...}}` on its output, then an answer to each `{"do": "calls"}` or
`{"do": "reset"}` on its input. The process ends when its input closes, so that it does not outlive a killed driver, and
ignores Ctrl-C, because the engine still needs it to end an update cleanly.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from concurrent import futures
from pathlib import Path
from types import FrameType
from typing import cast

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from sandbox.providers.account import Account
from sandbox.providers.client import ApiServer
from sandbox.providers.registry import make_package
from sandbox.providers.schema import sdk_version
from sandbox.providers.servicer import CallCounter, Servicer

# A Construct call occupies its thread while its children call back into the same server.
_THREADS = 64
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until the input closes."""
    parser = argparse.ArgumentParser(prog="sandbox.providers.server", description=__doc__)
    parser.add_argument("--account", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--packages", required=True)
    parser.add_argument("--api-server")
    parser.add_argument("--certificate-authority", type=Path)
    parser.add_argument("--address")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    account = Account(cast("Path", options.account))
    api_server = (
        ApiServer(url=options.api_server, certificate_authority=options.certificate_authority)
        if options.api_server
        else None
    )
    counter = CallCounter()
    pool = futures.ThreadPoolExecutor(_THREADS)
    servers: list[grpc.Server] = []
    ports: dict[str, int] = {}
    for name in cast("str", options.packages).split(","):
        server = grpc.server(pool, interceptors=[counter], options=_UNLIMITED)
        package = make_package(name, account, cast("Path", options.cache), api_server, options.address)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(package, sdk_version(name)), server)
        ports[name] = server.add_insecure_port("127.0.0.1:0")
        server.start()
        servers.append(server)
    try:
        _control(ports, counter)
    finally:
        for server in servers:
            server.stop(None)
        account.close()


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    os._exit(0)


def _control(ports: dict[str, int], counter: CallCounter) -> None:
    print(json.dumps({"ports": ports}), flush=True)
    for line in sys.stdin:
        if json.loads(line)["do"] == "reset":
            counter.reset()
        print(json.dumps({"calls": counter.counts()}), flush=True)


if __name__ == "__main__":
    main()
    # A Construct call that waits for an engine that has ended must not keep the process running.
    os._exit(0)
