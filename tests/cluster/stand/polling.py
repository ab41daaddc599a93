"""Threads that poll the cluster, like controllers."""

import threading
from collections.abc import Callable

from tests.cluster.stand.api import ApiError

STEP_SECONDS = 0.5


class Poller:
    """Calls a function every half second until it is stopped. Errors of the API server are retried."""

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.failure: BaseException | None = None
        """The error that ended the thread, if any."""

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current call, and raise its error if there was one."""
        self._ended.set()
        self._thread.join()
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        while not self._ended.wait(STEP_SECONDS):
            try:
                self._act()
            except (ApiError, OSError):  # deleted or changed in the meantime, or the API server is shutting down
                continue
            except BaseException as error:  # raised again by `stop`
                self.failure = error
                return
