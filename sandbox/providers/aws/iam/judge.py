"""Judges one IAM document: grammar, actions, resources, condition keys, operators and principals.

Most of the judgement is iam-policy-validator's, with AWS's tables from `tables.py`. Added here is what it leaves out:
resources that no action supports, condition values that match everything or nothing, principals that cannot exist,
trust policies and key policies that AWS refuses, and the nearest names that AWS has.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import cast

from iam_validator.checks import ActionResourceMatchingCheck
from iam_validator.core.check_registry import CheckConfig, CheckRegistry
from iam_validator.core.condition_validators import CONDITION_OPERATORS
from iam_validator.core.config.aws_global_conditions import get_global_conditions
from iam_validator.core.config.config_loader import ValidatorConfig
from iam_validator.core.models import IAMPolicy, PolicyType, Statement, ValidationIssue
from iam_validator.core.policy_checks import (
    build_registry,
    validate_policies,  # pyright: ignore[reportUnknownVariableType]  # an argument is a bare dict
)
from pydantic import ValidationError

from sandbox.providers.aws.iam.accepted import ACCEPTED, UNUSED_CHECKS, Accepted
from sandbox.providers.aws.iam.tables import Tables, prefixes, service

_LONGEST = 300
_NEAREST = 3
_OPEN_CLAIM = re.compile(r"([\w.-]+:)*[*?]")
"""A subject that leaves open whose token it is: `*`, `repo:*`, `system:serviceaccount:*:app`."""
_OF_ACCOUNT = {"aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"}
_SERVICE = re.compile(r"([a-z0-9-]+\.)+(amazonaws\.com(\.cn)?|amazon\.com|api\.aws|aws\.internal)")
_PRINCIPAL = re.compile(
    r"\*|\d{12}|[0-9a-f]{64}|A[A-Z0-9]{15,}"
    r"|arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
    r"|arn:aws[a-z-]*:iam::cloudfront:user/CloudFront Origin Access Identity \w+"
    r"|arn:aws[a-z-]*:sts::\d{12}:(assumed-role|federated-user)/[\w+=,.@/-]+"
)


@dataclass(frozen=True)
class Finding:
    """What is wrong with a document: the finding's name, the statement's position (-1: the document) and the text."""

    name: str
    statement: int
    text: str


def judge(type_: str, grammar: PolicyType | None, document: Mapping[str, object]) -> list[str]:
    """The faults of a document in a resource of the type (`iam/policy:Policy`), as sentences of at most 300 characters.

    Without a grammar, a document with principals is judged as a resource policy and any other as an identity policy.
    """
    try:
        policy = IAMPolicy.model_validate(document)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        return [_short(f"{where}: {first['msg'].lower()}")]
    statements = policy.statement or []
    findings = [
        *_library(policy, grammar, document),
        *_resources(statements),
        *_values(statements),
        *_grants(statements),
        *_principals(statements),
        *(_trust(statements) if grammar == "TRUST_POLICY" else ()),
        *(_lockout(statements) if type_.startswith("kms/") else ()),
    ]
    faults: list[str] = []
    for finding in findings:
        statement = statements[finding.statement] if 0 <= finding.statement < len(statements) else None
        if not any(_covers(row, type_, statement, finding) for row in ACCEPTED):
            faults.append(_short(f"{_place(statement, finding.statement)}{finding.text}"))
    return list(dict.fromkeys(faults))


def _library(policy: IAMPolicy, grammar: PolicyType | None, document: Mapping[str, object]) -> Iterator[Finding]:
    config, registry, tables = _judge()
    [result] = asyncio.run(
        validate_policies(
            [("document", policy, dict(document))],
            policy_type=grammar,
            config=config,
            registry=registry,
            fetcher=tables,
        )
    )
    for issue in result.issues:
        yield Finding(issue.issue_type, issue.statement_index, _sentence(issue))


@cache
def _judge() -> tuple[ValidatorConfig, CheckRegistry, Tables]:
    config = ValidatorConfig({check: {"enabled": False} for check, _ in UNUSED_CHECKS})
    return config, build_registry(config), Tables()


def _resources(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Wildcard actions that support none of the resources, resources that no action supports, and empty lists."""
    for index, statement in enumerate(statements):
        for name, value in (("Action", statement.action), ("Resource", statement.resource)):
            if value == []:
                yield Finding("empty", index, f"{name} is empty")
        resources = [resource for resource in statement.get_resources() if resource.startswith("arn:")]
        actions = {pattern: _expanded(pattern) for pattern in statement.get_actions()}
        if "*" in statement.get_resources() or not all(actions.values()):
            continue
        for pattern, expanded in actions.items():
            if "*" in pattern and resources and not any(_supported(index, statement, expanded, resources)):
                text = f"no action of {pattern} supports the resources {', '.join(resources)}"
                yield Finding("resource_mismatch", index, text)
        each = list(dict.fromkeys(action for expanded in actions.values() for action in expanded))
        for resource in resources if len(resources) > 1 else ():
            if not any(_supported(index, statement, each, [resource])):
                yield Finding(
                    "resource_mismatch", index, f"no action of the statement supports the resource {resource}"
                )


def _expanded(pattern: str) -> list[str]:
    """The actions that a pattern matches; empty for an unknown service and for `*`."""
    prefix, _, name = pattern.partition(":")
    if prefix.lower() not in prefixes():
        return []
    return [f"{prefix}:{action}" for action in service(prefix.lower()).actions if _matches(name, action)]


def _supported(index: int, statement: Statement, actions: Sequence[str], resources: Sequence[str]) -> Iterator[bool]:
    """Whether each action supports one of the resources."""
    check, config = ActionResourceMatchingCheck(), CheckConfig("action_resource_matching")
    for action in actions:
        one = statement.model_copy(update={"action": action, "resource": list(resources)})
        yield not asyncio.run(check.execute(one, index, _judge()[2], config))


def _values(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Values of conditions that match everything, or a literal `*`."""
    for index, statement in enumerate(statements):
        conditions = statement.condition or {}
        named = {key for keys in conditions.values() for key in keys}
        for operator, key, values in (
            (o, key, _strings(v)) for o, keys in conditions.items() for key, v in keys.items()
        ):
            if not values:
                yield Finding("empty", index, f"{operator} has no value for {key}")
            if key.lower().startswith("aws:") and "*" in statement.get_actions() and not _global(key):
                yield Finding("invalid_condition_key", index, f"AWS has no global condition key {key}")
            if statement.effect == "Allow" and key == "aws:SourceArn" and not named & _OF_ACCOUNT:
                for arn in values:
                    if "*" in arn.split(":")[4:5]:
                        text = f"aws:SourceArn {arn} leaves the account open. Name it, or add aws:SourceAccount"
                        yield Finding("condition_value", index, text)
            for text in (
                text for value in values for text in _value(statement.effect == "Allow", operator, key, value)
            ):
                yield Finding("condition_value", index, text)


def _grants(statements: Sequence[Statement]) -> Iterator[Finding]:
    """EKS refuses CreateCluster with a key if its grant depends on a condition that EKS does not send."""
    creating = [s for s in statements if s.effect == "Allow" and "eks:CreateCluster" in s.get_actions()]
    granting = [s for s in statements if s.effect == "Allow" and "kms:CreateGrant" in s.get_actions()]
    if creating and granting and all(_for_aws_only(s) for s in granting):
        text = "eks:CreateCluster sends no kms:GrantIsForAWSResource. Allow kms:CreateGrant without that condition"
        yield Finding("condition_value", statements.index(granting[0]), text)


def _for_aws_only(statement: Statement) -> bool:
    return any("kms:GrantIsForAWSResource" in keys for keys in (statement.condition or {}).values())


def _global(key: str) -> bool:
    return get_global_conditions().is_valid_global_key(key) or key.startswith(("aws:RequestTag/", "aws:ResourceTag/"))


def _value(allows: bool, operator: str, key: str, value: str) -> Iterator[str]:
    if allows and operator.endswith("IfExists") and key.endswith((":sub", ":aud")):
        yield f"{operator} accepts tokens without {key}. Remove IfExists"
    base = operator.rpartition(":")[2].removesuffix("IfExists")
    if base.startswith("String") and "Like" not in base and "*" in value and "${*}" not in value:
        yield f"{operator} compares {key} with {value} literally. Wildcards need StringLike or StringNotLike"
    if allows and base in ("StringLike", "ArnLike", "ArnEquals"):
        if set(value) <= {"*"} and "Tag/" not in key:  # of a tag, it asks that there is one
            yield f"{operator} accepts every value of {key}. Name the values that are allowed"
        elif key.endswith(":sub") and _OPEN_CLAIM.match(value):
            yield f"{key} {value} accepts tokens of any owner. Name the owner before the first * or ?"


def _principals(statements: Sequence[Statement]) -> Iterator[Finding]:
    for index, statement in enumerate(statements):
        principal = statement.principal or statement.not_principal
        if isinstance(principal, str) and principal != "*":
            yield Finding(
                "principal", index, f'Principal is "{principal}". Allowed: "*", or AWS, Service or Federated with names'
            )
        for kind, names in principal.items() if isinstance(principal, dict) else ():
            if kind not in ("AWS", "Service", "Federated", "CanonicalUser"):
                yield Finding(
                    "principal", index, f"Principal has no kind {kind}. Allowed: AWS, Service, Federated, CanonicalUser"
                )
            for name in _strings(names):
                if kind == "AWS" and not _PRINCIPAL.fullmatch(name):
                    text = (
                        f"{name} is no principal. Allowed: an account's number, the ARN of its root, a role or a user"
                    )
                    yield Finding("principal", index, text)
                if kind == "Service" and name != "*" and not _SERVICE.fullmatch(name):
                    yield Finding(
                        "principal", index, f"{name} is not a service principal. Allowed: such as ec2.amazonaws.com"
                    )


def _trust(statements: Sequence[Statement]) -> Iterator[Finding]:
    for index, statement in enumerate(statements):
        for action in statement.get_actions():
            if not action.lower().startswith("sts:"):
                yield Finding(
                    "trust", index, f"a trust policy cannot have {action}. Allowed: sts:AssumeRole and its kin"
                )


def _lockout(statements: Sequence[Statement]) -> Iterator[Finding]:
    """KMS refuses a policy that nobody could change again."""
    changing = (
        statement
        for statement in statements
        if statement.effect == "Allow" and isinstance(statement.principal, dict) and "AWS" in statement.principal
        for pattern in statement.get_actions()
        if pattern == "*" or "kms:PutKeyPolicy" in _expanded(pattern)
    )
    if not any(changing):
        yield Finding(
            "lockout", -1, "no statement lets a principal of the account change the key policy (kms:PutKeyPolicy)"
        )


def _sentence(issue: ValidationIssue) -> str:
    """The library's message without its markup, and what is allowed instead."""
    text = re.sub(r"`+|\*\*", "", issue.message.split("\n")[0]).strip().rstrip(".")
    hint = _allowed(issue)
    if hint:
        return f"{text}. {hint}"
    advice = re.sub(r"`+|\*\*", "", (issue.suggestion or "").split("\n")[0]).strip()
    return f"{text}. {advice}" if advice and len(text) + len(advice) < _LONGEST // 2 else text


def _allowed(issue: ValidationIssue) -> str:
    """What AWS's tables have instead, empty for findings that are not about names."""
    prefix, _, name = (issue.action or "").partition(":")
    prefix = prefix.lower()
    if issue.issue_type == "invalid_action" and prefix not in prefixes():
        return _near(prefix, prefixes())
    if issue.issue_type == "invalid_action":
        return _near(name, service(prefix).actions, f"{prefix}:")
    if issue.issue_type == "invalid_operator":
        unknown = re.search(r"operator `([^`]*)`", issue.message)
        return _near(unknown[1] if unknown else "", list(CONDITION_OPERATORS))
    if issue.issue_type == "invalid_condition_key":
        keys = re.findall(r"^- `(.*)`$", issue.suggestion or "", re.MULTILINE)
        return _near(issue.condition_key or "", keys) or f"Allowed: {', '.join(keys)}"
    if issue.issue_type == "resource_mismatch" and prefix in prefixes():
        tables = service(prefix)
        used = [
            use for key, action in tables.actions.items() if key.lower() == name.lower() for use in action.resources
        ]
        formats = ", ".join(_formats(tables.resources[use["Name"]].arn_formats) for use in used)
        return f"Allowed: {formats}" if formats else ""
    return ""


def _formats(formats: Sequence[str] | None) -> str:
    return " or ".join(re.sub(r"\$\{(\w+)\}", r"<\1>", form) for form in formats or [])


def _near(name: str, names: Sequence[str] | Mapping[str, object], prefix: str = "") -> str:
    folded = {each.lower(): each for each in names}
    near = get_close_matches(name.lower().replace("*", ""), folded, n=_NEAREST, cutoff=0.7)
    return f"Nearest: {', '.join(prefix + folded[each] for each in near)}" if near else ""


def _covers(row: Accepted, type_: str, statement: Statement | None, finding: Finding) -> bool:
    if row.finding != finding.name or not re.search(row.text, finding.text) or not type_.startswith(row.type):
        return False
    keys = {key for keys in ((statement and statement.condition) or {}).values() for key in keys}
    named = statement.principal if statement else None
    groups: list[object] = list(named.values()) if isinstance(named, dict) else [named or ""]
    names = [name for group in groups for name in _strings(group)]
    resources = statement.get_resources() if statement else []
    return (
        (not row.condition or row.condition in keys)
        and all(name.endswith(row.principal) for name in names)
        and all(re.match(row.resource, resource) for resource in resources)
    )


def _strings(value: object) -> list[str]:
    """A value or a list of values."""
    return [str(item) for item in cast("list[object]", value if isinstance(value, list) else [value])]


def _matches(pattern: str, action: str) -> bool:
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), action, re.IGNORECASE) is not None


def _place(statement: Statement | None, index: int) -> str:
    if statement is None:
        return ""
    return f'statement "{statement.sid}": ' if statement.sid else f"statement {index + 1}: "


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
