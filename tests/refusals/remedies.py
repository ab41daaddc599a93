"""The remedy of a message, as a reader follows it: the value written at the key, the key renamed, or removed."""

import re
from collections.abc import Sequence

from tests.refusals.collection import Part, Reported, parts
from tests.refusals.sections import Stack, Text, at, changed, judged, plain, renamed, without

_SENTENCE = re.compile(r"(?:^|[.;:] )(Write|Add|Remove)\b ?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_PLAIN = re.compile(r"[^\s,]+?(?=[.,;]?(?:\s|$))")
_AFTER_A_VALUE = re.compile(r"[.;]?$|[.;] |, (?!e\.g\.)| or | if | \(")
_NODES = re.compile(r"\d+ x (?P<type>\S+) \(desired: (?P<desired>\d+)(, maximum: (?P<maximum>\d+))?\)")
"""A node group, as a message about capacity suggests it."""
_KEY = re.compile(r"([A-Za-z][\w.:-]*): (?=\S)")
_WORDS = frozenset({"one", "another", "either", "both", "it", "its", "a", "an", "the", "what"})
"""Words with which a sentence begins that names no value."""
_BOOLEANS = {"yes": "true", "on": "true", "no": "false", "off": "false"}
"""What a value means that YAML 1.2 takes for text."""
_COUNTED = ("Request", "replicas", "maxReplicas")
"""Ends of the keys that count in the sums."""
_SUMS = ("cluster.nodes", "database.instanceClass")
"""Keys of what has to hold them."""
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
    """Where a key belongs that a message names: at the top, in the same section as the wrong key, or below it."""
    named = parts(key)
    if key == path[-1] or named[0] not in stack.sections or (len(path) > 1 and len(named) == 1):
        return [*path[:-1], *named]
    return named


def followed(stack: Stack, problem: Reported) -> Stack | None:
    """The stack as it is when the reader has followed the first remedy of a message; None if it names no value."""
    path = parts(problem.path)
    sentence = _SENTENCE.search(problem.message)
    if sentence is None or not path:
        return None
    verb, rest = sentence[1], problem.message[sentence.end() :]
    follow = {"Write": _written, "Add": _added, "Remove": _removed}[verb]
    return follow(stack, path, rest, problem.message)


def _removed(stack: Stack, path: Sequence[Part], rest: str, _: str) -> Stack | None:
    removes = re.match(r"(it|them|the key)\b", rest) is not None
    return without(stack, path) if removes and _exists(stack, path) else None


def _written(stack: Stack, path: Sequence[Part], rest: str, message: str) -> Stack | None:
    group = _NODES.match(rest)
    if group is not None:
        nodes = {"instanceType": group["type"], "desired": int(group["desired"])}
        nodes |= {"maximum": int(group["maximum"])} if group["maximum"] else {}
        return changed(stack, path, {**at(stack.sections, path), **nodes})
    named = _named(rest)
    if named is None:
        return None
    key, text = named
    if key is not None:
        return changed(stack, _target(stack, path, key), Text(text))
    if _about_key(path, message):
        return renamed(stack, path, text.removeprefix(f"{stack.project}:"))
    return changed(stack, path, Text(text))


def _added(stack: Stack, path: Sequence[Part], rest: str, _: str) -> Stack | None:
    """With an entry of a map, or of a list that is named by its path."""
    pair = re.match(r"`([\w.]+): ([^`]+)`(?: to `?([\w.]+)`?)?", rest)
    if pair is not None:
        key, text, section = pair[1], pair[2], pair[3]
        return changed(stack, [*parts(section), key] if section else _target(stack, path, key), Text(text))
    item = re.match(r"(\S+) to ([a-z]\w*(?:\.\w+)+)\b", rest)
    if item is None:
        return None
    target = parts(item[2])
    items = list(at(stack.sections, target)) if _exists(stack, target) else []
    return changed(stack, target, [*items, Text(item[1])])


def _about_key(path: Sequence[Part], message: str) -> bool:
    return message.startswith((*_ABOUT_KEYS, f"{path[-1]!r} ", f"{path[-1]} ")) and isinstance(path[-1], str)


def _exists(stack: Stack, path: Sequence[Part]) -> bool:
    try:
        at(stack.sections, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def refused_remedies(stack: Stack, problems: Sequence[Reported]) -> tuple[int, list[str]]:
    """Number of remedies that were followed, and those that leave their refusal or add another.

    The same value in another form may add one: what it contradicts is another mistake of the file. So may a limit,
    which counts in no sum, and a value that counts may uncover that a sum does not fit: sums are only calculated when
    all limits and all that counts are right.
    """
    count = 0
    found: list[str] = []
    before = {problem.path for problem in problems}
    for problem in problems:
        mended = followed(stack, problem)
        if mended is None:
            continue
        count += 1
        uncovers = _same(stack, mended, parts(problem.path)) or problem.path.endswith("Limit")
        counts = problem.path.endswith(_COUNTED)
        # Where an item is removed, the next ones move up, with what is said of them.
        others = {other.message for other in problems if other is not problem}
        left = [
            other
            for other in judged(mended)
            if (other.path == problem.path and other.message not in others)
            or not (uncovers or other.path in before or (counts and other.path in _SUMS))
        ]
        found += [f"{problem.path}: {problem.message} -> {other.path}: {other.message}" for other in left]
    return count, found


def _same(stack: Stack, mended: Stack, path: Sequence[Part]) -> bool:
    """Whether the value at a path has become the same one in another form.

    In other quotes, brackets, units, punctuation or capitals, or another word for true or false.
    """
    if not (_exists(stack, path) and _exists(mended, path)):
        return False
    old, new = at(stack.sections, path), at(mended.sections, path)
    words = (re.sub(r"[^a-z0-9]", "", str(plain(value)).lower()) for value in (old, new))
    before, after = (_BOOLEANS.get(word, word) for word in words)
    return old != new and (before == after or (after.isdecimal() and re.match(rf"{after}(?!\d)", before) is not None))
