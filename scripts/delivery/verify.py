"""Runs the smoke test on the images of this run, and ends early if a later commit replaces them.

Every commit on the branch moves the revision that Argo CD reports, even one that changes no manifest. So the smoke test
names none: the step that waited has seen Argo CD at this run's commit or a later one.
"""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from scripts import smoke
from scripts.delivery import actions
from scripts.delivery.actions import StepError, optional, require
from scripts.delivery.wait import SUPERSEDED, Revisions, deployment_of_run

if TYPE_CHECKING:
    from scripts.delivery.wait import Deployment

VERIFIED = "verified"
FAILURES_SHOWN = 3


class SupersededError(Exception):
    """A commit, the message, has replaced the images."""


def watching(deployment: Deployment, get: smoke.Get) -> smoke.Get:
    """Read as `get` does, until the Application is at a commit that replaces the images: SupersededError."""
    revisions = Revisions(deployment)

    def read(path: str) -> smoke.Answer:
        answer = get(path)
        if path == deployment.path and answer.status == 200:
            seen = smoke.text(json.loads(answer.body), "status", "sync", "revision")
            if seen and revisions.keeps_images(seen) is False:
                raise SupersededError(seen)
        return answer

    return read


def run_smoke_test(deployment: Deployment, get: smoke.Get, *options: str) -> str:
    """Return the smoke test's JSON; its lines for people are on stderr."""
    place = ("--application", deployment.application, "--argocd-namespace", deployment.namespace)
    report = io.StringIO()
    with redirect_stdout(report):
        smoke.run(smoke.read_options([*place, *options, "--json"]), watching(deployment, get))
    return report.getvalue()


def main() -> None:
    deployment, tag = deployment_of_run(), optional("TAG")
    options = ["--timeout", str(round(60 * float(require("READY_MINUTES"))))]
    if tag and not deployment.newer:
        options.append(f"--image-tag={tag}")
    try:
        with smoke.kubectl_proxy("") as get:
            report = run_smoke_test(deployment, get, *options)
    except SupersededError as later:
        actions.output("outcome", SUPERSEDED)
        actions.output("revision", str(later))
        actions.notice(f"{later} replaced these images; its own run checks them.")
        return
    Path("smoke.json").write_text(report, encoding="utf-8")
    found = json.loads(report)
    failed = [each for each in smoke.items(found, "checks") if smoke.text(each, "status") == "failed"]
    if failed:
        words = [" ".join(smoke.text(each, key) for key in ("check", "name", "message")) for each in failed]
        more = f"; and {len(words) - FAILURES_SHOWN} more" if words[FAILURES_SHOWN:] else ""
        raise StepError("; ".join(words[:FAILURES_SHOWN]) + more)
    actions.output("outcome", VERIFIED)
    actions.output("revision", smoke.text(found, "revision"))


if __name__ == "__main__":
    actions.run(main)
