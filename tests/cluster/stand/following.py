"""Threads that look at the cluster again and again, as controllers do."""

import threading
from collections.abc import Callable

from tests.cluster.stand.api import ApiError

STEP_SECONDS = 0.5


class Following:
    """Calls a function every half second until it is stopped. What the API server refuses is tried again."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.failure: BaseException | None = None
        """What ended the thread, if it was not `stop`."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, when the call that runs is through."""
        self._ended.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        while not self._ended.wait(STEP_SECONDS):
            try:
                self._act()
            except (ApiError, OSError):  # gone or changed between two looks, or the API server is ending
                continue
            except BaseException as error:  # raised again by `stop`
                self.failure = error
                return
