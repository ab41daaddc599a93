"""Writing, awaiting and removing objects on a real API server, each within its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from sandbox.providers.kubernetes.api import Api, Served, Thing
from sandbox.providers.kubernetes.holders import holder
from sandbox.providers.kubernetes.readiness import Check, Failed, annotation, seconds_of, words
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, dig, text

_DISCOVERY = 10
"""Seconds within which a kind whose definition has just come is served."""


class Lacking(Refused):
    """An object that was written and is not ready; `live` is its last state."""

    def __init__(self, message: str, live: Json) -> None:
        super().__init__("", message)
        self.live = live


class Objects:
    """The objects of one cluster. `patience` is the seconds to wait where an object does not say."""

    def __init__(self, api: Api, patience: float, *, longest_pause: float = 0.5) -> None:
        self.api = api
        self.patience = patience
        self._longest_pause = longest_pause
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """End every wait, now and later."""
        self._cancelled.set()

    def served(self, api_version: str, kind: str, *, seconds: float = _DISCOVERY) -> Served:
        """The kind; asked for until it is there, as long as `seconds` last. Raises Refused."""
        clock = _Clock(seconds, self._longest_pause, self._cancelled)
        while True:
            found = self.api.served(api_version, kind)
            if found is not None:
                return found
            if not clock.more():
                raise Refused("", f'no matches for kind "{kind}" in version "{api_version}"')

    def ready(self, thing: Thing, live: Json, checks: Sequence[Check], seconds: float) -> Json:
        """Wait until the object lacks nothing: its state then. Raises Lacking."""
        clock = _Clock(seconds, self._longest_pause, self._cancelled)
        while True:
            try:
                lacking = [said for said in (check(live) for check in checks) if said]
            except Failed as failure:
                raise Lacking(str(failure), live) from None
            if not lacking:
                return live
            if not clock.more():
                missing = "; ".join(lacking)
                raise Lacking(
                    f"{thing} is not ready {clock.said}; still missing: {missing}{_said(live, missing)}", live
                )
            found = self.api.get(thing)
            if found is None:
                if dig(live, "spec.ttlSecondsAfterFinished") is not None:
                    return live  # a Job that was done and tidied away between two looks
                raise Lacking(f"{thing} was deleted while it was waited for", live)
            live = found

    def remove(self, thing: Thing, timeout: float = 0) -> None:
        """Delete an object and wait until it is gone; one that is gone is no error. Raises Refused."""
        live = self.api.get(thing)
        if live is None:
            return
        self.ask_to_go(thing, live)
        if annotation(live, "skipAwait") != "true":
            self.gone(thing, live, seconds_of(live, timeout, self.patience))

    def ask_to_go(self, thing: Thing, live: Json) -> None:
        """Delete an object without waiting."""
        wanted = annotation(live, "deletionPropagation").capitalize()
        propagation = wanted if wanted in ("Background", "Orphan") else "Foreground"
        self.api.delete(thing, text(live, "metadata.uid"), propagation)

    def gone(self, thing: Thing, live: Json, seconds: float) -> None:
        """Wait for an object's end. Raises Refused, naming what holds it."""
        uid = text(live, "metadata.uid")
        clock = _Clock(seconds, self._longest_pause, self._cancelled)
        while True:
            found = self.api.get(thing)
            if found is None or text(found, "metadata.uid") != uid:
                return
            if not clock.more():
                raise Refused("", f"{thing} is still there {clock.said}. {holder(self.api, thing, found)}")


class _Clock:
    """Pauses between two looks, growing, until the time is over."""

    def __init__(self, seconds: float, longest: float, cancelled: threading.Event) -> None:
        self._seconds, self._longest, self._cancelled = seconds, longest, cancelled
        self._end = time.monotonic() + seconds
        self._pause = min(0.05, longest)

    def more(self) -> bool:
        """Pause; whether there is time for another look."""
        left = self._end - time.monotonic()
        if left <= 0 or self._cancelled.is_set():
            return False
        self._cancelled.wait(min(self._pause, left))
        self._pause = min(self._pause * 1.5, self._longest)
        return True

    @property
    def said(self) -> str:
        """Why there is no more time."""
        return "and the run was cancelled" if self._cancelled.is_set() else f"after {self._seconds:g} s"


def _said(live: Json, known: str) -> str:
    """Why it is not what an annotation waits for, beside what is known; a kind's own rule tells that itself."""
    said = ""
    for word in words(live) if annotation(live, "waitFor") else []:
        if word not in known + said:
            said += f"; {word}" if said else f". It says: {word}"
    return said
