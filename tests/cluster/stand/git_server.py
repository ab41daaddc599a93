"""The Git server at github.com: a bare repository on disk behind `git http-backend` and TLS.

The stack files have the repository's real address, so this server answers at it. Reading needs no login; tests write to
the repository on disk (`repository.py`).
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from tests.cluster.stand.certificates import Authority
from tests.cluster.stand.https import HttpsServer, Quiet
from tests.cluster.stand.namespace import GIT_HOST

PORT = 443
PASSED_ON = {"Accept-Encoding": "HTTP_ACCEPT_ENCODING", "Content-Encoding": "HTTP_CONTENT_ENCODING",
             "Git-Protocol": "GIT_PROTOCOL"}  # fmt: skip
"""CGI variable by request header."""


def git_server(folder: Path, authority: Authority) -> HttpsServer:
    """A server for all repositories in a folder, not started yet."""

    class Handler(Quiet):
        def do_GET(self) -> None:  # noqa: N802 http.server's name
            self._answer()

        def do_POST(self) -> None:  # noqa: N802 http.server's name
            self._answer()

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            backend = subprocess.run(
                ["git", "http-backend"],
                input=self.rfile.read(length),
                env=os.environ | self._variables(length),
                capture_output=True,
                check=False,
            )
            head, _, body = backend.stdout.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
            self.send_response(int(headers.pop("Status", "200").split()[0]))
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _variables(self, length: int) -> Mapping[str, str]:
            url = urlsplit(self.path)
            passed = {PASSED_ON[name]: value for name in PASSED_ON if (value := self.headers.get(name)) is not None}
            return {
                "CONTENT_LENGTH": str(length),
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROJECT_ROOT": str(folder),
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "REMOTE_ADDR": self.client_address[0],
                "REQUEST_METHOD": self.command,
                **passed,
            }

    return HttpsServer(Handler, PORT, authority.server("git", f"DNS:{GIT_HOST}"))
