"""Validation of known_hosts lines: the base64 must be a complete, strong key of the stated type.

With an invalid key, syncs would fail with `host key verification failed` long after `up`.
Source: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4.
"""

import base64
import binascii
import re
from collections.abc import Sequence

RSA_BITS = 2048
POINT_BYTES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
"""Length of an uncompressed point by curve."""
ED25519_BYTES = 32
LENGTH_BYTES = 4


def check_host_key(line: str) -> str:
    """The line, whose form must be valid; ValueError, which says what is wrong, if its key is not."""
    _, kind, encoded = line.split(" ")
    try:
        parts = _parts(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(_refusal(line, "is truncated or mistyped")) from None
    if not parts or parts[0] != kind.encode():
        raise ValueError(_refusal(line, f"is not of the type in front of it, {kind}"))
    if not _complete(kind, parts[1:]):
        raise ValueError(_refusal(line, f"is not a complete {kind} key, or has fewer than {RSA_BITS} bits"))
    return line


def _refusal(line: str, wrong: str) -> str:
    host = re.split(r"[],: ]", line.removeprefix("["), maxsplit=1)[0]
    return f"the key of {host} {wrong}. Copy a line from `ssh-keyscan {host}` unchanged."


def _parts(blob: bytes) -> Sequence[bytes]:
    """The length-prefixed strings of the key; ValueError if one is truncated."""
    parts: list[bytes] = []
    while blob:
        length = int.from_bytes(blob[:LENGTH_BYTES])
        part, blob = blob[LENGTH_BYTES : LENGTH_BYTES + length], blob[LENGTH_BYTES + length :]
        if len(part) != length:
            raise ValueError("truncated")
        parts.append(part)
    return parts


def _complete(kind: str, parts: Sequence[bytes]) -> bool:
    match kind, parts:
        case "ssh-ed25519", [point]:
            return len(point) == ED25519_BYTES
        case "ssh-rsa", [_, modulus]:
            return int.from_bytes(modulus).bit_length() >= RSA_BITS
        case _, [curve, point]:
            name = curve.decode("ascii", "replace")
            return kind.endswith(f"-{name}") and len(point) == POINT_BYTES.get(name)
        case _:
            return False
