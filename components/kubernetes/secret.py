"""A Secret's `data`: the API server stores it as declared, unlike `stringData`."""

from base64 import b64encode
from collections.abc import Mapping

import pulumi


def encoded(values: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Output[str]]:
    """The values in base64."""
    return {key: pulumi.Output.from_input(value).apply(_base64) for key, value in values.items()}


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
