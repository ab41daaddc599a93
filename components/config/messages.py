"""Pydantic's findings in the words of a stack file: what is wrong, and what to write."""

from collections.abc import Mapping
from typing import Any

from components.config.redaction import MASK, masked

LISTS = ("tuple_type", "list_type", "set_type")
MAPS = ("model_type", "dict_type", "model_attributes_type")
# What stands in place of a list or map is not shown: text there may be a secret that belongs elsewhere.
NOT_A_LIST = ("is not a list.", "Write a list: entries that each begin with `- `, or [one, other].")
NOT_A_MAP = ("is not a map.", "Write `key: value` pairs under it.")
WORDS: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(LISTS, NOT_A_LIST),
    **dict.fromkeys(MAPS, NOT_A_MAP),
    "enum": ("{shown} is not allowed here.", "Write {expected}."),
    "literal_error": ("{shown} is not allowed here.", "Write {expected}."),
    "bool_type": ("{shown} is neither true nor false.", "Write true or false, without quotes."),
    "greater_than_equal": ("{shown} is too small.", "Write {ge} or more."),
    "greater_than": ("{shown} is too small.", "Write more than {gt}."),
    "less_than_equal": ("{shown} is too large.", "Write {le} or less."),
    "string_too_short": ("is too short.", "Write {min_length} or more characters."),
    "string_too_long": ("is too long.", "Write {max_length} or fewer characters."),
    "too_short": ("has too few entries.", "Write {min_length} or more."),
    "too_long": ("has too many entries.", "Write {max_length} or fewer."),
}
"""What is wrong and what to write, by pydantic's kind of finding; its context fills the rest."""
NUMBERS = {"int_type": "whole number", "int_from_float": "whole number", "float_type": "number"}


def refused_value(kind: str, value: Any, context: Mapping[str, Any], *, hidden: bool) -> tuple[str, str] | None:
    """What is wrong with a value and what to write; None for a kind of finding that has no words of its own.

    `kind` and `context` are pydantic's; a value that is `hidden` stands behind a mask.
    """
    shown = MASK if hidden else masked(f"{value!r}") if isinstance(value, str | int | float) else "what stands there"
    if kind == "value_error":
        return _of_validator(value, str(context["error"]), hidden=hidden), ""
    if value is None:
        return "has nothing after it.", "Write a value, or leave the key out."
    if kind == "string_type":
        return _text_wanted(value, shown)
    if kind in NUMBERS:
        bare = isinstance(value, str) and value.strip().lstrip("-").isdigit()
        remedy = f"Write it without quotes: {value}." if bare else f"Write a {NUMBERS[kind]}, e.g. 4."
        return f"{shown} is not a {NUMBERS[kind]}.", remedy
    if kind not in WORDS:
        return None
    wrong, remedy = WORDS[kind]
    return wrong.format(shown=shown, **context), remedy.format(**context)


def _of_validator(value: Any, message: str, *, hidden: bool) -> str:
    """A validator's message, which names the value in its own words, with as much of the value as may be seen."""
    if not isinstance(value, str):
        return message
    text = MASK if hidden else masked(value)
    if repr(value) in message:
        return message.replace(repr(value), repr(text))
    return message.replace(value, text) if value else message


def _text_wanted(value: Any, shown: str) -> tuple[str, str]:
    if isinstance(value, int) and not isinstance(value, bool):
        # The number may not be what stands there: YAML reads 0254 as an octal one.
        return "must be text, and YAML has read a number.", "Put what stands in the file in quotes."
    if isinstance(value, float | bool):
        return f"{shown} must be text.", f'Put it in quotes: "{shown}".'
    return "is not text.", "Write one piece of text."
