"""The tls package: real key pairs and certificates, because programs sign and authenticate with them.

They are generated for each life and kept in the state, as in the real package.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from hashlib import md5, sha1, sha256

from sandbox.providers.account import Account
from sandbox.providers.package import Refused
from sandbox.providers.schema import Schemas
from sandbox.providers.state_values import StateValues
from sandbox.providers.tokens import Token
from sandbox.providers.wire import Json, Value, dig, text

_RSA_BITS = 2048
_CLIENT = ["client_auth", "digital_signature"]
_PEMS = ("privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh", "publicKeyPem", "publicKeyOpenssh")
_CERTIFICATE = ("certPem", "keyAlgorithm", "validityEndTime", "validityStartTime")
_FINGERPRINTS = ("publicKeyFingerprintMd5", "publicKeyFingerprintSha256")


class TlsValues(StateValues):
    """tls:index/privateKey:PrivateKey with RSA, and selfSignedCert for clients; the sandbox supports no others."""

    def __init__(self, account: Account, schemas: Schemas) -> None:
        super().__init__("tls", account, schemas)

    @property
    def unknown(self) -> Collection[str]:
        """The keys and their fingerprints, and certificates."""
        return (*_PEMS, *_FINGERPRINTS, *_CERTIFICATE)

    def values(self, type_: str, token: Token, inputs: Json) -> tuple[str, dict[str, Value]]:
        """The id is the fingerprint of the public key, or the serial number of a certificate."""
        del token
        if type_ == "tls:index/selfSignedCert:SelfSignedCert":
            return _self_signed(inputs)
        if type_ != "tls:index/privateKey:PrivateKey" or dig(inputs, "algorithm") != "RSA":
            raise Refused("", f"the sandbox supports RSA key pairs, not {type_} {dig(inputs, 'algorithm')}")
        bits = dig(inputs, "rsaBits")
        pair = _rsa_pair(bits if isinstance(bits, int) else _RSA_BITS)
        return sha1(str(pair["publicKeyPem"]).encode(), usedforsecurity=False).hexdigest(), pair


def _rsa_pair(bits: int) -> dict[str, Value]:
    # Imported here because they take 50 ms to load, and most stacks have no keys.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key, none = rsa.generate_private_key(public_exponent=65537, key_size=bits), serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat
    public = key.public_key()
    # Fingerprints are hashes of the key in OpenSSH's format.
    openssh = public.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    blob = b64decode(openssh.split()[1])
    return {
        "privateKeyPem": key.private_bytes(pem, form.TraditionalOpenSSL, none).decode(),
        "privateKeyPemPkcs8": key.private_bytes(pem, form.PKCS8, none).decode(),
        "privateKeyOpenssh": key.private_bytes(pem, form.OpenSSH, none).decode(),
        "publicKeyPem": public.public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
        "publicKeyOpenssh": f"{openssh}\n",
        "publicKeyFingerprintMd5": _colons(md5(blob, usedforsecurity=False).hexdigest()),
        "publicKeyFingerprintSha256": f"SHA256:{b64encode(sha256(blob).digest()).decode().rstrip('=')}",
    }


def _self_signed(inputs: Json) -> tuple[str, dict[str, Value]]:
    """A certificate with the usage that clients need, whatever the inputs ask for."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
    from cryptography.x509 import oid  # noqa: PLC0415

    key = serialization.load_pem_private_key(text(inputs, "privateKeyPem").encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey) or dig(inputs, "allowedUses") != _CLIENT:
        raise Refused("allowedUses", f"the sandbox supports certificates by RSA keys for {', '.join(_CLIENT)} only")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, str(dig(inputs, "subject.commonName")))])
    authority = x509.BasicConstraints(ca=dig(inputs, "isCaCertificate") is True, path_length=None)
    start, hours = datetime.now(UTC).replace(microsecond=0), dig(inputs, "validityPeriodHours")
    end = start + timedelta(hours=hours if isinstance(hours, (int, float)) else 0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(authority, critical=True)
        .add_extension(x509.ExtendedKeyUsage([oid.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return str(certificate.serial_number), {
        "certPem": certificate.public_bytes(serialization.Encoding.PEM).decode(),
        "keyAlgorithm": "RSA",
        "readyForRenewal": False,
        "validityEndTime": end.isoformat(),
        "validityStartTime": start.isoformat(),
    }


def _colons(digits: str) -> str:
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
