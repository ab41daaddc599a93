"""The report and its mask."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.automation import EngineEvent

from sandbox.plan import Report, Result, Watch, planned_resources, recorded_resources
from sandbox.values import masked

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
ASSET = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "hello"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
URN = "urn:pulumi:dev::shop::"
VPC = URN + "platform:network:Network$aws:ec2/vpc:Vpc::main"
STATE: dict[str, Any] = {
    "urn": VPC,
    "type": "aws:ec2/vpc:Vpc",
    "custom": True,
    "parent": URN + "platform:network:Network::network",
    "provider": URN + "pulumi:providers:aws::aws::" + UNKNOWN,
    "dependencies": ["urn:b", "urn:a"],
    "propertyDependencies": {"cidrBlock": ["urn:b"], "tags": None},
    "deletedWith": "urn:c",
    "protect": True,
    "inputs": {"cidrBlock": "10.0.0.0/16", "token": {**SECRET, "ciphertext": "AAA"}, "ipam": UNKNOWN},
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({**SECRET, "ciphertext": "v1:AAAA"}, "[secret]"),
        ({**SECRET, "plaintext": '"hunter2"'}, "[secret]"),
        ([{"a": {**SECRET, "value": "hunter2"}}], [{"a": "[secret]"}]),
        (UNKNOWN, "[unknown]"),
        ({"arns": [UNKNOWN, "arn:aws:s3:::b"]}, {"arns": ["[unknown]", "arn:aws:s3:::b"]}),
        (ASSET, ASSET),
        ({"n": 1, "b": False, "none": None, "__defaults": []}, {"n": 1, "b": False, "none": None}),
    ],
)
def test_secrets_and_unknowns_are_masked_at_any_depth(value: Any, expected: Any) -> None:
    assert masked(value) == expected


def test_a_resource_of_a_plan_has_every_key_of_the_report() -> None:
    [row] = planned_resources({"steps": [{"op": "create", "urn": VPC, "newState": STATE}]})
    assert row == {
        "urn": VPC,
        "type": "aws:ec2/vpc:Vpc",
        "name": "main",
        "parent": URN + "platform:network:Network::network",
        "provider": URN + "pulumi:providers:aws::aws",
        "dependencies": ["urn:a", "urn:b"],
        "propertyDependencies": {"cidrBlock": ["urn:b"], "tags": []},
        "deletedWith": "urn:c",
        "protect": True,
        "retainOnDelete": False,
        "custom": True,
        "op": "create",
        "inputs": {"cidrBlock": "10.0.0.0/16", "token": "[secret]", "ipam": "[unknown]"},
    }


def test_a_removed_resource_is_listed_as_deleted() -> None:
    [row] = planned_resources({"steps": [{"op": "delete", "urn": VPC, "oldState": STATE}]})
    assert (row["op"], row["name"]) == ("delete", "main")


def test_a_replacement_is_one_row_with_its_new_inputs() -> None:
    after = {**STATE, "inputs": {"cidrBlock": "10.1.0.0/16"}}
    steps = [
        {"op": "create-replacement", "urn": VPC, "newState": after},
        {"op": "replace", "urn": VPC, "oldState": STATE, "newState": after},
        {"op": "delete-replaced", "urn": VPC, "oldState": STATE},
    ]
    [row] = planned_resources({"steps": steps})
    assert (row["op"], row["inputs"]) == ("replace", {"cidrBlock": "10.1.0.0/16"})


def test_an_empty_plan_has_no_resources() -> None:
    assert planned_resources({}) == []


def test_a_state_has_the_operation_on_each_resource() -> None:
    other = {"urn": URN + "pulumi:pulumi:Stack::shop-dev", "type": "pulumi:pulumi:Stack"}
    rows = recorded_resources({"resources": [other, STATE]}, {VPC: "update"})
    assert [(row["name"], row["op"]) for row in rows] == [("shop-dev", "same"), ("main", "update")]


def test_a_resource_pending_deletion_is_not_listed() -> None:
    assert recorded_resources({"resources": [{**STATE, "delete": True}]}, {}) == []


def event(**content: Any) -> EngineEvent:
    return EngineEvent.from_json({"sequence": 1, "timestamp": 1, **content})


def step(op: str, kind: str, name: str, **new: Any) -> dict[str, Any]:
    urn = f"{URN}{kind}::{name}"
    return {"metadata": {"op": op, "urn": urn, "type": kind, "new": {"urn": urn, "type": kind, **new}}}


def test_the_engines_events_become_outputs_counts_and_kinds() -> None:
    watch = Watch()
    watch(event(resourcePreEvent=step("create", "pulumi:pulumi:Stack", "shop-dev")))
    watch(event(resourcePreEvent=step("same", "aws:ec2/vpc:Vpc", "a")))
    watch(event(resourcePreEvent=step("delete", "aws:ec2/vpc:Vpc", "b")))
    outputs = {"arn": UNKNOWN, "password": {**SECRET, "ciphertext": "[secret]"}}
    watch(event(resOutputsEvent=step("create", "pulumi:pulumi:Stack", "shop-dev", outputs=outputs)))
    watch(event(resOutputsEvent=step("create", "aws:ec2/vpc:Vpc", "a", outputs={"arn": "arn:aws:x"})))
    watch(event(summaryEvent={"resourceChanges": {"create": 1, "same": 1, "delete": 1}}))
    assert watch.outputs == {"arn": "[unknown]", "password": "[secret]"}
    assert watch.changes == {"create": 1, "same": 1, "delete": 1}
    assert watch.kinds == {"aws:ec2/vpc:Vpc": 1, "pulumi:pulumi:Stack": 1}


def test_an_error_is_kept_once_and_without_colour() -> None:
    watch = Watch()
    watch(event(diagnosticEvent={"severity": "error", "message": "<{%reset%}>size is too small<{%reset%}>\n"}))
    watch(event(diagnosticEvent={"severity": "error", "message": "an unhandled error occurred: size is too small"}))
    watch(event(diagnosticEvent={"severity": "warning", "message": "by the way"}))
    assert watch.errors == ["size is too small"]


def test_the_report_is_written_as_json_with_the_documented_keys(tmp_path: Path) -> None:
    Report(result=Result.FAILED, changes={"create": 2}, seconds=1.5, calls={"Create": 2}, error="no").write(
        tmp_path / "new" / "report.json"
    )
    written = json.loads((tmp_path / "new" / "report.json").read_text())
    assert {"result", "changes", "seconds", "calls", "resources", "outputs", "error"} <= set(written)
    assert (written["result"], written["changes"], written["calls"]) == ("failed", {"create": 2}, {"Create": 2})
    assert (written["seconds"], written["resources"], written["error"]) == (1.5, [], "no")
