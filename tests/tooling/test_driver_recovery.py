"""The pending operations of a killed run are resolved from the account."""

from typing import Any

from sandbox.recovery import recover

CREATED, MISSING = "urn:created", "urn:missing"


def operation(urn: str, kind: str = "creating") -> dict[str, Any]:
    return {"type": kind, "resource": {"urn": urn, "type": "aws:ec2/vpc:Vpc", "custom": True, "inputs": {"a": 1}}}


def deployment(*pending: dict[str, Any]) -> dict[str, Any]:
    return {"manifest": {}, "resources": [{"urn": "urn:old", "id": "vpc-0"}], "pending_operations": list(pending)}


def account(urn: str) -> list[str]:
    return {CREATED: ["vpc-1"], "urn:old": ["vpc-0"]}.get(urn, [])


def test_a_created_resource_is_adopted_with_its_id_after_its_dependencies() -> None:
    recovery = recover(deployment(operation(CREATED)), account)
    assert recovery.adopted == {CREATED: "vpc-1"}
    assert [(r["urn"], r["id"]) for r in recovery.deployment["resources"]] == [("urn:old", "vpc-0"), (CREATED, "vpc-1")]
    assert recovery.deployment["resources"][1]["outputs"] == {"a": 1}


def test_a_resource_that_was_not_created_is_dropped() -> None:
    recovery = recover(deployment(operation(MISSING)), account)
    assert recovery.adopted == {}
    assert [r["urn"] for r in recovery.deployment["resources"]] == ["urn:old"]


def test_only_creations_stop_being_pending() -> None:
    deletion = operation("urn:old", "deleting")
    recovery = recover(deployment(operation(CREATED), operation(MISSING), deletion), account)
    assert recovery.deployment["pending_operations"] == [deletion]


def test_a_recorded_resource_is_not_adopted_again() -> None:
    assert recover(deployment(operation("urn:old")), account).adopted == {}


def test_a_created_replacement_is_adopted_and_the_old_resource_deleted() -> None:
    recovery = recover(deployment(operation("urn:old")), lambda _: ["vpc-0", "vpc-2"])
    assert recovery.adopted == {"urn:old": "vpc-2"}
    assert [(r["id"], r.get("delete", False)) for r in recovery.deployment["resources"]] == [
        ("vpc-0", True),
        ("vpc-2", False),
    ]


def test_the_exported_deployment_is_not_changed() -> None:
    given = deployment(operation(CREATED))
    recover(given, account)
    assert given == deployment(operation(CREATED))


def test_a_state_without_pending_operations_is_unchanged() -> None:
    given = {"resources": [{"urn": "urn:old", "id": "vpc-0"}]}
    assert recover(given, account).deployment["resources"] == given["resources"]
