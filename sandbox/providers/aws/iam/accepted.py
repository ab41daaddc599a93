"""Findings that are false for this program, each with its reason. Mend the document rather than add a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A finding by its name, where it is false, and why. An empty restriction excludes nothing.

    `type` is a prefix of the resource's type; `text` is a regular expression for part of the finding's text. The
    statement must have the condition key `condition`, and name only principals that end with `principal` and resources
    that begin with the regular expression `resource`.
    """

    finding: str
    why: str
    type: str = ""
    text: str = ""
    condition: str = ""
    principal: str = ""
    resource: str = ""


_OWN_RESOURCE = "in a policy that is attached to a resource, * is that resource"
_ENDPOINT = "an endpoint policy grants nothing: the caller's own policies must also allow the request"
_ACCOUNT = "AWS's default key policy: the key's use is left to the account's IAM policies"

ACCEPTED: Sequence[Accepted] = (
    Accepted(finding="overly_permissive", type="kms/", text="applies to all resources", why=_OWN_RESOURCE),
    Accepted(finding="overly_permissive", type="ecr/", text="applies to all resources", why=_OWN_RESOURCE),
    Accepted(finding="overly_permissive", type="secretsmanager/", text="applies to all resources", why=_OWN_RESOURCE),
    Accepted(finding="overly_permissive", type="ec2/vpcEndpoint", why=_ENDPOINT),
    Accepted(finding="missing_principal_condition_any_of", type="ec2/vpcEndpoint", why=_ENDPOINT),
    Accepted(finding="overly_permissive", type="kms/", text=r"'kms:\*'", principal=":root", why=_ACCOUNT),
    Accepted(
        finding="overly_permissive",
        text="Severity lowered",
        why="conditions on tags limit the resources",
    ),
    Accepted(
        finding="confused_deputy_risk",
        type="kms/",
        condition="kms:EncryptionContext:aws:logs:arn",
        why="the log group's ARN names the account; CloudWatch Logs sends no aws:SourceAccount with its use of a key",
    ),
    Accepted(
        finding="confused_deputy_risk",
        type="kms/",
        condition="kms:EncryptionContext:aws:sns:topicArn",
        why="the topic's ARN names the account; not every service that sends to a topic sends aws:SourceAccount to KMS",
    ),
    Accepted(
        finding="confused_deputy_risk",
        type="iam/role",
        principal="eks.amazonaws.com",
        why="the trust policy of pulumi-eks' own service role and of AWS's documentation has no condition",
    ),
    Accepted(
        finding="resource_mismatch",
        text=r"ssm:GetParameter\.",
        resource=r"arn:aws:ssm:[a-z0-9-]+::parameter/aws/service/",
        why="AWS's public parameters belong to no account: `arn:aws:ssm:REGION::parameter/aws/service/…`",
    ),
    Accepted(
        finding="type_mismatch_usable",
        why="AWS compares ARNs as strings too, and its own examples do",
    ),
    Accepted(
        finding="overly_permissive",
        text="specific resources: ec2:GetSecurityGroupsForVpc$",
        why="only reads, and AWS's own policy for the load balancer controller allows it for every VPC",
    ),
    Accepted(
        finding="resource_mismatch",
        text=r"supports the resource arn:aws:elasticloadbalancing:\S+:(targetgroup|listener|listener-rule)/",
        why="of actions that both generations of load balancers have, the tables list the classic one's resources only",
    ),
    Accepted(
        finding="forallvalues_allow_without_null_check",
        text="route53:ChangeResourceRecordSets",
        why="every request that changes records has these keys",
    ),
    Accepted(finding="not_action_deny_review", why="asks for a review; a Deny grants nothing"),
    Accepted(finding="not_resource_deny_review", why="asks for a review; a Deny grants nothing"),
    Accepted(
        finding="missing_required_condition_any_of",
        text="aws:ResourceOrgID",
        why="the buckets are named, and an account needs no organization",
    ),
)

UNUSED_CHECKS: Sequence[tuple[str, str]] = (
    ("sensitive_action", "asks for a condition on each sensitive action, although the statement names its resources"),
    ("policy_size", "knows no limits of resource policies; the limits are in documents.py"),
)
