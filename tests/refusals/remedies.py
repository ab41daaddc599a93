"""The remedy of a message, as a reader follows it: the value written at the key, the key renamed, or removed."""

import re
from collections.abc import Iterator, Sequence

from tests.refusals.collection import Part, Reported, parts
from tests.refusals.sections import Stack, Text, at, changed, judged, renamed, without

_SENTENCE = re.compile(r"(?:^|[.;:] )(Write|Add|Remove|Put)\b ?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_PLAIN = re.compile(r"[^\s,]+?(?=[.,;]?(?:\s|$))")
_AFTER_A_VALUE = re.compile(r"[.;]?$|[.;] |, (?!e\.g\.)| or | if | \(")
_KEY = re.compile(r"([A-Za-z][\w.:-]*): (?=\S)")
_WORDS = frozenset({"one", "another", "either", "both", "it", "its", "a", "an", "the", "what", "true"})
"""Words with which a sentence begins that names no value."""
_ABOUT_KEYS = ("is not a known key", "is not a service of", "has no effect: this project's keys")


def _bracketed(text: str) -> str | None:
    """The list or map in flow style at the beginning of the text."""
    depth, position = 0, 0
    while position < len(text):
        quoted = _QUOTED.match(text, position)
        if quoted is not None:
            position = quoted.end()
            continue
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text[position], 0)
        position += 1
        if depth == 0:
            return text[:position]
    return None


def value(text: str) -> str | None:
    """The YAML value at the beginning of a text, None if it is prose."""
    if text.startswith(("[", "{")):
        return _bracketed(text)
    match = _QUOTED.match(text) or _PLAIN.match(text)
    if match is None or _AFTER_A_VALUE.match(text, match.end()) is None or match[0] in _WORDS:
        return None
    return match[0]


def _named(text: str) -> tuple[str | None, str] | None:
    """Key, if there is one, and value of what is to be written; None for prose without an example."""
    sentence = re.split(r"\. (?=[A-Z])|\.$", text, maxsplit=1)[0]
    for start in ("", "e.g. ", "at least "):
        if text.startswith(start) and (key := _KEY.match(text, len(start))) is not None:
            found = value(text[key.end() :])
            return None if found is None else (key[1], found)
        if start and text.startswith(start):
            found = value(text[len(start) :])
            return None if found is None else (None, found)
    plain = value(text)
    if plain is not None:
        return None, plain
    if ", e.g. " in sentence:
        return _named(text[text.index(", e.g. ") + len(", ") :])
    return None


def _target(stack: Stack, path: Sequence[Part], key: str) -> list[Part]:
    """Where a key belongs that a message names: at the top, or beside what is wrong, or in it."""
    named = parts(key)
    if key == path[-1] or named[0] not in stack.sections or (len(path) > 1 and len(named) == 1):
        return [*path[:-1], *named]
    return named


def followed(stack: Stack, problem: Reported) -> Iterator[Stack]:
    """The stack as it is when the reader has followed the first remedy of a message; nothing if it names no value."""
    path = parts(problem.path)
    sentence = _SENTENCE.search(problem.message)
    if sentence is None or not path:
        return
    verb, rest = sentence[1], problem.message[sentence.end() :]
    if verb == "Remove":
        if re.match(r"(it|them|the key)\b(?! all)", rest) and _exists(stack, path):
            yield without(stack, path)
        return
    if verb == "Add":
        yield from _added(stack, path, rest)
        return
    if verb == "Put":
        quoted = re.match(r"it in quotes: (.*)\.$", rest)
        if quoted is not None:
            yield changed(stack, path, Text(quoted[1]))
        return
    named = _named(rest)
    if named is None:
        return
    key, text = named
    if key is None and _about_key(path, problem.message):
        yield renamed(stack, path, text.removeprefix(f"{stack.project}:"))
    elif key is None:
        yield changed(stack, path, Text(text))
    else:
        yield changed(stack, _target(stack, path, key), Text(text))


def _added(stack: Stack, path: Sequence[Part], rest: str) -> Iterator[Stack]:
    pair = re.match(r"`([\w.]+): ([^`]+)`(?: to `?([\w.]+)`?)?", rest)
    if pair is not None:
        key, text, section = pair[1], pair[2], pair[3]
        target = [*parts(section), key] if section else _target(stack, path, key)
        yield changed(stack, target, Text(text))
        return
    item = re.match(r"(\S+) to ([a-z]\w*(?:\.\w+)+)\b", rest)
    if item is not None:
        target = parts(item[2])
        items = list(at(stack.sections, target)) if _exists(stack, target) else []
        yield changed(stack, target, [*items, Text(item[1])])


def _about_key(path: Sequence[Part], message: str) -> bool:
    return message.startswith((*_ABOUT_KEYS, f"{path[-1]!r} ", f"{path[-1]} ")) and isinstance(path[-1], str)


def _exists(stack: Stack, path: Sequence[Part]) -> bool:
    try:
        at(stack.sections, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def refused_remedies(stack: Stack, problems: Sequence[Reported]) -> tuple[int, list[str]]:
    """Number of remedies that were followed, and those that leave their refusal or add another."""
    count = 0
    found: list[str] = []
    before = {problem.path for problem in problems}
    for problem in problems:
        for mended in followed(stack, problem):
            count += 1
            after = judged(mended)
            left = [other for other in after if other.path == problem.path or other.path not in before]
            found += [f"{problem.path}: {problem.message} -> {other.path}: {other.message}" for other in left]
    return count, found
