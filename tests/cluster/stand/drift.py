"""Differences between declared and stored objects: a value that the API server rewrites would change in every run."""

from collections.abc import Iterator, Mapping
from typing import cast


def differences(declared: object, live: object, path: str = "") -> Iterator[str]:
    """Values that are stored differently from their declaration, as `path: declared -> stored`.

    Keys that the server adds to a mapping are no difference; lists must be equal, element by element.
    """
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        stored = cast("Mapping[str, object]", live)
        for key, value in cast("Mapping[str, object]", declared).items():
            yield from differences(value, stored.get(key), f"{path}.{key}")
    elif isinstance(declared, list) and isinstance(live, list):
        yield from _between_lists(cast("list[object]", declared), cast("list[object]", live), path)
    elif declared != live and not (live is None and declared in ([], {}, "")):  # an empty value is not stored
        yield f"{path.lstrip('.')}: {declared!r} -> {live!r}"


def _between_lists(declared: list[object], live: list[object], path: str) -> Iterator[str]:
    if len(declared) != len(live):
        yield f"{path.lstrip('.')}: {len(declared)} -> {len(live)} elements"
    for number, (declared_item, live_item) in enumerate(zip(declared, live, strict=False)):
        yield from differences(declared_item, live_item, f"{path}[{number}]")
