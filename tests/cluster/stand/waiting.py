"""Waiting for other processes, with a timeout and a message."""

import time
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")
STEP_SECONDS = 0.25


def wait_for(what: str, look: Callable[[], _Result | None], seconds: float, step: float = STEP_SECONDS) -> _Result:
    """The first true result of `look`.

    TimeoutError after `seconds`, naming `what`, with the last error of `look` if it raised any.
    """
    end, last = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            result = look()
        except (OSError, LookupError) as error:
            last = f" ({error})"
        else:
            if result:
                return result
        time.sleep(step)
    raise TimeoutError(f"{what}: not within {seconds:g} s{last}")
