"""IAM and resource policy documents as values, with sorted keys so that reordering never shows up as a diff.

Pure: no Pulumi. Source: IAM JSON policy reference, version 2012-10-17.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from components.account.account import Account

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement, `Allow` by default. `principal` is for trust policies and resource policies only."""

    sid: str = ""
    actions: Sequence[str] = ()
    resources: Sequence[str] = ()
    principal: Mapping[str, str | Sequence[str]] | None = None
    condition: Condition = field(default_factory=dict[str, Mapping[str, str | Sequence[str]]])
    effect: str = "Allow"
    not_actions: Sequence[str] = ()
    """Instead of `actions`: all but these."""

    def as_dict(self) -> dict[str, object]:
        """The statement as IAM's JSON object, without empty elements."""
        parts: dict[str, object] = {"Sid": self.sid} if self.sid else {}
        parts["Effect"] = self.effect
        if self.not_actions:
            parts["NotAction"] = sorted(self.not_actions)
        else:
            parts["Action"] = sorted(self.actions)
        if self.resources:
            parts["Resource"] = sorted(self.resources)
        if self.principal is not None:
            parts["Principal"] = self.principal
        if self.condition:
            parts["Condition"] = self.condition
        return parts


def document(statements: Sequence[Statement]) -> str:
    """A policy document as JSON text."""
    return json.dumps({"Version": "2012-10-17", "Statement": [s.as_dict() for s in statements]}, sort_keys=True)


def service_trust(service: str, account_id: str) -> str:
    """Trust policy for one AWS service, limited to requests made for this account (prevents a confused deputy).

    `service` is the principal, for example `eks.amazonaws.com`. EC2 sends no `aws:SourceAccount`, so it gets no
    condition.
    """
    condition: Condition = {} if service == "ec2.amazonaws.com" else {"StringEquals": {"aws:SourceAccount": account_id}}
    return document(
        [
            Statement(
                sid="AssumeByService",
                actions=["sts:AssumeRole"],
                principal={"Service": service},
                condition=condition,
            )
        ]
    )


def pod_identity_trust(account_id: str, cluster_arn_pattern: str) -> str:
    """Trust policy for EKS Pod Identity, limited to the pods of one cluster. The ARN may contain wildcards."""
    return document(
        [
            Statement(
                sid="AssumeByPodIdentity",
                actions=["sts:AssumeRole", "sts:TagSession"],
                principal={"Service": "pods.eks.amazonaws.com"},
                condition={
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnEquals": {"aws:SourceArn": cluster_arn_pattern},
                },
            )
        ]
    )


def key_policy(account_id: str, service_statements: Sequence[Statement] = ()) -> str:
    """A KMS key policy that delegates to the account's IAM policies and lets AWS services use the key."""
    account = Statement(
        sid="AccountPolicies",
        actions=["kms:*"],
        resources=["*"],
        principal={"AWS": f"arn:aws:iam::{account_id}:root"},
    )
    return document([account, *service_statements])


def logs_may_use_key(account: Account, log_group: str) -> Statement:
    """Lets CloudWatch Logs encrypt log groups whose names start with `log_group`."""
    groups = account.arn("logs", f"log-group:{log_group}*")
    return Statement(
        sid="CloudWatchLogs",
        actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
                 "kms:GenerateDataKeyWithoutPlaintext"],
        resources=["*"],
        principal={"Service": f"logs.{account.region}.amazonaws.com"},
        # AWS's own example also has kms:DescribeKey, which has no encryption context: it would never be allowed.
        condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )  # fmt: skip
