"""Tiketi and PingvasAI on the real engine: each of their six stacks is planned, made, made again, and destroyed.

A stack that is protected is destroyed in the documented way: a refusal first, then an `up` that takes the protection
off, then the destroy.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.driver import Verb
from tests.engine.runs import ROOT, Step, perform

ONCE = {
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": 1,
    "aws:iam/role:Role": 1,
    "aws:iam/policy:Policy": 1,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": 1,
}
"""What the first stack of an account makes for the pipelines of all: number by type."""
SNAPSHOT_KEYS = {"aws:kms/key:Key": 2}
"""Keys of database and cache: the snapshots that `finalSnapshot` leaves can be read with them only."""
NOTHING: dict[str, int] = {}


def _with_repositories(number: int) -> dict[str, int]:
    kinds = ("aws:ecr/repository:Repository", "aws:ecr/lifecyclePolicy:LifecyclePolicy")
    return {**ONCE, **dict.fromkeys(kinds, number)}


@dataclass(frozen=True)
class Example:
    """A stack, what its destroy leaves standing (number by type), and whether it is protected."""

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
class Life:
    """The steps of one stack's life, in order."""

    example: Example
    planned: Step
    made: Step
    again: Step
    refused: Step | None
    """A destroy of the committed stack, where it is protected."""
    destroyed: Step


def without_protection(example: Example, folder: Path) -> Path:
    """A copy of program and stack files in which nothing is protected; its project folder."""
    shutil.copytree(ROOT / "components", folder / "components", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(ROOT / "__main__.py", folder / "__main__.py")
    project = folder / "examples" / example.system
    shutil.copytree(example.project, project)
    file = project / f"Pulumi.{example.stack}.yaml"
    text = file.read_text()
    assert f"{example.system}:protect: true\n" in text
    text = text.replace(f"{example.system}:protect: true\n", f"{example.system}:protect: false\n")
    for section, first in (("cluster", 'version: "1.36"'), ("database", 'engineVersion: "17.6"')):
        begin = f"  {example.system}:{section}:\n    {first}\n"
        assert text.count(begin) == 1, begin
        text = text.replace("    deletionProtection: true\n", "")
        text = text.replace(begin, f"{begin}    deletionProtection: false\n")
    file.write_text(text)
    return project


@pytest.fixture(scope="module", name="life", params=EXAMPLES, ids=str)
def _life(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Life:
    example: Example = request.param
    state = tmp_path_factory.mktemp(str(example))

    def step(verb: Verb, project: Path = example.project) -> Step:
        return perform(verb, example.stack, state, project=project)

    planned, made, again = step(Verb.PREVIEW), step(Verb.UP), step(Verb.UP)
    if not example.protected:
        return Life(example, planned, made, again, None, step(Verb.DESTROY))
    refused = step(Verb.DESTROY)
    copy = without_protection(example, tmp_path_factory.mktemp(f"{example}-copy"))
    assert step(Verb.UP, copy).report.ok
    return Life(example, planned, made, again, refused, step(Verb.DESTROY, copy))


def test_a_preview_succeeds_and_makes_nothing(life: Life) -> None:
    assert life.planned.report.ok, life.planned.lines
    assert life.planned.account == frozenset()


def test_up_makes_what_was_planned(life: Life) -> None:
    assert life.made.report.ok, life.made.lines
    assert life.made.urns() == life.planned.urns()
    assert "[unknown]" not in str(life.made.report.outputs)


def test_up_makes_the_application_of_the_environment(life: Life) -> None:
    (application,) = life.made.all("kubernetes:argoproj.io/v1alpha1:Application")
    assert application["inputs"]["metadata"]["name"] == str(life.example)


def test_a_second_up_changes_nothing_and_calls_nothing(life: Life) -> None:
    assert set(life.again.report.changes) == {"same"}
    assert life.again.mutating_calls == 0
    assert life.again.account == life.made.account


def test_a_protected_stack_cannot_be_destroyed_as_it_is_committed(life: Life) -> None:
    if life.refused is None:
        assert not any(resource["protect"] for resource in life.made.resources)
        return
    assert life.refused.report.result == "refused"
    assert "it is protected" in (life.refused.report.error or "")
    assert life.refused.mutating_calls == 0
    assert life.refused.account == life.made.account


def test_destroy_leaves_what_the_stack_file_keeps_and_nothing_else(life: Life) -> None:
    assert life.destroyed.report.ok, life.destroyed.lines
    assert life.destroyed.resources == []
    kinds = [kind for kind, _ in life.destroyed.account]
    assert {kind: kinds.count(kind) for kind in kinds} == life.example.kept
    assert life.destroyed.account <= life.made.account


def test_nothing_that_is_in_use_is_deleted(life: Life) -> None:
    assert [line for line in life.destroyed.lines if "DependencyViolation" in line] == []
