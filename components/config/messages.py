"""Pydantic's errors in the terms of a stack file: what is wrong, and what to write."""

from collections.abc import Mapping
from typing import Any

from components.config.redaction import MASK, masked

LISTS = ("tuple_type", "list_type", "set_type")
MAPS = ("model_type", "dict_type", "model_attributes_type")
# These do not show the value: text in place of a list or map may be a secret that belongs elsewhere.
NOT_A_LIST = ("is not a list.", "Write a list: one `- item` per line, or [one, two].")
NOT_A_MAP = ("is not a map.", "Write `key: value` pairs under it.")
TEMPLATES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(LISTS, NOT_A_LIST),
    **dict.fromkeys(MAPS, NOT_A_MAP),
    "enum": ("{shown} is not allowed here.", "Write {expected}."),
    "literal_error": ("{shown} is not allowed here.", "Write {expected}."),
    "bool_type": ("{shown} is not a boolean.", "Write true or false, without quotes."),
    "greater_than_equal": ("{shown} is too small.", "Write {ge} or more."),
    "greater_than": ("{shown} is too small.", "Write more than {gt}."),
    "less_than_equal": ("{shown} is too large.", "Write {le} or less."),
    "string_too_short": ("is too short.", "Write {min_length} or more characters."),
    "string_too_long": ("is too long.", "Write {max_length} or fewer characters."),
    "too_short": ("has too few entries.", "Write {min_length} or more."),
    "too_long": ("has too many entries.", "Write {max_length} or fewer."),
}
"""What is wrong and what to write, by pydantic's error type; its context fills the placeholders."""
NUMBERS = {"int_type": "whole number", "int_from_float": "whole number", "float_type": "number"}


def refused_value(kind: str, value: Any, context: Mapping[str, Any], *, hidden: bool) -> tuple[str, str] | None:
    """What is wrong with a value and what to write; None for an error type without a template.

    `kind` and `context` are pydantic's; a `hidden` value is replaced by a mask.
    """
    shown = MASK if hidden else masked(f"{value!r}") if isinstance(value, str | int | float) else "the value"
    if kind == "value_error":
        return _from_validator(value, str(context["error"]), hidden=hidden), ""
    if value is None:
        return "has no value.", "Write one, or remove the key."
    if kind == "string_type":
        return _not_a_string(value, shown)
    if kind in NUMBERS:
        quoted = isinstance(value, str) and value.strip().lstrip("-").isdigit()
        remedy = f"Write it without quotes: {value}." if quoted else f"Write a {NUMBERS[kind]}, e.g. 4."
        return f"{shown} is not a {NUMBERS[kind]}.", remedy
    if kind not in TEMPLATES:
        return None
    wrong, remedy = TEMPLATES[kind]
    return wrong.format(shown=shown, **context), remedy.format(**context)


def _from_validator(value: Any, message: str, *, hidden: bool) -> str:
    """A validator's own message, with the value in it masked as necessary."""
    if not isinstance(value, str):
        return message
    text = MASK if hidden else masked(value)
    if repr(value) in message:
        return message.replace(repr(value), repr(text))
    return message.replace(value, text) if value else message


def _not_a_string(value: Any, shown: str) -> tuple[str, str]:
    if isinstance(value, int) and not isinstance(value, bool):
        # Does not show the value, which may differ from the file: YAML reads 0254 as an octal number.
        return "must be a string, but YAML read a number.", "Put the value in quotes, exactly as it is in the file."
    if isinstance(value, float | bool):
        return f"{shown} must be a string.", f'Put it in quotes: "{shown}".'
    return "is not a string.", "Write a single string."
