"""CI's permissions on the edge, Karpenter and alarms: only if the stack has them, never on another stack's."""

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.account.policy_documents import Statement
from components.ci.policies.alarms import alarms_changes, alarms_reading
from components.ci.policies.edge import edge_changes, edge_reading
from components.ci.policies.karpenter import karpenter_changes, karpenter_reading
from components.ci.policies.read import read_policy
from components.ci.policies.services import cluster_policy
from components.config.edge import EdgeConfig
from tests.harness.policy_samples import CERTIFICATE, MADE_ZONE, OWNED, SCOPE, TAKEN_ZONE, TEXTS, allowing, edge, nodes

FIREWALL = "arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/shop-prod-*/*"
NEW = {"aws:RequestTag/Environment": "prod", "aws:RequestTag/Project": "shop"}
AREAS = ("acm", "events", "route53", "sqs", "wafv2")
NOTHING = set[str]()


def actions(statements: list[Statement]) -> set[str]:
    return {action for statement in statements for action in statement.actions}


def changes(**settings: Any) -> list[Statement]:
    return edge_changes(replace(SCOPE, edge=edge(**settings)))


def karpenter(**settings: Any) -> set[str]:
    scope = replace(SCOPE, nodes=nodes(**settings))
    return actions([*karpenter_changes(scope), *karpenter_reading(scope)])


def test_stack_without_edge_and_karpenter_has_no_permissions_on_them() -> None:
    scope = replace(SCOPE, edge=None, nodes=nodes(scaling="clusterAutoscaler"))
    assert [*edge_changes(scope), *karpenter_changes(scope)] == []
    texts = [read_policy(scope), cluster_policy(scope, manages_repositories=True)]
    assert not [area for area in AREAS for text in texts if f'"{area}:' in text]
    assert not any("InstanceProfileTags" in text or "aws-waf-logs" in text for text in texts)


def test_stack_without_alarms_has_no_permissions_on_them() -> None:
    scope = replace(SCOPE, alarms=False)
    assert [*alarms_changes(scope), *alarms_reading(scope)] == []
    assert not [word for word in ("budgets:", "cloudwatch:", "sns:") if word in read_policy(scope)]


def test_alarms_may_only_send_to_the_stacks_topic() -> None:
    [put] = [s for s in alarms_changes(SCOPE) if "cloudwatch:PutMetricAlarm" in s.actions]
    topic = "arn:aws:sns:eu-central-1:111122223333:shop-prod-alarms"
    assert put.condition == {
        "ForAllValues:StringEquals": {"cloudwatch:AlarmActions": topic},
        "Null": {"cloudwatch:AlarmActions": "false"},
    }


@pytest.mark.parametrize(
    ("settings", "services"),
    [
        ({"certificate": {"arn": CERTIFICATE}}, NOTHING),
        ({"certificate": {"arn": CERTIFICATE}, "zone": TAKEN_ZONE}, NOTHING),
        ({"certificate": {"arn": CERTIFICATE}, "firewall": {}}, {"iam", "wafv2"}),
        ({"certificate": {"arn": CERTIFICATE}, "zone": MADE_ZONE}, {"route53"}),
        ({"zone": TAKEN_ZONE}, {"acm", "route53"}),
        ({"zone": TAKEN_ZONE, "firewall": {}}, {"acm", "iam", "route53", "wafv2"}),
    ],
)
def test_each_part_of_the_edge_adds_permissions_on_its_own_service_only(
    settings: dict[str, Any], services: set[str]
) -> None:
    scope = replace(SCOPE, edge=edge(**settings))
    assert {a.partition(":")[0] for a in actions(edge_changes(scope))} == services
    assert {a.partition(":")[0] for a in actions(edge_reading(scope))} == services - {"iam"}


def test_only_validation_records_of_the_named_zone_can_be_written() -> None:
    [statement] = [s for s in changes(zone=TAKEN_ZONE) if "route53:ChangeResourceRecordSets" in s.actions]
    assert statement.resources == ["arn:aws:route53:::hostedzone/Z0123456789"]
    types = statement.condition["ForAllValues:StringEquals"]["route53:ChangeResourceRecordSetsRecordTypes"]
    [name] = statement.condition["ForAllValues:StringLike"]["route53:ChangeResourceRecordSetsNormalizedRecordNames"]
    assert types == ["CNAME"]
    assert fnmatchcase("_3f0c.api.shop.example.com", name)
    assert fnmatchcase("_3f0c.shop.example.com", name)
    assert not fnmatchcase("api.shop.example.com", name)
    assert not fnmatchcase("_3f0c.example.com", name)


def test_existing_zone_is_neither_created_nor_changed() -> None:
    assert {a for a in actions(changes(zone=TAKEN_ZONE)) if a.startswith("route53:")} == {
        "route53:ChangeResourceRecordSets",
        "route53:GetChange",
    }


def test_own_zone_is_a_wildcard_and_never_deleted() -> None:
    statements = changes(zone=MADE_ZONE)
    zones = [s.resources for s in statements if any("HostedZone" in a or a.endswith("RecordSets") for a in s.actions)]
    assert sorted(arn for arns in zones for arn in arns) == ["*"] + ["arn:aws:route53:::hostedzone/*"] * 2
    assert "route53:DeleteHostedZone" not in actions(statements)


def test_route53_statements_have_no_region_condition() -> None:
    for name in TEXTS:
        for statement in [s for a in ("Create", "Change", "Get", "List") for s in route53(name, a)]:
            assert "aws:RequestedRegion" not in str(statement.get("Condition"))


def route53(name: str, verb: str) -> list[dict[str, Any]]:
    tails = ("HostedZone", "ResourceRecordSets", "Change", "TagsForResource")
    return [statement for tail in tails for statement in allowing(f"route53:{verb}{tail}", name)]


def test_certificates_are_requested_with_the_stacks_tags_and_changed_by_tag() -> None:
    [request] = allowing("acm:RequestCertificate")
    assert request["Condition"]["StringEquals"] == {
        **NEW,
        "aws:RequestedRegion": "eu-central-1",
        "acm:ValidationMethod": "DNS",
    }
    [delete] = allowing("acm:DeleteCertificate")
    assert delete["Condition"] == {"StringEquals": OWNED}
    assert [s["Condition"]["StringEquals"] for s in allowing("acm:AddTagsToCertificate")] == [NEW, OWNED]


@pytest.mark.parametrize("action", ["CreateWebACL", "DeleteWebACL", "UpdateWebACL", "PutLoggingConfiguration"])
def test_web_acls_are_changed_by_name_in_the_region(action: str) -> None:
    resources = [arn for s in allowing(f"wafv2:{action}", "edge") for arn in s["Resource"]]
    assert [arn for arn in resources if "/managedruleset/" not in arn] == [FIREWALL]


def test_aws_managed_rule_groups_can_be_used_in_a_web_acl() -> None:
    rules = "arn:aws:wafv2:eu-central-1:111122223333:regional/managedruleset/*"
    assert [rules] in [s["Resource"] for s in allowing("wafv2:UpdateWebACL")]


def test_service_linked_role_is_for_aws_waf_only() -> None:
    [statement] = allowing("iam:CreateServiceLinkedRole", "edge")
    assert statement["Resource"] == ["arn:aws:iam::111122223333:role/aws-service-role/wafv2.amazonaws.com/*"]
    assert statement["Condition"] == {"StringEquals": {"iam:AWSServiceName": "wafv2.amazonaws.com"}}


def test_web_acls_log_group_is_matched_by_its_exact_name() -> None:
    [statement] = allowing("logs:CreateLogGroup")
    group = "arn:aws:logs:eu-central-1:111122223333:log-group:aws-waf-logs-shop-prod"
    assert {arn for arn in statement["Resource"] if "waf" in arn} == {group, f"{group}:*"}


@pytest.mark.parametrize("action", ["CreateLogDelivery", "DeleteLogDelivery", "PutResourcePolicy"])
def test_logs_can_be_delivered(action: str) -> None:
    [statement] = allowing(f"logs:{action}")
    assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}


def test_karpenter_adds_permissions_on_its_profile_and_with_spot_nodes_on_its_queue() -> None:
    services = {a.partition(":")[0] for a in karpenter(scaling="karpenter")}
    assert services == {"iam"}
    services = {a.partition(":")[0] for a in karpenter(scaling="karpenter", capacityType="SPOT")}
    assert services == {"events", "iam", "sqs"}
    assert karpenter(scaling="clusterAutoscaler", capacityType="SPOT") == set()


def test_instance_profiles_are_limited_by_name_and_tag() -> None:
    for action in ("AddRoleTo", "Delete", "RemoveRoleFrom", "Untag"):
        [statement] = allowing(f"iam:{action}InstanceProfile")
        assert statement["Resource"] == ["arn:aws:iam::111122223333:instance-profile/shop-prod-*"]
        assert statement["Condition"] == {"StringEquals": OWNED}
    [create] = allowing("iam:CreateInstanceProfile")
    assert create["Condition"]["StringEquals"] == NEW


@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("sqs:CreateQueue", "arn:aws:sqs:eu-central-1:111122223333:shop-prod-karpenter"),
        ("sqs:SetQueueAttributes", "arn:aws:sqs:eu-central-1:111122223333:shop-prod-karpenter"),
        ("events:PutRule", "arn:aws:events:eu-central-1:111122223333:rule/shop-prod-karpenter"),
        ("events:PutTargets", "arn:aws:events:eu-central-1:111122223333:rule/shop-prod-karpenter"),
    ],
)
def test_queue_and_rule_are_limited_to_karpenters(action: str, arn: str) -> None:
    assert [s["Resource"] for s in allowing(action)] == [[arn]]


def test_ci_cannot_send_or_receive_messages_of_the_queue() -> None:
    assert not [a for text in TEXTS for a in ("sqs:ReceiveMessage", "sqs:SendMessage") if allowing(a, text)]


def test_without_edge_settings_there_are_no_read_statements() -> None:
    assert edge_reading(replace(SCOPE, edge=None)) == []
    assert edge_reading(replace(SCOPE, edge=EdgeConfig())) == []
