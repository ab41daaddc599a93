"""What a person sees of a run: a counter, the changes, and every message, instead of a line for each step.

The engine's own display has two lines for each of 350 resources. It is what `--verbose` shows.
"""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TextIO

from pulumi.automation import EngineEvent, OpType
from pulumi.automation.events import DiagnosticEvent

from sandbox.changes import Changes, counted, summed_up
from sandbox.plan import COLOUR, OWN_PROVIDER, STACK_TYPE
from sandbox.program import REPEAT
from sandbox.urns import kind, name, short

SECONDS = 10.0
"""Between two counter lines where there is no terminal."""
ERASE = "\r\x1b[K"


FAILED = ("preview failed", "update failed", "refresh failed", "destroy failed")
"""The engine's last words, which add nothing to the error before them."""
PROTECTED = "because it is protected"


class Display:
    """Shows the operations of one run, one after the other."""

    def __init__(self, show: Callable[[str], None], terminal: TextIO | None = None) -> None:
        """`terminal` shows a counter that is overwritten; without one, `show` gets a line now and then."""
        self._show = show
        self._terminal = terminal
        self._lock = Lock()
        self._total: int | None = None
        self.seen: set[str] = set()
        """Messages that have been shown: `up` repeats those of its preview."""

    def show(self, line: str) -> None:
        """Show a line, in place of the counter."""
        with self._lock:
            self._counter("")
            self._show(line)

    def progress(self, text: str) -> None:
        """Show the counter."""
        if self._terminal is None:
            self.show(f"    {text} …")
        else:
            with self._lock:
                self._counter(f"    {text}")

    @property
    def interval(self) -> float:
        """Seconds between two counters."""
        return SECONDS if self._terminal is None else 0.1

    @contextmanager
    def operation(self, title: str, stack: str, *, preview: bool) -> Generator["Operation"]:
        """Show one operation; the block passes it each event. `stack`: name of the stack's own resource."""
        self.show(f"{title}:")
        running = Operation(self, stack, preview=preview, total=self._total)
        try:
            yield running
        finally:
            running.end()
            self._total = running.number if preview else None

    def _counter(self, text: str) -> None:
        if self._terminal is not None:
            self._terminal.write(f"{ERASE}{text}")
            self._terminal.flush()


class Operation:
    """One operation: counts its resources as they pass, and shows the rest when it ends."""

    def __init__(self, display: Display, stack: str, *, preview: bool, total: int | None) -> None:
        self._display = display
        self._stack = stack
        self._preview = preview
        self._total = total
        self._started = self._shown = time.monotonic()
        self._changes = Changes()
        self._done: set[str] = set()
        self._failed: set[str] = set()
        self._protected: list[str] = []
        self._errors = False
        self._messages: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    @property
    def number(self) -> int:
        """Resources so far."""
        return len(self._done)

    def __call__(self, event: EngineEvent) -> None:
        """Take one event."""
        if event.resource_pre_event and event.resource_pre_event.metadata.type != OWN_PROVIDER:
            self._changes.add(event.resource_pre_event.metadata)
            if self._preview:
                self._count(event.resource_pre_event.metadata.urn)
        if event.res_outputs_event and event.res_outputs_event.metadata.type != OWN_PROVIDER:
            self._changes.found(event.res_outputs_event.metadata)
            self._count(event.res_outputs_event.metadata.urn)
        if event.res_op_failed_event:
            self._failed.add(event.res_op_failed_event.metadata.urn)
        if event.diagnostic_event:
            self._diagnose(event.diagnostic_event)
        if event.summary_event:
            changes = event.summary_event.resource_changes
            self._counts = {OpType(op).value: number for op, number in changes.items()}

    def end(self) -> None:
        """Show how far it came, every message, and the changes of a preview."""
        show, seconds = self._display.show, time.monotonic() - self._started
        show(f"    {self._progress()} in {seconds:.0f} s")
        show("")
        if self._messages or self._protected:
            show("Diagnostics:")
        for where, lines in self._messages.items():
            for line in (f"  {where}:", *(f"    {line}" for line in lines), ""):
                show(line)
        if self._protected:
            show(f"  error: {len(self._protected)} resources are protected and cannot be deleted:")
            for line in (*(f"    {line}" for line in summed_up(self._protected)), ""):
                show(line)
        if self._preview and self._errors:
            return  # nothing is done, and the changes are not all of them
        if self._preview or self._changes.refreshed:
            self._block("Changes:", self._changes.lines())
        if not self._preview:
            self._block("Retained in the account:", self._changes.retained())
        self._block("Resources:", counted(self._counts, planned=self._preview, failed=len(self._failed)))

    def _block(self, title: str, lines: Sequence[str]) -> None:
        if lines:
            for line in (title, *lines, ""):
                self._display.show(line)

    def _count(self, urn: str) -> None:
        self._done.add(urn)
        now = time.monotonic()
        if now - self._shown >= self._display.interval:
            self._shown = now
            self._display.progress(self._progress())

    def _progress(self) -> str:
        if self._total is None:
            return f"{self.number} {'resource' if self.number == 1 else 'resources'}"
        return f"{self.number} of {max(self._total, self.number)} resources"

    def _diagnose(self, event: DiagnosticEvent) -> None:
        text = COLOUR.sub("", event.message).strip().removeprefix(REPEAT)
        if event.ephemeral or event.severity == "debug" or not text:
            return
        if text in FAILED and self._errors:
            return
        self._errors |= event.severity == "error"
        if event.urn and PROTECTED in text:
            self._protected.append(event.urn)
            return
        where = f"{short(kind(event.urn))} ({name(event.urn)})" if event.urn else f"{STACK_TYPE} ({self._stack})"
        # A program reports its error itself, and so does the engine; `up` repeats its preview's warnings.
        if f"{where} {text}" in self._display.seen:
            return
        self._display.seen.add(f"{where} {text}")
        first, *rest = f"{COLOUR.sub('', event.prefix or '')}{text}".splitlines()
        self._messages.setdefault(where, []).extend([first, *rest])
