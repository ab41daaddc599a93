"""The repo-server answers Argo CD's own components only."""

import os
import socket
import ssl
import subprocess
from typing import Any, cast

import pytest

from components.argocd.mutual_tls import CERTIFICATE, KEY
from components.argocd.values import argocd_values
from tests.cluster.stand.argocd import REPO_SERVER_PORT
from tests.cluster.stand.binaries import built
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


@pytest.mark.parametrize(
    ("section", "program"),
    [
        ("applicationSet", "argocd-applicationset-controller"),
        ("controller", "argocd-application-controller"),
        ("notifications", "argocd-notifications"),
        ("repoServer", "argocd-repo-server"),
        ("server", "argocd-server"),
    ],
)
def test_every_component_knows_the_flags_that_the_chart_gives_it(staging: Stand, section: str, program: str) -> None:
    values = cast("dict[str, Any]", argocd_values(staging.config.argocd))
    flags = [flag.partition("=")[0] for flag in values[section]["extraArgs"]]
    shown = subprocess.run(
        [built("argocd-repo-server"), "--help"],
        env={**os.environ, "ARGOCD_BINARY_NAME": program},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert flags
    assert [flag for flag in flags if flag not in shown] == []
