"""The random package: values from a hash of the URN and its life, of the shape that was asked for.

As with the real package a value lives in the state alone, and any change of its inputs makes a new one.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Callable, Collection

from sandbox.providers.account import Account, Record
from sandbox.providers.package import Birth, Call, Package, overlay, stored
from sandbox.providers.schema import Schemas
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, reveal, revealed

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_WORDS = ("able", "brave", "calm", "deep", "eager", "fair", "glad", "happy", "jolly", "keen", "lucky", "merry")


class RandomValues(Package):
    """random:index/*."""

    def __init__(self, account: Account, schemas: Schemas) -> None:
        super().__init__("random", account)
        self._schemas = schemas

    def forced(self, call: Call) -> Collection[str]:
        """Everything: a random value has no other way to change."""
        del call
        return ("*",)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """What the state says: a random value lives nowhere else."""
        return stored(self.name, call, id_, inputs, outputs) if inputs else None

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Make a value; nothing of it stays in the account but the count of lives."""
        life = 0 if preview else self.account.next_life(call.urn)
        token = Token(call.urn, life)
        id_ = "" if preview else self.make_id(call, inputs, token)
        return id_, self.outputs(Birth(call=call, id=id_, token=token, version=1, preview=preview), inputs)

    def delete(self, call: Call, id_: str) -> None:
        """Forget a value."""

    def make_id(self, call: Call, inputs: Json, token: Token) -> str:
        """The value itself, except for secrets, whose id is the word none."""
        values = _values(call.type, token, revealed(inputs))
        if call.type == "random:index/randomPassword:RandomPassword":
            return "none"
        first = values.get("b64Url") or values.get("base64") or values.get("id") or values.get("result")
        return str(first) if not isinstance(first, list | dict) and first is not None else "-"

    def outputs(self, birth: Birth, inputs: Json) -> Json:
        """The inputs, the SDK's other outputs, and the value."""
        values: dict[str, Value] = {
            name: _default(output.kind) for name, output in self._schemas.of(birth.call.type).computed(inputs).items()
        }
        if not (birth.preview and not birth.id):
            values |= {k: v for k, v in _values(birth.call.type, birth.token, revealed(inputs)).items() if k != "id"}
            return overlay(inputs, values)
        known = {name: value for name, value in values.items() if value is not None and name not in _COMPUTED}
        return overlay(inputs, known | {name: UNKNOWN for name in values if name in _COMPUTED})


_COMPUTED = ("result", "bcryptHash", "b64Std", "b64Url", "dec", "hex", "base64", "results")


def _values(type_: str, token: Token, inputs: Json) -> dict[str, Value]:
    make = _MAKERS.get(type_.rpartition(":")[2])
    return make(token, inputs) if make else {}


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


def _default(kind: str) -> Value:
    """The package's own defaults: booleans say which characters are allowed, numbers how many at least."""
    return {"bool": True, "int": 0}.get(kind)
