"""What a run says at its end: verdict, summary, messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from scripts.delivery import report
from scripts.delivery.actions import StepError
from scripts.delivery.images import BuiltImage
from scripts.delivery.report import BUILD, DEPLOY, PLAN, PROPOSE, PROVE, RETAG, SMOKE, UPDATE, Delivery

JOBS = (PLAN, BUILD, UPDATE, DEPLOY, SMOKE)
SUCCESS: Mapping[str, str] = dict.fromkeys(JOBS, "success")
IMAGE = BuiltImage("shop/auth", "registry/shop/auth:1.0", "sha256:d", built=True, seconds=60, findings={"high": 2})
FAILED = {
    "status": "failed", "check": "pods", "name": "auth", "message": "0 of 2 pods are ready | ImagePullBackOff",
    "look": "kubectl --namespace=shop describe pods",
}  # fmt: skip


def delivery(results: Mapping[str, str] = SUCCESS, **changes: Any) -> Delivery:
    usual = Delivery(
        environment="staging", application="shop-staging", namespace="gitops", overlay="k8s/overlays/staging",
        branch="main", tag="1.0", run="7", url="https://github.example/shop/actions/runs/7", results=results,
        nothing_to_build=False, left="", waits=True, outcome="verified", revision="abc", images=[IMAGE], checks=[],
        spans={}, budget_seconds=900, pull_request="",
    )  # fmt: skip
    return usual._replace(**changes)


def test_a_run_whose_jobs_all_succeeded_is_deployed_and_verified() -> None:
    assert report.judge(delivery()) == (True, "staging: 1.0 is deployed and verified", "")


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize(("result", "words"), [("failure", "failed"), ("cancelled", "was cancelled")])
def test_a_failed_or_cancelled_job_is_never_a_success(job: str, result: str, words: str) -> None:
    after = JOBS[JOBS.index(job) + 1 :]
    verdict = report.judge(delivery({**SUCCESS, job: result, **dict.fromkeys(after, "skipped")}))
    assert not verdict.good
    assert verdict.job == job
    assert f"{job} {words}; " in verdict.words


@pytest.mark.parametrize("job", JOBS)
def test_a_job_that_was_skipped_without_a_reason_is_no_success(job: str) -> None:
    verdict = report.judge(delivery({**SUCCESS, job: "skipped"}))
    assert (verdict.good, verdict.job) == (False, job)


def test_what_ends_a_run_early_is_said() -> None:
    nothing = {**dict.fromkeys(JOBS, "skipped"), "plan": "success"}
    assert (
        report.judge(delivery(nothing, nothing_to_build=True)).words
        == "staging: nothing to deliver, no image's files changed"
    )
    superseded = report.judge(delivery({**SUCCESS, SMOKE: "skipped"}, outcome="superseded", revision="def"))
    assert superseded == (True, "staging: 1.0 was superseded by def", "")
    manual = {**SUCCESS, DEPLOY: "skipped", SMOKE: "skipped"}
    words = report.judge(delivery(manual, waits=False, outcome="")).words
    assert words == "staging: 1.0 is in the overlay and waits for `argocd app sync shop-staging`"


def test_a_manual_sync_whose_update_failed_is_no_success() -> None:
    results = {**SUCCESS, UPDATE: "failure", DEPLOY: "skipped", SMOKE: "skipped"}
    assert not report.judge(delivery(results, waits=False)).good


def test_images_that_are_replaced_during_the_smoke_test_are_superseded() -> None:
    verdict = report.judge(delivery(outcome="superseded", revision="def"))
    assert verdict == (True, "staging: 1.0 was superseded by def", "")


PROMOTION: Mapping[str, str] = dict.fromkeys((PLAN, PROVE, RETAG, PROPOSE), "success")


def test_a_promotion_ends_in_its_pull_request() -> None:
    address = "https://github.example/shop/pull/1"
    words = report.judge(delivery(PROMOTION, pull_request=address)).words
    assert words == f"staging: 1.0 is proposed: {address}. Its merge deploys"
    assert report.judge(delivery(PROMOTION)).words == "staging: 1.0 is in the overlay already"


def test_a_promotion_of_images_that_were_replaced_meanwhile_is_no_success() -> None:
    results = {**PROMOTION, RETAG: "skipped", PROPOSE: "skipped"}
    words = "staging: other images came during prove; no image has the release's tag, run it again"
    assert report.judge(delivery(results, outcome="superseded")) == (False, words, PROVE)


def test_a_bad_end_that_no_job_shows_makes_the_report_red(monkeypatch: pytest.MonkeyPatch) -> None:
    results = {**PROMOTION, RETAG: "skipped", PROPOSE: "skipped"}
    monkeypatch.setattr(report, "read_delivery", lambda: delivery(results, outcome="superseded"))
    with pytest.raises(StepError, match="other images came during prove"):
        report.main()
    monkeypatch.setattr(report, "read_delivery", lambda: delivery({**results, RETAG: "failure"}, outcome="verified"))
    report.main()  # the job is red


def test_what_a_failure_leaves_may_be_said_by_the_caller() -> None:
    failed = delivery({DEPLOY: "success", SMOKE: "failure"}, left="1.0 is not promoted")
    assert report.judge(failed).words == "staging: smoke-test failed; 1.0 is not promoted"


def test_the_summary_has_steps_images_checks_and_commands() -> None:
    failed = delivery({**SUCCESS, SMOKE: "failure"}, checks=[FAILED])
    text = report.markdown(failed, report.judge(failed))
    assert "## ❌ staging: smoke-test failed; the images are deployed; revert the overlay's last commit on main" in text
    assert "| `registry/shop/auth:1.0` | built | 0 critical, 2 high |" in text
    assert "| failed | pods | auth | 0 of 2 pods are ready \\| ImagePullBackOff |" in text
    assert "kubectl --namespace=shop describe pods" in text


def test_the_commands_fit_the_job_that_failed() -> None:
    failed = delivery({**SUCCESS, DEPLOY: "failure", SMOKE: "skipped"})
    assert report.commands(failed, report.judge(failed)) == [
        "kubectl -n gitops get applications.argoproj.io shop-staging -o yaml",
        "argocd app get shop-staging --refresh",
        "argocd app manifests shop-staging --source git",
    ]


def test_the_time_is_compared_with_the_budget() -> None:
    listed = [
        job("deliver / plan", 0, 10),
        job("deliver / build-and-push (shop/auth)", 12, 100),
        job("deliver / build-and-push (shop/cart)", 15, 200),
        job("deliver / update-deployment", 205, 215),
        {"name": "deliver / notify", "started_at": "2026-11-28T10:04:00Z", "completed_at": None},
        job("another job", 0, 1000),
    ]
    spans = report.spans(listed)
    assert {name: end - begin for name, (begin, end) in spans.items()} == {
        "plan": 10, "build-and-push": 188, "update-deployment": 10,
    }  # fmt: skip
    text = report.steps(delivery(spans=spans, budget_seconds=900))
    assert "| build-and-push | success | 188 s |" in text
    assert "Total 215 s, 685 s under the budget of 900 s." in text
    assert "**15 s over** the budget of 200 s" in report.steps(delivery(spans=spans, budget_seconds=200))
    assert report.steps(delivery(spans=spans, budget_seconds=0)).endswith("Total 215 s.")


def job(name: str, start: int, end: int) -> dict[str, str]:
    times = [f"2026-11-28T10:{second // 60:02}:{second % 60:02}Z" for second in (start, end)]
    return {"name": name, "started_at": times[0], "completed_at": times[1]}


@dataclass
class Chat:
    """A chat's webhook that records what it is sent."""

    status: int = 200
    received: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Any:
    found = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook/secret-part"
    monkeypatch.setenv("SLACK_WEBHOOK_URL", url)
    monkeypatch.setenv("DISCORD_WEBHOOK_URL", url)
    yield found
    server.shutdown()


def test_both_chats_get_the_message(chat: Chat) -> None:
    failed = delivery({**SUCCESS, DEPLOY: "failure", SMOKE: "skipped"})
    text = report.message(failed, report.judge(failed))
    report.notify(text)
    assert chat.received == [{"text": text}, {"content": text}]
    assert text.splitlines()[:2] == [
        "❌ staging: deploy failed; the images are in the overlay on main; revert its last commit to go back",
        "https://github.example/shop/actions/runs/7",
    ]


def test_a_chat_that_refuses_fails_nothing_and_its_address_is_not_printed(
    chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    chat.status = 403
    report.notify("text")
    printed = capsys.readouterr().out
    assert "::warning::Slack refused the message: HTTP 403." in printed
    assert "secret-part" not in printed
