"""Peak memory of processes, from Linux's /proc.

VmHWM and not `getrusage`: ru_maxrss of a process includes what its parent held at the fork, which for an engine started
by a large Python process is most of it.
"""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ENGINE = "pulumi"
PROC = Path("/proc")
EVERY = 0.25
"""Seconds between two readings of a running engine; the kernel keeps the peak until the process ends."""


def own_peak() -> float:
    """Peak resident memory of this process in MiB."""
    found = _peak(PROC / "self" / "status")
    if found is not None:
        return found[1]
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, the only other place without /proc
    return largest / (2**20 if sys.platform == "darwin" else 2**10)


def engine_peak_until_the_end(process: "subprocess.Popen[bytes]") -> float | None:
    """Wait for the process; return the peak of the engine below it in MiB, or None without an engine or without /proc.

    The last quarter of a second is not measured.
    """
    peak: float | None = None
    while True:
        try:
            process.wait(EVERY)
        except subprocess.TimeoutExpired:
            for pid in descendants(process.pid, _parents()):
                found = _peak(PROC / str(pid) / "status")
                if found is not None and found[0] == ENGINE:
                    peak = max(peak or 0.0, found[1])
        else:
            return peak


def descendants(root: int, parents: Mapping[int, int]) -> set[int]:
    """All descendants of the process `root`; `parents` maps each process to its parent."""
    found: set[int] = set()
    wave = {root}
    while wave:
        wave = {pid for pid, parent in parents.items() if parent in wave and pid not in found}
        found |= wave
    return found


def status(text: str) -> tuple[str, float] | None:
    """Name and peak in MiB, from the text of a /proc/PID/status; None for a process that has ended."""
    name = re.search(r"^Name:\s+(\S+)", text, re.MULTILINE)
    peak = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
    return (name[1], int(peak[1]) / 1024) if name and peak else None


def _peak(file: Path) -> tuple[str, float] | None:
    try:
        return status(file.read_text(encoding="utf-8"))
    except OSError:  # it has ended, or this system has no /proc
        return None


def _parents() -> dict[int, int]:
    if not PROC.is_dir():
        return {}
    found: dict[int, int] = {}
    for entry in os.listdir(PROC):  # noqa: PTH208  runs during the measurement: no object for each entry
        if entry.isdigit():
            try:
                stat = (PROC / entry / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            found[int(entry)] = int(stat.rpartition(")")[2].split()[1])
    return found
