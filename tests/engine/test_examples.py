"""Tiketi and PingvasAI on the real engine: preview, two `up`s and destroy of each of their six stacks.

A protected stack is destroyed in the documented way: a refused destroy, an `up` that removes the protection, a destroy.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import LATE_LOGS, ROOT, Step, perform, unprotected

ONCE = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
    "aws:iam/role:Role": 1,
    "aws:iam/policy:Policy": 1,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
}
"""Resources that the first stack in an account creates for all pipelines: number by type."""
SNAPSHOT_KEYS = {"aws:kms/key:Key": 2}
"""Keys of database and cache, which are needed to read the snapshots that `finalSnapshot` leaves."""
NOTHING: dict[str, int] = {}


def _with_repositories(number: int) -> dict[str, int]:
    kinds = ("aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy")
    return {**ONCE, **dict.fromkeys(kinds, number)}


@dataclass(frozen=True)
class Example:
    """A stack, the resources that remain after destroy (number by type), and whether it is protected."""

    system: str
    stack: str
    kept: dict[str, int]
    protected: bool = False

    def __str__(self) -> str:
        return f"{self.system}-{self.stack}"

    @property
    def project(self) -> Path:
        return ROOT / "examples" / self.system


EXAMPLES = (
    Example("tiketi", "dev", NOTHING),
    Example("tiketi", "staging", _with_repositories(5)),
    Example("tiketi", "prod", SNAPSHOT_KEYS, protected=True),
    Example("pingvasai", "development", _with_repositories(1)),
    Example("pingvasai", "staging", NOTHING),
    Example("pingvasai", "production", SNAPSHOT_KEYS, protected=True),
)


@dataclass(frozen=True)
class Lifecycle:
    """The steps of one stack, in order."""

    example: Example
    planned: Step
    up: Step
    second_up: Step
    refused: Step | None
    """A destroy of the committed stack, if it is protected."""
    destroyed: Step


def without_protection(example: Example, folder: Path) -> Path:
    """The project folder of a copy of program and stack files, in which nothing is protected."""
    shutil.copytree(ROOT / "components", folder / "components", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "__main__.py", folder / "__main__.py")
    project = folder / "examples" / example.system
    shutil.copytree(example.project, project)
    file = project / f"Pulumi.{example.stack}.yaml"
    file.write_text(unprotected(file.read_text(), example.system))
    return project


@pytest.fixture(scope="module", name="lifecycle", params=EXAMPLES, ids=str)
def _lifecycle(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lifecycle:
    example: Example = request.param
    state = tmp_path_factory.mktemp(str(example))

    def step(verb: Verb, project: Path = example.project) -> Step:
        return perform(verb, example.stack, state, project=project)

    planned, up, second_up = step(Verb.PREVIEW), step(Verb.UP), step(Verb.UP)
    if not example.protected:
        return Lifecycle(example, planned, up, second_up, None, step(Verb.DESTROY))
    refused = step(Verb.DESTROY)
    copy = without_protection(example, tmp_path_factory.mktemp(f"{example}-copy"))
    assert step(Verb.UP, copy).report.ok
    return Lifecycle(example, planned, up, second_up, refused, step(Verb.DESTROY, copy))


def test_a_preview_succeeds_and_creates_nothing(lifecycle: Lifecycle) -> None:
    assert lifecycle.planned.report.ok, lifecycle.planned.lines
    assert lifecycle.planned.account == frozenset()


def test_up_creates_the_planned_resources(lifecycle: Lifecycle) -> None:
    assert lifecycle.up.report.ok, lifecycle.up.lines
    assert lifecycle.up.urns() == lifecycle.planned.urns()
    assert "[unknown]" not in str(lifecycle.up.report.outputs)


def test_up_creates_the_application_of_the_environment(lifecycle: Lifecycle) -> None:
    (application,) = lifecycle.up.all("kubernetes:argoproj.io/v1alpha1:Application")
    assert application["inputs"]["metadata"]["name"] == str(lifecycle.example)


def test_a_second_up_changes_nothing_and_calls_nothing(lifecycle: Lifecycle) -> None:
    assert set(lifecycle.second_up.report.changes) == {"same"}
    assert lifecycle.second_up.mutating_calls == 0
    assert lifecycle.second_up.account == lifecycle.up.account


def test_a_protected_stack_cannot_be_destroyed_as_it_is_committed(lifecycle: Lifecycle) -> None:
    if lifecycle.refused is None:
        assert not any(resource["protect"] for resource in lifecycle.up.resources)
        return
    assert lifecycle.refused.report.result == "refused"
    assert "it is protected" in (lifecycle.refused.report.error or "")
    assert lifecycle.refused.mutating_calls == 0
    assert lifecycle.refused.account == lifecycle.up.account


def test_destroy_leaves_only_what_the_stack_file_retains(lifecycle: Lifecycle) -> None:
    assert lifecycle.destroyed.report.ok, lifecycle.destroyed.lines
    assert lifecycle.destroyed.resources == []
    kinds = [kind for kind, _ in lifecycle.destroyed.account]
    cluster = any(kind == "aws:eks/cluster:Cluster" for kind, _ in lifecycle.up.account)
    assert {kind: kinds.count(kind) for kind in kinds} == lifecycle.example.kept | (LATE_LOGS if cluster else {})
    assert lifecycle.destroyed.account <= lifecycle.up.account


def test_no_resource_is_deleted_while_in_use(lifecycle: Lifecycle) -> None:
    assert [line for line in lifecycle.destroyed.lines if "DependencyViolation" in line] == []
