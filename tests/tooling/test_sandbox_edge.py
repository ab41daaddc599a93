"""The simulated AWS issues a certificate only when its records exist, and refuses to delete a zone in use."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from sandbox.providers.package import Refused
from sandbox.providers.wire import UNKNOWN, Json, text
from tests.tooling.sandbox_cloud import SETTINGS, Cloud, refusal

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
NAMES: Json = {"domainName": "a.example.com", "subjectAlternativeNames": ["b.example.com"], "validationMethod": "DNS"}


def options(certificate: Json) -> list[Json]:
    return cast("list[Json]", certificate["domainValidationOptions"])


def record_of(option: Json, zone: str) -> Json:
    return {
        "zoneId": zone,
        "name": option["resourceRecordName"],
        "type": option["resourceRecordType"],
        "records": [option["resourceRecordValue"]],
        "ttl": 300,
    }


def test_a_certificate_has_one_validation_record_per_name_and_always_the_same(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    _, first = cloud.create(CERTIFICATE, "c", NAMES)
    _, second = cloud.create(CERTIFICATE, "d", NAMES)
    assert {text(option, "domainName") for option in options(first)} == {"a.example.com", "b.example.com"}
    assert len({text(option, "resourceRecordName") for option in options(first)}) == 2
    assert options(first) == options(second)
    assert first["arn"] != second["arn"]


def test_a_certificates_records_are_unknown_in_a_preview(tmp_path: Path) -> None:
    assert Cloud(tmp_path).preview(CERTIFICATE, "c", NAMES)["domainValidationOptions"] == UNKNOWN


def test_a_certificate_is_issued_when_every_record_exists(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    arn, certificate = cloud.create(CERTIFICATE, "c", NAMES)
    first, second = options(certificate)
    cloud.create(RECORD, "first", record_of(first, "Z1"))
    with pytest.raises(Refused, match=f"PENDING_VALIDATION.*{text(second, 'domainName')}"):
        cloud.create(VALIDATION, "v", {"certificateArn": arn})
    cloud.create(RECORD, "second", {**record_of(second, "Z1"), "records": ["_wrong.acm-validations.aws."]})
    with pytest.raises(Refused, match="PENDING_VALIDATION"):
        cloud.create(VALIDATION, "v", {"certificateArn": arn})
    cloud.create(RECORD, "again", {**record_of(second, "Z1"), "allowOverwrite": True})
    assert cloud.create(VALIDATION, "v", {"certificateArn": arn})[1]["certificateArn"] == arn


def test_a_missing_certificate_is_not_issued(tmp_path: Path) -> None:
    code = refusal(lambda: Cloud(tmp_path).create(VALIDATION, "v", {"certificateArn": "arn:aws:acm:x"}))
    assert code == "ResourceNotFoundException"


def test_other_names_replace_the_certificate(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    changed: Json = {**NAMES, "subjectAlternativeNames": ["c.example.com"]}
    difference = cloud.aws.diff(cloud.call(CERTIFICATE, "c"), NAMES, changed)
    assert [change.replaces for change in difference.changes] == [True]
    assert difference.delete_first is False


def test_a_record_has_its_full_name_without_the_dot(tmp_path: Path) -> None:
    record: Json = {"zoneId": "Z1", "name": "_x.a.example.com.", "type": "CNAME", "records": ["y"], "ttl": 300}
    id_, outputs = Cloud(tmp_path).create(RECORD, "r", record)
    assert id_.startswith("Z1__x.a.example.com_CNAME")
    assert outputs["fqdn"] == "_x.a.example.com"


@pytest.mark.parametrize(("name", "fits"), [("a.example.com.", True), ("example.com", True), ("aexample.com", False)])
def test_a_record_must_be_in_its_zone(tmp_path: Path, name: str, fits: bool) -> None:
    cloud = Cloud(tmp_path)
    zone, _ = cloud.create(ZONE, "z", {"name": "example.com"})
    record: Json = {"zoneId": zone, "name": name, "type": "A", "records": ["192.0.2.1"]}
    if fits:
        cloud.create(RECORD, "r", record)
    else:
        assert refusal(lambda: cloud.create(RECORD, "r", record)) == "InvalidChangeBatch"


def test_a_record_replaces_another_only_with_allow_overwrite(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    record: Json = {"zoneId": "Z1", "name": "a.example.com", "type": "A", "records": ["192.0.2.1"]}
    cloud.create(RECORD, "one", record)
    assert refusal(lambda: cloud.create(RECORD, "two", {**record, "name": "A.example.com."})) == "InvalidChangeBatch"
    cloud.create(RECORD, "two", {**record, "allowOverwrite": True})
    cloud.create(RECORD, "other", {**record, "type": "AAAA"})


def test_a_zone_has_name_servers_and_is_deleted_only_when_empty(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    zone, outputs = cloud.create(ZONE, "z", {"name": "example.com"})
    assert outputs["zoneId"] == zone
    assert len(set(cast("list[str]", outputs["nameServers"]))) == 4
    record, _ = cloud.create(
        RECORD, "r", {"zoneId": zone, "name": "example.com", "type": "A", "records": ["192.0.2.1"]}
    )
    assert refusal(lambda: cloud.delete(ZONE, "z", zone)) == "HostedZoneNotEmpty"
    cloud.delete(RECORD, "r", record)
    cloud.delete(ZONE, "z", zone)
    assert cloud.account.all(ZONE) == []


def test_the_firewall_logs_only_to_names_with_its_prefix(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    group = "arn:aws:logs:ap-northeast-1:025434362120:log-group:"
    acl, outputs = cloud.create("aws:wafv2/webAcl:WebAcl", "w", {"scope": "REGIONAL"})
    assert text(outputs, "arn").endswith(f"regional/webacl/{text(outputs, 'name')}/{acl}")
    arn = text(outputs, "arn")
    wrong: Json = {"resourceArn": arn, "logDestinationConfigs": [f"{group}firewall"]}
    assert refusal(lambda: cloud.create(LOGGING, "l", wrong)) == "WAFInvalidParameterException"
    right: Json = {"resourceArn": arn, "logDestinationConfigs": [f"{group}aws-waf-logs-shop"]}
    assert cloud.create(LOGGING, "l", right)[0] == arn


def test_dns_is_global_and_a_certificate_regional(tmp_path: Path) -> None:
    cloud = Cloud(tmp_path)
    elsewhere: Json = {**SETTINGS, "region": "us-east-1"}
    zone, _ = cloud.create(ZONE, "z", {"name": "example.com"})
    certificate, _ = cloud.create(CERTIFICATE, "c", NAMES)
    assert cloud.aws.read(cloud.call(ZONE, "z", elsewhere), zone) is not None
    assert cloud.aws.read(cloud.call(CERTIFICATE, "c", elsewhere), certificate) is None
