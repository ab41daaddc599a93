"""docs/upgrades.md and docs/restore.md: what the engine does, in which order, and what it leaves alone."""

import re
from dataclasses import dataclass

import pytest

from sandbox.driver import Verb
from tests.engine.runs import edited_project, perform

CHANGED = re.compile(r"^ [~+-]+ +(aws:\S+) \S+ (updated|replaced|deleted) ")
CLUSTER, NODES, ADDON = "aws:eks:Cluster", "aws:eks:NodeGroup", "aws:eks:Addon"
INSTANCE, PARAMETERS, URL = "aws:rds:Instance", "aws:rds:ParameterGroup", "aws:secretsmanager:SecretVersion"
HOLDS_DATA = {INSTANCE, "aws:elasticache:ReplicationGroup", "aws:kms:Key", "aws:s3:Bucket", "aws:ecr:Repository"}
Changes = list[tuple[str, str]]
"""Type and word of what has been changed in AWS, in the order in which it ended."""


@dataclass(frozen=True)
class Life:
    """Staging, upgraded from Kubernetes 1.35, then from PostgreSQL 17, and restored at last."""

    kubernetes: Changes
    postgresql: Changes
    restored: Changes


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Life:
    state, folder = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("project")

    def up(kubernetes: str, database: str) -> Changes:
        def edited(text: str) -> str:
            for before, after in (('version: "1.36"', f'version: "{kubernetes}"'), ('engineVersion: "17"', database)):
                assert text.count(before) == 1, before
                text = text.replace(before, after)
            return text

        step = perform(Verb.UP, "staging", state, project=edited_project(folder, "staging", edited))
        assert step.report.ok, step.lines
        return [(match[1], match[2]) for line in step.lines if (match := CHANGED.match(line)) is not None]

    upgraded = 'engineVersion: "18"\n    majorUpgrade: true'
    up("1.35", 'engineVersion: "17"')
    return Life(
        up("1.36", 'engineVersion: "17"'),
        up("1.36", upgraded),
        up("1.36", f"{upgraded}\n    restoreFrom: before-the-mistake"),
    )


def test_kubernetes_is_upgraded_from_the_control_plane_to_the_nodes(life: Life) -> None:
    assert {word for _, word in life.kubernetes} == {"updated"}
    order = [kind for kind, _ in life.kubernetes]
    assert order.index(CLUSTER) < order.index(NODES)
    assert order.index(CLUSTER) < order.index(ADDON)
    assert not HOLDS_DATA & {*order}


def test_postgresql_is_upgraded_in_place(life: Life) -> None:
    assert (INSTANCE, "updated") in life.postgresql
    assert {kind for kind, word in life.postgresql if word != "updated"} == {PARAMETERS}


def test_a_restored_database_is_another_instance_and_nothing_else_of_the_stack(life: Life) -> None:
    assert {kind for kind, word in life.restored if word != "updated"} == {INSTANCE, URL}
