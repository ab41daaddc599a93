"""The sandbox's simulated kubernetes package plans and makes what the real provider does."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from sandbox.driver import Verb
from sandbox.plan import Resource
from tests.cluster.stand.program import KUBERNETES, RELEASE, Program
from tests.cluster.stand.stand import Stand
from tests.engine.runs import Step, perform

SAME = ("type", "name", "parent", "provider", "dependencies", "propertyDependencies", "deletedWith", "protect")
ABSENT = object()


def _objects(step: Step) -> dict[str, Resource]:
    assert step.report.ok, step.lines
    return {resource["urn"]: resource for resource in step.resources if resource["type"].startswith(KUBERNETES)}


def _differences(real: Step, simulated: Step) -> Iterator[str]:
    """What differs, as `type name: path`."""
    left, right = _objects(real), _objects(simulated)
    yield from (f"only one has {urn}" for urn in left.keys() ^ right.keys())
    for urn in left.keys() & right.keys():
        one, other = left[urn], right[urn]
        what = f"{one['type']} {one['name']}"
        yield from (f"{what}: {field}" for field in SAME if one[field] != other[field])
        yield from (f"{what}: {path}" for path in _between(one["inputs"], other["inputs"], one["type"]))


def _between(real: object, simulated: object, type_: str, path: str = "") -> Iterator[str]:
    if real == simulated or _documented(real, simulated, type_, path):
        return
    if isinstance(real, Mapping) and isinstance(simulated, Mapping):
        one, other = cast("Mapping[str, object]", real), cast("Mapping[str, object]", simulated)
        for key in one.keys() | other.keys():
            yield from _between(one.get(key, ABSENT), other.get(key, ABSENT), type_, f"{path}.{key}")
    else:
        yield f"{path}: {real} instead of {simulated}"


def _documented(real: object, simulated: object, type_: str, path: str) -> bool:
    """Whether docs/sandbox.md names the difference, or it is the one address that the stand has."""
    if type_ == RELEASE:
        return (simulated is ABSENT and real in (False, "")) or path == ".compat"
    if path == ".metadata.namespace":
        return (real, simulated) == ("default", ABSENT)
    return path == ".data.CLUSTER_URL"


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_a_first_preview_is_the_same(staging: Stand, tmp_path: Path, stack: str) -> None:
    program = Program(
        stack=stack,
        project=staging.program.project,
        state=tmp_path / "real",
        api_server=staging.control_plane.api_server,
    )
    simulated = perform(Verb.PREVIEW, stack, tmp_path / "simulated")
    assert [*_differences(program.run(Verb.PREVIEW), simulated)] == []


def test_an_up_is_the_same(staging_up: Step, tmp_path: Path) -> None:
    assert [*_differences(staging_up, perform(Verb.UP, "staging", tmp_path))] == []
