"""Runs a workflow file with act and reports what became of its jobs and steps.

act runs the steps on this machine (its host mode), without Docker or network. What it lacks, and what that means here:

- Environments, permissions, concurrency and triggers (branches, paths) are ignored; OIDC tokens do not exist. Tests of
  the files assert them (test_rules.py), and a stand-in exchanges a made-up token.
- All `vars` and `secrets` are given to every job, whatever its environment.
- `job.workflow_repository` and `job.workflow_sha` are empty; the stand-in for actions/checkout takes a checkout of no
  repository into a folder for one of this repository.
- A job has `success`, `failure` or `skipped`, never `cancelled`, and `cancelled()` in the condition of a job is always
  false. After an interrupt act starts the jobs with `always()`, but none of their steps; so no run is cancelled here.
- A matrix has one result, that of the job which ends last is everyone's; here each has its own, drawn from its steps.
- `fail-fast` cancels nothing, `timeout-minutes` of a job and `services` are ignored.
- Jobs share this machine. Each has its own workspace, `runner.temp` and home; programs are those in `PATH`.
- A workflow or an action in a folder (`uses: ./…`) is read from the folder in which act was started, whatever the
  repository of the workflow that uses it.
- An output of a skipped job is the text of its expression instead of empty. This is corrected: act reads copies of the
  files, in which each such output depends on the job's result (`set_desk`).
- A job that calls a workflow has the result of the job in it that ends last; after one that failed no other job starts,
  not even with `always()`.
- Steps have a terminal, on GitHub they do not.
"""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.ground import git
from tests.pipeline.workflows.interfaces import stand_ins

ACT = ROOT / ".tools/bin/act"
LONGEST_SECONDS = 300
LABELS = ("ubuntu-24.04",)
OUTPUT = re.compile(r"\b(needs\.[\w-]+)\.outputs\.([\w-]+)")


@dataclass
class Step:
    """A step of a job; steps within an action count as part of it."""

    name: str
    outcome: str = ""
    """`success`, `failure` or `skipped`."""
    continues: bool = False
    """Whether the job goes on after its failure."""
    outputs: dict[str, str] = field(default_factory=dict[str, str])


@dataclass
class Job:
    """A job, or one combination of a matrix."""

    id: str
    matrix: Mapping[str, Any]
    result: str = ""
    """`success`, `failure` or `skipped`."""
    steps: dict[str, Step] = field(default_factory=dict[str, Step])
    """By id, and by position for those without."""
    log: str = ""
    """What the steps print, secrets masked."""
    summary: str = ""
    annotations: list[str] = field(default_factory=list[str])
    """`error: …`, `warning: …` and `notice: …`, as the steps print them."""
    started: str = ""
    """Time of the first line of act's log, in ISO 8601."""
    ended: str = ""

    @property
    def seconds(self) -> int:
        """Its duration."""
        begin, end = (datetime.fromisoformat(time) for time in (self.started, self.ended))
        return round((end - begin).total_seconds())

    def conclude(self) -> None:
        """Give a job of a matrix its own result."""
        if self.matrix and self.result != "skipped":
            failed = any(step.outcome == "failure" and not step.continues for step in self.steps.values())
            self.result = "failure" if failed else "success"

    def step(self, name: str) -> Step:
        """The step of that name."""
        return next(step for step in self.steps.values() if step.name == name)


@dataclass(frozen=True)
class Run:
    """A finished run of a workflow."""

    jobs: list[Job]
    output: str
    """act's own log, for a failed assertion."""

    def job(self, identifier: str, **matrix: str) -> Job:
        """The only job of that id whose matrix has these values."""
        found = [job for job in self.jobs if job.id == identifier and matrix.items() <= job.matrix.items()]
        assert len(found) == 1, f"{len(found)} jobs {identifier} {matrix}\n{self.output}"
        return found[0]

    def results(self) -> dict[str, str]:
        """The result of each job by its id; of a matrix, the worst."""
        worst = ("failure", "success", "skipped")
        return {
            job.id: min((each.result for each in self.jobs if each.id == job.id), key=worst.index) for job in self.jobs
        }


@dataclass(frozen=True)
class Event:
    """What starts a run."""

    name: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ref: str = "refs/heads/main"


@dataclass(frozen=True)
class Runner:
    """GitHub's side of a run: a repository on its server, and what is set there."""

    scratch: Path
    checkout: Path
    """A clone of the repository; its HEAD is the commit of the run."""
    desk: Path
    """Folder in which act is started, with copies of workflow files and actions."""
    repository: str
    environment: dict[str, str]
    """Environment variables of act, which every step inherits; `PATH` among them."""
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    """`GITHUB_TOKEN` among them."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    contexts: Mapping[str, str] = field(default_factory=dict[str, str])
    """`GITHUB_*` that the contexts take their values from."""
    repositories: dict[str, Path] = field(default_factory=dict[str, Path])
    """Folders of `owner/name@ref` with reusable workflows."""

    def run(self, workflow: str, event: Event, labels: tuple[str, ...] = LABELS) -> Run:
        """Run a workflow file of the checkout to its end."""
        with self.start(workflow, event, labels) as process:
            try:
                output, _ = process.communicate(timeout=LONGEST_SECONDS)
            except subprocess.TimeoutExpired as error:
                os.killpg(process.pid, signal.SIGKILL)
                output, _ = process.communicate()
                raise TimeoutError(f"{workflow} runs for {LONGEST_SECONDS} s\n{read(output).output}") from error
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        return read(output)

    def start(self, workflow: str, event: Event, labels: tuple[str, ...]) -> "subprocess.Popen[str]":
        """Start act."""
        payload = self.scratch / "event.json"
        payload.write_text(json.dumps(event.payload), encoding="utf-8")
        contexts = {
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_REF": event.ref,
            "SHA_REF": git(self.checkout, "rev-parse", "HEAD"),
            "HOME": "${{ runner.temp }}",  # a job's own: what one job logs in to, another one must log in to too
            **self.contexts,
        }
        folders = {**stand_ins(self.scratch / "actions"), **self.repositories}
        options = [
            "--workflows", workflow, "--eventpath", str(payload), "--json", "--verbose",
            "--action-offline-mode", "--no-cache-server", "--no-skip-checkout", "--rm",
            "--action-cache-path", str(self.scratch / "act"),
            *(part for label in labels for part in ("--platform", f"{label}=-self-hosted")),
            *(part for name, folder in folders.items() for part in ("--local-repository", f"{name}={folder}")),
            *(part for name, value in self.secrets.items() for part in ("--secret", f"{name}={value}")),
            *(part for name, value in self.variables.items() for part in ("--var", f"{name}={value}")),
            *(part for name, value in contexts.items() for part in ("--env", f"{name}={value}")),
        ]  # fmt: skip
        environment = {
            "HOME": str(self.scratch),
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "GOMAXPROCS": "1",  # act shares maps between the jobs of a matrix, without a lock
            **self.environment,
        }
        return subprocess.Popen(
            [ACT, event.name, *options], cwd=self.desk, env=environment, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip


def read(output: str) -> Run:
    """Read act's log, a JSON object a line."""
    jobs: dict[str, Job] = {}
    shown: list[str] = []
    for entry in _entries(output):
        if entry["level"] != "debug":
            shown.append(f"{entry.get('job', '').strip()}: {entry['msg'].rstrip()}")
        if "jobID" in entry:
            key = entry["job"].strip()
            job = jobs.setdefault(key, Job(entry["jobID"], entry["matrix"]))
            _add(job, entry)
    finished = [job for job in jobs.values() if job.result]  # others called a workflow
    for job in finished:
        job.conclude()
    return Run(finished, "\n".join(shown))


def _entries(output: str) -> Iterator[dict[str, Any]]:
    for line in output.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def _add(job: Job, entry: dict[str, Any]) -> None:
    """Take over one entry of the log."""
    job.result = entry.get("jobResult", job.result)
    job.started, job.ended = job.started or entry["time"], entry["time"]
    if entry.get("raw_output"):
        job.log += entry["msg"]
    if entry.get("command") in {"error", "warning", "notice"} and "raw" in entry:
        job.annotations.append(f"{entry['command']}: {entry['arg']}")
    identifiers: list[str] = entry.get("stepID", [])
    if entry.get("stage") != "Main" or not identifiers:
        return
    step = job.steps.setdefault(identifiers[0], Step(entry["step"]))
    if len(identifiers) == 1:
        step.outcome = entry.get("stepResult", step.outcome)
        step.continues |= entry["msg"] == "Failed but continue next step"
        if entry.get("command") == "set-output":
            step.outputs[entry["name"]] = entry["arg"]
    # act repeats the last summary within an action as the action's own.
    if entry.get("command") == "summary" and not job.summary.endswith(entry["content"]):
        job.summary += entry["content"]


def set_desk(desk: Path, *repositories: Path) -> Path:
    """Copy the workflows and actions of repositories for act, with its fault about skipped jobs corrected."""
    for repository in repositories:
        shutil.copytree(repository / ".github", desk / ".github", dirs_exist_ok=True)
    for path in desk.glob(".github/workflows/*.yml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(OUTPUT.sub(r"(\1.result != 'skipped' && \1.outputs.\2 || '')", text), encoding="utf-8")
    return desk


def path_of(folder: Path, programs: Mapping[str, Path]) -> str:
    """A `PATH` with these programs, by name, and those of the system."""
    folder.mkdir(exist_ok=True)
    for name, program in programs.items():
        (folder / name).symlink_to(program)
    return os.pathsep.join([str(folder), "/usr/bin", "/bin"])
