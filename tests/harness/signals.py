"""Commands that ignore the signals that a test chose, whatever the tests inherited.

Ignored signals are inherited: `nohup pytest` ignores SIGHUP, and a script's `pytest &` SIGINT, with all their children.
"""

import signal
from collections.abc import Sequence


def with_signals(command: Sequence[str], *, ignored: signal.Signals | None = None) -> list[str]:
    """The command with the default action for every signal except `ignored`; its process is the same."""
    ignoring = [] if ignored is None else [f"--ignore-signal={ignored.name.removeprefix('SIG')}"]
    return ["env", "--default-signal", *ignoring, *command]
