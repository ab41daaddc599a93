"""The services' responses: one HTTP server for each port, which answers at every pod's address.

All pod addresses are local to this network namespace, so a server on 0.0.0.0 answers for every pod with its port.
"""

import threading
from collections.abc import Sequence
from http.server import ThreadingHTTPServer

from components.config.catalogue import ServiceConfig
from tests.cluster.stand.https import Quiet

OK: tuple[int, str] = (200, "ok\n")
METRICS: tuple[int, str] = (200, "# TYPE up gauge\nup 1\n")


class Services:
    """The catalogue's servers. `answers` has responses that differ from a healthy service's, by service and path."""

    def __init__(self, catalogue: Sequence[ServiceConfig]) -> None:
        self.answers: dict[tuple[str, str], tuple[int, str]] = {}
        self._ports = {service.name: service.port for service in catalogue if service.port is not None}
        self._healthy = {
            (service.name, path): answer
            for service in catalogue
            for path, answer in ((service.health_path, OK), (service.metrics_path, METRICS))
            if path is not None
        }
        self._servers: dict[str, ThreadingHTTPServer] = {}

    def start(self) -> None:
        """Start the servers of all services."""
        for name in self._ports:
            self.up(name)

    def stop(self) -> None:
        """Stop all servers."""
        for name in list(self._servers):
            self.down(name)

    def up(self, name: str) -> None:
        """Start the server of one service."""
        server = ThreadingHTTPServer(("0.0.0.0", self._ports[name]), self._handler(name))
        server.daemon_threads = True
        self._servers[name] = server
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def down(self, name: str) -> None:
        """Stop the server of one service: connections are refused."""
        server = self._servers.pop(name)
        server.shutdown()
        server.server_close()

    def _handler(self, name: str) -> type[Quiet]:
        services = self

        class Handler(Quiet):
            def do_GET(self) -> None:  # noqa: N802 the name that the base class calls
                """Respond as the service does."""
                code, text = services.answer(name, self.path)
                body = text.encode()
                self.send_response(code)
                self.send_header("Content-Type", "text/plain")
                self.send_header("Content-Length", str(len(body)))
                # A connection that the API server keeps open would outlive this server.
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(body)
                self.close_connection = True

        return Handler

    def answer(self, name: str, path: str) -> tuple[int, str]:
        """Status and body for a service's path; 404 for an unknown one."""
        answer = self.answers.get((name, path)) or self._healthy.get((name, path))
        return answer or (404, f"{name} has no {path}\n")
