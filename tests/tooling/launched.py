"""What test_cluster_launcher.py has the launcher run: tests that leave a process, a port and a file, and may not end.

The word in the environment is the file's name, and what all processes of one launch are known by.
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


def leave_things() -> None:
    Path("/tmp", os.environ[WORD]).touch()
    socket.create_server(("0.0.0.0", PORT)).set_inheritable(True)
    subprocess.Popen(ENDLESS, start_new_session=True, close_fds=False)


def test_is_through() -> None:
    assert os.environ[WORD]


def test_leaves_things() -> None:
    leave_things()


def test_takes_long() -> None:
    leave_things()
    time.sleep(600)


def test_hears_no_interrupt() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leave_things()
    time.sleep(600)
