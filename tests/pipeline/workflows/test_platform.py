"""preview.yml and deploy.yml run as they are, on pull requests, pushes and tags.

`make`, `pulumi`, `sudo` and `gh` are programs that record their calls: what the commands do is tested where they are
(tests/engine runs the real engine), here it counts which job calls them with what, and what becomes of a failure.
`tools/stack`, `tools/comment` and `.ci/run` are the real ones.
"""

import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.workflows import servers
from tests.pipeline.workflows.act import Event, Run, Runner, path_of, set_desk
from tests.pipeline.workflows.ground import PLATFORM, RUN_TOKEN, commit_all, git, program, recorded
from tests.pipeline.workflows.servers import GitHub

PREVIEW, DEPLOY, DRIFT = (f".github/workflows/{name}.yml" for name in ("preview", "deploy", "drift"))
ROLE = "arn:aws:iam::123456789012:role/nova-staging"
BACKEND = "s3://nova-state?region=eu-central-1"
PROGRAM = f"""#!{sys.executable}
import json, os, sys
from pathlib import Path

name, arguments = Path(sys.argv[0]).name, sys.argv[1:]
body = [Path(each.partition("=@")[2]).read_text() for each in arguments if each.startswith("body=@")]
environment = {{key: os.environ.get(key, "") for key in ("PULUMI_BACKEND_URL", "AWS_ACCESS_KEY_ID", "GH_TOKEN")}}
call = {{"job": os.environ["GITHUB_JOB"], "arguments": arguments, "body": "".join(body), **environment}}
with Path(os.environ["STAND_IN_RECORDS"], name).open("a") as file:
    file.write(json.dumps(call) + "\\n")
words = " ".join([name, *arguments])
fails = words.startswith(os.environ["FAILS"])
if words == "make venv":
    Path(".venv/bin").mkdir(parents=True)
    Path(".venv/bin/python").symlink_to(Path(sys.argv[0]).resolve())
if name == "gh":
    print([[]])  # there is no comment yet
elif name == "python":
    problem = {{"place": "Pulumi.yaml:1", "path": "config", "message": words}}
    print(json.dumps([problem] if fails else []))
elif words.startswith(("pulumi preview", "pulumi refresh")):
    print(json.dumps({{"diagnosticEvent": {{"severity": "error" if fails else "warning", "message": words}}}}))
else:
    print(words, "on", os.environ["GITHUB_SHA"])
sys.exit(fails)
"""
"""A program that records its call, says it in the form of its name, and fails if it starts with the words of `FAILS`.

`make venv` makes it the Python of the virtual environment.
"""


class Platform:
    """The platform's repository on GitHub, with committed stacks."""

    def __init__(self, tmp_path: Path, hub: GitHub, aws: str) -> None:
        self.hub, self.records, self.artifacts = hub, tmp_path / "records", tmp_path / "artifacts"
        for folder in (self.records, self.artifacts):
            folder.mkdir()
        self.checkout = tmp_path / "checkout"
        origin = hub.repository(PLATFORM)
        git(tmp_path, "clone", "--quiet", str(origin), str(self.checkout))
        for stack in ("staging", "prod"):
            with (self.checkout / f"Pulumi.{stack}.yaml").open("a", encoding="utf-8") as file:
                file.write("secretsprovider: awskms://alias/nova\n")
        self.base = self.commit("stacks", "main")
        recorder = program(tmp_path / "recorder", PROGRAM)
        python = Path(sys.executable).resolve()
        names = ("make", "pulumi", "sudo", "gh")
        path = path_of(tmp_path / "bin", {"python3": python, **dict.fromkeys(names, recorder)})
        self.runner = Runner(
            scratch=tmp_path,
            checkout=self.checkout,
            desk=set_desk(tmp_path / "desk", self.checkout),
            repository=PLATFORM,
            environment={
                "PATH": path,
                "FAILS": "nothing",
                "AWS_ENDPOINT_URL": aws,
                "STAND_IN_RECORDS": str(self.records),
                "STAND_IN_ARTIFACTS": str(self.artifacts),
            },
            secrets={"GITHUB_TOKEN": RUN_TOKEN, "AWS_DEPLOY_ROLE_ARN": ROLE, "AWS_PREVIEW_ROLE_ARN": ROLE},
            variables={"AWS_REGION": "eu-central-1", "PULUMI_BACKEND_URL": BACKEND},
            contexts={"GITHUB_SERVER_URL": hub.url, "GITHUB_API_URL": hub.api},
        )

    def commit(self, message: str, ref: str) -> str:
        """Commit everything and push it to a branch or tag."""
        commit = commit_all(self.checkout, message)
        git(self.checkout, "push", "--quiet", "--force", str(self.hub.repository(PLATFORM)), f"HEAD:refs/heads/{ref}")
        return commit

    def run(self, workflow: str, event: Event, fails: str = "nothing") -> Run:
        """Run a workflow; calls of programs that start with `fails` fail."""
        return replace(self.runner, environment={**self.runner.environment, "FAILS": fails}).run(workflow, event)

    def pull_request(self, repository: str = PLATFORM, fails: str = "nothing") -> Run:
        """Run preview.yml for a pull request with one commit."""
        (self.checkout / "tools/comment").write_text("#!/bin/sh\necho the script of the pull request\nexit 1\n")
        head = self.commit("a change", "change")
        pull_request = {
            "number": 7,
            "head": {"ref": "change", "sha": head, "repo": {"full_name": repository}},
            "base": {"ref": "main", "sha": self.base},
        }
        return self.run(PREVIEW, Event("pull_request", pull_request_payload(pull_request), "refs/heads/change"), fails)

    def calls(self, name: str, job: str = "") -> list[str]:
        """The calls of a program, in a job if one is given."""
        return [" ".join(call["arguments"]) for call in recorded(self.records, name) if job in ("", call["job"])]


def pull_request_payload(pull_request: dict[str, Any]) -> dict[str, Any]:
    """The event of a pull request, as far as a workflow reads it."""
    return {"action": "synchronize", "number": pull_request["number"], "pull_request": pull_request}


@pytest.fixture
def repository(tmp_path: Path, platform: Path, aws: str) -> Generator[Platform]:
    """A repository of the test's own."""
    with servers.github(tmp_path / "repositories", platform) as hub:
        yield Platform(tmp_path, hub, aws)


@pytest.fixture(scope="module")
def previewed(tmp_path_factory: pytest.TempPathFactory, platform: Path, aws: str) -> Generator[tuple[Platform, Run]]:
    """The preview of a pull request without a fault, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("previewed")
    with servers.github(folder / "repositories", platform) as hub:
        repository = Platform(folder, hub, aws)
        yield repository, repository.pull_request()


def test_every_job_of_a_preview_succeeds(previewed: tuple[Platform, Run]) -> None:
    repository, run = previewed
    assert run.results() == dict.fromkeys(("check", "sandbox-preview", "preview", "comment"), "success"), run.output
    assert repository.calls("make", "check") == [
        "lint", "test", "test-cluster", "test-checkov", "checkov STACK=staging", "checkov STACK=prod",
    ]  # fmt: skip
    previews = [call for call in repository.calls("make", "sandbox-preview") if call != "venv"]
    assert sorted(previews) == ["preview STACK=prod", "preview STACK=staging"]


def test_a_preview_shows_the_plan_of_each_stack(previewed: tuple[Platform, Run]) -> None:
    repository, run = previewed
    for stack in ("staging", "prod"):
        assert f"make preview STACK={stack}" in run.job("sandbox-preview", stack=stack).summary
        assert f"pulumi preview --stack {stack}" in run.job("preview", stack=stack).summary
        assert (
            f"pulumi preview --stack {stack}" in (repository.artifacts / f"plan-{stack}/plan-{stack}.jsonl").read_text()
        )
    comment = recorded(repository.records, "gh")[-1]
    assert "--method POST repos/acme/platform/issues/7/comments" in " ".join(comment["arguments"])
    assert comment["GH_TOKEN"] == RUN_TOKEN
    for stack in ("staging", "prod"):
        assert f"pulumi preview --stack {stack}" in comment["body"]
    assert f"({repository.hub.url}/acme/platform/actions/runs/1)" in comment["body"]


def test_pulumi_runs_with_the_roles_credentials_and_the_stacks_backend(previewed: tuple[Platform, Run]) -> None:
    repository, _ = previewed
    roles = recorded(repository.records, "role")
    assert [(role["job"], role["role"], role["region"]) for role in roles] == 2 * [("preview", ROLE, "eu-central-1")]
    versions = recorded(repository.records, "pulumi-version")
    pinned = [line for line in (repository.checkout / "requirements.txt").read_text().split() if "pulumi==" in line]
    assert {version["version"] for version in versions} == {pinned[0].removeprefix("pulumi==")}
    for call in recorded(repository.records, "pulumi"):
        assert call["PULUMI_BACKEND_URL"] == BACKEND
        assert call["AWS_ACCESS_KEY_ID"].startswith("ASIA")


def test_a_fork_gets_no_preview_of_the_account(repository: Platform) -> None:
    run = repository.pull_request("stranger/platform")
    assert run.results() == {
        "check": "success", "sandbox-preview": "success", "preview": "skipped", "comment": "skipped",
    }  # fmt: skip
    assert not recorded(repository.records, "role")
    assert not repository.calls("pulumi")


def test_a_failed_check_keeps_the_preview_from_the_account(repository: Platform) -> None:
    run = repository.pull_request(fails="make lint")
    assert run.results()["check"] == "failure"
    assert run.results()["preview"] == "skipped"
    assert run.results()["comment"] == "success"


def test_a_failed_preview_is_commented_and_the_other_stack_is_shown(repository: Platform) -> None:
    run = repository.pull_request(fails="pulumi preview --stack prod")
    assert run.job("preview", stack="prod").result == "failure"
    assert run.job("preview", stack="staging").result == "success"
    assert run.job("preview", stack="prod").step("Save the plan for the comment").outcome == "success"
    body = recorded(repository.records, "gh")[-1]["body"]
    assert "pulumi preview --stack prod" in body
    assert "pulumi preview --stack staging" in body


def test_the_comment_is_written_by_the_script_of_the_base(previewed: tuple[Platform, Run]) -> None:
    repository, run = previewed
    assert "the script of the pull request" not in run.job("comment").log
    checkouts = recorded(repository.records, "checkout")
    assert [each["commit"] for each in checkouts if each["job"] == "comment"] == [repository.base]


def test_a_sandbox_preview_that_fails_is_red_and_shows_what_it_printed(repository: Platform) -> None:
    run = repository.pull_request(fails="make preview STACK=prod")
    assert run.job("sandbox-preview", stack="prod").result == "failure"
    assert "make preview STACK=prod" in run.job("sandbox-preview", stack="prod").summary


def test_a_refused_stack_file_is_annotated_and_commented(repository: Platform) -> None:
    run = repository.pull_request(fails="python -m components.validation --stack prod")
    job = run.job("sandbox-preview", stack="prod")
    assert job.result == "failure"
    assert job.annotations == ["error: python -m components.validation --stack prod --json"]
    assert "python -m components.validation --stack prod" in recorded(repository.records, "gh")[-1]["body"]


SUCCESS = {"stack": "success", "plan": "success", "up": "success"}
DRIFT_CALL = "refresh --preview-only --stack {stack} --non-interactive --json"


def deployment(stack: str) -> list[str]:
    """Calls of pulumi: the plan with the role that reads, then exactly that plan, then nothing more to change."""
    select, drift = f"stack select --non-interactive {stack}", DRIFT_CALL.format(stack=stack)
    return [
        select,
        drift,
        f"preview --save-plan plan-{stack}.json --stack {stack} --non-interactive --json",
        select,
        drift,
        f"up --stack {stack} --non-interactive --color never --yes --plan plan-{stack}.json",
        f"preview --expect-no-changes --stack {stack} --non-interactive --json",
    ]


def test_a_push_to_main_plans_and_updates_staging_only(repository: Platform) -> None:
    run = repository.run(DEPLOY, Event("push"))
    assert run.results() == SUCCESS, run.output
    assert repository.calls("pulumi") == deployment("staging")
    assert "`pulumi up` of staging: ok" in run.job("up").summary


def test_a_failed_plan_is_not_followed_by_an_update(repository: Platform) -> None:
    run = repository.run(DEPLOY, Event("push"), fails="pulumi preview --save-plan")
    assert run.results() == {"stack": "success", "plan": "failure", "up": "skipped"}
    assert not [call for call in repository.calls("pulumi") if call.startswith("up")]
    assert "pulumi preview --save-plan plan-staging.json --stack staging" in run.job("plan").summary


def test_a_failed_update_is_red(repository: Platform) -> None:
    run = repository.run(DEPLOY, Event("push"), fails="pulumi up")
    assert run.results()["up"] == "failure"
    assert "`pulumi up` of staging: failed" in run.job("up").summary


def test_a_release_tag_on_main_updates_prod_only(repository: Platform) -> None:
    git(repository.checkout, "tag", "v1.4.0")
    git(repository.checkout, "push", "--quiet", str(repository.hub.repository(PLATFORM)), "v1.4.0")
    run = repository.run(DEPLOY, Event("push", ref="refs/tags/v1.4.0"))
    assert run.results() == SUCCESS, run.output
    assert repository.calls("pulumi") == deployment("prod")


def test_a_tag_that_is_not_on_main_is_refused(repository: Platform) -> None:
    (repository.checkout / "README.md").write_text("another branch\n")
    repository.commit("a change", "change")
    git(repository.checkout, "tag", "v1.4.0")
    git(repository.checkout, "push", "--quiet", str(repository.hub.repository(PLATFORM)), "v1.4.0")
    run = repository.run(DEPLOY, Event("push", ref="refs/tags/v1.4.0"))
    assert run.results() == {"stack": "failure", "plan": "skipped", "up": "skipped"}
    assert run.job("stack").annotations == ["error: v1.4.0 is not a commit of main: staging has never seen it."]
    assert not repository.calls("pulumi")


def test_the_daily_check_reads_both_stacks_and_writes_issues_with_its_own_token(repository: Platform) -> None:
    run = repository.run(DRIFT, Event("schedule"))
    assert run.results() == {"refresh": "success", "issue": "success"}, run.output
    for stack in ("staging", "prod"):
        assert DRIFT_CALL.format(stack=stack) in repository.calls("pulumi")
    calls = recorded(repository.records, "gh")
    assert calls
    assert {call["GH_TOKEN"] for call in calls} == {RUN_TOKEN}
