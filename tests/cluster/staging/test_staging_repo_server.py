"""The repo-server answers Argo CD's own components only."""

import socket
import ssl

import pytest

from components.argocd.mutual_tls import CERTIFICATE, KEY
from tests.cluster.stand.argocd import REPO_SERVER_PORT
from tests.cluster.stand.stand import Stand


def first_bytes(context: ssl.SSLContext) -> bytes:
    """What the repo-server answers to the connection; a client certificate is asked for with TLS 1.3's first answer."""
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", REPO_SERVER_PORT), timeout=10) as plain,
        context.wrap_socket(plain) as connection,
    ):
        return connection.recv(9)


def test_a_caller_without_argo_cds_certificate_is_refused(staging: Stand) -> None:
    assert staging.argocd.runs
    with pytest.raises(ssl.SSLError, match="certificate required"):
        first_bytes(ssl.create_default_context())


def test_a_caller_with_argo_cds_certificate_is_answered(staging: Stand) -> None:
    context, folder = ssl.create_default_context(), staging.argocd.certificates
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    assert len(first_bytes(context)) == 9  # HTTP/2's settings
