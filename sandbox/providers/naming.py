"""Generated names: `<name>-<7 hex digits>`, generated once and then kept from the old inputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, dig, mapping, put, text

_DIGITS = 7


@dataclass(frozen=True)
class Failure:
    """An input that Check refuses."""

    property: str
    reason: str


@dataclass(frozen=True)
class NameRule:
    """The property that names a resource, and its rules.

    `path` may have one level (`metadata.name`); `instead` names a property that makes a generated name unnecessary
    (`namePrefix`); `longest` is the cloud's limit, which is checked and never cut to.
    """

    path: str
    longest: int = 255
    lower: bool = False
    prefix: str = ""
    instead: str = ""


def named(rule: NameRule, name: str, token: Token, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
    """The inputs with a name (the old one, if there is one), and the faults of the name."""
    parent, _, field = rule.path.rpartition(".")
    if parent and news.get(parent) == UNKNOWN:
        return news, []
    given = dig(news, rule.path)
    if given is None and not (rule.instead and news.get(rule.instead)):
        given = text(olds, rule.path) or generated(rule, name, token)
        news = put(news, parent, put(mapping(news.get(parent)), field, given)) if parent else put(news, field, given)
    if isinstance(given, str) and given != UNKNOWN and len(given) > rule.longest:
        reason = f"{given!r} has {len(given)} characters, at most {rule.longest} are allowed"
        return news, [Failure(rule.path, reason)]
    return news, []


def generated(rule: NameRule, name: str, token: Token) -> str:
    """A fresh name for a resource."""
    fold: Callable[[str], str] = str.lower if rule.lower else str
    return f"{rule.prefix}{fold(name)}-{token.hex(_DIGITS, 'name')}"


def was_generated(rule: NameRule, name: str, inputs: Json) -> bool:
    """Whether the resource's name is of the generated shape, so that a replacement gets another one."""
    fold: Callable[[str], str] = str.lower if rule.lower else str
    pattern = f"{re.escape(rule.prefix + fold(name))}-[0-9a-f]{{{_DIGITS}}}"
    return re.fullmatch(pattern, text(inputs, rule.path)) is not None
