"""The API server stores the program's objects as declared."""

from sandbox.driver import Verb
from sandbox.values import SECRET
from tests.cluster.conftest import Figures
from tests.cluster.stand.drift import differences
from tests.cluster.stand.program import objects
from tests.cluster.stand.stand import Stand
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
"""Kinds that Nova's stacks declare; there may be more."""
NO_NAMESPACE = "metadata.namespace: 'default' -> None"
"""The provider writes a namespace for a kind that it does not know yet, also where the kind turns out to have none."""

HIDDEN = f"data: {SECRET!r}"
"""The report hides a Secret's values. test_staging_repo_server.py uses them."""


def test_every_object_is_stored_as_declared(staging: Stand, staging_up: Step, figures: Figures) -> None:
    changed: dict[str, list[str]] = {}
    for resource in objects(staging_up):
        declared = resource["inputs"]
        live = staging.api.get(staging.api.path(declared))
        fields = [field for field in differences(declared, live) if not field.startswith((NO_NAMESPACE, HIDDEN))]
        if fields:
            changed[f"{declared['kind']} {resource['name']}"] = fields
    figures.note("staging: objects of the program on the API server", len(objects(staging_up)))
    assert changed == {}
    assert {resource["inputs"]["kind"] for resource in objects(staging_up)} >= KINDS


def test_a_refresh_finds_no_drift_and_a_second_up_does_nothing(staging: Stand, staging_up: Step) -> None:
    assert staging_up.report.ok
    refreshed, again = staging.program.run(Verb.REFRESH), staging.program.run(Verb.UP)
    assert refreshed.report.ok, refreshed.lines
    assert set(refreshed.report.changes) <= {"same"}, refreshed.lines
    assert again.report.ok, again.lines
    assert again.mutating_calls == 0, again.lines
    assert set(again.report.changes) <= {"same"}, again.lines
