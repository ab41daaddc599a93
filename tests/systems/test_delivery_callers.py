"""The committed workflows that deliver say what the stack files say: nothing that is typed in both can drift."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.config.types import Ownership
from components.environments.plan import EnvironmentPlan, plan_environments
from tests.harness.harness import ROOT
from tools.manifests.stacks import stacks

FOLDERS = (ROOT, ROOT / "examples" / "tiketi", ROOT / "examples" / "pingvasai")
REUSABLE = re.compile(r"(services|verify|promotion)\.yml(@[0-9a-f]{40})?$")
DEFAULT_BRANCH, DEFAULT_CACHE, DEFAULT_NAMESPACE = "main", "cache-main", "argocd"


@dataclass(frozen=True)
class Call:
    """A job that calls one of the reusable workflows."""

    folder: Path
    file: str
    job: str
    workflow: str
    inputs: Mapping[str, Any]
    events: Mapping[str, Any]

    @property
    def environment(self) -> EnvironmentPlan:
        return environments(self.folder)[self.inputs["environment"]]

    def __str__(self) -> str:
        return f"{self.folder.name}/{self.file}/{self.job}"


@cache
def environments(folder: Path) -> dict[str, EnvironmentPlan]:
    return {plan.name: plan for config in stacks(folder).values() for plan in plan_environments(config)}


def calls() -> Iterator[Call]:
    for folder in FOLDERS:
        for path in sorted((folder / ".github" / "workflows").glob("*.yml")):
            workflow = YAML(typ="safe").load(path)
            for name, job in workflow["jobs"].items():
                called = REUSABLE.search(job.get("uses", ""))
                if called and "workflow_call" not in workflow["on"]:
                    yield Call(folder, path.name, name, called.group(1), job["with"], workflow["on"])


CALLS = tuple(calls())
BUILDS = tuple(call for call in CALLS if call.workflow == "services")
each_call = pytest.mark.parametrize("call", CALLS, ids=str)
each_build = pytest.mark.parametrize("call", BUILDS, ids=str)


def images(call: Call) -> set[str]:
    return {line.split()[0] for line in call.inputs["images"].splitlines() if line.strip()}


def test_every_environment_that_a_pipeline_can_deliver_to_has_a_caller() -> None:
    for folder in FOLDERS:
        called = {call.inputs["environment"] for call in CALLS if call.folder == folder}
        assert called == set(environments(folder)), folder.name


@each_call
def test_names_and_places_are_the_stacks(call: Call) -> None:
    plan, inputs = call.environment, call.inputs
    config = plan.config
    assert inputs["overlay"] == plan.settings.path
    if "application" in inputs:
        assert inputs["application"] == plan.settings.application(config.system.name)
        assert inputs.get("argocd-namespace", DEFAULT_NAMESPACE) == config.argocd.namespace
    assert inputs.get("branch", DEFAULT_BRANCH) == plan.settings.revision
    if config.aws is not None:
        assert inputs["region"] == config.aws.region
        assert inputs.get("cluster", config.prefix) == config.prefix
        assert config.ci is not None
        assert config.ci.smoke_role is not None
        smoke = config.ci.smoke_role.github_environment
        assert inputs.get("smoke-environment", smoke) == smoke


@pytest.mark.parametrize("call", [call for call in CALLS if call.workflow == "promotion"], ids=str)
def test_a_promotion_starts_from_what_its_stack_says(call: Call) -> None:
    source = {name.removeprefix("source-"): value for name, value in call.inputs.items() if name.startswith("source-")}
    given = {"branch": call.inputs.get("branch", DEFAULT_BRANCH), "region": call.inputs["region"]}
    test_names_and_places_are_the_stacks(replace(call, inputs={**given, **source}))


@pytest.mark.parametrize("call", [call for call in CALLS if "images" in call.inputs], ids=str)
def test_the_images_are_those_of_the_catalogue(call: Call) -> None:
    assert images(call) == set(call.environment.config.repositories.values())


@each_build
def test_the_tag_follows_the_rule_of_the_environment(call: Call) -> None:
    assert call.inputs["tag"] == call.environment.settings.deployment.image_tag


@each_build
def test_only_a_tag_that_the_registry_lets_move_is_moved(call: Call) -> None:
    mutable = {
        pattern
        for plan in environments(call.folder).values()
        if plan.config.registry is not None and plan.config.registry.ownership is Ownership.CREATE
        for pattern in plan.config.registry.mutable_tags
    }
    moved = [call.inputs.get("cache-tag", DEFAULT_CACHE), *call.inputs.get("moving-tags", "").split()]
    assert [tag for tag in moved if tag and not any(fnmatchcase(tag, pattern) for pattern in mutable)] == []


@each_build
def test_the_push_role_trusts_the_job(call: Call) -> None:
    roles = [
        plan.config.ci.push_role
        for plan in environments(call.folder).values()
        if plan.config.ci is not None and plan.config.ci.push_role is not None
    ]
    environment = call.inputs.get("push-environment", "")
    if environment:
        assert environment in {name for role in roles for name in role.github_environments}
    else:
        assert call.inputs.get("branch", DEFAULT_BRANCH) in {branch for role in roles for branch in role.branches}


@each_build
def test_the_events_are_the_triggers_of_the_environment(call: Call) -> None:
    names = {"push": "push", "pull_request": "pullRequest", "workflow_dispatch": "manual"}
    triggers = {names[event] for event in call.events}
    wanted = {str(trigger) for trigger in call.environment.settings.deployment.triggers}
    assert wanted <= triggers, "a person may also start what a push starts"
    assert triggers <= wanted | {"manual"}


@pytest.mark.parametrize("call", [call for call in BUILDS if "push" in call.events], ids=str)
def test_the_commit_of_the_images_starts_no_build(call: Call) -> None:
    push = call.events["push"]
    file = f"{call.environment.settings.path}/kustomization.yaml"
    if "paths-ignore" in push:
        assert any(fnmatchcase(file, pattern) for pattern in push["paths-ignore"])
    else:
        assert any(pattern.startswith("!") and fnmatchcase(file, pattern[1:]) for pattern in push["paths"])


def test_a_manual_sync_is_not_waited_for() -> None:
    for call in BUILDS:
        local = call.environment.config.local
        assert call.inputs.get("wait", True) == (call.environment.settings.sync.automated and not local), str(call)
