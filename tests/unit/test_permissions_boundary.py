"""The boundary in the documentation: wide enough for every role of the platform, and no way out of it."""

import re
from fnmatch import fnmatchcase
from typing import Any

from components.iam_policies import POLICY_SIZE, policy_size
from tests.unit.harness import ROOT
from tests.unit.policy_samples import ACCOUNT, BOUNDARY, SCOPE, TEXTS, statements


def boundary() -> list[dict[str, Any]]:
    """The policy of the documentation, with the words in capitals replaced."""
    page = (ROOT / "docs/permissions-boundary.md").read_text()
    [text] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    words = {"ACCOUNT": ACCOUNT.account_id, "REGION": ACCOUNT.region, "PREFIX": SCOPE.prefix, "STAGE": "prod",
             "BOUNDARY": "shop-prod-boundary", "PUSH_ROLE": "github-actions-role", "STATE_BUCKET": "acme-state",
             "STATE_KEY": "*"}  # fmt: skip
    for word in sorted(words, key=len, reverse=True):
        text = re.sub(rf"\b{word}\b", words[word], text)
    assert policy_size(text) <= POLICY_SIZE
    return [{k: [v] if isinstance(v, str) and k != "Effect" else v for k, v in s.items()} for s in statements(text)]


def test_the_documented_boundary_holds_everything_that_the_roles_do() -> None:
    allowed = [s for s in boundary() if s["Effect"] == "Allow"]
    missing = [
        (action, arn)
        for text in TEXTS.values()
        for statement in statements(text)
        for action in statement["Action"]
        for arn in statement["Resource"]
        if not any(
            any(fnmatchcase(action, pattern) for pattern in s["Action"])
            and any(fnmatchcase(arn, pattern) for pattern in s["Resource"])
            for s in allowed
        )
    ]
    assert missing == []


def test_the_documented_boundary_cannot_be_left() -> None:
    allowed = {a for s in boundary() if s["Effect"] == "Allow" for a in s["Action"]}
    assert not {a for a in allowed if a in {"*", "iam:*", "sts:*", "ssm:*", "lambda:*"} or a.startswith("sts:Assume")}
    assert not {a for a in allowed if re.match(r"iam:.*(User|Group|AccessKey|LoginProfile|InstanceProfile$)", a)}
    makers = [s for s in boundary() if "iam:CreateRole" in s["Action"]]
    assert [s["Condition"] for s in makers] == [{"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}}]
    denied = {a: s["Resource"] for s in boundary() if s["Effect"] == "Deny" for a in s["Action"]}
    assert denied["iam:DeleteRolePermissionsBoundary"] == ["*"]
    assert denied["iam:CreatePolicyVersion"] == [BOUNDARY]
