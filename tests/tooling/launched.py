"""Tests that test_cluster_launcher.py runs in the launcher: they leak a process, a port and a file, or do not end.

The word in the environment is the file's name, and identifies all processes of one launch.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

WORD = "LAUNCHED"
ENDLESS = ("sleep", "600")
PORT = 47311


def leak() -> None:
    Path("/tmp", os.environ[WORD]).touch()
    socket.create_server(("0.0.0.0", PORT)).set_inheritable(True)
    subprocess.Popen(ENDLESS, start_new_session=True, close_fds=False)


def test_passes() -> None:
    assert os.environ[WORD]


def test_leaks() -> None:
    leak()


def test_takes_long() -> None:
    leak()
    time.sleep(600)


def test_ignores_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leak()
    time.sleep(600)
