"""A customer managed KMS key: rotated, with an explicit policy, found by its alias, protected like what it locks."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.policy_documents import Statement, key_policy


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What a key needs from outside."""

    alias: str
    """Name after `alias/`, for example `shop-prod-database`."""
    description: str
    account: Account
    service_statements: Sequence[Statement] = ()
    """What AWS services may do with the key, beside the account's own IAM."""
    protect: bool = True
    retain: bool = False
    """Whether AWS keeps the key when the stack deletes it: what it encrypted (images, snapshots) outlives the stack."""
    deletion_window_days: int = 30
    """Days (7-30) between a deletion and the loss of everything encrypted with the key."""


class EncryptionKey(pulumi.ComponentResource):
    """One KMS key and its alias."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("platform:keys:EncryptionKey", name, {}, opts)
        key = aws.kms.Key(
            name,
            description=args.description,
            enable_key_rotation=True,
            deletion_window_in_days=args.deletion_window_days,
            policy=key_policy(args.account.account_id, args.service_statements),
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, retain_on_delete=args.retain),
        )
        aws.kms.Alias(
            name,
            name=f"alias/{args.alias}",
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
