"""The smoke test against commits that leave a service out, wrong answers, and kubeconfigs that are of no use."""

import time
from pathlib import Path

import pytest

from tests.cluster.smoke.script import VICTIM, WHOLE_LOOK, Smoke
from tests.cluster.stand.commits import committed, patch
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES

LONG_WAIT, AT_ONCE = 300, 60
DELETED = "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n$patch: delete\n"
SERVICE = DELETED.format(version="v1", kind="Service", name=VICTIM)
WHOLE = "---\n".join(
    (
        SERVICE,
        DELETED.format(version="apps/v1", kind="Deployment", name=VICTIM),
        DELETED.format(version="policy/v1", kind="PodDisruptionBudget", name=VICTIM),
    )
)
SCRAPE = """[{"op": "remove", "path": "/spec/template/metadata/annotations/prometheus.io~1scrape"}]"""


def synced(stand: Stand, revision: str) -> bool:
    status = stand.application("staging")["status"]
    return (status["sync"]["revision"], status["sync"]["status"], status["health"]["status"]) == (
        revision,
        "Synced",
        "Healthy",
    )


def reasons(found: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {(one["check"], one["name"], one["reason"]) for one in found}


def test_a_commit_without_a_service_object_fails(smoke: Smoke) -> None:
    with committed(smoke.stand, "staging", patch(SERVICE)) as revision:
        wait_for("the commit", lambda: synced(smoke.stand, revision), WHOLE_LOOK)
        found = smoke.failures("--revision", revision)
    assert reasons(found) == {("health", VICTIM, "NoService"), ("metrics", VICTIM, "NoService")}


def test_a_commit_without_a_service_at_all_fails_before_the_wait_is_over(smoke: Smoke) -> None:
    with committed(smoke.stand, "staging", patch(WHOLE)) as revision:
        wait_for("the commit", lambda: synced(smoke.stand, revision), WHOLE_LOOK)
        begun = time.monotonic()
        found = smoke.failures("--revision", revision, timeout=LONG_WAIT)
        seconds = time.monotonic() - begun
    assert reasons(found) == {("pods", VICTIM, "NoPods")}
    assert seconds < AT_ONCE


def test_a_commit_that_no_pod_is_scraped_with_fails(smoke: Smoke) -> None:
    with committed(smoke.stand, "staging", patch(SCRAPE, "--kind", "Deployment")) as revision:
        found = smoke.failures("--revision", revision, timeout=LONG_WAIT)
    assert reasons(found) == {("metrics", name, "NotScraped") for name in NAMES}


@pytest.mark.parametrize(
    ("path", "answer", "reason", "words"),
    [
        ("/health", (204, ""), "HttpStatus", "HTTP 204, not 200"),
        ("/health", (206, "half"), "HttpStatus", "HTTP 206, not 200"),
        ("/metrics", (200, "error 500 internal\n"), "NoMetrics", "error 500 internal"),
        ("/metrics", (200, "up 1\nNope INVALID\n"), "NoMetrics", "Nope INVALID"),
    ],
)
def test_an_answer_that_is_almost_right_is_told(
    smoke: Smoke, path: str, answer: tuple[int, str], reason: str, words: str
) -> None:
    smoke.services.answers[VICTIM, path] = answer
    try:
        (found,) = smoke.failures()
    finally:
        del smoke.services.answers[VICTIM, path]
    assert reasons([found]) == {(path.lstrip("/"), VICTIM, reason)}
    assert words in found["message"]


def test_a_context_that_is_not_there_is_told_at_once(smoke: Smoke) -> None:
    begun = time.monotonic()
    (found,) = smoke.failures("--context", "nowhere", timeout=LONG_WAIT)
    assert time.monotonic() - begun < AT_ONCE
    assert (found["check"], found["reason"]) == ("sync", "Misconfigured")
    assert "nowhere" in found["message"]


def test_a_kubeconfig_that_cannot_be_read_is_told_at_once(smoke: Smoke, tmp_path: Path) -> None:
    broken = tmp_path / "kubeconfig"
    broken.write_text("clusters: [\n")
    begun = time.monotonic()
    (found,) = smoke.failures(timeout=LONG_WAIT, kubeconfig=broken)
    assert time.monotonic() - begun < AT_ONCE
    assert (found["check"], found["reason"]) == ("sync", "Misconfigured")
    assert "error loading config file" in found["message"]
