"""The boundary allows what the roles of CI and of the controllers need, and cannot be escaped.

`tests/systems/test_stages_apart.py` has IAM's decisions on requests.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.account.account import Account
from components.ci.policies.boundary import boundary
from components.ci.policies.read import POLICY_SIZE, policy_size
from tests.harness.iam import actions_of
from tests.harness.policy_samples import BOUNDARY, CONTROLLERS, SCOPE, STATE, TAKEN_ZONE, TEXTS, edge, statements

GLOBAL = ("budgets", "iam", "pricing", "route53")
"""Services with their endpoint in us-east-1 for all regions (Karpenter reads prices there)."""
ROLES = {**{f"ci {name}": text for name, text in TEXTS.items()}, **CONTROLLERS}
NAME = BOUNDARY.rpartition("/")[2]

ACCOUNT_WIDE: Mapping[str, Sequence[str]] = {
    "it creates, under the stage's names and tags": (
        "acm:RequestCertificate", "eks:CreateCluster", "kms:CreateKey", "route53:CreateHostedZone",
    ),
    "only the node itself, for Session Manager": (
        "ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage", "ec2messages:FailMessage",
        "ec2messages:SendReply", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
    ),
    "log delivery of cache and firewall, for which AWS has nothing narrower": (
        "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
    ),
    "the load balancer controller's, on a load balancer that it may change": (
        "elasticloadbalancing:SetWebAcl", "elasticloadbalancing:AllowVendedLogDeliveryForResource",
    ),
    "no resource of a stage is read or changed by it": (
        "acm:CreateAcmeEndpoint", "acm:CreateTimeStamp", "acm:PutAccountConfiguration", "rds:CancelExportTask",
        "rds:CreateDBProxy", "rds:ModifyCertificates", "rds:ModifyDBRecommendation", "rds:ModifyRecommendation",
        "wafv2:CreateAPIKey", "wafv2:DeleteAPIKey",
    ),
}  # fmt: skip
"""Actions without a resource that the boundary allows and that do not only read, by the reason."""

Statement = dict[str, Any]


def opened(text: str) -> list[Statement]:
    """The statements, with a list where there is one action or one resource, and the partition of the account."""
    full = statements(text.replace("arn:*:", "arn:aws:"))
    return [{k: [v] if isinstance(v, str) and k != "Effect" else v for k, v in s.items()} for s in full]


def allowed() -> list[Statement]:
    return [s for s in opened(boundary(SCOPE, NAME)) if s["Effect"] == "Allow"]


def denied() -> list[Statement]:
    return [s for s in opened(boundary(SCOPE, NAME)) if s["Effect"] == "Deny"]


def test_it_fits_iams_size_limit_with_long_names() -> None:
    prefix = "ticketing-development"
    scope = replace(
        SCOPE,
        account=Account(account_id="111122223333", region="ap-northeast-2"),
        prefix=prefix,
        tags={"Project": "ticketing", "Environment": "development"},
        secret_prefixes=["ticketing/development/"],
        readable_secret_prefixes=["ticketing/argocd/", "ticketing/development/"],
        nodes=None,
        runner_connection=None,
        edge=edge(zone=TAKEN_ZONE, firewall={}),
        ci_roles=[f"{prefix}-preview", f"{prefix}-deploy", f"{prefix}-smoke", "ticketing-github-actions-push"],
        push_role="ticketing-github-actions-push",
        state=replace(STATE, bucket="ticketing-company-pulumi-state", path="ticketing/development"),
    )
    assert policy_size(boundary(scope, f"boundary-{prefix}")) <= POLICY_SIZE
    assert policy_size(boundary(SCOPE, NAME)) <= POLICY_SIZE


def implied(condition: dict[str, Any], by: Statement, action: str) -> bool:
    """Whether everything that the statement `by` allows for this action meets the boundary's condition.

    `ForAllValues` is met where a request has no such key.
    """
    for operator, required in condition.items():
        own = by.get("Condition", {}).get(operator.removesuffix("IfExists").replace("StringLike", "StringEquals"), {})
        for key, value in required.items():
            optional = operator.endswith("IfExists") or (operator.startswith("ForAll") and not knows(action, key))
            if optional and key not in own:
                continue
            if key not in own or not all(matches(each, listed(value)) for each in listed(own[key])):
                return False
    return True


def knows(action: str, key: str) -> bool:
    """Whether requests for an action can have a condition key."""
    service, _, name = action.partition(":")
    return key in actions_of(service)[name]["conditionKeys"]


def listed(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


def matches(value: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def expanded(patterns: Sequence[str]) -> set[str]:
    """AWS's actions that match."""
    services = {pattern.partition(":")[0] for pattern in patterns}
    every = {f"{service}:{name}" for service in services for name in actions_of(service)}
    return {action for action in every if matches(action, patterns)}


def covered(action: str, arn: str, patterns: Sequence[str]) -> bool:
    """Whether the boundary's resources include a policy's: `*` stands for all of a service if it has resources."""
    service, name = action.split(":")
    if matches(arn, patterns):
        return True
    if arn != "*" or f"arn:aws:{service}:*:*:*" not in patterns:
        return False
    actions = [details for each, details in actions_of(service).items() if fnmatchcase(each, name)]
    assert actions, action
    return all(details["resourceTypes"] for details in actions)


BEYOND = ("autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup",
          "route53:ChangeResourceRecordSets")  # fmt: skip
"""Here the policy's condition is another one: EKS tags an Auto Scaling group twice; hosts are in the boundary only."""


@pytest.mark.parametrize("role", ROLES)
def test_it_allows_everything_the_roles_need(role: str) -> None:
    missing = [
        (action, arn)
        for statement in statements(ROLES[role])
        for action in statement["Action"]
        for arn in statement["Resource"]
        if action not in BEYOND
        and not any(
            matches(action, s["Action"])
            and covered(action, arn, s["Resource"])
            and implied(s.get("Condition", {}), statement, action)
            for s in allowed()
        )
    ]
    assert missing == []


def test_other_regions_are_denied_but_not_to_services_that_answer_in_one_for_all() -> None:
    [regional] = [s for s in denied() if "aws:RequestedRegion" in str(s.get("Condition"))]
    assert {f"{service}:*" for service in GLOBAL} <= set(regional["NotAction"])


def test_it_limits_records_to_the_stacks_hosts_in_the_named_zone() -> None:
    existing = replace(SCOPE, edge=edge(zone=TAKEN_ZONE))
    [records] = [
        s for s in opened(boundary(existing, NAME)) if matches("route53:ChangeResourceRecordSets", s.get("Action", ()))
    ]
    assert records["Resource"] == ["arn:aws:route53:::hostedzone/Z0123456789"]
    [names] = records["Condition"]["ForAllValues:StringLike"].values()
    assert {"shop.example.com", "_*.shop.example.com", "cname-shop.example.com"} <= set(names)
    assert all(name.endswith("shop.example.com") for name in names)


def test_it_lets_argo_cds_entries_be_read_but_not_changed() -> None:
    entries = "arn:aws:secretsmanager:*:*:secret:shop/argocd/*"
    [statement] = [s for s in allowed() if entries in s["Resource"]]
    assert expanded(statement["Action"]) == {"secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"}


def test_it_cannot_be_escaped() -> None:
    actions = {a for s in allowed() for a in s["Action"]}
    assert not {a for a in actions if a in {"*", "iam:*", "sts:*", "ssm:*", "lambda:*"} or a.startswith("sts:Assume")}
    escapes = ("AttachUserPolicy", "CreateAccessKey", "CreateLoginProfile", "CreateUser",
                "DeleteOpenIDConnectProvider",
                "DeleteRolePermissionsBoundary", "PutGroupPolicy", "PutUserPolicy", "SetDefaultPolicyVersion",
                "UpdateAccessKey", "UpdateLoginProfile")  # fmt: skip
    assert [action for action in escapes if any(fnmatchcase(f"iam:{action}", pattern) for pattern in actions)] == []
    creating = [s for s in allowed() if "iam:CreateRole" in s["Action"]]
    assert [s["Condition"] for s in creating] == [{"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}]
    [own] = [s for s in denied() if BOUNDARY in s["Resource"]]
    assert own["NotAction"] == ["iam:Get*", "iam:List*"]
    roles = [f"arn:aws:iam::111122223333:role/{role}" for role in SCOPE.ci_roles]
    changed = [s["Resource"] for s in allowed() if matches("iam:UpdateAssumeRolePolicy", s["Action"])]
    assert changed
    assert all(matches(role, own["Resource"]) or not any(matches(role, arns) for arns in changed) for role in roles)


def test_only_the_stacks_roles_can_be_in_its_instance_profiles() -> None:
    [profiles] = [s["Resource"] for s in allowed() if "iam:*InstanceProfile" in s["Action"]]
    own = "arn:aws:iam::*:instance-profile/shop-prod-*"
    assert profiles == [own, "arn:aws:iam::*:role/shop-prod-*"]
    [passed] = [s["Resource"] for s in allowed() if "iam:PassRole" in s["Action"]]
    assert [arn for arn in passed if ":role/" in arn] == ["arn:aws:iam::*:role/shop-prod-*"]


def test_what_a_stack_leaves_out_is_not_in_it() -> None:
    bare = replace(
        SCOPE,
        edge=None,
        nodes=None,
        creates_buckets=False,
        interface_endpoints=False,
        state=None,
        alarms=False,
        runner_connection=None,
    )
    text = json.dumps(statements(boundary(bare, NAME)))
    for word in (
        "route53:Change",
        "arn:*:s3",
        "sqs:",
        "events:",
        "aws-waf-logs",
        "sns:",
        "arn:*:cloudwatch",
        ":budget/",
        "codebuild:",
        "codeconnections:",
    ):
        assert word not in text
        assert word in boundary(SCOPE, NAME)


def test_its_resources_are_of_any_partition_and_its_conditions_of_one() -> None:
    for statement in statements(boundary(SCOPE, NAME)):
        assert "arn:aws:" not in json.dumps(statement["Resource"])
        if "cloudwatch:AlarmActions" not in json.dumps(statement):
            assert "arn:*:" not in json.dumps(statement.get("Condition", {}))


def test_alarms_send_messages_to_the_stacks_topics_and_do_nothing_else() -> None:
    [alarms] = [s for s in allowed() if "cloudwatch:PutMetricAlarm" in expanded(s["Action"])]
    assert alarms["Resource"] == ["arn:aws:cloudwatch:*:*:alarm:shop-prod-*"]
    assert alarms["Condition"] == {"ForAllValues:StringLike": {"cloudwatch:AlarmActions": "arn:aws:sns:*:shop-prod-*"}}


def test_only_the_stated_settings_of_the_account_can_be_changed() -> None:
    everywhere = [
        action
        for s in allowed()
        if s["Resource"] == ["*"] and "StringEquals" not in s.get("Condition", {})
        for action in s["Action"]
    ]
    found = {
        f"{service}:{name}"
        for service in {action.partition(":")[0] for action in everywhere}
        for name, details in actions_of(service).items()
        if matches(f"{service}:{name}", everywhere)
        and not details["resourceTypes"]
        and details["accessLevel"] not in {"List", "Read"}
    }
    assert found == {action for stated in ACCOUNT_WIDE.values() for action in stated}
