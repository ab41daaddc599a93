"""Says how a delivery or a promotion ended: on the run's page, and to Slack and Discord.

The verdict is drawn from every job's result, so that a job that was cancelled or skipped never reads as a success.
"""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from scripts import smoke
from scripts.delivery import actions, images, web
from scripts.delivery.actions import StepError, flag, optional, require
from scripts.delivery.verify import VERIFIED
from scripts.delivery.wait import SUPERSEDED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scripts.delivery.images import BuiltImage

PLAN, BUILD, UPDATE, DEPLOY, SMOKE = "plan", "build-and-push", "update-deployment", "deploy", "smoke-test"
ROLL_BACK = "roll-back"
PROVE, RETAG, PROPOSE = "prove", "retag", "propose"
JOBS = (PLAN, BUILD, UPDATE, ROLL_BACK, DEPLOY, SMOKE, PROVE, RETAG, PROPOSE)
"""In the order in which they run; a delivery and a promotion have some of them."""
RED = {"failure", "cancelled"}
"""Results that make a run red."""
DISCORD_CHARACTERS = 2000

LEFT = {
    PLAN: "nothing was built or changed",
    BUILD: "the overlay is as it was; images that were pushed stay in the registry",
    UPDATE: "the images are in the registry, the overlay is as it was",
    ROLL_BACK: "the overlay is as it was",
    DEPLOY: "the images are in the overlay on {branch}; revert its last commit to go back",
    SMOKE: "the images are deployed; revert the overlay's last commit on {branch} to go back",
    PROVE: "no image has the release's tag",
    RETAG: "some images may have the release's tag, no pull request was opened",
    PROPOSE: "the images have the release's tag, no pull request was opened",
}
"""What a run leaves behind that ends in a job."""

COMMANDS = {
    PLAN: ["kustomize build {overlay}"],
    BUILD: ["gh run view {run} --log-failed", "docker buildx build --platform linux/amd64 DIRECTORY"],
    UPDATE: ["kustomize build {overlay}", "git log -3 {branch} -- {overlay}"],
    ROLL_BACK: ["git log -9 {branch} -- {overlay}"],
    DEPLOY: [
        "kubectl -n {namespace} get applications.argoproj.io {application} -o yaml",
        "argocd app get {application} --refresh",
        "argocd app manifests {application} --source git",
    ],
    RETAG: ["gh run view {run} --log-failed"],
    PROPOSE: ["gh run view {run} --log-failed"],
}
"""What to look at after a failure; the smoke test names its own commands."""


class Delivery(NamedTuple):
    """A run, as its last job sees it."""

    environment: str
    application: str
    namespace: str
    """Of the Application."""
    overlay: str
    branch: str
    tag: str
    run: str
    """Number of the run."""
    url: str
    results: Mapping[str, str]
    """`success`, `failure`, `cancelled` or `skipped` by job, in the order of `JOBS`."""
    nothing_to_build: bool
    """Whether the plan found that no image's files have changed."""
    left: str
    """What a failure leaves, if it is not what a delivery leaves."""
    waits: bool
    """False where a person starts the sync."""
    outcome: str
    """`verified`, `superseded`, `synced`, or empty if the sync failed."""
    revision: str
    """Commit that Argo CD is at, or has to be."""
    images: Sequence[BuiltImage]
    checks: Sequence[object]
    """Of the smoke test's `--json`."""
    spans: Mapping[str, tuple[float, float]]
    """Start and end of each job, in seconds since 1970; for builds of the first and the last. Empty if unknown."""
    budget_seconds: int
    """0 if there is none."""
    pull_request: str
    """Address of a promotion's pull request; empty if its overlay has the images already."""


class Verdict(NamedTuple):
    """How a run ended."""

    good: bool
    words: str
    job: str = ""
    """Where it ended, if it is not good."""


def judge(delivery: Delivery) -> Verdict:
    """Return the verdict in words that start with the environment."""
    name, results, subject = delivery.environment, delivery.results, delivery.tag or delivery.revision
    for kind, words in (("failure", "failed"), ("cancelled", "was cancelled")):
        job = next((job for job, result in results.items() if result == kind), "")
        if job:
            left = delivery.left or LEFT[job].format(branch=delivery.branch)
            return Verdict(good=False, words=f"{name}: {job} {words}; {left}", job=job)
    if results.get(PROVE) == "success" and delivery.outcome != VERIFIED:
        words = f"other images came during {PROVE}; {LEFT[PROVE]}, run it again"
        return Verdict(good=False, words=f"{name}: {words}", job=PROVE)
    early = early_end(delivery, subject)
    if early:
        return Verdict(good=True, words=f"{name}: {early}")
    job = next((job for job, result in results.items() if result != "success"), "")
    if job:
        return Verdict(good=False, words=f"{name}: {job} was skipped, nothing says that {subject} runs", job=job)
    end = proposal(delivery) if PROPOSE in results else "is deployed and verified"
    return Verdict(good=True, words=f"{name}: {subject} {end}")


def early_end(delivery: Delivery, subject: str) -> str:
    """Return why a delivery was right to skip jobs; empty if it was not."""
    results = delivery.results
    if results.get(PLAN) == "success" and delivery.nothing_to_build:
        return "nothing to deliver, no image's files changed"
    if delivery.outcome == SUPERSEDED:
        return f"{subject} was superseded by {delivery.revision}"
    if not delivery.waits and results.get(DEPLOY) == "skipped" and delivery.revision:
        return f"{subject} is in the overlay and waits for `argocd app sync {delivery.application}`"
    return ""


def proposal(delivery: Delivery) -> str:
    if not delivery.pull_request:
        return "is in the overlay already"
    return f"is proposed: {delivery.pull_request}. Its merge deploys"


def commands(delivery: Delivery, verdict: Verdict) -> list[str]:
    """Return the commands that show more about a failure."""
    failed = [smoke.text(check, "look") for check in delivery.checks if smoke.text(check, "status") == "failed"]
    if verdict.job == SMOKE:
        return list(dict.fromkeys(filter(None, failed)))
    values = {
        "overlay": delivery.overlay, "run": delivery.run, "branch": delivery.branch,
        "application": delivery.application, "namespace": delivery.namespace,
    }  # fmt: skip
    return [command.format(**values) for command in COMMANDS.get(verdict.job, ())]


def markdown(delivery: Delivery, verdict: Verdict) -> str:
    """Return the run's summary: verdict, steps, images, checks, commands."""
    mark = "✅" if verdict.good else "❌"
    parts = [f"## {mark} {verdict.words}", steps(delivery)]
    if delivery.images:
        parts.append(table(["image", "", "vulnerabilities"], [row(image) for image in delivery.images]))
    if delivery.checks:
        rows = [[smoke.text(check, key) for key in ("status", "check", "name", "message")] for check in delivery.checks]
        parts.append(table(["", "check", "of", "found"], rows))
    if not verdict.good:
        looks = commands(delivery, verdict)
        parts += ["Look at:\n\n```sh\n" + "\n".join(looks) + "\n```"] if looks else []
    return "\n\n".join(parts) + "\n"


def steps(delivery: Delivery) -> str:
    """Return the table of the jobs with their seconds, and the time from the first to the last against the budget."""
    spans = delivery.spans
    seconds = {job: f"{end - begin:.0f} s" for job, (begin, end) in spans.items()}
    rows = [[job, result, seconds.get(job, "")] for job, result in delivery.results.items()]
    text = table(["step", "result", "time"], rows)
    if not spans:
        return text
    total = max(end for _, end in spans.values()) - min(begin for begin, _ in spans.values())
    if not delivery.budget_seconds:
        return f"{text}\n\nTotal {total:.0f} s."
    left = delivery.budget_seconds - total
    budget = f"{left:.0f} s under" if left >= 0 else f"**{-left:.0f} s over**"
    return f"{text}\n\nTotal {total:.0f} s, {budget} the budget of {delivery.budget_seconds} s."


def row(image: BuiltImage) -> list[str]:
    found = "not scanned"
    if image.findings is not None:
        found = ", ".join(f"{image.findings.get(kind, 0)} {kind}" for kind in ("critical", "high"))
    return [f"`{image.reference}`", "built" if image.built else "existed", found]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(smoke.one_line(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(heads), "|" + " --- |" * len(heads), *map(line, rows)])


def message(delivery: Delivery, verdict: Verdict) -> str:
    """Return the text for a chat."""
    lines = [f"{'✅' if verdict.good else '❌'} {verdict.words}", delivery.url, *commands(delivery, verdict)[:3]]
    return "\n".join(lines)


def spans(jobs: Sequence[object]) -> dict[str, tuple[float, float]]:
    """Return start and end of each job from GitHub's list, where a called workflow's are `caller / job (matrix)`."""
    found: dict[str, tuple[float, float]] = {}
    for job in jobs:
        name = smoke.text(job, "name").rpartition(" / ")[2].partition(" ")[0]
        started, ended = smoke.text(job, "started_at"), smoke.text(job, "completed_at")
        if name in JOBS and started and ended:
            begin, end = _seconds(started), _seconds(ended)
            first, last = found.get(name, (begin, end))
            found[name] = min(first, begin), max(last, end)
    return found


def _seconds(time: str) -> float:
    return datetime.datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp()


def jobs_of_run() -> list[object]:
    """Ask GitHub for the jobs of this run. If it refuses, a warning is enough: the verdict does not need them."""
    try:
        return smoke.items(web.github("GET", f"actions/runs/{require('GITHUB_RUN_ID')}/jobs?per_page=100"), "jobs")
    except StepError as error:
        actions.warn(f"The durations are missing: {error}")
        return []


def notify(text: str) -> None:
    slack, discord = optional("SLACK_WEBHOOK_URL"), optional("DISCORD_WEBHOOK_URL")
    if slack:
        web.post("Slack", slack, {"text": text})
    if discord:
        web.post("Discord", discord, {"content": text[:DISCORD_CHARACTERS]})


def read_delivery() -> Delivery:
    needs = cast("dict[str, object]", {**json.loads(optional("BEFORE") or "{}"), **json.loads(require("NEEDS"))})
    results = {job: smoke.text(needs, job, "result") for job in JOBS}
    ends = [smoke.dig(needs, job, "outputs") for job in (PROVE, SMOKE, DEPLOY)]
    end = next((each for each in ends if smoke.text(each, "outcome") in {VERIFIED, SUPERSEDED}), ends[-1])
    reports = Path(require("REPORTS_FOLDER"))
    tested = next(iter(reports.rglob("smoke.json")), None)
    return Delivery(
        environment=require("ENVIRONMENT"),
        application=require("APPLICATION"),
        namespace=require("ARGOCD_NAMESPACE"),
        overlay=require("OVERLAY"),
        branch=require("BRANCH"),
        tag=optional("TAG"),
        run=require("GITHUB_RUN_ID"),
        url=f"{require('GITHUB_SERVER_URL')}/{require('GITHUB_REPOSITORY')}/actions/runs/{require('GITHUB_RUN_ID')}",
        results={job: result for job, result in results.items() if result},
        nothing_to_build=smoke.text(needs, PLAN, "outputs", "images") == "[]",
        left=optional("LEFT"),
        waits=flag("WAIT"),
        outcome=smoke.text(end, "outcome"),
        revision=smoke.text(end, "revision") or optional("REVISION"),
        images=images.read(reports),
        checks=smoke.items(json.loads(tested.read_text(encoding="utf-8")), "checks") if tested else [],
        spans=spans(jobs_of_run()),
        budget_seconds=60 * int(optional("BUDGET_MINUTES") or 0),
        pull_request=smoke.text(needs, PROPOSE, "outputs", "pull-request"),
    )


def main() -> None:
    delivery = read_delivery()
    verdict = judge(delivery)
    actions.summarise(markdown(delivery, verdict))
    print(verdict.words)
    if not verdict.good or flag("NOTIFY_SUCCESS"):
        notify(message(delivery, verdict))
    if not verdict.good and not RED.intersection(delivery.results.values()):
        raise StepError(verdict.words)


if __name__ == "__main__":
    actions.run(main)
