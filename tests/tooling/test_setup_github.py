"""scripts/setup-github, with a `gh` on the PATH that keeps a repository's settings in a file."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.config.types import Trigger
from tests.harness.harness import ROOT
from tests.tooling import fake_gh
from tests.tooling.fake_gh import REPOSITORY
from tools.manifests.stacks import stacks
from tools.setup_github import gh, settings
from tools.setup_github.__main__ import main
from tools.setup_github.rulesets import CHECK
from tools.setup_github.settings import Environment, Ref

ARN = "arn:aws:iam::025434362120:role"
CHOSEN = {"protected_branches": False, "custom_branch_policies": True}
ALICE = {"type": "User", "id": 11}


@dataclass
class GitHub:
    """The repository's settings, and the command run against them."""

    capture: pytest.CaptureFixture[str]
    state: dict[str, Any] = field(default_factory=fake_gh.empty)
    before: int = 0

    def change(self, path: str, **values: Any) -> None:
        """Change a setting as a person would, in the browser."""
        self.state["resources"][f"{REPOSITORY}/{path}"].update(values)

    def run(self, *arguments: str, reviewer: str = "alice") -> tuple[int, str, str]:
        """The exit status and both streams."""
        self.before = len(self.state["calls"])
        self.capture.readouterr()
        status = main(["--reviewer", reviewer, *arguments])
        streams = self.capture.readouterr()
        return status, streams.out, streams.err

    def calls(self, path: str = "") -> list[Any]:
        """What the last run sent, to paths that begin with this one: method, rest of the path, body."""
        start = f"{REPOSITORY}/{path}"
        made = self.state["calls"][self.before :]
        return [[method, called.removeprefix(start), body] for method, called, body in made if called.startswith(start)]

    def gh(self, command: list[str], *, input: str, **_: object) -> subprocess.CompletedProcess[str]:  # noqa: A002
        """What subprocess.run returns: without a process for each call, which takes longer than all the rest."""
        assert command[0] == "gh"
        return subprocess.CompletedProcess(command, *fake_gh.answer(self.state, command[1:], input))


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> GitHub:
    github = GitHub(capsys)
    monkeypatch.setattr(gh, "subprocess", SimpleNamespace(run=github.gh))
    return github


def test_gh_is_the_program_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state, program = tmp_path / "github.json", tmp_path / "gh"
    state.write_text(json.dumps(fake_gh.empty()))
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "{fake_gh.__file__}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("FAKE_GITHUB", str(state))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert main(["--reviewer", "alice", "--stack", "staging", "--apply"]) == 0
    assert capsys.readouterr().out.endswith("\nDone: 19 changes.\n")
    assert len(json.loads(state.read_text())["calls"]) == 19


@pytest.fixture
def ready(github: GitHub) -> GitHub:
    status, _, err = github.run("--apply")
    assert (status, err) == (0, "")
    return github


def shown() -> str:
    text = (ROOT / "docs" / "ci.md").read_text()
    [block] = re.findall(r"```console\n\$ scripts/setup-github --reviewer alice\n(.*?)```", text, re.DOTALL)
    return block


def test_a_dry_run_shows_every_step_and_sends_nothing(github: GitHub) -> None:
    assert github.run() == (0, shown(), "")
    assert github.calls() == []


def test_a_second_run_sends_nothing(ready: GitHub) -> None:
    status, out, err = ready.run("--apply")
    assert (status, err, ready.calls()) == (0, "", [])
    assert out.endswith("\nNothing to do.\n")


def test_the_repository_gets_region_state_and_the_role_that_pushes(ready: GitHub) -> None:
    url = "s3://nova-pulumi-state?region=ap-northeast-1"
    assert ready.calls("actions/") == [
        ["POST", "variables", {"name": "AWS_REGION", "value": "ap-northeast-1"}],
        ["POST", "variables", {"name": "PULUMI_BACKEND_URL", "value": url}],
        ["PUT", "secrets/AWS_ROLE_ARN", f"{ARN}/github-actions-role"],
    ]


def test_previews_are_reviewed_and_run_from_any_branch(ready: GitHub) -> None:
    body = {"reviewers": [ALICE], "prevent_self_review": True, "wait_timer": 0, "deployment_branch_policy": None}
    assert ready.calls("environments/preview-staging") == [
        ["PUT", "", body],
        ["PUT", "/secrets/AWS_PREVIEW_ROLE_ARN", f"{ARN}/nova-staging-preview"],
    ]


def test_staging_is_deployed_from_main_without_a_review(ready: GitHub) -> None:
    nobody: list[object] = []
    body = {"reviewers": nobody, "prevent_self_review": False, "wait_timer": 0, "deployment_branch_policy": CHOSEN}
    assert ready.calls("environments/staging") == [
        ["PUT", "", body],
        ["POST", "/deployment-branch-policies", {"name": "main", "type": "branch"}],
        ["PUT", "/secrets/AWS_DEPLOY_ROLE_ARN", f"{ARN}/nova-staging-deploy"],
    ]


def test_production_is_deployed_from_release_tags_after_a_review(ready: GitHub) -> None:
    body = {"reviewers": [ALICE], "prevent_self_review": True, "wait_timer": 0, "deployment_branch_policy": CHOSEN}
    assert ready.calls("environments/production") == [
        ["PUT", "", body],
        ["POST", "/deployment-branch-policies", {"name": "v*", "type": "tag"}],
        ["PUT", "/secrets/AWS_DEPLOY_ROLE_ARN", f"{ARN}/nova-prod-deploy"],
    ]


def test_a_change_of_main_needs_a_review_and_the_checks_of_the_workflow(ready: GitHub) -> None:
    [[method, _, body], _] = ready.calls("rulesets")
    assert (method, body["name"], body["target"], body["enforcement"]) == ("POST", "main", "branch", "active")
    assert body["conditions"] == {"ref_name": {"include": ["refs/heads/main"], "exclude": []}}
    rules = {rule["type"]: rule.get("parameters") for rule in body["rules"]}
    assert set(rules) == {"deletion", "non_fast_forward", "pull_request", "required_status_checks"}
    assert rules["pull_request"]["required_approving_review_count"] == 1
    contexts = {check["context"] for check in rules["required_status_checks"]["required_status_checks"]}
    assert contexts == {CHECK, "preview of prod on the sandbox", "preview of staging on the sandbox"}
    assert body["bypass_actors"] == []


def workflow(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / ".github" / "workflows" / name)  # pyright: ignore[reportUnknownMemberType]


def test_the_checks_and_refs_are_those_of_the_workflows() -> None:
    jobs = workflow("preview.yml")["jobs"]
    [sandbox] = [job for job in jobs.values() if job["name"].endswith("on the sandbox")]
    assert sandbox["name"] == "preview of ${{ matrix.stack }} on the sandbox"
    assert sorted(sandbox["strategy"]["matrix"]["stack"]) == ["prod", "staging"]
    assert CHECK in {job["name"] for job in jobs.values()}
    pushes = (workflow("deploy.yml").get("on") or workflow("deploy.yml")[True])["push"]
    assert (pushes["branches"], pushes["tags"]) == ([settings.BRANCH], [settings.TAGS])


def test_only_administrators_create_move_or_delete_release_tags(ready: GitHub) -> None:
    [_, [_, _, body]] = ready.calls("rulesets")
    assert (body["target"], body["conditions"]["ref_name"]["include"]) == ("tag", ["refs/tags/v*"])
    assert {rule["type"] for rule in body["rules"]} == {"creation", "update", "deletion"}
    assert body["bypass_actors"] == [{"actor_type": "RepositoryRole", "actor_id": 5, "bypass_mode": "always"}]


def test_an_app_may_push_to_main_and_others_that_may_stay(ready: GitHub) -> None:
    other = {"actor_type": "Team", "actor_id": 7, "bypass_mode": "pull_request"}
    ready.change("rulesets/1", bypass_actors=[other])
    assert ready.run("--app", "nova-images", "--apply")[0] == 0
    app = {"actor_type": "Integration", "actor_id": 31, "bypass_mode": "always"}
    [[method, path, body]] = ready.calls("rulesets")
    assert (method, path, body["bypass_actors"]) == ("PUT", "/1", [other, app])
    assert ready.run("--app", "nova-images")[1].endswith("\nNothing to do.\n")


def test_a_stricter_rule_stays_and_a_missing_one_comes_back(ready: GitHub) -> None:
    strict = {
        "required_approving_review_count": 2,
        "dismiss_stale_reviews_on_push": False,
        "allowed_merge_methods": ["squash"],
    }
    linear = {"type": "required_linear_history"}
    ready.change("rulesets/1", rules=[{"type": "pull_request", "parameters": strict}, linear])
    assert ready.run("--apply")[0] == 0
    [[_, _, body]] = ready.calls("rulesets")
    rules = {rule["type"]: rule.get("parameters") for rule in body["rules"]}
    assert rules["pull_request"]["required_approving_review_count"] == 2
    assert rules["pull_request"]["dismiss_stale_reviews_on_push"] is True
    assert rules["pull_request"]["allowed_merge_methods"] == ["squash"]
    assert {"required_linear_history", "required_status_checks", "deletion"} <= set(rules)


def test_a_disabled_ruleset_is_enforced_again(ready: GitHub) -> None:
    ready.change("rulesets/2", enforcement="disabled")
    assert ready.run("--apply")[0] == 0
    [[_, path, body]] = ready.calls("rulesets")
    assert (path, body["enforcement"]) == ("/2", "active")


def test_reviewers_are_those_that_are_named_and_a_team_can_be_one(ready: GitHub) -> None:
    _, out, _ = ready.run("--reviewer", "nova/backend", "--apply", reviewer="bob")
    [[_, _, body]] = ready.calls("environments/production")
    assert body["reviewers"] == [{"type": "Team", "id": 21}, {"type": "User", "id": 12}]
    assert "  require approval by bob or nova/backend, but not of their own runs\n" in out


def test_what_people_added_to_an_environment_stays(ready: GitHub) -> None:
    review = {"type": "required_reviewers", "prevent_self_review": False,
              "reviewers": [{"type": "User", "reviewer": {"id": 12}}]}  # fmt: skip
    wait = {"type": "wait_timer", "wait_timer": 30}
    ready.change("environments/staging", protection_rules=[review, wait], deployment_branch_policy=None)
    assert ready.run("--apply")[0] == 0
    [[_, _, body], _] = ready.calls("environments/staging")
    assert body == {
        "reviewers": [{"type": "User", "id": 12}], "prevent_self_review": False, "wait_timer": 30,
        "deployment_branch_policy": CHOSEN,
    }  # fmt: skip


def test_another_branch_that_an_environment_admits_is_named(ready: GitHub) -> None:
    policies = [{"name": "main", "type": "branch"}, {"name": "hotfix/*", "type": "branch"}]
    ready.change("environments/staging/deployment-branch-policies", branch_policies=policies)
    status, out, _ = ready.run()
    assert (status, ready.calls()) == (0, [])
    assert "  (left as it is: it also admits the branch hotfix/*)\n" in out


def test_a_variable_with_another_value_is_changed(ready: GitHub) -> None:
    ready.change("actions/variables/AWS_REGION", value="us-east-1")
    _, out, _ = ready.run("--apply")
    assert ready.calls() == [
        ["PATCH", "actions/variables/AWS_REGION", {"name": "AWS_REGION", "value": "ap-northeast-1"}]
    ]
    assert "  set the variable AWS_REGION to ap-northeast-1 (it is us-east-1)\n" in out


def test_secrets_that_exist_are_written_again_only_on_demand(ready: GitHub) -> None:
    assert "  (left as it is: the secret AWS_ROLE_ARN, whose value GitHub does not show)\n" in ready.run()[1]
    assert ready.run("--rewrite-secrets", "--apply")[0] == 0
    stack = ["AWS_PREVIEW_ROLE_ARN", "AWS_PREVIEW_ROLE_ARN", "AWS_DEPLOY_ROLE_ARN"]
    written = [path.rpartition("/")[2] for _, path, _ in ready.calls()]
    assert written == ["AWS_ROLE_ARN", *stack, *stack, "AWS_ROLE_ARN", "AWS_ROLE_ARN"]


def test_one_stack_can_be_chosen(github: GitHub) -> None:
    assert github.run("--stack", "staging", "--apply")[0] == 0
    assert github.calls("environments/preview-staging")
    assert not github.calls("environments/production")


def wanted(stack: str, name: str, **triggers: Any) -> Environment:
    """An environment of one committed stack, whose environments have other triggers."""
    config = stacks(ROOT)[stack]
    assert config.aws
    changed = [
        environment.model_copy(update={"deployment": environment.deployment.model_copy(update=triggers)})
        for environment in config.environments
    ]
    found = settings.environments({stack: (config.model_copy(update={"environments": changed}), config.aws)})
    [environment] = [environment for environment in found if environment.name == name]
    return environment


MAIN, RELEASES = Ref("branch", "main"), Ref("tag", "v*")


@pytest.mark.parametrize(("stack", "refs"), [("staging", (MAIN,)), ("prod", (MAIN, RELEASES))])
def test_plans_of_reviewed_code_wait_for_nobody(stack: str, refs: tuple[Ref, ...]) -> None:
    plan = wanted(stack, f"plan-{stack}")
    assert (plan.value_name, plan.role_arn) == ("AWS_PREVIEW_ROLE_ARN", f"{ARN}/nova-{stack}-preview")
    assert (plan.secret, plan.reviewed, plan.refs) == (True, False, refs)


@pytest.mark.parametrize(
    ("stack", "name", "triggers", "refs"),
    [
        ("staging", "smoke-staging", [Trigger.PUSH], (MAIN,)),
        ("staging", "smoke-staging", [Trigger.PUSH, Trigger.MANUAL], ()),
        ("staging", "smoke-staging", [Trigger.PULL_REQUEST], ()),
        ("prod", "smoke-production", [Trigger.RELEASE_TAG], (MAIN, RELEASES)),
    ],
)
def test_the_smoke_tests_role_is_a_variable_and_waits_for_nobody(
    stack: str, name: str, triggers: list[Trigger], refs: tuple[Ref, ...]
) -> None:
    smoke = wanted(stack, name, triggers=triggers)
    assert (smoke.value_name, smoke.role_arn) == ("AWS_SMOKE_ROLE_ARN", f"{ARN}/nova-{stack}-smoke")
    assert (smoke.secret, smoke.reviewed, smoke.refs) == (False, False, refs)


@pytest.mark.parametrize("name", ["dev", "release"])
def test_pushes_from_pull_requests_and_tags_are_reviewed(ready: GitHub, name: str) -> None:
    body = {"reviewers": [ALICE], "prevent_self_review": True, "wait_timer": 0, "deployment_branch_policy": None}
    assert ready.calls(f"environments/{name}") == [
        ["PUT", "", body],
        ["PUT", "/secrets/AWS_ROLE_ARN", f"{ARN}/github-actions-role"],
    ]


def test_stacks_may_share_the_environment_of_one_push_role() -> None:
    chosen: dict[str, Any] = {}
    for stack, config in stacks(ROOT).items():
        assert config.ci
        assert config.ci.push_role
        role = config.ci.push_role.model_copy(update={"github_environments": ("release",)})
        changed = config.model_copy(update={"ci": config.ci.model_copy(update={"push_role": role})})
        chosen[stack] = (changed, config.aws)
    assert [found.name for found in settings.environments(chosen)].count("release") == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, folder)
    return folder


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        (
            "Pulumi.yaml", ('"1067890123"', '"42"'),
            'error: repository.githubRepositoryId is 42, and that of proerror77/Nova is 1067890123, so no workflow '
            'could log in. Write githubRepositoryId: "1067890123", and run `pulumi up`.\n',
        ),
        (
            "Pulumi.yaml", ("proerror77/Nova.git", "proerror77/Other.git"),
            "error: repository.url: gh sees no repository proerror77/Other on GitHub.\n",
        ),
        (
            "Pulumi.staging.yaml", ("stateBucket: nova-pulumi-state", "stateBucket: other"),
            "error: PULUMI_BACKEND_URL would be s3://nova-pulumi-state?region=ap-northeast-1 for prod, "
            "s3://other?region=ap-northeast-1 for staging, and the repository has one value. Choose the stacks that "
            "share it with --stack; the environments of the others can have a variable or secret of that name.\n",
        ),
        (
            "Pulumi.staging.yaml", ("githubEnvironment: staging", "githubEnvironment: Production"),
            "error: 1 problem in the configuration of stack prod; nothing was changed.\n"
            "Pulumi.prod.yaml:44: ci.deployRole.githubEnvironment: production is also the environment of "
            "ci.deployRole of stack staging, so its jobs could assume both roles. Write e.g. prod.\n",
        ),
    ],
    ids=["ids", "repository", "value", "environment"],
)  # fmt: skip
def test_a_stack_file_that_does_not_fit_is_refused(
    github: GitHub, project: Path, file: str, change: tuple[str, str], message: str
) -> None:
    edit(project / file, *change)
    assert github.run("--project", str(project), "--apply") == (1, "", message)
    assert github.calls() == []


def test_no_check_is_required_where_the_platforms_workflows_have_no_role(github: GitHub, project: Path) -> None:
    file = project / "Pulumi.staging.yaml"
    file.write_text(re.sub(r" +(preview|deploy)Role: .*\n", "", file.read_text()))
    _, out, _ = github.run("--project", str(project), "--stack", "staging", "--apply")
    assert "  require a review for main\n" in out
    [[_, _, body], _] = github.calls("rulesets")
    assert [rule["type"] for rule in body["rules"]] == ["deletion", "non_fast_forward", "pull_request"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--reviewer", "carol"], "error: --reviewer carol: GitHub has no such user.\n"),
        (["--reviewer", "nova/none"], "error: --reviewer nova/none: GitHub has no such team.\n"),
        (
            ["--app", "none"],
            "error: --app none: GitHub has no such App. Write the name in its address, github.com/apps/NAME.\n",
        ),
        (["--stack", "test"], f"error: no stack 'test' in {ROOT}; its stacks: prod, staging\n"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(github: GitHub, arguments: list[str], message: str) -> None:
    assert github.run(*arguments) == (1, "", message)


def test_what_gh_says_is_repeated(github: GitHub) -> None:
    words = "gh: Upgrade to GitHub Pro or make this repository public to enable this feature. (HTTP 403)"
    github.state["refusal"] = f"{words}\n"
    assert github.run() == (1, "", f"error: {words}\n")


def test_a_missing_gh_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["--reviewer", "alice"]) == 1
    message = "error: the program gh is not on the PATH. Install it: https://cli.github.com\n"
    assert capsys.readouterr().err == message


@pytest.mark.parametrize("arguments", [[], [argument for name in "abcdefg" for argument in ("--reviewer", name)]])
def test_one_to_six_reviewers_are_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "reviewer" in capsys.readouterr().err
