"""Keys and certificates of one run, created with openssl and deleted with it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

DAYS = "2"


@dataclass(frozen=True)
class Pair:
    """Files of a certificate and its key."""

    certificate: Path
    key: Path


class Authority:
    """A certificate authority for the servers of the stand."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.certificate = folder / "ca.pem"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", DAYS),
            *("-subj", "/CN=cluster-tests", "-keyout", folder / "ca.key", "-out", self.certificate),
        )

    def server(self, name: str, *alternatives: str) -> Pair:
        """A server certificate for these `DNS:…` and `IP:…` names."""
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        _openssl(
            *("req", "-x509", "-CA", self.certificate, "-CAkey", self._folder / "ca.key", "-days", DAYS),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName={','.join(alternatives)}", "-addext", "basicConstraints=critical,CA:FALSE"),
            *("-keyout", pair.key, "-out", pair.certificate),
        )
        return pair

    def signing_pair(self, name: str) -> Pair:
        """A key pair for signing tokens."""
        pair = Pair(self._folder / f"{name}.pub", self._folder / f"{name}.key")
        _openssl("genrsa", "-out", pair.key, "2048")
        _openssl("rsa", "-in", pair.key, "-pubout", "-out", pair.certificate)
        return pair


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
