"""The API server takes what the program declares as it is."""

from sandbox.driver import Verb
from tests.cluster.conftest import Figures
from tests.cluster.stand.program import objects
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.stored import differences
from tests.engine.runs import Step

KINDS = {
    "AppProject",
    "Application",
    "ConfigMap",
    "LimitRange",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "Role",
    "RoleBinding",
    "ServiceAccount",
}
"""Kinds that Nova's stacks declare, at least."""


def test_every_object_is_stored_as_it_is_declared(staging: Stand, staging_made: Step, figures: Figures) -> None:
    found: dict[str, list[str]] = {}
    for resource in objects(staging_made):
        declared = resource["inputs"]
        live = staging.api.get(staging.api.path(declared))
        wrong = [*differences(declared, live)]
        if wrong:
            found[f"{declared['kind']} {resource['name']}"] = wrong
    figures.note("staging: objects of the program on the API server", len(objects(staging_made)))
    assert found == {}
    assert {resource["inputs"]["kind"] for resource in objects(staging_made)} >= KINDS


def test_a_refresh_finds_no_drift_and_a_second_up_does_nothing(staging: Stand, staging_made: Step) -> None:
    assert staging_made.report.ok
    refreshed, again = staging.program.run(Verb.REFRESH), staging.program.run(Verb.UP)
    assert refreshed.report.ok, refreshed.lines
    assert set(refreshed.report.changes) <= {"same"}, refreshed.lines
    assert again.report.ok, again.lines
    assert again.mutating_calls == 0, again.lines
    assert set(again.report.changes) <= {"same"}, again.lines
