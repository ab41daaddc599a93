"""What differs between the inputs of an object and the object that the API server has."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error

from sandbox.providers.diffing import Path
from sandbox.providers.wire import Json, Value, dig, is_secret, mapping, put, reveal, text

VOLATILE = frozenset({"generation", "managedFields", "resourceVersion"})
"""Of `metadata`: these change without anybody's doing, and so does `status`."""


def kept(live: Json) -> Json:
    """The object without what never counts as a difference."""
    lasting = {key: value for key, value in live.items() if key != "status"}
    return put(lasting, "metadata", without(mapping(dig(live, "metadata")), VOLATILE))


def without(values: Json, names: frozenset[str]) -> Json:
    """The values without some."""
    return {key: value for key, value in values.items() if key not in names}


def as_stored(sent: Json) -> Json:
    """Inputs as the API server keeps them: a Secret's `stringData` becomes `data`."""
    strings = reveal(sent.get("stringData"))
    if text(sent, "kind") != "Secret" or not isinstance(strings, dict):
        return sent
    encoded: Json = {key: b64encode(str(value).encode()).decode() for key, value in strings.items()}
    return put(without(sent, frozenset({"stringData"})), "data", {**mapping(reveal(sent.get("data"))), **encoded})


def rewritten(sent: Value, live: Value, path: Path = ()) -> list[Path]:
    """Where the API server keeps something else than it was sent.

    What it added is none of that, nor is an empty value that it dropped: nothing, false, zero and an empty list are
    the same to it. A list that others have added to must hold every entry that was sent.
    """
    if isinstance(sent, dict):
        if not isinstance(live, dict):
            return [] if not sent else [path]
        return [
            found
            for key, value in sent.items()
            if value is not None
            for found in rewritten(value, live.get(key), (*path, key))
        ]
    if isinstance(sent, list):
        if not isinstance(live, list):
            return [] if not sent else [path]
        if len(sent) == len(live):
            pairs = enumerate(zip(sent, live, strict=True))
            return [found for place, (one, other) in pairs for found in rewritten(one, other, (*path, place))]
        return [
            (*path, place) for place, one in enumerate(sent) if not any(not rewritten(one, other) for other in live)
        ]
    return [] if sent == live or (not sent and live is None) else [path]


def as_inputs(held: Json, live: Json) -> Json:
    """The inputs that would have made the object: the held ones, with the live value wherever they say something."""
    pruned = mapping(_pruned(without(held, frozenset({"stringData"})), live))
    strings = held.get("stringData")
    if strings is None:
        return pruned
    wrapped = mapping(reveal(strings))
    data = mapping(live.get("data"))
    decoded: Json = {key: _decoded(text(data, key)) for key in wrapped if key in data}
    return put(pruned, "stringData", decoded)


def _pruned(held: Value, live: Value) -> Value:
    held = held if not is_secret(held) else reveal(held)
    if isinstance(held, dict) and isinstance(live, dict):
        # An empty value that the server dropped is still what was sent.
        return {
            key: _pruned(value, live[key]) if key in live else value
            for key, value in held.items()
            if key in live or not reveal(value)
        }
    if isinstance(held, list) and isinstance(live, list) and len(held) == len(live):
        return [_pruned(one, other) for one, other in zip(held, live, strict=True)]
    return live


def _decoded(data: str) -> str:
    try:
        return b64decode(data).decode()
    except (Error, UnicodeDecodeError):
        return data
