"""Small HTTPS servers in threads of this process."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.cluster.stand.certificates import Pair
from tests.cluster.stand.namespace import ADDRESS


class Quiet(BaseHTTPRequestHandler):
    """A handler that logs nothing."""

    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that the base class gives it
        """Log nothing."""


class HttpsServer:
    """Serves a handler at one of the stand's addresses from `start` to `stop`."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int, pair: Pair, *, address: str = ADDRESS) -> None:
        self._server = ThreadingHTTPServer((address, port), handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair.certificate, pair.key)
        # The handshake is done in the connection's thread: a silent client must not block the others.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
