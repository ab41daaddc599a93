"""Generated values (ids, passwords, addresses) that are stable for a resource and its life.

They come from a hash of the URN and the number of times it has been created in the account: tests can rely on them, and
yet a resource that is deleted and created again gets new ones.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Token:
    """The source of the generated values of one life of a resource."""

    urn: str
    life: int

    def digest(self, salt: str) -> str:
        """64 hexadecimal digits, different for each salt."""
        return hashlib.sha256(f"{self.urn}|{self.life}|{salt}".encode()).hexdigest()

    def hex(self, digits: int, salt: str = "") -> str:
        """At most 64 hexadecimal digits."""
        return self.digest(salt)[:digits]

    def uuid(self, salt: str = "") -> str:
        """A UUID in the format of version 4."""
        raw = self.digest(salt)
        return f"{raw[:8]}-{raw[8:12]}-4{raw[13:16]}-a{raw[17:20]}-{raw[20:32]}"

    def number(self, salt: str, below: int) -> int:
        """A whole number from 0 to `below` - 1."""
        return int(self.digest(salt), 16) % below

    def characters(self, alphabet: str, length: int, salt: str = "") -> str:
        """`length` characters of the alphabet."""
        return "".join(alphabet[self.number(f"{salt}#{place}", len(alphabet))] for place in range(length))
