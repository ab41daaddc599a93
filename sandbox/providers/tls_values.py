"""The tls package: real key pairs, because programs sign with them.

A pair is generated for each life and kept in the state, as in the real package.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection
from hashlib import md5, sha1, sha256

from sandbox.providers.account import Account
from sandbox.providers.package import Refused
from sandbox.providers.schema import Schemas
from sandbox.providers.state_values import StateValues
from sandbox.providers.tokens import Token
from sandbox.providers.wire import Json, Value, dig

_RSA_BITS = 2048
_PEMS = ("privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh", "publicKeyPem", "publicKeyOpenssh")
_FINGERPRINTS = ("publicKeyFingerprintMd5", "publicKeyFingerprintSha256")


class TlsValues(StateValues):
    """tls:index/privateKey:PrivateKey with RSA; the sandbox supports no other."""

    def __init__(self, account: Account, schemas: Schemas) -> None:
        super().__init__("tls", account, schemas)

    @property
    def unknown(self) -> Collection[str]:
        """The keys and their fingerprints."""
        return (*_PEMS, *_FINGERPRINTS)

    def values(self, type_: str, token: Token, inputs: Json) -> tuple[str, dict[str, Value]]:
        """The id is the fingerprint of the public key."""
        del token
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


def _colons(digits: str) -> str:
    return ":".join(digits[place : place + 2] for place in range(0, len(digits), 2))
