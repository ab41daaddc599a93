"""Fills the templates of `shapes`, and gives a plausible value for outputs without a template."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import cast

from sandbox.providers.aws.regions import short, zone_id
from sandbox.providers.package import Birth
from sandbox.providers.schema import Output
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, reveal, text

_SIZED = re.compile(r"(hex|HEX|digits)(\d+)")
_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306}
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_EARLY = "2026-01-01T00:00:00Z"
_NOTHING: Mapping[str, Value] = {"bool": False, "int": 0, "float": 0, "list": [], "map": {}, "object": {}}
_WHOLE = {"{version}", "{port}", "{validations}"}


class Context(dict[str, object]):
    """The placeholders of templates; generated values come from the token, one for each kind.

    `look` finds values of other resources: the VPC of the first subnet, a VPC's default security group.
    """

    def __init__(self, token: Token, inputs: Json, known: Json, look: Callable[[str], str]) -> None:
        super().__init__(known)
        self["in"] = _Inputs(inputs)
        self._token = token
        self._inputs = inputs
        self._look = look

    def __missing__(self, key: str) -> object:
        sized = _SIZED.fullmatch(key)
        if sized:
            return self._generated(sized[1], int(sized[2]))
        make = _NAMED.get(key)
        if make:
            return make(self._token, self._inputs, cast("str", self.get("region", "")))
        return self._look(key)

    def _generated(self, kind: str, size: int) -> str:
        if kind == "hex":
            return self._token.hex(size, "hex")
        return self._token.characters(_ALPHABET if kind == "HEX" else "0123456789", size, kind)


class _Inputs(dict[str, Value]):
    def __init__(self, inputs: Json) -> None:
        super().__init__({key: reveal(value) for key, value in inputs.items()})

    def __missing__(self, key: str) -> str:
        return ""


def fill(template: Value, context: Context) -> Value:
    """The filled template; unknown as a whole if a value in it is unknown."""
    if isinstance(template, dict):
        return {key: fill(item, context) for key, item in template.items()}
    if isinstance(template, list):
        return [fill(item, context) for item in template]
    if not isinstance(template, str):
        return template
    if template in _WHOLE:
        return cast("Value", context[template[1:-1]])
    filled = template.format_map(context)
    return UNKNOWN if UNKNOWN in filled else filled


def blank(template: Value) -> Value:
    """The template with every value unknown, for the preview of a creation."""
    return {key: blank(item) for key, item in template.items()} if isinstance(template, dict) else UNKNOWN


def plausible(name: str, output: Output, birth: Birth, account: str) -> Value:
    """A value for a computed output without a template."""
    if output.kind in _NOTHING:
        return copy.copy(_NOTHING[output.kind])
    folded = name.lower()
    if folded.endswith(("ownerid", "registryid", "accountid")):
        return account
    if folded.endswith(("status", "state")):
        return "ACTIVE"
    if folded.endswith(("date", "time", "at")) or folded.startswith("create"):
        return _EARLY
    return f"{name}-{birth.token.hex(8, name)}"


def _certificate(token: Token, inputs: Json, region: str) -> str:
    del inputs, region
    body = base64.b64encode(bytes.fromhex(token.digest("certificate") * 4)).decode()
    return base64.b64encode(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n".encode()).decode()


def _port(token: Token, inputs: Json, region: str) -> int | str:
    del token, region
    given = dig(inputs, "port")
    engine = text(inputs, "engine")
    return given if isinstance(given, int | str) else _PORTS.get(engine, 5432)


def _cache_host(word: str) -> Callable[[Token, Json, str], str]:
    def host(token: Token, inputs: Json, region: str) -> str:
        del token, region
        encrypted = dig(inputs, "transitEncryptionEnabled") is True
        return {"primary": "master", "reader": "replica"}[word] if encrypted else word

    return host


def _validations(token: Token, inputs: Json, region: str) -> Value:
    """ACM's record for each name of a certificate: always the same for a name, in ACM's own order."""
    del token, region
    alternatives = inputs.get("subjectAlternativeNames")
    names = {
        text(inputs, "domainName"),
        *(str(name) for name in (alternatives if isinstance(alternatives, list) else [])),
    }
    if UNKNOWN in names:
        return UNKNOWN
    digests = {name: sha256(name.encode()).hexdigest() for name in names}
    return [
        {
            "domainName": name,
            "resourceRecordName": f"_{digests[name][:32]}.{name}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": f"_{digests[name][32:]}.acm-validations.aws.",
        }
        for name in sorted(names, key=lambda name: digests[name])
    ]


_NAMED: dict[str, Callable[[Token, Json, str], object]] = {
    "uuid": lambda token, _, __: token.uuid("uuid"),
    "ip": lambda token, _, __: f"54.{64 + token.number('a', 64)}.{token.number('b', 256)}.{token.number('c', 256)}",
    "octet": lambda token, _, __: str(4 + token.number("octet", 250)),
    "cluster": lambda token, _, __: token.hex(32, "cluster").upper(),
    "certificate": _certificate,
    "port": _port,
    "path": lambda _, inputs, __: text(inputs, "path") or "/",
    "issuer": lambda _, inputs, __: text(inputs, "url").removeprefix("https://"),
    "zone_id": lambda _, inputs, __: zone_id(text(inputs, "availabilityZone")),
    "cache_region": lambda _, __, region: short(region),
    "tls": _cache_host("primary"),
    "tls_reader": _cache_host("reader"),
    "record": lambda _, inputs, __: text(inputs, "name").rstrip("."),
    "validations": _validations,
    "partition": lambda _, __, ___: "aws",
}
