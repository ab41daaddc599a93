"""Certificate, web ACL and hosted zone: resources, rules and logging."""

import json
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pydantic import ValidationError

from components.account.account import Account
from components.config.edge import EdgeConfig
from components.edge.edge import Edge, EdgeArgs, certificate_hosts
from components.edge.waf import COMMON
from tests.harness.harness import UNKNOWN, Recorded, Run, run_program
from tests.harness.mock_outputs import mock_outputs

EDGE = "platform:edge:Edge"
ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"

HOSTS = ("api.example.com", "www.example.com", "argocd.example.com")
EXISTING_CERTIFICATE = "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
OWN_ZONE = {"name": "example.com", "ownership": "create"}
EXISTING_ZONE = {"name": "example.com", "ownership": "existing", "zoneId": "Z0123456789ABC"}
MOCKED = {
    # ACM returns the options in its own order.
    CERTIFICATE: {
        "domainValidationOptions": [
            {
                "domainName": host,
                "resourceRecordName": f"_name.{host}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": f"_value.{host}.acm-validations.aws.",
            }
            for host in reversed(HOSTS)
        ]
    },
    ZONE: {"zoneId": "ZMADE", "nameServers": ["ns-1.example.net", "ns-2.example.net"]},
}


def config(**settings: Any) -> EdgeConfig:
    return EdgeConfig.model_validate_json(json.dumps(settings))


def program(settings: EdgeConfig, hosts: tuple[str, ...], protect: bool) -> None:
    account = Account(account_id="111122223333", region="eu-central-1")
    edge = Edge(
        "shop-edge", EdgeArgs(settings=settings, account=account, name="shop-prod", hosts=hosts, protect=protect)
    )
    pulumi.export("certificate", edge.certificate_arn)
    pulumi.export("firewall", edge.firewall_arn)
    pulumi.export("zone", edge.zone_id)
    pulumi.export("zoneName", edge.zone_name)
    pulumi.export("nameServers", edge.name_servers)


def run(*, hosts: tuple[str, ...] = HOSTS[:2], protect: bool = True, preview: bool = False, **settings: Any) -> Run:
    edge = config(**settings)
    return run_program(lambda: program(edge, hosts, protect), outputs=MOCKED, preview=preview)


@cache
def full() -> Run:
    """An existing zone, a certificate and a web ACL, with Argo CD behind the same load balancer."""
    firewall = {"rateLimit": 777, "logRetentionDays": 365, "countedRules": ["SizeRestrictions_BODY"]}
    return run(zone=EXISTING_ZONE, firewall=firewall, argocdHost=HOSTS[2])


def arn(of: Recorded) -> str:
    """The mocked ARN of a resource."""
    return mock_outputs(of.type, of.name, of.inputs)[1]["arn"]


def custom(of: Run) -> list[Recorded]:
    return [resource for resource in of.resources if resource.custom]


def test_without_settings_the_edge_has_no_resources() -> None:
    done = run()
    assert custom(done) == []
    assert {done.outputs.get(key) for key in ("certificate", "firewall", "zone", "zoneName", "nameServers")} == {None}


def test_everything_is_under_the_component() -> None:
    done = full()
    assert {r.urn for r in done.under(done.one(EDGE)) if r.custom} == {r.urn for r in custom(done)}


def test_complete_edge_has_one_record_per_host_and_seven_other_resources() -> None:
    types = sorted(r.type for r in custom(full()))
    others = [CERTIFICATE, VALIDATION, LOG_GROUP, "aws:kms/alias:Alias", KEY, ACL, LOGGING]
    assert types == sorted([*others, *[RECORD] * len(HOSTS)])


def test_certificate_has_each_host_once_with_argo_cds_last() -> None:
    certificate = full().one(CERTIFICATE).inputs
    assert certificate["domainName"] == "api.example.com"
    assert certificate["subjectAlternativeNames"] == ["www.example.com", "argocd.example.com"]
    assert certificate_hosts(["b.example.com", "a.example.com", "b.example.com"], "a.example.com") == [
        "b.example.com",
        "a.example.com",
    ]


def test_the_certificate_is_validated_by_dns_logged_publicly_and_has_a_strong_key() -> None:
    certificate = full().one(CERTIFICATE).inputs
    assert certificate["validationMethod"] == "DNS"
    assert certificate["keyAlgorithm"] == "RSA_2048"
    assert certificate["options"] == {"certificateTransparencyLoggingPreference": "ENABLED"}


def test_each_host_has_its_validation_record_regardless_of_acms_order() -> None:
    records = {r.name: r.inputs for r in full().all(RECORD)}
    assert set(records) == {f"shop-edge-{host}" for host in HOSTS}
    for host in HOSTS:
        record = records[f"shop-edge-{host}"]
        assert (record["name"], record["type"]) == (f"_name.{host}.", "CNAME")
        assert record["records"] == [f"_value.{host}.acm-validations.aws."]
        assert (record["zoneId"], record["ttl"], record["allowOverwrite"]) == ("Z0123456789ABC", 300, True)


def test_first_preview_shows_all_validation_records() -> None:
    planned = run(zone=EXISTING_ZONE, argocdHost=HOSTS[2], preview=True)
    assert [r.inputs["name"] for r in planned.all(RECORD)] == [UNKNOWN] * len(HOSTS)
    assert len(planned.all(VALIDATION)) == 1


def test_certificate_arn_with_an_existing_zone_resolves_once_issued() -> None:
    done = full()
    issued = done.one(VALIDATION)
    assert issued.inputs["certificateArn"] == done.outputs["certificate"]
    assert len(issued.inputs["validationRecordFqdns"]) == len(HOSTS)
    assert all(done.depends(issued, record) for record in done.all(RECORD))
    assert done.outputs["certificate"].startswith("arn:aws:acm:")


def test_users_of_the_certificate_depend_on_its_validation() -> None:
    def uses_certificate() -> None:
        account = Account(account_id="111122223333", region="eu-central-1")
        args = EdgeArgs(
            settings=config(zone=EXISTING_ZONE), account=account, name="shop-prod", hosts=HOSTS[:1], protect=True
        )
        # In place of the ConfigMap `platform-outputs`.
        aws.ssm.Parameter("user", type="String", value=Edge("shop-edge", args).certificate_arn)

    done = run_program(uses_certificate, outputs=MOCKED)
    assert done.depends(done.named("user"), done.one(VALIDATION))


def test_certificate_in_an_own_zone_does_not_block_the_first_up() -> None:
    done = run(zone=OWN_ZONE)
    assert done.all(VALIDATION) == []
    assert len(done.all(RECORD)) == 2
    assert done.outputs["certificate"].startswith("arn:aws:acm:")


def test_own_zone_exposes_its_name_servers() -> None:
    done = run(zone=OWN_ZONE)
    assert done.one(ZONE).inputs["name"] == "example.com"
    assert done.outputs["nameServers"] == ["ns-1.example.net", "ns-2.example.net"]
    assert (done.outputs["zone"], done.outputs["zoneName"]) == ("ZMADE", "example.com")
    assert {r.inputs["zoneId"] for r in done.all(RECORD)} == {"ZMADE"}


@pytest.mark.parametrize("protect", [True, False])
def test_zone_protection_follows_the_stack_and_force_destroy_is_off(protect: bool) -> None:
    zone = run(zone=OWN_ZONE, protect=protect).one(ZONE)
    assert zone.protect is protect
    assert zone.inputs["forceDestroy"] is False


def test_existing_zone_is_referenced_by_id() -> None:
    done = full()
    assert done.all(ZONE) == []
    assert (done.outputs["zone"], done.outputs["zoneName"]) == ("Z0123456789ABC", "example.com")
    assert done.outputs.get("nameServers") is None


@pytest.mark.parametrize("zone", [None, OWN_ZONE])
def test_existing_certificate_is_passed_through_and_none_is_created(zone: dict[str, str] | None) -> None:
    done = run(zone=zone, certificate={"arn": EXISTING_CERTIFICATE})
    assert done.outputs["certificate"] == EXISTING_CERTIFICATE
    assert done.all(CERTIFICATE) + done.all(RECORD) + done.all(VALIDATION) == []


def test_without_hosts_there_is_no_certificate() -> None:
    done = run(zone=OWN_ZONE, hosts=())
    assert done.all(CERTIFICATE) == []
    assert done.outputs.get("certificate") is None


def test_web_acl_is_regional_and_allows_by_default() -> None:
    done = full()
    acl = done.one(ACL)
    assert acl.inputs["scope"] == "REGIONAL"
    assert acl.inputs["defaultAction"] == {"allow": {}}
    assert done.outputs["firewall"] == arn(acl)


def test_web_acls_rules_follow_the_settings() -> None:
    statements = {rule["name"]: rule["statement"] for rule in full().one(ACL).inputs["rules"]}
    assert list(statements) == [
        "AWSManagedRulesAmazonIpReputationList",
        "RateLimit",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "GitWebhooks",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    ]
    assert statements["RateLimit"]["rateBasedStatement"]["limit"] == 777
    (counted,) = statements[COMMON]["managedRuleGroupStatement"]["ruleActionOverrides"]
    assert counted["name"] == "SizeRestrictions_BODY"
    host, _ = statements["GitWebhooks"]["andStatement"]["statements"]
    assert host["byteMatchStatement"]["searchString"] == "argocd.example.com"


def test_web_acl_has_metrics_and_no_sampled_requests() -> None:
    acl = full().one(ACL).inputs
    configs = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert {(c["cloudwatchMetricsEnabled"], c["sampledRequestsEnabled"]) for c in configs} == {(True, False)}
    metrics = [c["metricName"] for c in configs]
    assert len(set(metrics)) == len(metrics)
    assert all(metric == "shop-prod" or metric.startswith("shop-prod-") for metric in metrics)


def test_log_has_blocked_and_counted_requests_with_credentials_redacted() -> None:
    done = full()
    log = done.one(LOGGING)
    assert log.inputs["resourceArn"] == done.outputs["firewall"]
    assert log.inputs["logDestinationConfigs"] == [arn(done.one(LOG_GROUP))]
    assert [field["singleHeader"]["name"] for field in log.inputs["redactedFields"]] == ["authorization", "cookie"]
    filter_ = log.inputs["loggingFilter"]
    assert filter_["defaultBehavior"] == "DROP"
    (kept,) = filter_["filters"]
    assert (kept["behavior"], kept["requirement"]) == ("KEEP", "MEETS_ANY")
    assert [condition["actionCondition"]["action"] for condition in kept["conditions"]] == ["BLOCK", "COUNT"]


def test_log_group_has_wafs_prefix_a_retention_and_a_key() -> None:
    done = full()
    group = done.one(LOG_GROUP)
    assert group.inputs["name"] == "aws-waf-logs-shop-prod"
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["kmsKeyId"] == arn(done.one(KEY))


@pytest.mark.parametrize("protect", [True, False])
def test_logs_key_is_for_that_log_group_only(protect: bool) -> None:
    key = run(firewall={}, protect=protect).one(KEY)
    assert key.protect is protect
    (logs,) = [
        statement
        for statement in json.loads(key.inputs["policy"])["Statement"]
        if statement["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    ]
    groups = "arn:aws:logs:eu-central-1:111122223333:log-group:aws-waf-logs-shop-prod*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}


def test_logs_key_is_optional() -> None:
    done = run(firewall={"customerManagedKey": False})
    assert done.all(KEY) == []
    assert "kmsKeyId" not in done.one(LOG_GROUP).inputs


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({"firewall": {"logRetentionDays": 42}}, "logRetentionDays"),
        ({"firewall": {"rateLimit": 9}}, "rateLimit"),
        ({"firewall": {"countedRules": ["SizeRestriction_BODY"]}}, "countedRules"),
        ({"zone": {"name": "example", "ownership": "create"}}, "name"),
        ({"zone": {**EXISTING_ZONE, "zoneId": "hosted-zone"}}, "zoneId"),
        ({"certificate": {"arn": "arn:aws:iam::111122223333:server-certificate/x"}}, "arn"),
        ({"argocdHost": "https://argocd.example.com"}, "argocdHost"),
    ],
)
def test_settings_that_aws_would_reject_are_refused(section: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        config(**section)
    assert key in {part for error in refused.value.errors() for part in error["loc"]}
