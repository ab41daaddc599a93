"""What act does not have is asserted on the files: permissions, environments, concurrency, triggers."""

import re
from typing import NamedTuple

import pytest

from tests.pipeline.workflows.files import Node, called, workflows


class Need(NamedTuple):
    """A permission, and what a job does that needs it."""

    permission: str
    level: str
    does: str
    """Regular expression of the `uses` and `run` of its steps."""


NEEDS = (
    Need("contents", "read", "actions/checkout@"),
    Need("contents", "write", r"scripts\.delivery\.(update|roll_back|propose)"),  # pushes a commit
    Need("issues", "write", "tools/drift-issue"),
    Need("pull-requests", "write", r"scripts\.delivery\.propose|tools/comment"),
    Need("actions", "read", r"scripts\.delivery\.report"),  # lists the jobs of the run
    Need("id-token", "write", "aws-actions/configure-aws-credentials@|github/actions/stack|sigstore/cosign-installer@"),
)
ORDER = ("read", "write")

ENVIRONMENTS = {
    ("deploy.yml", "plan"): "plan-${{ needs.stack.outputs.name }}",
    ("deploy.yml", "up"): "${{ needs.stack.outputs.environment }}",
    ("drift.yml", "refresh"): "plan-${{ matrix.stack }}",
    ("preview.yml", "preview"): "preview-${{ matrix.stack }}",
    ("services.yml", "build-and-push"): "${{ inputs.push-environment }}",
    ("promotion.yml", "retag"): "${{ inputs.push-environment }}",
    ("verify.yml", "deploy"): "${{ inputs.smoke-environment }}",
    ("verify.yml", "smoke-test"): "${{ inputs.smoke-environment }}",
}
"""Each role trusts one GitHub environment, and reviewers are set there."""

CANCELS = {"preview.yml", "pingvasai/checks.yml"}
"""They change nothing; a run of any other workflow that is killed leaves something half done."""

WORKFLOWS = workflows()
JOBS = [(name, job) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"]]


def needed(name: str, job: Node) -> dict[str, str]:
    """The least permissions of a job: those of its steps, or those that the jobs of a called workflow ask for."""
    found: dict[str, str] = {}
    if "uses" in job:
        asked = [each for inner in called(name, job["uses"])["jobs"].values() for each in inner["permissions"].items()]
    else:
        does = "\n".join(str(step.get("uses", step.get("run"))) for step in job["steps"])
        asked = [(need.permission, need.level) for need in NEEDS if re.search(need.does, does)]
    for permission, level in asked:
        found[permission] = max(level, found.get(permission, level), key=ORDER.index)
    return found


@pytest.mark.parametrize("name", WORKFLOWS)
def test_a_workflow_gives_its_jobs_no_permission_by_default(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}


@pytest.mark.parametrize(("name", "job"), JOBS)
def test_a_job_has_exactly_the_permissions_that_it_needs(name: str, job: str) -> None:
    node: Node = WORKFLOWS[name]["jobs"][job]
    assert node["permissions"] == needed(name, node)


def test_a_job_that_assumes_a_role_runs_in_the_environment_that_the_role_trusts() -> None:
    found = {(name, job): WORKFLOWS[name]["jobs"][job].get("environment") for name, job in JOBS}
    assert {place: environment for place, environment in found.items() if environment} == ENVIRONMENTS
    for name, job in JOBS:
        node: Node = WORKFLOWS[name]["jobs"][job]
        if "steps" in node and "id-token" in node["permissions"]:
            assert (name, job) in ENVIRONMENTS


def test_only_runs_that_change_nothing_are_cancelled() -> None:
    cancels = {
        name for name, workflow in WORKFLOWS.items() if workflow.get("concurrency", {}).get("cancel-in-progress")
    }
    assert cancels == CANCELS


def test_runs_of_one_stack_wait_for_each_other() -> None:
    group = "deploy-${{ github.ref_type == 'tag' && 'prod' || 'staging' }}"
    assert WORKFLOWS["deploy.yml"]["concurrency"]["group"] == group


def test_every_job_but_a_call_ends_by_a_time_of_its_own() -> None:
    assert all(
        "uses" in job or "timeout-minutes" in job for each in WORKFLOWS.values() for job in each["jobs"].values()
    )


def starts(trigger: Node, path: str) -> bool:
    """Whether a push that changes one file starts a workflow; the last pattern that matches decides."""
    wanted: list[str] | None = trigger.get("paths")
    if wanted is not None:
        verdict = False
        for pattern in wanted:
            if matches(pattern.removeprefix("!"), path):
                verdict = not pattern.startswith("!")
        return verdict
    return not any(matches(pattern, path) for pattern in trigger.get("paths-ignore", []))


def matches(pattern: str, path: str) -> bool:
    """GitHub's patterns: `**` is any text, `*` any text without a slash."""
    parts = (re.escape(part) for part in re.split(r"(\*\*|\*)", pattern))
    return bool(re.fullmatch("".join({r"\*\*": ".*", r"\*": "[^/]*"}.get(part, part) for part in parts), path))


def written_overlays(name: str) -> list[str]:
    """The overlays to which a workflow commits images."""
    jobs: list[Node] = list(WORKFLOWS[name]["jobs"].values())
    return [job["with"]["overlay"] for job in jobs if "/services.yml" in job.get("uses", "")]


def test_the_commit_that_writes_images_starts_no_delivery_and_no_update() -> None:
    for name, workflow in WORKFLOWS.items():
        trigger: Node = workflow["on"].get("push", {})
        overlays = written_overlays("nova-staging.yml") if name == "deploy.yml" else written_overlays(name)
        for overlay in overlays if "branches" in trigger else []:
            assert not starts(trigger, f"{overlay}/kustomization.yaml"), name


def test_nova_delivers_for_services_and_manifests_only() -> None:
    trigger: Node = WORKFLOWS["nova-staging.yml"]["on"]["push"]
    assert starts(trigger, "backend/auth-service/main.rs")
    assert starts(trigger, "k8s/infrastructure/base/service/deployment.yaml")
    assert not starts(trigger, "components/network/subnets.py")
