"""Whether a line of known_hosts carries a key: its base64 holds what its type says, and no weak one.

A key that is none would end a sync with `host key verification failed` long after `up`.
Source: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 section 4.
"""

import base64
import binascii
import re
from collections.abc import Sequence

RSA_BITS = 2048
POINT_BYTES = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
"""An uncompressed point of the curve."""
ED25519_BYTES = 32
LENGTH_BYTES = 4


def check_host_key(line: str) -> str:
    """The line; ValueError with what is wrong with its key. The form of the line has been checked."""
    _, kind, encoded = line.split(" ")
    try:
        parts = _parts(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(_refusal(line, "is cut off or misspelt")) from None
    if not parts or parts[0] != kind.encode():
        raise ValueError(_refusal(line, f"is not of the type {kind} that stands before it"))
    if not _complete(kind, parts[1:]):
        raise ValueError(_refusal(line, f"is no whole {kind} key, or one of fewer than {RSA_BITS} bits"))
    return line


def _refusal(line: str, wrong: str) -> str:
    host = re.split(r"[],: ]", line.removeprefix("["), maxsplit=1)[0]
    return f"the key of {host} {wrong}. Write a line of `ssh-keyscan {host}` as it is."


def _parts(blob: bytes) -> Sequence[bytes]:
    """The strings that the key is made of; ValueError when one is cut off."""
    found: list[bytes] = []
    while blob:
        length = int.from_bytes(blob[:LENGTH_BYTES])
        part, blob = blob[LENGTH_BYTES : LENGTH_BYTES + length], blob[LENGTH_BYTES + length :]
        if len(part) != length:
            raise ValueError("cut off")
        found.append(part)
    return found


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
