"""Waiting for what other processes do, with a limit and a word about what was there instead."""

import time
from collections.abc import Callable
from typing import TypeVar

_Found = TypeVar("_Found")
STEP_SECONDS = 0.25


def wait_for(what: str, look: Callable[[], _Found | None], seconds: float, step: float = STEP_SECONDS) -> _Found:
    """The first answer of `look` that is true.

    TimeoutError after `seconds`, naming `what`, with the last error of `look` if it raised any.
    """
    end, last = time.monotonic() + seconds, ""
    while time.monotonic() < end:
        try:
            found = look()
        except (OSError, LookupError) as error:
            last = f" ({error})"
        else:
            if found:
                return found
        time.sleep(step)
    raise TimeoutError(f"{what}: not within {seconds:g} s{last}")
