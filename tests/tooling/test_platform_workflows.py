"""The platform's own workflows: what nothing but GitHub carries out, such as environments, is read from the files."""

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.config.ci import CiConfig
from tests.harness.harness import ROOT
from tools.manifests.stacks import stacks

STACKS = stacks(ROOT)
PLAN, UPDATE = "AWS_PREVIEW_ROLE_ARN", "AWS_DEPLOY_ROLE_ARN"


def workflow(name: str) -> Any:
    return YAML(typ="safe").load(ROOT / ".github" / "workflows" / name)  # pyright: ignore[reportUnknownMemberType]


DEPLOY, DRIFT, PREVIEW = (workflow(name) for name in ("deploy.yml", "drift.yml", "preview.yml"))


def ci(stack: str) -> CiConfig:
    settings = STACKS[stack].ci
    assert settings is not None
    return settings


def run_of(job: Any) -> dict[str, str]:
    """Inputs of the job's only call of the action that runs Pulumi."""
    [step] = [step for step in job["steps"] if step.get("uses") == "./.github/actions/stack"]
    return step["with"]


def chosen(tmp_path: Path, ref_type: str) -> dict[str, str]:
    """What deploy.yml chooses for a push of a branch or a tag."""
    [step] = [step for step in DEPLOY["jobs"]["stack"]["steps"] if step.get("id") == "choose"]
    output = tmp_path / "output"
    variables = {"STAGING_RUNNER": "", "PROD_RUNNER": "codebuild-x", "GITHUB_REF_TYPE": ref_type}
    subprocess.run(["bash", "-eu", "-c", step["run"]], env={**variables, "GITHUB_OUTPUT": str(output)}, check=True)
    return dict(line.split("=", 1) for line in output.read_text().splitlines())


@pytest.mark.parametrize(("ref_type", "stack", "runner"), [("branch", "staging", ""), ("tag", "prod", "codebuild-x")])
def test_main_is_deployed_to_staging_and_a_tag_to_prod(tmp_path: Path, ref_type: str, stack: str, runner: str) -> None:
    role = ci(stack).deploy_role
    assert role is not None
    assert chosen(tmp_path, ref_type) == {"name": stack, "environment": role.github_environment, "runner": runner}


@pytest.mark.parametrize("stack", STACKS)
def test_the_roles_trust_the_environments_of_the_workflows(stack: str) -> None:
    role = ci(stack).preview_role
    assert role is not None
    assert PREVIEW["jobs"]["preview"]["environment"].replace("${{ matrix.stack }}", stack) == role.github_environment
    plan = DEPLOY["jobs"]["plan"]["environment"]
    assert plan.replace("${{ needs.stack.outputs.name }}", stack) == role.plan_environment
    assert DRIFT["jobs"]["refresh"]["environment"].replace("${{ matrix.stack }}", stack) == role.plan_environment


def test_an_update_comes_after_its_plan_and_only_it_has_the_deploy_role() -> None:
    plan, update, refresh = DEPLOY["jobs"]["plan"], DEPLOY["jobs"]["up"], DRIFT["jobs"]["refresh"]
    assert update["needs"] == ["stack", "plan"]
    assert update["environment"] == "${{ needs.stack.outputs.environment }}"
    for job, command, role in ((plan, "plan", PLAN), (update, "up", UPDATE), (refresh, "drift", PLAN)):
        inputs = run_of(job)
        assert (inputs["command"], inputs["role"]) == (command, f"${{{{ secrets.{role} }}}}")


def test_commits_of_images_do_not_deploy_the_platform() -> None:
    ignored = DEPLOY["on"]["push"]["paths-ignore"]
    for config in STACKS.values():
        for environment in config.environments:
            written = f"{environment.path}/kustomization.yaml"
            assert any(fnmatchcase(written, pattern.replace("**", "*")) for pattern in ignored), written


def test_drift_is_looked_for_in_every_stack() -> None:
    include = DRIFT["jobs"]["refresh"]["strategy"]["matrix"]["include"]
    assert {entry["stack"] for entry in include} == set(STACKS)
    assert DRIFT["jobs"]["issue"]["steps"][-1]["run"].split()[2:] == [entry["stack"] for entry in include]
