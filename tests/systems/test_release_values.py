"""What pulumi-kubernetes drops from the values of a release, no release has: the chart's default would come back."""

from collections.abc import Iterator
from typing import cast

import pytest

from tests.harness.harness import Run
from tests.systems.example_runs import EXAMPLES, example

RELEASE = "kubernetes:helm.sh/v3:Release"


def _dropped(value: object, path: str) -> Iterator[str]:
    """Paths of nulls and empty lists."""
    if value is None or value == []:
        yield path
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            yield from _dropped(item, f"{path}.{key}")
    if isinstance(value, list):
        for number, item in enumerate(cast("list[object]", value)):
            yield from _dropped(item, f"{path}[{number}]")


def _all_dropped(run: Run) -> list[str]:
    releases = run.all(RELEASE)
    assert releases
    return [path for release in releases for path in _dropped(release.inputs["values"], release.name)]


def test_nova_has_no_value_that_is_dropped(staging: Run, prod: Run) -> None:
    assert _all_dropped(staging) + _all_dropped(prod) == []


@pytest.mark.parametrize("stack", EXAMPLES)
def test_an_example_has_no_value_that_is_dropped(stack: str) -> None:
    assert _all_dropped(example(stack)) == []
