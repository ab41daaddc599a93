"""docs/delivery.md followed to the letter, from a Dockerfile for each service to the first deployment.

Its files, changes and commands are carried out in an application repository with the two files of a stack
(`tests/pipeline/shop`). Without an account, `pulumi up` is a run under mocks, whose outputs `pulumi stack output`
prints, and `gh` keeps what it is sent. With these values act runs the workflow.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from components.environments.plan import plan_environments
from tests.engine.runs import edited_project
from tests.harness.harness import Run, run_stack
from tests.harness.tutorial import Command, steps
from tests.pipeline.workflows import act
from tests.pipeline.workflows.act import path_of, set_desk
from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.delivery import Delivery, ground
from tests.pipeline.workflows.files import Node, load
from tests.pipeline.workflows.ground import RUN_TOKEN, git, program
from tests.pipeline.workflows.test_interfaces import call_faults
from tests.pipeline.workflows.test_rules import needed, starts
from tests.tooling import fake_gh
from tools.manifests.__main__ import project_faults
from tools.manifests.build import build, kustomize
from tools.manifests.stacks import stacks
from tools.setup_github.__main__ import main as setup_github

PAGE = ROOT / "docs/delivery.md"
SHOP = ROOT / "tests/pipeline/shop"
STACK, WORKFLOW = "staging", ".github/workflows/staging.yml"
GH = f'#!/bin/sh\nexec "{sys.executable}" -I -S "{fake_gh.__file__}" "$@"\n'
PULUMI = f"""#!{sys.executable}
import json, pathlib, sys

*command, name = sys.argv[1:]
outputs = json.loads(pathlib.Path(__file__).resolve().with_name("outputs.json").read_text())
if command != ["stack", "output"] or name not in outputs:
    sys.exit(f"error: current stack does not have output property '{{name}}'")
print(outputs[name])
"""


def section() -> str:
    """The part of the page that ends in the first deployment."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("\n## From a Dockerfile to the first deployment\n")
    return rest.partition("\n## ")[0]


class Reader:
    """Follows the page in the root of an application repository."""

    def __init__(self, delivery: Delivery) -> None:
        self.work, self.folder = delivery.application.work, delivery.folder
        shutil.rmtree(self.work / "k8s")
        edited_project(self.work, STACK, lambda text: text, project=SHOP)
        (self.folder / "Nova").symlink_to(ROOT)
        programs = {"gh": program(self.folder / "gh", GH), "pulumi": program(self.folder / "pulumi", PULUMI)}
        self.path = path_of(self.folder / "commands", programs)
        self.github = self.folder / "github.json"
        self.github.write_text(json.dumps(new_repository()), encoding="utf-8")
        self.stack: Run | None = None

    def follow(self) -> Run:
        """Carry every step out; the run of `pulumi up`."""
        for step in steps(section()):
            if not isinstance(step, Command):
                step.apply(self.work)
            elif step.line == "pulumi up":
                self.stack = run_stack(STACK, self.work)
                outputs = json.dumps(self.stack.outputs, default=str)
                (self.folder / "outputs.json").write_text(outputs, encoding="utf-8")
            else:
                self.enter(step.line)
                if step.line.startswith("cp "):
                    edit(self.work / "k8s")
        assert self.stack
        return self.stack

    def enter(self, line: str) -> None:
        """Run a command."""
        environment = {**os.environ, "PATH": self.path, "FAKE_GITHUB": str(self.github)}
        command = ["bash", "-euo", "pipefail", "-c", line]
        done = subprocess.run(command, cwd=self.work, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        assert "error:" not in done.stderr, f"{line}\n{done.stderr}"  # of a command within it


def new_repository() -> dict[str, Any]:
    """GitHub's settings of the shop's repository before anyone has set it up."""
    return fake_gh.empty("repos/acme/shop", (31415926, 271828182))


def edit(k8s: Path) -> None:
    """Make Nova's manifests the shop's, in the files that docs/application-repository.md lists."""
    for folder in (*k8s.glob("base/*-service"), *k8s.glob("overlays/*")):
        shutil.rmtree(folder)
    template = k8s / "base/service/deployment.yaml"
    template.write_text(template.read_text(encoding="utf-8").replace("nova", "shop"), encoding="utf-8")
    shutil.copytree(SHOP / "k8s", k8s, dirs_exist_ok=True)


@dataclass(frozen=True)
class GitHub:
    """What `gh` was told to keep, by name."""

    secrets: dict[str, str]
    variables: dict[str, str]
    environments: dict[str, str]
    """The environment of each variable that has one."""

    @classmethod
    def read(cls, file: Path) -> "GitHub":
        secrets, variables, environments = dict[str, str](), dict[str, str](), dict[str, str]()
        for _, path, body in json.loads(file.read_text(encoding="utf-8"))["calls"]:
            folder, _, name = path.rpartition("/")
            if folder.endswith("/secrets"):
                secrets[name] = body
            elif name == "variables":
                variables[body["name"]] = body["value"]
                environments[body["name"]] = folder.partition("/environments/")[2]
        return cls(secrets, variables, environments)


@dataclass(frozen=True)
class Followed:
    """What the page came to."""

    delivery: Delivery
    stack: Run
    github: GitHub
    run: act.Run

    @property
    def workflow(self) -> Node:
        """The workflow of the page."""
        return load(self.delivery.application.work / WORKFLOW)

    @property
    def call(self) -> Node:
        """Its job, which calls the pipeline."""
        return self.workflow["jobs"]["deliver"]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, platform: Path, aws: str) -> Generator[Followed]:
    with ground(tmp_path_factory.mktemp("first"), platform, aws) as delivery:
        reader = Reader(delivery)
        stack = reader.follow()
        github = GitHub.read(reader.github)
        delivery.registry.repositories = {item.inputs["name"] for item in stack.all("aws:ecr/repository:Repository")}
        delivery.runner.repositories["proerror77/Nova@main"] = set_desk(delivery.runner.desk, reader.work)
        delivery.runner.environment["STAND_IN_CLUSTER"] = stack.outputs["clusterName"]
        secrets = {"GITHUB_TOKEN": RUN_TOKEN, **github.secrets}
        delivery.runner = replace(delivery.runner, secrets=secrets, variables=github.variables)
        labels = (*act.LABELS, f"{stack.outputs['runnerLabel']}-1-1")
        yield Followed(delivery, stack, github, delivery.run(workflow=WORKFLOW, labels=labels))


def test_the_page_has_ten_steps_at_most() -> None:
    numbers = re.findall(r"^(\d+)\.", section(), re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(numbers) <= 10


def test_the_page_ends_in_verified_pods(followed: Followed) -> None:
    application, registry = followed.delivery.application, followed.delivery.registry
    commit = git(application.work, "rev-parse", "HEAD")
    assert set(followed.run.results().values()) == {"success"}, followed.run.output
    assert len(followed.run.results()) == 6
    for image in ("shop/auth", "shop/cart"):
        assert registry.tags(image) == [commit]
        assert f"- name: {image}\n  newName: {registry.address}/{image}\n  newTag: {commit}\n" in application.overlay()


def test_the_manifests_are_those_of_the_stack(followed: Followed, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(followed.delivery.application.remote), ".")
    (plan,) = plan_environments(stacks(tmp_path)[STACK])
    file = tmp_path / plan.settings.path / "kustomization.yaml"
    text, host = file.read_text(encoding="utf-8"), followed.stack.outputs["registryUrls"]["auth"].partition("/")[0]
    file.write_text(text.replace(followed.delivery.registry.address, host), encoding="utf-8")
    assert list(project_faults(plan, build(file.parent, kustomize(ROOT)))) == []


def test_the_workflow_says_what_the_stack_says(followed: Followed) -> None:
    given, outputs = followed.call["with"], followed.stack.outputs
    environment = outputs["environments"][given["environment"]]
    assert [line.split()[0] for line in given["images"].splitlines()] == sorted(followed.delivery.registry.repositories)
    assert given["tag"] == environment["imageTag"]
    assert given["overlay"] == environment["path"]
    assert given["application"] == environment["application"]
    assert given.get("argocd-namespace", "argocd") == outputs["argocdNamespace"]
    assert given["cluster"] == outputs["clusterName"]
    assert given["region"] == outputs["region"]
    assert given.get("platform", "linux/amd64") == outputs["imagePlatform"]


def test_the_workflow_passes_what_the_pipeline_takes(followed: Followed) -> None:
    assert list(call_faults(WORKFLOW, followed.call)) == []
    assert followed.call["permissions"] == needed(WORKFLOW, followed.call)
    read = re.findall(r"\b(?:secrets|vars)\.(\w+)", json.dumps(followed.workflow))
    pipelines_own = {"AWS_SMOKE_ROLE_ARN"}
    assert {*read} | pipelines_own == {*followed.github.secrets, *followed.github.variables}


def test_a_push_to_the_tracked_branch_delivers_and_the_pipelines_own_does_not(followed: Followed) -> None:
    (environment,) = followed.stack.outputs["environments"].values()
    trigger = followed.workflow["on"]["push"]
    assert trigger["branches"] == [environment["revision"]]
    assert starts(trigger, "backend/auth/Dockerfile")
    assert not starts(trigger, f"{environment['path']}/kustomization.yaml")


def test_the_roles_are_those_of_the_stack_and_trust_the_jobs(followed: Followed) -> None:
    outputs, delivery = followed.stack.outputs, followed.delivery
    assert set(delivery.jobs_with("role", role=outputs["pushRoleArn"])) == {"build-and-push"}
    assert delivery.jobs_with("role", role=outputs["smokeRoleArn"]) == ["deploy", "smoke-test"]
    environment = followed.call["with"]["smoke-environment"]
    assert followed.github.environments["AWS_SMOKE_ROLE_ARN"] == environment
    role = followed.stack.one("aws:iam/role:Role", "shop-staging-smoke")
    assert f":environment:{environment}" in role.inputs["assumeRolePolicy"]


def test_setup_github_does_the_same(followed: Followed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "github.json"
    state.write_text(json.dumps(new_repository()), encoding="utf-8")
    monkeypatch.setenv("FAKE_GITHUB", str(state))
    monkeypatch.setenv("PATH", path_of(tmp_path / "bin", {"gh": followed.delivery.folder / "gh"}))
    options = ["--project", str(followed.delivery.application.work), "--reviewer", "alice", "--apply"]
    assert setup_github(options) == 0
    done = GitHub.read(state)
    assert done.secrets == followed.github.secrets
    for written in (done, followed.github):
        assert written.variables["AWS_SMOKE_ROLE_ARN"] == followed.stack.outputs["smokeRoleArn"]
        assert written.environments["AWS_SMOKE_ROLE_ARN"] == "smoke-staging"


def test_every_output_that_the_page_names_exists(followed: Followed) -> None:
    names = re.findall(r"pulumi stack output (\w+)", section())
    assert names
    assert set(names) <= followed.stack.outputs.keys()
