"""The documented boundary allows what the roles of CI and of the controllers need, and cannot be escaped."""

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.ci.policies.read import POLICY_SIZE, policy_size
from tests.harness.harness import ROOT
from tests.harness.policy_samples import ACCOUNT, BOUNDARY, CONTROLLERS, SCOPE, TEXTS, statements

GLOBAL = ("iam", "pricing", "route53")
"""Services with their endpoint in us-east-1 for all regions (Karpenter reads prices there)."""
ROLES = {**{f"ci {name}": text for name, text in TEXTS.items()}, **CONTROLLERS}

Statement = dict[str, Any]


WORDS = {
    "ACCOUNT": ACCOUNT.account_id, "REGION": ACCOUNT.region, "PREFIX": SCOPE.prefix, "STAGE": "prod", "SYSTEM": "shop",
    "ENVIRONMENT": "prod",
    "BOUNDARY": "shop-prod-boundary", "PUSH_ROLE": "github-actions-role", "STATE_BUCKET": "acme-state",
    "STATE_KEY": "*", "ZONE": "*",
}  # fmt: skip
LONG_WORDS = {
    "ACCOUNT": ACCOUNT.account_id, "REGION": "ap-northeast-2", "PREFIX": "ticketing-development",
    "STAGE": "development", "SYSTEM": "ticketing", "ENVIRONMENT": "development",
    "BOUNDARY": "ticketing-development-boundary",
    "PUSH_ROLE": "ticketing-github-actions-push",
    "STATE_BUCKET": "ticketing-company-pulumi-state", "STATE_KEY": "1234abcd-12ab-34cd-56ef-1234567890ab",
    "ZONE": "Z0123456789ABCDEFGHIJ",
}  # fmt: skip


def filled(words: dict[str, str]) -> str:
    """The documented policy with its placeholders replaced."""
    page = (ROOT / "docs/permissions-boundary.md").read_text()
    [text] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"\b{word}\b", words[word], text)
    return text


def boundary() -> list[Statement]:
    text = filled(WORDS)
    return [{k: [v] if isinstance(v, str) and k != "Effect" else v for k, v in s.items()} for s in statements(text)]


@pytest.mark.parametrize("words", [WORDS, LONG_WORDS])
def test_documented_boundary_fits_iams_size_limit_even_with_long_names(words: dict[str, str]) -> None:
    assert policy_size(filled(words)) <= POLICY_SIZE


def implied(condition: dict[str, Any], by: Statement, action: str) -> bool:
    """Whether everything that the statement `by` allows for this action meets the boundary's condition."""
    for operator, required in condition.items():
        own = by.get("Condition", {}).get(operator, {})
        for key, value in required.items():
            if key == "aws:RequestedRegion":
                if action.partition(":")[0] in GLOBAL:
                    return False
            elif key not in own or not set(listed(own[key])) <= set(listed(value)):
                return False
    return True


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("role", ROLES)
def test_documented_boundary_allows_everything_the_roles_need(role: str) -> None:
    allowed = [s for s in boundary() if s["Effect"] == "Allow"]
    missing = [
        (action, arn)
        for statement in statements(ROLES[role])
        for action in statement["Action"]
        for arn in statement["Resource"]
        if not any(
            any(fnmatchcase(action, pattern) for pattern in s["Action"])
            and any(fnmatchcase(arn, pattern) for pattern in s["Resource"])
            and implied(s.get("Condition", {}), statement, action)
            for s in allowed
        )
    ]
    assert missing == []


def test_documented_boundary_puts_no_region_condition_on_global_services() -> None:
    regional = [s for s in boundary() if "aws:RequestedRegion" in str(s.get("Condition"))]
    assert regional
    assert [a for s in regional for a in s["Action"] if a.partition(":")[0] in GLOBAL] == []


def test_documented_boundary_limits_records_to_the_named_zone() -> None:
    page = (ROOT / "docs/permissions-boundary.md").read_text()
    assert '"Resource": "arn:aws:route53:::hostedzone/ZONE"' in page
    changing = [s for s in boundary() if "route53:ChangeResourceRecordSets" in s["Action"]]
    assert [s["Resource"] for s in changing] == [["arn:aws:route53:::hostedzone/*"]]


def test_documented_boundary_lets_the_systems_secrets_be_read_but_not_changed() -> None:
    entries = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:shop/*"
    [statement] = [s for s in boundary() if entries in s.get("Resource", ())]
    assert statement["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    [key] = [s for s in boundary() if "EncryptionContext" in str(s.get("Condition"))]
    assert key["Action"] == ["kms:Decrypt"]
    assert key["Condition"] == {
        "StringEquals": {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:SecretARN": entries},
    }


def test_documented_boundary_cannot_be_escaped() -> None:
    allowed = {a for s in boundary() if s["Effect"] == "Allow" for a in s["Action"]}
    assert not {a for a in allowed if a in {"*", "iam:*", "sts:*", "ssm:*", "lambda:*"} or a.startswith("sts:Assume")}
    escapes = ("AttachUserPolicy", "CreateAccessKey", "CreateLoginProfile", "CreateUser",
                "DeleteOpenIDConnectProvider",
                "DeleteRolePermissionsBoundary", "PutGroupPolicy", "PutUserPolicy", "SetDefaultPolicyVersion",
                "UpdateAccessKey", "UpdateLoginProfile")  # fmt: skip
    assert [action for action in escapes if any(fnmatchcase(f"iam:{action}", pattern) for pattern in allowed)] == []
    creating = [s for s in boundary() if "iam:CreateRole" in s["Action"]]
    assert [s["Condition"] for s in creating] == [{"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}]
    denied = {a: s["Resource"] for s in boundary() if s["Effect"] == "Deny" for a in s["Action"]}
    assert denied["iam:DeleteRolePermissionsBoundary"] == ["*"]
    assert denied["iam:CreatePolicyVersion"] == [BOUNDARY]


def test_only_the_stacks_roles_can_be_in_its_instance_profiles() -> None:
    [profiles] = [s["Resource"] for s in boundary() if "iam:*InstanceProfile" in s["Action"]]
    own = "arn:aws:iam::111122223333:instance-profile/shop-prod-*"
    assert [arn for arn in profiles if ":instance-profile/" in arn] == [own]
    [passed] = [s["Resource"] for s in boundary() if "iam:PassRole" in s["Action"]]
    assert passed == ["arn:aws:iam::111122223333:role/shop-prod-*"]
