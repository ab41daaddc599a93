"""Calls of AWS whose answer may be that something does not exist."""

from collections.abc import Callable
from typing import Any, cast

from botocore.exceptions import ClientError


def http_status(error: ClientError) -> int:
    """The status of the answer; that of a HEAD request says no more."""
    return int(cast("Any", error).response["ResponseMetadata"]["HTTPStatusCode"])


def found(call: Callable[..., Any], absent: str, **parameters: object) -> dict[str, Any]:
    """The answer; empty if AWS's code is `absent`."""
    try:
        return call(**parameters)
    except ClientError as error:
        if cast("Any", error).response["Error"]["Code"] == absent:
            return {}
        raise
