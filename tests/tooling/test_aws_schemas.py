"""AWS's schemas judge a resource's values in a preview."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.providers.aws.schemas import table
from sandbox.providers.aws.schemas.judge import Judge
from sandbox.providers.naming import Failure
from sandbox.providers.schema import Schemas
from sandbox.providers.wire import UNKNOWN, Json, secret
from tests.tooling.aws_values import (
    ACCEPTED,
    DATABASE,
    INGRESS,
    LOG_GROUP,
    NODES,
    POLICY,
    REFUSED,
    SUBNET,
    TEMPLATE,
    Wrong,
)
from tests.tooling.sandbox_cloud import REGION, SETTINGS, Cloud
from tools import aws_schemas


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judge")


@pytest.fixture(scope="module")
def judge(cache: Path) -> Judge:
    return Judge(cache)


@pytest.fixture(scope="module")
def schemas(cache: Path) -> Schemas:
    return Schemas("aws", cache)


def failures(judge: Judge, schemas: Schemas, type_: str, change: Json, region: str = REGION) -> list[Failure]:
    inputs: Json = {name: value for name, value in {**ACCEPTED[type_], **change}.items() if value is not None}
    return judge.failures(type_, region, inputs, schemas.of(f"aws:{type_}").inputs)


@pytest.mark.parametrize("type_", ACCEPTED)
def test_what_aws_accepts_is_accepted(judge: Judge, schemas: Schemas, type_: str) -> None:
    assert failures(judge, schemas, type_, {}) == []


@pytest.mark.parametrize("wrong", REFUSED, ids=lambda wrong: f"{wrong.type.rpartition(':')[2]} {wrong.change}"[:70])
def test_what_aws_refuses_is_refused_with_property_and_remedy(judge: Judge, schemas: Schemas, wrong: Wrong) -> None:
    found = failures(judge, schemas, wrong.type, wrong.change)
    assert found
    assert [failure for failure in found if len(failure.reason) > 300] == []
    assert [f for f in found if f.property.startswith(wrong.property) and wrong.remedy in f.reason], found


def test_many_types_are_tried() -> None:
    assert len({wrong.type for wrong in REFUSED}) >= 25
    assert len(REFUSED) >= 60


@pytest.mark.parametrize("type_", ACCEPTED)
def test_unknown_values_are_not_judged(judge: Judge, schemas: Schemas, type_: str) -> None:
    assert failures(judge, schemas, type_, dict.fromkeys(ACCEPTED[type_], UNKNOWN)) == []


def test_secrets_are_neither_judged_nor_printed_nor_kept(judge: Judge, schemas: Schemas, cache: Path) -> None:
    assert failures(judge, schemas, LOG_GROUP, {"name": secret("not a name")}) == []
    found = failures(judge, schemas, LOG_GROUP, {"name": secret("not a name"), "retentionInDays": 2})
    assert [failure.property for failure in found] == ["retentionInDays"]
    (accepted,) = cache.glob("schema-accepted-*")
    kept = accepted.read_text()
    assert failures(judge, schemas, LOG_GROUP, {"name": secret("another secret")}) == []
    assert accepted.read_text() == kept


def test_a_region_has_its_own_classes_and_zones(judge: Judge, schemas: Schemas) -> None:
    offered: Json = {"instanceType": "x8g.large"}
    assert failures(judge, schemas, TEMPLATE, offered, "us-east-1") == []
    (refused,) = failures(judge, schemas, TEMPLATE, offered)
    assert f"AWS accepts in {REGION}" in refused.reason
    assert failures(judge, schemas, SUBNET, {"availabilityZone": "us-east-1f"}, "us-east-1") == []
    assert failures(judge, schemas, SUBNET, {"availabilityZone": "us-east-1f"})


def test_every_wrong_value_of_a_resource_is_reported(judge: Judge, schemas: Schemas) -> None:
    found = failures(judge, schemas, INGRESS, {"toPort": 70000, "ipProtocol": "tpc", "cidrIpv4": "10.0.0.0/40"})
    assert {failure.property for failure in found} == {"toPort", "ipProtocol", "cidrIpv4"}


def test_a_policy_may_be_an_object(judge: Judge, schemas: Schemas) -> None:
    statement: Json = {"Effect": "Permit", "Action": "s3:GetObject", "Resource": "*"}
    document: Json = {"Version": "2012-10-17", "Statement": [statement]}
    (failure,) = failures(judge, schemas, POLICY, {"policy": document})
    assert failure.property == "policy.Statement[0].Effect"


def test_neighbours_are_not_compared(judge: Judge, schemas: Schemas) -> None:
    for cidr in ("10.0.0.0/20", "10.0.0.0/21"):
        assert failures(judge, schemas, SUBNET, {"cidrBlock": cidr}) == []


def test_what_was_accepted_is_accepted_without_schemas(
    judge: Judge, schemas: Schemas, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert failures(judge, schemas, NODES, {}) == []
    monkeypatch.setattr(Judge, "_verdicts", None)
    assert failures(Judge(cache), schemas, NODES, {}) == []
    with pytest.raises(TypeError):
        failures(Judge(cache), schemas, NODES, {"amiType": "CUSTOM"})


def test_check_reports_a_fault_once(tmp_path: Path, judge: Judge) -> None:
    cloud = Cloud(tmp_path, judge)
    inputs: Json = {"name": "r" * 65, "assumeRolePolicy": "no policy", "maxSessionDuration": 60}
    _, found = cloud.aws.check(cloud.call("aws:iam/role:Role", "r", SETTINGS), {}, inputs)
    assert sorted(failure.property for failure in found) == ["", "maxSessionDuration", "name"]
    assert sum("assumeRolePolicy" in failure.property + failure.reason for failure in found) == 1


def test_every_property_is_judged_or_has_a_reason() -> None:
    assert aws_schemas.main([]) == 0


def test_a_property_without_a_counterpart_is_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(table.NOT_JUDGED, "rds/instance:Instance", {})
    monkeypatch.setattr(table, "COUNTERPARTS", {DATABASE: table.COUNTERPARTS[DATABASE]})
    assert aws_schemas.main([]) == 1
    assert "rds/instance:Instance: skipFinalSnapshot" in capsys.readouterr().err
