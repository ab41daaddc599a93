"""Whether the API server keeps an object as it was declared: what it rewrites would be a change in every next run."""

from collections.abc import Iterator, Mapping
from typing import cast


def differences(declared: object, live: object, path: str = "") -> Iterator[str]:
    """What is declared and stored otherwise, as `path: declared -> stored`.

    What the server adds to a mapping is no difference; a list must be the same, element by element.
    """
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        have = cast("Mapping[str, object]", live)
        for key, value in cast("Mapping[str, object]", declared).items():
            yield from differences(value, have.get(key), f"{path}.{key}")
    elif isinstance(declared, list) and isinstance(live, list):
        yield from _between_lists(cast("list[object]", declared), cast("list[object]", live), path)
    elif declared != live and not (live is None and declared in ([], {}, "")):  # an empty value is not stored
        yield f"{path.lstrip('.')}: {declared!r} -> {live!r}"


def _between_lists(declared: list[object], live: list[object], path: str) -> Iterator[str]:
    if len(declared) != len(live):
        yield f"{path.lstrip('.')}: {len(declared)} -> {len(live)} elements"
    for number, (one, other) in enumerate(zip(declared, live, strict=False)):
        yield from differences(one, other, f"{path}[{number}]")
