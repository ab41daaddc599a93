"""Every workflow that calls the pipeline runs: Nova's in this repository, those of the examples in theirs.

The application repository is made from the caller's own inputs: a Dockerfile in each folder of `images`, and an overlay
that runs them.
"""

import json
import re
from pathlib import Path

import pytest

from tests.pipeline.application import DEPLOYMENT
from tests.pipeline.workflows.act import Event, set_desk
from tests.pipeline.workflows.actions.stand_in import ROOT
from tests.pipeline.workflows.delivery import NAME, Delivery
from tests.pipeline.workflows.files import Node, load
from tests.pipeline.workflows.ground import git, program, recorded
from tests.pipeline.workflows.programs.wrapper import wrapper

NOVA, TIKETI, PINGVASAI = ROOT, ROOT / "examples/tiketi", ROOT / "examples/pingvasai"
COMMANDS = ("make", "python", "ruff", "mypy", "alembic", "pytest", "bandit", "pip-audit")
"""Programs of the applications' own checks; here they record their calls."""


class Caller:
    """A workflow of a system, and a repository that it fits."""

    def __init__(self, delivery: Delivery, system: Path, workflow: str) -> None:
        self.delivery, self.workflow = delivery, f".github/workflows/{workflow}"
        desk = set_desk(delivery.runner.desk, system)
        for path in desk.glob(".github/workflows/*.yml"):
            for name, commit in re.findall(r"uses: ([\w-]+/[\w-]+)/\.github.*@([0-9a-f]{40})", path.read_text()):
                delivery.runner.repositories[f"{name}@{commit}"] = desk
        self.calls: list[Node] = [
            job["with"] for job in load(system / self.workflow)["jobs"].values() if "overlay" in job.get("with", {})
        ]
        for command in COMMANDS:
            program(delivery.folder / "bin" / command, wrapper("recorder", command))


def prepare(delivery: Delivery, calls: list[Node], branch: str) -> None:
    """Write what the inputs name, and let the cluster run it."""
    for given in calls:
        images = [line.split() for line in given["images"].splitlines()]
        overlay: str = given["overlay"]
        names = [image.rpartition("/")[2] for image, _, *_ in images]
        for (image, folder, *_), name in zip(images, names, strict=True):
            delivery.application.write(f"{folder}/Dockerfile", f"FROM scratch\n# {name}\n")
            manifest = DEPLOYMENT.format(name=name).replace(f"image: shop/{name}", f"image: {image}")
            delivery.application.write(f"{overlay}/{name}.yaml", manifest)
            delivery.registry.repositories.add(image)
        delivery.application.write(
            f"{overlay}/kustomization.yaml", json.dumps({"resources": [f"{n}.yaml" for n in names]})
        )
        moving = [*given.get("moving-tags", "").split(), given.get("tag", "")]
        delivery.registry.mutable = (*delivery.registry.mutable, *filter(None, moving))
    delivery.application.write("requirements.txt", "")
    delivery.application.commit("The services")
    git(delivery.application.work, "push", "--quiet", "origin", f"HEAD:{branch}")
    first = calls[0]
    delivery.cluster.branch, delivery.cluster.overlay = branch, first["overlay"]
    delivery.cluster.services = tuple(line.split()[0].rpartition("/")[2] for line in first["images"].splitlines())
    delivery.runner.environment["STAND_IN_CLUSTER"] = first["cluster"]


@pytest.mark.parametrize(
    ("system", "workflow", "branch", "event"),
    [
        (NOVA, "nova-dev.yml", "main", "workflow_dispatch"),
        (TIKETI, "develop.yml", "develop", "push"),
        (TIKETI, "prod.yml", "main", "workflow_dispatch"),
        (PINGVASAI, "development.yml", "develop", "push"),
        (PINGVASAI, "staging.yml", "staging", "push"),
        (PINGVASAI, "production.yml", "main", "push"),
    ],
)
def test_a_caller_delivers_to_its_environments(
    delivery: Delivery, system: Path, workflow: str, branch: str, event: str
) -> None:
    caller = Caller(delivery, system, workflow)
    prepare(delivery, caller.calls, branch)
    run = delivery.run(workflow=caller.workflow, event=Event(event, ref=f"refs/heads/{branch}"))
    assert "failure" not in run.results().values(), run.output
    subjects = git(delivery.application.remote, "log", "--format=%s", branch).splitlines()
    for given in caller.calls:
        assert any(subject.startswith(f"chore({given['environment']}): update images to ") for subject in subjects)
        for tag in given.get("moving-tags", "").split():
            assert tag in delivery.registry.tags(given["images"].split()[0])


def test_pingvasai_checks_before_it_delivers(delivery: Delivery) -> None:
    caller = Caller(delivery, PINGVASAI, "production.yml")
    program(delivery.folder / "bin/pytest", "#!/bin/sh\nexit 1\n")
    prepare(delivery, caller.calls, "main")
    run = delivery.run(workflow=caller.workflow)
    assert run.job("checks").step("Tests").outcome == "failure"
    assert not delivery.registry.tags("pingvasai-api")


def test_the_load_test_runs_k6_against_the_chosen_address(delivery: Delivery) -> None:
    caller = Caller(delivery, PINGVASAI, "load-test.yml")
    event = Event("workflow_dispatch", {"inputs": {"url": "https://api.example.com"}})
    run = delivery.run(workflow=caller.workflow, event=event)
    assert run.results() == {"load-test": "success"}
    assert [each["arguments"] for each in recorded(delivery.records, "k6")] == [["run", "load/api.js"]]


def test_a_pull_request_of_nova_reaches_dev_only_with_its_label(delivery: Delivery) -> None:
    caller = Caller(delivery, NOVA, "nova-dev.yml")
    pull_request: Node = {"head": {"ref": "change", "repo": {"full_name": NAME}}, "base": {"ref": "main"}, "labels": []}
    run = delivery.run(workflow=caller.workflow, event=Event("pull_request", {"pull_request": pull_request}))
    assert set(run.results().values()) == {"skipped"}


def test_a_release_that_staging_does_not_run_is_refused_with_a_message(delivery: Delivery) -> None:
    staging = Caller(delivery, NOVA, "nova-staging.yml")
    release = Caller(delivery, NOVA, "nova-release.yml")
    prepare(delivery, [*staging.calls, {**release.calls[0], "cluster": "nova-staging"}], "main")
    git(delivery.application.work, "tag", "v1.0.0")
    git(delivery.application.work, "push", "--quiet", "origin", "v1.0.0")
    run = delivery.run(workflow=release.workflow, event=Event("push", ref="refs/tags/v1.0.0"))
    assert (run.job("plan").result, run.job("report").result) == ("failure", "success"), run.output
    assert "k8s/infrastructure/overlays/staging does not run this release: " in run.job("plan").annotations[-1]
    message = delivery.messages()["SLACK_WEBHOOK_URL"]
    assert message.startswith("❌ production: plan failed; nothing was built or changed")
    assert "v1.0.0" not in delivery.registry.tags("nova/auth-service")


def test_nova_delivers_promotes_verifies_and_rolls_back(delivery: Delivery) -> None:
    staging = Caller(delivery, NOVA, "nova-staging.yml")
    release = Caller(delivery, NOVA, "nova-release.yml")
    prepare(delivery, [*staging.calls, {**release.calls[0], "cluster": "nova-staging"}], "main")
    delivery.cluster.overlay = staging.calls[0]["overlay"]
    work, remote = delivery.application.work, delivery.application.remote
    commit = git(work, "rev-parse", "HEAD")

    delivered = delivery.run(workflow=staging.workflow)
    assert set(delivered.results().values()) == {"success"}, delivered.output
    assert recorded(delivery.records, "make")[0]["arguments"] == ["manifests"]

    git(work, "tag", "v1.0.0")
    git(work, "push", "--quiet", "origin", "v1.0.0")
    delivery.hub.answers["GET", f"/repos/{NAME}/pulls"] = (200, [])
    delivery.hub.answers["POST", f"/repos/{NAME}/pulls"] = (201, {"html_url": "https://github.com/acme/shop/pull/1"})
    promoted = delivery.run(workflow=release.workflow, event=Event("push", ref="refs/tags/v1.0.0"))
    assert set(promoted.results().values()) == {"success"}, promoted.output
    first = staging.calls[0]["images"].split()[0]
    assert delivery.registry.digest(f"{first}:v1.0.0") == delivery.registry.digest(f"{first}:{commit}")
    assert len(recorded(delivery.records, "build")) == 8
    proposal = next(
        request for request in delivery.hub.requests if request.method == "POST" and "/pulls" in request.path
    )
    assert proposal.body["head"] == "release/production-v1.0.0"
    message = delivery.messages()["SLACK_WEBHOOK_URL"]
    assert message.startswith(
        "✅ production: v1.0.0 is proposed: https://github.com/acme/shop/pull/1. Its merge deploys"
    )

    git(work, "pull", "--quiet", "origin", "release/production-v1.0.0")
    git(work, "push", "--quiet", "origin", "HEAD:main")
    delivery.cluster.overlay = release.calls[0]["overlay"]
    delivery.runner.environment["STAND_IN_CLUSTER"] = "nova-prod"
    verified = delivery.run(workflow=".github/workflows/nova-production.yml")
    assert set(verified.results().values()) == {"success"}, verified.output

    event = Event("workflow_dispatch", {"inputs": {"environment": "production", "target": commit}})
    rolled_back = delivery.run(workflow=".github/workflows/nova-rollback.yml", event=event)
    assert set(rolled_back.results().values()) == {"success"}, rolled_back.output
    assert git(remote, "log", "-1", "--format=%s", "main") == f"revert(production): images of {commit}"
