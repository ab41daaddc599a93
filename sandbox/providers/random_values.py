"""The random package: values of the requested shape, from a hash of the URN and its life."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable, Collection

from sandbox.providers.account import Account
from sandbox.providers.schema import Schemas
from sandbox.providers.state_values import StateValues
from sandbox.providers.tokens import Token
from sandbox.providers.wire import Json, Value, dig, reveal

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_WORDS = ("able", "brave", "calm", "deep", "eager", "fair", "glad", "happy", "jolly", "keen", "lucky", "merry")


class RandomValues(StateValues):
    """random:index/*."""

    def __init__(self, account: Account, schemas: Schemas) -> None:
        super().__init__("random", account, schemas)

    @property
    def unknown(self) -> Collection[str]:
        """The generated values."""
        return _COMPUTED

    def values(self, type_: str, token: Token, inputs: Json) -> tuple[str, dict[str, Value]]:
        """The id is the value itself, or `none` for secrets."""
        make = _MAKERS.get(type_.rpartition(":")[2])
        values = make(token, inputs) if make else {}
        first = values.get("b64Url") or values.get("base64") or values.pop("id", None) or values.get("result")
        if type_ == "random:index/randomPassword:RandomPassword":
            return "none", values
        return str(first) if not isinstance(first, list | dict) and first is not None else "-", values


_COMPUTED = ("result", "bcryptHash", "b64Std", "b64Url", "dec", "hex", "base64", "results")


def _number(inputs: Json, name: str, default: int) -> int:
    value = reveal(dig(inputs, name))
    return int(value) if isinstance(value, int | float) else default


def _text(token: Token, inputs: Json) -> dict[str, Value]:
    alphabet = ""
    required = ""
    special = inputs.get("overrideSpecial")
    for switch, minimum, letters in (
        ("upper", "minUpper", string.ascii_uppercase),
        ("lower", "minLower", string.ascii_lowercase),
        ("numeric", "minNumeric", string.digits),
        ("special", "minSpecial", special if isinstance(special, str) and special else _SPECIAL),
    ):
        required += token.characters(letters, _number(inputs, minimum, 0), minimum)
        alphabet += letters if inputs.get(switch) is not False else ""
    rest = _number(inputs, "length", 16) - len(required)
    return {"result": required + token.characters(alphabet, max(rest, 0), "result")}


def _password(token: Token, inputs: Json) -> dict[str, Value]:
    return {**_text(token, inputs), "bcryptHash": f"$2a$10${token.hex(53, 'bcrypt')}"}


def _id(token: Token, inputs: Json) -> dict[str, Value]:
    raw = bytes.fromhex(token.digest("id"))[: _number(inputs, "byteLength", 8)]
    prefix = str(inputs.get("prefix") or "")
    return {
        "b64Std": prefix + base64.b64encode(raw).decode(),
        "b64Url": prefix + base64.urlsafe_b64encode(raw).decode().rstrip("="),
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw, "big")),
    }


def _bytes(token: Token, inputs: Json) -> dict[str, Value]:
    length = _number(inputs, "length", 32)
    raw = bytes.fromhex("".join(token.digest(f"bytes#{block}") for block in range(length // 32 + 1)))[:length]
    return {"base64": base64.b64encode(raw).decode(), "hex": raw.hex()}


def _integer(token: Token, inputs: Json) -> dict[str, Value]:
    low, high = _number(inputs, "min", 0), _number(inputs, "max", 0)
    return {"result": low + token.number("integer", max(high - low + 1, 1))}


def _pet(token: Token, inputs: Json) -> dict[str, Value]:
    words = [_WORDS[token.number(f"pet#{i}", len(_WORDS))] for i in range(_number(inputs, "length", 2))]
    return {"id": str(inputs.get("separator") or "-").join(words)}


def _uuid(token: Token, inputs: Json) -> dict[str, Value]:
    del inputs
    return {"result": token.uuid("uuid")}


def _shuffle(token: Token, inputs: Json) -> dict[str, Value]:
    given = inputs.get("inputs")
    items = list(given) if isinstance(given, list) else []
    shuffled = sorted(items, key=lambda item: token.digest(f"shuffle {item}"))
    return {"results": shuffled[: _number(inputs, "resultCount", len(items))]}


_MAKERS: dict[str, Callable[[Token, Json], dict[str, Value]]] = {
    "RandomString": _text,
    "RandomPassword": _password,
    "RandomId": _id,
    "RandomBytes": _bytes,
    "RandomInteger": _integer,
    "RandomPet": _pet,
    "RandomUuid": _uuid,
    "RandomShuffle": _shuffle,
}
