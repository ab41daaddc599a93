"""The rest of a stack's life after its first `up`: nothing changes, and destroy leaves nothing."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.driver import Verb
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step, edited_project, unprotected

FIRST_NAMESPACES = {"default", "kube-node-lease", "kube-public", "kube-system"}
KEPT = {"argoproj.io", "external-secrets.io", "generators.external-secrets.io"}
"""API groups whose definitions outlive their releases, and with them the objects that others created."""


@dataclass(frozen=True)
class Life:
    """The steps after the first `up`, in order."""

    second_up: Step
    refreshed: Step
    third_up: Step
    destroyed: Step


def live(stand: Stand, folder: Path) -> Life:
    """Run the steps; a protected stack loses its protection by an `up` before it is destroyed."""
    run, protected = stand.program.run, bool(stand.config.protect)
    second_up, refreshed, third_up = run(Verb.UP), run(Verb.REFRESH), run(Verb.UP)
    if protected:
        system = stand.config.system.name
        project = edited_project(folder, stand.stack, lambda text: unprotected(text, system), stand.program.project)
        step = run(Verb.UP, project=project)
        assert step.report.ok, step.lines
    return Life(second_up, refreshed, third_up, run(Verb.DESTROY))


def assert_nothing_changes(life: Life) -> None:
    """Neither `up` nor refresh has anything to do."""
    for step in (life.second_up, life.refreshed, life.third_up):
        assert step.report.ok, step.lines
        assert set(step.report.changes) <= {"same"}, step.lines


def assert_nothing_is_left(stand: Stand, destroyed: Step) -> None:
    """No object of the stack, no finalizer; of the releases only the definitions that must stay."""
    assert destroyed.report.ok, destroyed.lines
    left = {item["metadata"]["name"] for item in stand.api.items("/api/v1/namespaces")}
    assert left == FIRST_NAMESPACES
    definitions = stand.api.items("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")
    for definition in definitions:
        spec = definition["spec"]
        version = next(version["name"] for version in spec["versions"] if version["storage"])
        path = f"/apis/{spec['group']}/{version}/{spec['names']['plural']}"
        assert stand.api.items(path) == [], path
    assert {definition["spec"]["group"] for definition in definitions} == KEPT
