"""scripts/smoke.py with a real kubectl between it and the API server: what gets through, and that nothing is left."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scripts import smoke
from scripts.smoke import Answer, ReadError
from tests.harness.harness import ROOT
from tests.harness.signals import with_signals
from tests.tooling.smoke_runs import NEW, SERVICES, Scenario, served

VICTIM = SERVICES[0]
PATIENCE = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """The script's TMPDIR. Its path is short, because the path of a socket has at most 107 characters."""
    with tempfile.TemporaryDirectory(prefix="st-") as name:
        yield Path(name)


@pytest.fixture
def scenario() -> Scenario:
    return Scenario()


@pytest.fixture
def server(scenario: Scenario) -> Iterator[str]:
    with served(scenario) as address:
        yield address


def environment(folder: Path, server: str, user: str = "{token: t}") -> dict[str, str]:
    """Variables that lead the script to kubectl, and kubectl to the server."""
    (folder / "kubeconfig").write_text(
        "{apiVersion: v1, kind: Config, current-context: c, contexts: [{name: c, context: {cluster: c, user: c}}], "
        f"clusters: [{{name: c, cluster: {{server: '{server}'}}}}], users: [{{name: c, user: {user}}}]}}"
    )
    # A wrapper, as some installations have one: ending it alone would leave kubectl running.
    wrapper = folder / "bin" / "kubectl"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n"{Path(sys.executable).parent}/kubectl" "$@"\n')
    wrapper.chmod(0o755)
    path = f"{wrapper.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "KUBECONFIG": str(folder / "kubeconfig"), "PATH": path, "TMPDIR": str(folder)}


def started(
    variables: dict[str, str], *options: str, ignoring: signal.Signals | None = None
) -> "subprocess.Popen[str]":
    script = str(ROOT / "scripts" / "smoke-staging.sh")
    command = with_signals([script, "--interval", "0.05", *options], ignored=ignoring)
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def report(variables: dict[str, str], *options: str) -> dict[str, Any]:
    """What the script prints as JSON."""
    process = started(variables, "--json", *options)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, 1}, err
    return json.loads(out)


def command(path: Path) -> str:
    # A process may end between the listing and the reading.
    with suppress(OSError):
        return path.read_text(errors="replace")
    return ""


def left(folder: Path) -> list[str]:
    """Files in the folder, and processes whose command line names it."""
    files = [path.name for path in folder.iterdir() if path.name not in {"bin", "kubeconfig"}]
    processes = [path.parent.name for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder) in command(path)]
    return files + processes


def test_kubectl_passes_everything_on_and_nothing_is_left_behind(server: str, folder: Path) -> None:
    found = report(environment(folder, server), "--revision", NEW)
    assert (found["ok"], found["namespace"], found["revision"]) == (True, "nova", NEW)
    assert [check["status"] for check in found["checks"]] == ["ok"] * 7 + ["skipped"] * 2
    assert left(folder) == []


def test_neither_a_redirection_nor_an_error_of_the_service_is_hidden(
    scenario: Scenario, server: str, folder: Path
) -> None:
    scenario.answers[f"{VICTIM}/health"] = Answer(302, b"")
    scenario.answers[f"{VICTIM}/metrics"] = Answer(500, b"dial tcp: database unreachable")
    failed = [check for check in report(environment(folder, server))["checks"] if check["status"] == "failed"]
    assert [(check["reason"], check["message"]) for check in failed] == [
        ("HttpStatus", "/health: HTTP 302, not 200"),
        ("HttpStatus", "/metrics: HTTP 500: dial tcp: database unreachable"),
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_kubectl_too(scenario: Scenario, server: str, folder: Path, number: signal.Signals) -> None:
    scenario.status["health"] = {"status": "Progressing"}
    process = started(environment(folder, server))
    assert process.stderr is not None
    assert process.stderr.readline().startswith("wait ")
    assert len(left(folder)) > 1
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert left(folder) == []


def test_a_hangup_that_the_caller_ignores_ends_nothing(scenario: Scenario, server: str, folder: Path) -> None:
    scenario.status["health"] = {"status": "Progressing"}
    process = started(environment(folder, server), ignoring=signal.SIGHUP)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("wait ")
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM


PLUGIN = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, interactiveMode: Never}}"


@pytest.mark.parametrize(
    ("server", "user", "options", "words"),
    [
        ("http://127.0.0.1:1", "{token: t}", ["--context", "nowhere"], 'context "nowhere" does not exist'),
        ("http://127.0.0.1:1'", "{token: t}", [], "error loading config file"),
        ("https://127.0.0.1:1", "{client-certificate: /no.crt, client-key: /no.key}", [], "unable to read client-cert"),
        ("https://127.0.0.1:1", PLUGIN, [], "exec: executable no-such-plugin not found"),
        ("ftp://127.0.0.1:1", "{token: t}", [], "unsupported protocol scheme"),
    ],
)
def test_a_configuration_that_kubectl_cannot_use_ends_the_wait(
    folder: Path, server: str, user: str, options: list[str], words: str
) -> None:
    found = report(environment(folder, server, user), *options)
    (check,) = found["checks"]
    assert (found["ok"], check["check"], check["reason"]) == (False, "sync", "Misconfigured")
    assert check["message"].startswith("kubectl cannot use its configuration: ")
    assert words in check["message"]
    assert left(folder) == []


@pytest.mark.parametrize(
    ("words", "final"),
    [
        ("tls: failed to verify certificate: x509: certificate has expired or is not yet valid", True),
        ("dial tcp 127.0.0.1:8080: connect: connection refused", True),
        ("dial tcp [::1]:8080: connect: connection refused", True),
        ("dial tcp 10.0.0.1:443: i/o timeout", False),
        ("dial tcp: lookup eks.example on 10.0.0.2:53: no such host", False),
    ],
)
def test_errors_of_kubectl_that_no_wait_repairs_are_known_by_their_words(words: str, final: bool) -> None:
    assert (smoke.MISCONFIGURED.search(words) is not None) == final


def test_an_api_server_that_is_down_is_waited_for(folder: Path) -> None:
    begun = time.monotonic()
    (check,) = report(environment(folder, "http://127.0.0.1:1"), "--timeout", "1")["checks"]
    assert time.monotonic() - begun >= 1
    assert (check["check"], check["reason"]) == ("sync", "Unreachable")
    assert "connect: connection refused" in check["message"]


def test_a_service_that_hangs_has_no_answer(
    scenario: Scenario, server: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def wait(path: str) -> Answer:
        return Answer(200 if released.wait(PATIENCE) else 500, path.encode())

    monkeypatch.setattr(scenario, "get", wait)
    for name, value in environment(folder, server).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(smoke, "REQUEST_SECONDS", 0.5)
    with smoke.kubectl_proxy("") as get, pytest.raises(ReadError, match=r"^no answer within 0\.5 s$"):
        get("/healthz")
    released.set()


def test_without_kubectl_nothing_is_checked(folder: Path) -> None:
    arguments = [sys.executable, smoke.__file__, "--application", "nova-staging"]
    done = subprocess.run(arguments, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "kubectl is not on the PATH" in done.stderr
