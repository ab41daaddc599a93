"""Certificate, web firewall and zone: what is made, what the firewall lets pass, and what its log leaves out."""

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
from tests.harness.outputs import mock_outputs

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
GIVEN = "arn:aws:acm:eu-central-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
OURS = {"name": "example.com", "ownership": "create"}
TAKEN = {"name": "example.com", "ownership": "existing", "zoneId": "Z0123456789ABC"}
MOCKED = {
    # ACM keeps an order of its own.
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
    made = config(**settings)
    return run_program(lambda: program(made, hosts, protect), outputs=MOCKED, preview=preview)


@cache
def full() -> Run:
    """An existing zone, a certificate and a firewall, with Argo CD behind the same door."""
    firewall = {"rateLimit": 777, "logRetentionDays": 365, "countedRules": ["SizeRestrictions_BODY"]}
    return run(zone=TAKEN, firewall=firewall, argocdHost=HOSTS[2])


def arn(of: Recorded) -> str:
    """The ARN that the mocked cloud gives it."""
    return mock_outputs(of.type, of.name, of.inputs)[1]["arn"]


def custom(of: Run) -> list[Recorded]:
    return [resource for resource in of.resources if resource.custom]


def test_a_setting_that_is_left_out_makes_nothing() -> None:
    done = run()
    assert custom(done) == []
    assert {done.outputs.get(key) for key in ("certificate", "firewall", "zone", "zoneName", "nameServers")} == {None}


def test_everything_is_under_the_component() -> None:
    done = full()
    assert {r.urn for r in done.under(done.one(EDGE)) if r.custom} == {r.urn for r in custom(done)}


def test_the_whole_edge_costs_a_record_a_host_and_seven_resources() -> None:
    types = sorted(r.type for r in custom(full()))
    alone = [CERTIFICATE, VALIDATION, LOG_GROUP, "aws:kms/alias:Alias", KEY, ACL, LOGGING]
    assert types == sorted([*alone, *[RECORD] * len(HOSTS)])


def test_the_certificate_covers_each_host_once_and_argo_cd_last() -> None:
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


def test_each_host_has_its_own_validation_record_whatever_order_acm_answers_in() -> None:
    records = {r.name: r.inputs for r in full().all(RECORD)}
    assert set(records) == {f"shop-edge-{host}" for host in HOSTS}
    for host in HOSTS:
        record = records[f"shop-edge-{host}"]
        assert (record["name"], record["type"]) == (f"_name.{host}.", "CNAME")
        assert record["records"] == [f"_value.{host}.acm-validations.aws."]
        assert (record["zoneId"], record["ttl"], record["allowOverwrite"]) == ("Z0123456789ABC", 300, True)


def test_the_number_of_records_is_known_before_the_certificate_is() -> None:
    planned = run(zone=TAKEN, argocdHost=HOSTS[2], preview=True)
    assert [r.inputs["name"] for r in planned.all(RECORD)] == [UNKNOWN] * len(HOSTS)
    assert len(planned.all(VALIDATION)) == 1


def test_the_certificate_is_handed_on_when_it_is_issued() -> None:
    done = full()
    issued = done.one(VALIDATION)
    assert issued.inputs["certificateArn"] == done.outputs["certificate"]
    assert len(issued.inputs["validationRecordFqdns"]) == len(HOSTS)
    assert all(done.depends(issued, record) for record in done.all(RECORD))
    assert done.outputs["certificate"].startswith("arn:aws:acm:")


def test_what_takes_the_certificate_waits_until_it_is_issued() -> None:
    def takes() -> None:
        account = Account(account_id="111122223333", region="eu-central-1")
        args = EdgeArgs(settings=config(zone=TAKEN), account=account, name="shop-prod", hosts=HOSTS[:1], protect=True)
        # Stands for the ConfigMap that the manifests read.
        aws.ssm.Parameter("taker", type="String", value=Edge("shop-edge", args).certificate_arn)

    done = run_program(takes, outputs=MOCKED)
    assert done.depends(done.named("taker"), done.one(VALIDATION))


def test_a_zone_that_nothing_delegates_to_yet_does_not_hold_up_the_first_run() -> None:
    done = run(zone=OURS)
    assert done.all(VALIDATION) == []
    assert len(done.all(RECORD)) == 2
    assert done.outputs["certificate"].startswith("arn:aws:acm:")


def test_a_zone_made_here_says_where_the_parent_domain_must_point() -> None:
    done = run(zone=OURS)
    assert done.one(ZONE).inputs["name"] == "example.com"
    assert done.outputs["nameServers"] == ["ns-1.example.net", "ns-2.example.net"]
    assert (done.outputs["zone"], done.outputs["zoneName"]) == ("ZMADE", "example.com")
    assert {r.inputs["zoneId"] for r in done.all(RECORD)} == {"ZMADE"}


@pytest.mark.parametrize("protect", [True, False])
def test_the_zone_is_protected_as_the_stack_says_and_never_emptied_by_force(protect: bool) -> None:
    zone = run(zone=OURS, protect=protect).one(ZONE)
    assert zone.protect is protect
    assert zone.inputs["forceDestroy"] is False


def test_an_existing_zone_is_taken_by_its_id() -> None:
    done = full()
    assert done.all(ZONE) == []
    assert (done.outputs["zone"], done.outputs["zoneName"]) == ("Z0123456789ABC", "example.com")
    assert done.outputs.get("nameServers") is None


@pytest.mark.parametrize("zone", [None, OURS])
def test_a_certificate_that_exists_is_passed_on_and_none_is_made(zone: dict[str, str] | None) -> None:
    done = run(zone=zone, certificate={"arn": GIVEN})
    assert done.outputs["certificate"] == GIVEN
    assert done.all(CERTIFICATE) + done.all(RECORD) + done.all(VALIDATION) == []


def test_without_hosts_there_is_no_certificate() -> None:
    done = run(zone=OURS, hosts=())
    assert done.all(CERTIFICATE) == []
    assert done.outputs.get("certificate") is None


def test_the_firewall_is_regional_and_lets_pass_what_no_rule_blocks() -> None:
    done = full()
    acl = done.one(ACL)
    assert acl.inputs["scope"] == "REGIONAL"
    assert acl.inputs["defaultAction"] == {"allow": {}}
    assert done.outputs["firewall"] == arn(acl)


def test_the_firewall_s_rules_follow_the_settings() -> None:
    made = {rule["name"]: rule["statement"] for rule in full().one(ACL).inputs["rules"]}
    assert list(made) == [
        "AWSManagedRulesAmazonIpReputationList",
        "RateLimit",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "GitWebhooks",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesSQLiRuleSet",
    ]
    assert made["RateLimit"]["rateBasedStatement"]["limit"] == 777
    (counted,) = made[COMMON]["managedRuleGroupStatement"]["ruleActionOverrides"]
    assert counted["name"] == "SizeRestrictions_BODY"
    host, _ = made["GitWebhooks"]["andStatement"]["statements"]
    assert host["byteMatchStatement"]["searchString"] == "argocd.example.com"


def test_the_firewall_counts_in_cloudwatch_and_keeps_no_samples() -> None:
    acl = full().one(ACL).inputs
    seen = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert {(view["cloudwatchMetricsEnabled"], view["sampledRequestsEnabled"]) for view in seen} == {(True, False)}
    metrics = [view["metricName"] for view in seen]
    assert len(set(metrics)) == len(metrics)
    assert all(metric == "shop-prod" or metric.startswith("shop-prod-") for metric in metrics)


def test_the_log_keeps_what_was_blocked_or_counted_without_credentials() -> None:
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


def test_the_log_group_has_the_prefix_that_waf_needs_a_retention_and_a_key() -> None:
    done = full()
    group = done.one(LOG_GROUP)
    assert group.inputs["name"] == "aws-waf-logs-shop-prod"
    assert group.inputs["retentionInDays"] == 365
    assert group.inputs["kmsKeyId"] == arn(done.one(KEY))


@pytest.mark.parametrize("protect", [True, False])
def test_the_key_of_the_log_serves_that_log_group_only(protect: bool) -> None:
    key = run(firewall={}, protect=protect).one(KEY)
    assert key.protect is protect
    (logs,) = [
        statement
        for statement in json.loads(key.inputs["policy"])["Statement"]
        if statement["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    ]
    groups = "arn:aws:logs:eu-central-1:111122223333:log-group:aws-waf-logs-shop-prod*"
    assert logs["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}


def test_the_log_can_do_without_a_key_of_its_own() -> None:
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
        ({"zone": {**TAKEN, "zoneId": "hosted-zone"}}, "zoneId"),
        ({"certificate": {"arn": "arn:aws:iam::111122223333:server-certificate/x"}}, "arn"),
        ({"argocdHost": "https://argocd.example.com"}, "argocdHost"),
    ],
)
def test_a_setting_that_aws_would_refuse_is_refused_first(section: dict[str, Any], key: str) -> None:
    with pytest.raises(ValidationError) as refused:
        config(**section)
    assert key in {part for error in refused.value.errors() for part in error["loc"]}
