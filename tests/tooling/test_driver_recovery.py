"""What a killed run left pending is settled by what the account says."""

from typing import Any

from sandbox.recovery import recover

MADE, MISSING = "urn:made", "urn:missing"


def operation(urn: str, kind: str = "creating") -> dict[str, Any]:
    return {"type": kind, "resource": {"urn": urn, "type": "aws:ec2/vpc:Vpc", "custom": True, "inputs": {"a": 1}}}


def deployment(*pending: dict[str, Any]) -> dict[str, Any]:
    return {"manifest": {}, "resources": [{"urn": "urn:old", "id": "vpc-0"}], "pending_operations": list(pending)}


def account(urn: str) -> list[str]:
    return {MADE: ["vpc-1"], "urn:old": ["vpc-0"]}.get(urn, [])


def test_what_was_made_is_taken_over_with_its_id_after_what_it_needs() -> None:
    found = recover(deployment(operation(MADE)), account)
    assert found.adopted == {MADE: "vpc-1"}
    assert [(r["urn"], r["id"]) for r in found.deployment["resources"]] == [("urn:old", "vpc-0"), (MADE, "vpc-1")]
    assert found.deployment["resources"][1]["outputs"] == {"a": 1}


def test_what_was_not_made_is_forgotten() -> None:
    found = recover(deployment(operation(MISSING)), account)
    assert found.adopted == {}
    assert [r["urn"] for r in found.deployment["resources"]] == ["urn:old"]


def test_no_creation_stays_pending_and_all_else_does() -> None:
    deletion = operation("urn:old", "deleting")
    found = recover(deployment(operation(MADE), operation(MISSING), deletion), account)
    assert found.deployment["pending_operations"] == [deletion]


def test_a_life_that_is_recorded_is_not_taken_over_again() -> None:
    assert recover(deployment(operation("urn:old")), account).adopted == {}


def test_a_replacement_that_was_made_is_taken_over_and_the_life_before_goes() -> None:
    found = recover(deployment(operation("urn:old")), lambda _: ["vpc-0", "vpc-2"])
    assert found.adopted == {"urn:old": "vpc-2"}
    assert [(r["id"], r.get("delete", False)) for r in found.deployment["resources"]] == [
        ("vpc-0", True),
        ("vpc-2", False),
    ]


def test_the_exported_deployment_is_not_changed() -> None:
    given = deployment(operation(MADE))
    recover(given, account)
    assert given == deployment(operation(MADE))


def test_a_state_without_pending_operations_stays_as_it_is() -> None:
    given = {"resources": [{"urn": "urn:old", "id": "vpc-0"}]}
    assert recover(given, account).deployment["resources"] == given["resources"]
