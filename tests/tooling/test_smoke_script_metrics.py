"""scripts/smoke/metrics.sh: an answer of /metrics is Prometheus's text format, line by line."""

import subprocess
from pathlib import Path

import pytest

from tests.harness.harness import ROOT

JUDGE = """set -euo pipefail
work="$PWD"
report() { printf '%s|%s|%s\\n' "$1" "$4" "$5"; }
source "$0"
judge_metrics auth-service /metrics "kubectl logs"
"""


def judged(folder: Path, body: bytes) -> tuple[str, str, str]:
    """Status, reason and message of the line about this body."""
    (folder / "body").write_bytes(body)
    script = ROOT / "scripts" / "smoke" / "metrics.sh"
    done = subprocess.run(["bash", "-c", JUDGE, script], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stderr == ""
    status, reason, message = done.stdout.rstrip("\n").split("|")
    return status, reason, message


@pytest.mark.parametrize(
    "line",
    [
        "up 1",
        "up{} 1",
        "job:up:sum -3",
        'up{a="b"} 1.5e-3 1395066363000',
        r'up{path="C:\\DIR\\ \"x\", {y}" , b="\n",} +Inf',
        "  up\t-.5\t-3  ",
        "up NaN",
        'up{a="é"}1',
    ],
)
def test_a_sample_is_what_prometheus_reads(tmp_path: Path, line: str) -> None:
    body = f"# HELP up Words.\n\n{line}\n \n# EOF".encode()
    assert judged(tmp_path, body) == ("ok", "Answers", "/metrics answers 200 with 1 samples")


def test_every_sample_is_counted(tmp_path: Path) -> None:
    assert judged(tmp_path, b"up 1\n# up 2\nup 3")[2] == "/metrics answers 200 with 2 samples"


@pytest.mark.parametrize(
    "line",
    [
        b"error 500 internal",
        b"Nope INVALID",
        b"up",
        b"up 1 2 3",
        b"up 1 1.5",
        b"up 1_000",
        b"up 1\r",
        b"1up 1",
        b"a-b 1",
        b"up{a=b} 1",
        b'up{a="b" 1',
        b'up{a="b"c="d"} 1',
        b'up{a="\\"} 1',
        b"up{,} 1",
        b'{"up": 1}',
        b"<!doctype html>",
        b"\x00",
    ],
)
def test_one_line_that_prometheus_cannot_read_fails(tmp_path: Path, line: bytes) -> None:
    status, reason, message = judged(tmp_path, b"up 1\n" + line + b"\nup 2\n")
    assert (status, reason) == ("failed", "NoMetrics")
    shown = line.replace(b"\x00", b"?").decode()
    assert message.rstrip() == f"/metrics answers 200, but a line of it is no sample: {shown}".rstrip()
