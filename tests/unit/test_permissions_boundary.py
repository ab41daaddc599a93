"""The deploy role reaches what the stacks name, the documented boundary holds what roles do, and has no way out."""

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from components.iam_policies import POLICY_SIZE, policy_size
from tests.unit.harness import ROOT, Run
from tests.unit.policy_samples import ACCOUNT, BOUNDARY, SCOPE, TEXTS, statements

ARNS = {
    "aws:rds/instance:Instance": ("rds", "db:{identifier}"),
    "aws:rds/parameterGroup:ParameterGroup": ("rds", "pg:{name}"),
    "aws:rds/subnetGroup:SubnetGroup": ("rds", "subgrp:{name}"),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("elasticache", "replicationgroup:{replicationGroupId}"),
    "aws:elasticache/parameterGroup:ParameterGroup": ("elasticache", "parametergroup:{name}"),
    "aws:elasticache/subnetGroup:SubnetGroup": ("elasticache", "subnetgroup:{name}"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "log-group:{name}"),
    "aws:kms/alias:Alias": ("kms", "{name}"),
    "aws:secretsmanager/secret:Secret": ("secretsmanager", "secret:{name}"),
    "aws:iam/role:Role": ("iam", "role/{name}"),
    "aws:iam/policy:Policy": ("iam", "policy/{name}"),
}
"""What is held by its name: service and resource of its ARN. Pulumi adds a suffix to a name that nobody gave."""


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_deploy_role_reaches_everything_that_its_stack_names(stack: str, request: pytest.FixtureRequest) -> None:
    run: Run = request.getfixturevalue(stack)
    texts = [p.inputs["policy"] for p in run.all("aws:iam/policy:Policy") if "-deploy-" in p.name]
    patterns = [arn for text in texts for s in statements(text) for arn in s["Resource"]]
    named = [r for r in run.resources if r.type in ARNS]
    assert {r.type for r in named} >= {"aws:rds/instance:Instance", "aws:iam/role:Role"}
    for resource in named:
        service, form = ARNS[resource.type]
        given = form.format(**{"name": f"{resource.name}-1a2b3c4", **resource.inputs})
        region = "" if service == "iam" else "ap-northeast-1"
        arn = f"arn:aws:{service}:{region}:025434362120:{given}"
        assert any(fnmatchcase(arn, pattern) for pattern in patterns if pattern != "*"), arn


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
