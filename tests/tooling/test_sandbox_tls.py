"""The simulated tls package: real keys, kept in the state."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509 import oid

from sandbox.providers.account import Account
from sandbox.providers.package import Call, Refused
from sandbox.providers.registry import make_package
from sandbox.providers.schema import Schemas
from sandbox.providers.tls_values import TlsValues
from sandbox.providers.wire import UNKNOWN, Json, secret, text

PAIR = "tls:index/privateKey:PrivateKey"
CERTIFICATE = "tls:index/selfSignedCert:SelfSignedCert"
CALL = Call("urn:x", PAIR, "p", {})
INPUTS: Json = {"algorithm": "RSA", "rsaBits": 2048}


def package(folder: Path) -> TlsValues:
    return TlsValues(Account(folder / "account.db"), Schemas("tls", folder))


def test_keys_are_unknown_in_a_preview(tmp_path: Path) -> None:
    id_, planned = package(tmp_path).create(CALL, INPUTS, preview=True)
    assert id_ == ""
    assert [planned[name] for name in ("privateKeyPem", "privateKeyPemPkcs8", "publicKeyPem")] == [UNKNOWN] * 3


def test_a_key_pair_signs_and_verifies_and_each_creation_has_its_own(tmp_path: Path) -> None:
    tls = package(tmp_path)
    (first, outputs), (second, _) = (tls.create(CALL, INPUTS, preview=False) for _ in range(2))
    assert first != second
    pem = text(outputs, "privateKeyPemPkcs8")
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
    private = serialization.load_pem_private_key(pem.encode(), None)
    public = serialization.load_pem_public_key(text(outputs, "publicKeyPem").encode())
    assert isinstance(private, rsa.RSAPrivateKey)
    assert isinstance(public, rsa.RSAPublicKey)
    signature = private.sign(b"token", padding.PKCS1v15(), hashes.SHA256())
    public.verify(signature, b"token", padding.PKCS1v15(), hashes.SHA256())  # raises if the key is another one's
    assert private.key_size == 2048


def test_a_certificate_is_the_keys_own_and_valid_for_clients_as_long_as_asked(tmp_path: Path) -> None:
    tls = package(tmp_path)
    _, pair = tls.create(CALL, INPUTS, preview=False)
    inputs: Json = {
        "privateKeyPem": text(pair, "privateKeyPem"),
        "allowedUses": ["client_auth", "digital_signature"],
        "subject": {"commonName": "client"},
        "validityPeriodHours": 48,
    }
    _, made = tls.create(Call("urn:y", CERTIFICATE, "c", {}), inputs, preview=False)
    certificate = x509.load_pem_x509_certificate(text(made, "certPem").encode())
    pem = certificate.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    certificate.verify_directly_issued_by(certificate)
    usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert pem.decode() == text(pair, "publicKeyPem")
    assert list(usages) == [oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == timedelta(hours=48)


def test_a_certificate_for_another_use_is_refused(tmp_path: Path) -> None:
    tls = package(tmp_path)
    _, pair = tls.create(CALL, INPUTS, preview=False)
    inputs: Json = {"privateKeyPem": text(pair, "privateKeyPem"), "allowedUses": ["server_auth"]}
    with pytest.raises(Refused, match="client_auth, digital_signature only"):
        tls.create(Call("urn:y", CERTIFICATE, "c", {}), inputs, preview=False)


def test_a_refresh_returns_the_key_pair_of_the_state(tmp_path: Path) -> None:
    record = package(tmp_path).refresh(CALL, "id", INPUTS, {"privateKeyPem": secret("hush")})
    assert record is not None
    assert record.outputs == {"privateKeyPem": secret("hush")}


def test_another_size_replaces_the_key_pair(tmp_path: Path) -> None:
    changes = package(tmp_path).diff(CALL, INPUTS, {**INPUTS, "rsaBits": 4096}).changes
    assert [change.replaces for change in changes] == [True]


def test_an_unsupported_algorithm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="the sandbox supports RSA key pairs"):
        package(tmp_path).create(CALL, {"algorithm": "ED25519"}, preview=False)


def test_the_package_is_served(tmp_path: Path) -> None:
    assert isinstance(make_package("tls", Account(tmp_path / "account.db"), tmp_path), TlsValues)
