"""Pydantic's errors in the terms of a stack file: what is wrong, and which values would be right."""

import difflib
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from components.config.redaction import MASK, masked

LONGEST = 60
"""Characters of a value that a message shows."""
SIMILAR = 0.75
"""Similarity above which a key or a name counts as misspelt; below it, it is a different word."""
SIMILAR_CHOICE = 0.6
"""The same for one of a few choices."""
MOST_NAMES = 12
"""Names that one message lists."""
COUNTS = {
    "string_too_short": ("is too short.", "Write at least {min_length} characters."),
    "string_too_long": ("is too long.", "Shorten it to {max_length} characters."),
    "too_short": ("has too few entries.", "Add entries: at least {min_length}."),
    "too_long": ("has too many entries.", "Keep at most {max_length}."),
}
WORDS = {"yes": True, "on": True, "true": True, "enabled": True, "no": False, "off": False, "false": False}
POSITIVE, NEGATIVE = ("required", "enabled", "always"), ("off", "none", "disabled")
"""Choices that `true` and `false` mean."""
EXAMPLE = re.compile(r" Write (?P<example>e\.g\. )?(?P<values>[^.].*?)(?P<more> or (more|later))?\.$")
"""The remedy at the end of a validator's message."""


DASHES = str.maketrans("\N{EN DASH}\N{EM DASH}", "--")
_HOST = re.compile(r"(?P<before>\w+://|[^@\s]*@)?(?P<name>[\w-]+(\.[\w-]+)+)(?P<after>[:/].*)?")
_NOTATIONS = (
    (r"(?:s3://|arn:aws:s3:::)([^/]+)(?:/.*)?", r"\1"),
    (r"/hostedzone/(.+)", r"\1"),
    (r"arn:aws:secretsmanager:[^:]*:\d+:secret:(.+)-\w{6}", r"\1"),
    (r"mailto:(.+)", r"\1"),
    (r"awskms:///?(alias/[^?]+)(?:\?.*)?", r"\1"),
    (r"com\.amazonaws\.[a-z0-9-]+\.(.+)", r"\1"),
    (r"git@([^:/]+):(.+)", r"https://\1/\2"),
    (r"\$([\w.-]+)", r"$argocd-secret:\1"),
    (r"https?://[^/]+(/.*)", r"\1"),
    (r"https?://(?:[^/@]*@)?([^/?#]+)/?", r"\1"),
    (r"https?://(?:[^/@]*@)?([^?#]+?)/?(?:[?#].*)?", r"https://\1"),
    (r"([\w-]+(?:\.[\w-]+)+(?:/.*)?)", r"https://\1"),
    (r"([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:/.*)?", r"\1"),
    (r"([\w.-]+(?:/[\w.-]+)*)", r"/\1"),
    (r"arn:aws:kms:.*:(alias/.+)", r"\1"),
    (r"arn:aws:iam::\d+:(?:role|policy)/(?:.*/)?([^/]+)", r"\1"),
    # The role of a permission set has a path that the session's ARN does not show.
    (r"arn:aws:sts::(\d+):assumed-role/(?!AWSReservedSSO_)([^/]+)(?:/.*)?", r"arn:aws:iam::\1:role/\2"),
)
"""Notations for a bucket, a zone, an entry, an address, a host, a URL, a key's alias, an IAM name and a role, each with
what is written in a stack file."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What is wrong with a value, and what may be written instead of it."""

    wrong: str
    values: tuple[object, ...] = ()
    """The same in another form, which is meant if it is accepted. The caller tries."""
    nearest: tuple[object, ...] = ()
    """Values that are computed from it, the most likely one first."""
    examples: tuple[object, ...] = ()
    """Other values that may be accepted."""
    otherwise: str = ""
    """What to do if none of all these is."""
    is_misread: bool = False
    """Whether YAML reads the value as something else than its text, which the first candidate is."""
    more: str = ""
    """What follows the value, for example ` or more`."""


def refused_value(
    kind: str, value: object, context: Mapping[str, Any], text: str | None, *, key: str | int, hidden: bool
) -> Refused | None:
    """What is wrong with a value; None for an error type without an explanation here.

    `kind` and `context` are pydantic's, `text` is the value as written in the file. A `hidden` value is not shown.
    """
    if kind == "value_error":
        return _refused_by_validator(value, str(context["error"]), hidden=hidden)
    if value is None:
        return Refused(wrong="has no value.", nearest=({},), otherwise="Write one, or remove the key.")
    if kind in COUNTS:
        wrong, otherwise = ("is empty.", "Write its text.") if value == "" else COUNTS[kind]
        return Refused(wrong=wrong, otherwise=otherwise.format(**context))
    explain = KINDS.get(kind)
    written = text if text is not None and read(text) == value else None
    shown = MASK if hidden else _shown(value, written)
    return explain(Value(value, shown, written, key, hidden), context) if explain else None


def likely_name(name: str, names: Collection[str]) -> str | None:
    """The name that a misspelt one most probably means; None if none is similar.

    An ending after a hyphen, such as `-service`, does not count if both have it, or only one.
    """

    def similarity(other: str) -> float:
        (start, _, ending), (other_start, _, other_ending) = name.rpartition("-"), other.rpartition("-")
        if name == other_start or start == other:
            return 1
        alike = ending == other_ending and start and other_start
        return difflib.SequenceMatcher(None, *((start, other_start) if alike else (name, other))).ratio()

    likely = max(names, key=similarity, default=None)
    return likely if likely is not None and similarity(likely) >= SIMILAR else None


def closest_key(key: str, known: Sequence[str]) -> str | None:
    """The known key that is most similar to a misspelt one, in any case; None if no key is similar."""
    lower = {name.lower(): name for name in known}
    return next((lower[near] for near in difflib.get_close_matches(key.lower(), lower, n=1, cutoff=SIMILAR)), None)


def one_of(names: Collection[str]) -> str:
    """`one of: a, b`, for a remedy; of many names, the first ones, and a single one alone."""
    first = list(names)[:MOST_NAMES]
    rest = len(names) - len(first)
    return f"{'one of: ' if len(names) > 1 else ''}{', '.join(first)}{f' and {rest} more' if rest else ''}"


def name_remedy(name: str, names: Collection[str]) -> str:
    """What to do about a name that is none of these: write the likely one, or remove it."""
    likely = likely_name(name, names)
    if likely is not None:
        return f"Write {likely}."
    return f"Remove it, or write {one_of(names)}." if names else "Remove it."


def yaml_text(value: object) -> str:
    """A value as it is written in YAML, on one line."""
    if isinstance(value, str):
        return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(yaml_text, cast('Sequence[object]', value)))}]"
    if isinstance(value, dict):
        entries = cast("dict[str, object]", value).items()
        return "{" + ", ".join(f"{key}: {yaml_text(entry)}" for key, entry in entries) + "}"
    return json.dumps(value)


def _is_plain(text: str) -> bool:
    """Whether YAML reads the text as itself, also inside a list."""
    return read(f"[{text}]") == [text]


def read(text: str) -> object:
    """What YAML reads; the text itself if that is not YAML."""
    reader: Any = YAML(typ="safe")
    try:
        return reader.load(text)
    except YAMLError:
        return text


def _shown(value: object, text: str | None) -> str:
    """A scalar as the file has it, without known forms of secrets."""
    if isinstance(value, str):
        return f"'{printable(value)}'"
    return cut(text or json.dumps(value)) if isinstance(value, int | float) else "the value"


def printable(text: str) -> str:
    """A text on one line, without known forms of secrets; the end is cut off."""
    return cut(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda control: repr(control[0])[1:-1], masked(text)))


def cut(text: str) -> str:
    """The beginning of a text that is too long for a message."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _refused_by_validator(value: object, message: str, *, hidden: bool) -> Refused:
    """A validator's own message, with its remedy as a value to try: one for this value, or an example."""
    remedy = EXAMPLE.search(message)
    wrong = message if remedy is None else message[: remedy.start()]
    if isinstance(value, str):
        shown = MASK if hidden else printable(value)
        wrong = (
            wrong.replace(repr(value), f"'{shown}'") if repr(value) in wrong else wrong.replace(value or "\0", shown)
        )
    if remedy is None:
        return Refused(wrong=wrong)
    given = tuple(_given(remedy["values"]))
    corrected = tuple(_corrected(value)) if isinstance(value, str) and not hidden else ()
    return Refused(
        wrong=wrong,
        values=corrected if remedy["example"] else (),
        nearest=() if remedy["example"] else given,
        examples=given if remedy["example"] else (),
        otherwise=f"Write one like {remedy['values']}." if remedy["example"] else "Write the right one.",
        more=remedy["more"] or "",
    )


def _given(text: str) -> Iterator[object]:
    """The values of a remedy such as `100m, 0.5 or 2 in quotes`, or the one list or map."""
    parts = [text] if text[:1] in "[{" else re.split(r", | or ", text.removesuffix(" in quotes"))
    for part in parts:
        value = read(part)
        yield value
        if not isinstance(value, str):
            yield part


def _corrected(written: str) -> Iterator[str]:
    """Texts of another form that may be meant, the closest ones first."""
    if written == "HEAD":  # a revision of Git, which is not one in lower case
        return
    text = written.strip().translate(DASHES)
    host = _HOST.fullmatch(text)
    if host is not None and not text.isascii():
        # Without its accents, it would be another host or address.
        with suppress(UnicodeError):
            yield f"{host['before'] or ''}{host['name'].lower().encode('idna').decode()}{host['after'] or ''}"
        return
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().strip().replace("\\", "/")
    forms = [plain, plain.lower(), plain.strip("/."), plain.lower().strip("/.")]
    if not re.search("[/:@.]", plain):
        forms += [re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")]
        for separator in ("-", "_", ""):
            form = re.sub(r"[^a-z0-9]+", separator, plain.lower()).lstrip("-_")
            forms += [form, form.rstrip("-_")]
    forms += _other_notations(plain)
    yield from (form for form in dict.fromkeys(forms) if form not in ("", written))


def _other_notations(text: str) -> Iterator[str]:
    """What AWS's console and command line call by an ARN, an address or a longer word."""
    if re.search(r"\d:\d\d", text):
        padded = re.sub(r"(?<!\d)(\d):(?=\d\d)", r"0\1:", re.sub(r"\s*-\s*", "-", text.lower()))
        yield re.sub(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]+", r"\1", padded)
    for expression, meant in _NOTATIONS:
        if (match := re.fullmatch(expression, text)) is not None:
            yield match.expand(meant)


@dataclass(frozen=True)
class Value:
    """A refused value."""

    given: object
    shown: str
    """For messages."""
    text: str | None
    """As written in the file; None if the value is not the file's, for example of `--config`."""
    key: str | int
    """Its key, whose ending is the unit of a number, or its place in a list."""
    is_hidden: bool


Explain = Callable[[Value, Mapping[str, Any]], Refused]


def _not_text(value: Value, _: Mapping[str, Any]) -> Refused:
    given = value.given
    if isinstance(given, bool | int | float):
        kind = "a boolean" if isinstance(given, bool) else "a number"
        # Without the file's text, an integer is not shown: YAML reads 0254 as an octal number.
        octal = isinstance(given, int) and not isinstance(given, bool)
        known = value.text or (None if octal else json.dumps(given))
        return Refused(
            wrong=f"must be text, but YAML reads {value.shown if known else 'it'} as {kind}.",
            values=() if known is None else (known,),
            is_misread=known is not None,
            otherwise="Put the value in quotes, exactly as it is in the file.",
        )
    single = cast("list[object]", given) if isinstance(given, list) else []
    return Refused(
        wrong="is not text.",
        values=tuple(single) if len(single) == 1 and isinstance(single[0], str) and not value.is_hidden else (),
        otherwise="Write a single text.",
    )


def _not_a_number(value: Value, what: str) -> Refused:
    values = tuple(_numbers(value.given, value.text, str(value.key)))
    quoted = [str(number) for number in values] == [value.given]
    return Refused(
        wrong=f"{value.shown} is not a {what}.",
        values=values,
        otherwise=f"Write a {what}.",
        more=", without quotes" if quoted else "",
    )


_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
_FACTORS: Mapping[str, Mapping[str, float]] = {
    "Days": _DAYS,
    "Gib": {"g": 1, "t": 1024},
    "Milliseconds": {"ms": 1, "s": 1000},
    "Minutes": {"m": 1, "h": 60},
    "Percent": {"%": 1},
    "Seconds": {"s": 1, "m": 60, "h": 3600},
    "Usd": {"$": 1, "u": 1, "k": 1000},
}
"""What a unit counts in that of a key, by the key's ending and the beginning of the unit."""


def _numbers(value: object, text: str | None, key: str) -> Iterator[int | float]:
    """Numbers that a text or a fraction may stand for, in the unit that the key's name has."""
    written = (value if isinstance(value, str) else text or "").strip()
    if re.fullmatch(r"\D?\d{1,3}([,_' ]\d{3})+\D*|\d{1,3}(\.\d{3})+", written):
        yield int(re.sub(r"\D", "", written))
    if isinstance(value, float):
        yield round(value)
    match = re.fullmatch(r"[$€]?(-?\d+(?:\.\d+)?)\s*([A-Za-z%]*)", written)
    if not isinstance(value, str) or match is None:
        return
    number = float(match[1]) if "." in match[1] else int(match[1])
    none: Mapping[str, float] = {}
    units = next((units for ending, units in _FACTORS.items() if key.endswith(ending)), none)
    unit = match[2].lower()
    factor = next((factor for start, factor in units.items() if unit.startswith(start)), None if unit else 1)
    if factor is not None:
        yield number * factor


def _not_a_boolean(value: Value, _: Mapping[str, Any]) -> Refused:
    word = WORDS.get(str(value.given).strip().lower())
    return Refused(
        wrong=f"{value.shown} is not a boolean.",
        values=() if word is None else (word,),
        otherwise="Write true or false, without quotes.",
    )


def _not_allowed(value: Value, context: Mapping[str, Any]) -> Refused:
    """Pydantic lists what is allowed: `'a', 'b' or 'c'`, or `0, 1 or 5`."""
    listed = re.split(", | or ", str(context["expected"]))
    allowed = [text[1:-1] if text.startswith("'") else read(text) for text in listed]
    nearest = _near_numbers(value.given, allowed) or _similar(str(value.given), allowed)
    return Refused(
        wrong=f"{value.shown} is not one of {', '.join(map(yaml_text, allowed))}.",
        nearest=tuple(nearest),
        examples=tuple(choice for choice in allowed if choice not in nearest),
    )


def _near_numbers(given: object, allowed: Sequence[object]) -> list[int]:
    """The choices in the order of their distance from a number, the larger of two first."""
    if not isinstance(given, int | float):
        return []
    return sorted((n for n in allowed if isinstance(n, int)), key=lambda number: (abs(number - given), -number))


def _similar(given: str, allowed: Sequence[object]) -> list[object]:
    """The choices that a text may misspell, the most similar one first."""
    by_text = {str(choice).lower(): choice for choice in allowed}
    if (meant := WORDS.get(given.lower())) is not None:
        return [choice for text, choice in by_text.items() if text in (POSITIVE if meant else NEGATIVE)]
    name = re.sub(r"com\.amazonaws\.[a-z0-9-]+\.", "", given.lower())
    parts = [choice for text, choice in by_text.items() if name in (text, text.split(".")[0]) or text.endswith(name)]
    if parts and name:
        return parts
    close = difflib.get_close_matches(given.lower(), by_text, n=len(by_text), cutoff=SIMILAR_CHOICE)
    return [by_text[text] for text in close]


def _out_of_bounds(size: str, bound: str, more: str) -> Explain:
    least = "at most" if bound == "le" else "at least" if bound == "ge" else "more than"
    return lambda value, context: Refused(
        wrong=f"{value.shown} is {size}.",
        nearest=(context[bound],),
        more=more,
        otherwise=f"Write a number of {least} {context[bound]}.",
    )


def _not_a_list(value: Value, _: Mapping[str, Any]) -> Refused:
    """Does not show the value, which may be a secret that belongs elsewhere, unless it is offered as an entry."""
    return Refused(
        wrong="is not a list.",
        values=() if value.is_hidden or isinstance(value.given, dict) else ([*_items(value.given)],),
        otherwise="Write a list: one `- item` per line, or [one, two].",
    )


def _items(value: object) -> list[object]:
    """The items that a scalar lists: `a, b` are two."""
    return [item.strip() for item in value.split(",")] if isinstance(value, str) else [value]


def _not_a_map(value: Value, _: Mapping[str, Any]) -> Refused:
    """`true` means the defaults; words with slashes where a secret belongs are the name of its entry."""
    given: tuple[object, ...] = ({},) if value.given is True else ()
    if isinstance(value.given, str) and re.fullmatch(r"[a-z][a-z0-9]*(/[a-z0-9-]+)+", value.given) and value.is_hidden:
        given = ({"secretsManager": value.given},)
    otherwise = "Remove the key." if value.given is False else "Write `key: value` pairs under it."
    return Refused(wrong="is not a map.", values=given, otherwise=otherwise)


KINDS: Mapping[str, Explain] = {
    "string_type": _not_text,
    "int_type": lambda value, _: _not_a_number(value, "whole number"),
    "int_from_float": lambda value, _: _not_a_number(value, "whole number"),
    "float_type": lambda value, _: _not_a_number(value, "number"),
    "bool_type": _not_a_boolean,
    "enum": _not_allowed,
    "literal_error": _not_allowed,
    "greater_than_equal": _out_of_bounds("too small", "ge", " or more"),
    "greater_than": _out_of_bounds("too small", "gt", ""),
    "less_than_equal": _out_of_bounds("too large", "le", " or less"),
    **dict.fromkeys(("tuple_type", "list_type", "set_type"), _not_a_list),
    **dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), _not_a_map),
}
"""By pydantic's error type."""
