"""New limits of the node group while an autoscaler sets its number of nodes: AWS takes each update, no node is lost."""

from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from sandbox.driver import ACCOUNT, Verb
from sandbox.providers.account import Account
from sandbox.providers.wire import Json, mapping
from tests.engine.runs import Step, edited_project, perform

COMMITTED = "minimum: 3\n      desired: 4\n      maximum: 6\n"
NODES = "aws:eks/nodeGroup:NodeGroup"


class Group:
    """Staging's node group, in an account of its own."""

    def __init__(self, state: Path, project: Path) -> None:
        self._state, self._project = state, project

    def up(self, minimum: int, desired: int, maximum: int) -> Step:
        def edit(text: str) -> str:
            assert text.count(COMMITTED) == 1
            return text.replace(COMMITTED, f"minimum: {minimum}\n      desired: {desired}\n      maximum: {maximum}\n")

        project = edited_project(self._project, "staging", edit)
        step = perform(Verb.UP, "staging", self._state, project=project)
        assert step.report.ok, step.lines
        return step

    def numbers(self) -> tuple[object, ...]:
        """Minimum, desired and maximum."""
        with closing(Account(self._state / ACCOUNT)) as account:
            (group,) = account.all(NODES)
        scaling = mapping(group.inputs["scalingConfig"])
        return tuple(scaling[name] for name in ("minSize", "desiredSize", "maxSize"))

    def scale(self, **numbers: int) -> None:
        """What an autoscaler does, or an `up` that is killed before it writes its state."""
        with closing(Account(self._state / ACCOUNT)) as account:
            (group,) = account.all(NODES)
            account.put(
                group.changed(
                    identity=group.identity,
                    inputs=_scaled(group.inputs, numbers),
                    outputs=_scaled(group.outputs, numbers),
                )
            )


def _scaled(values: Json, numbers: dict[str, int]) -> Json:
    return cast("Json", {**values, "scalingConfig": {**mapping(values["scalingConfig"]), **numbers}})


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Group:
    return Group(tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("project"))


def test_a_new_minimum_above_the_number_of_nodes_adds_nodes(group: Group) -> None:
    group.up(3, 4, 6)
    assert group.numbers() == (3, 4, 6)
    group.up(5, 5, 8)
    assert group.numbers() == (5, 5, 8)


def test_an_up_does_not_undo_what_the_autoscaler_did(group: Group) -> None:
    group.scale(desiredSize=6)
    assert group.up(5, 5, 8).mutating_calls == 0
    assert group.numbers() == (5, 6, 8)


def test_new_limits_around_the_number_of_nodes_lose_none(group: Group) -> None:
    group.up(3, 5, 6)
    assert group.numbers() == (3, 6, 6)


def test_a_new_maximum_below_the_number_of_nodes_removes_the_surplus(group: Group) -> None:
    group.up(3, 4, 5)
    assert group.numbers() == (3, 5, 5)


def test_an_up_that_aws_already_has_sends_nothing(group: Group) -> None:
    group.scale(minSize=7, desiredSize=7, maxSize=9)
    assert group.up(7, 7, 9).mutating_calls == 0
    assert group.numbers() == (7, 7, 9)
    group.up(7, 7, 10)
    assert group.numbers() == (7, 7, 10)
