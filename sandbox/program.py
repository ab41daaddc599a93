"""Runs the project's program inside the driver's process, as Pulumi's language host would in a process of its own."""

import contextlib
import os
import re
import runpy
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from pulumi import RunError
from pulumi.runtime.proto import engine_pb2
from pulumi.runtime.settings import SETTINGS, get_engine

SANDBOX = Path(__file__).parent
REPEAT = "an unhandled error occurred: "
"""The engine's prefix of an inline program's error, which the program has already reported."""
ANSI = re.compile(r"\x1b\[[0-9;]*m")
NEXT = re.compile(r" {4}(error|warning|info|debug): | {0,3}\S")


def inline(file: Path, project: Path) -> Callable[[], None]:
    """The program in `file` as the function that the Automation API expects.

    The engine works on a copy; for the program, the files of the project are those in `project`, its folder.
    """

    def program() -> None:
        setattr(SETTINGS, "root_directory", str(project.resolve()))  # noqa: B010 the SDK declares it without a setter
        if (engine := get_engine()) is not None:
            drop_debug_lines(engine)
        try:
            runpy.run_path(str(file), run_name="__main__")
        except SystemExit as error:
            if error.code:  # `sys.exit("message")` is a message for the user, not a crash with a traceback
                raise RunError(str(error.code)) from None

    return program


def drop_debug_lines(engine: Any) -> None:
    """Keep the SDK's debug lines from the engine, which does not show them: each is a call that blocks the program.

    There are four for each resource; without them a preview of 200 resources takes a fifth less time.
    """
    send = engine.Log

    def log(request: engine_pb2.LogRequest) -> None:
        if request.severity != engine_pb2.DEBUG:
            send(request)

    engine.Log = log


class ErrorFilter:
    """Passes on the lines of the engine's display, without its repetition of the program's error."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._repeating = False

    def __call__(self, line: str) -> None:
        """Handle the next line."""
        plain = ANSI.sub("", line)
        if REPEAT in plain:
            self._repeating = plain.startswith(
                "    "
            )  # a row of the display has one line, a diagnostic may have several
        elif not self._repeating:
            self._show(line)
        elif NEXT.match(plain):
            self._repeating = False
            if not plain.startswith(" "):
                self._show("")  # the blank line between two sections was part of the repetition
            self._show(line)


@contextlib.contextmanager
def inside_project(file: Path) -> Generator[None]:
    """Let the program import its own modules and open its own files, as if it had been started in its folder.

    Its modules are unloaded at the end, because the next program's may have the same names. Modules that were loaded
    before (a test's imports) and installed packages stay.
    """
    home, folder, before = file.parent, Path.cwd(), set(sys.modules)
    sys.path.insert(0, str(home))
    os.chdir(home)
    try:
        yield
    finally:
        os.chdir(folder)
        sys.path.remove(str(home))
        for name in set(sys.modules) - before:
            if _belongs(name, home):
                del sys.modules[name]


def _belongs(module: str, home: Path) -> bool:
    origin = getattr(sys.modules[module], "__file__", None)
    if not origin:
        return False
    file = Path(origin)
    return file.is_relative_to(home) and "site-packages" not in file.parts and not file.is_relative_to(SANDBOX)
