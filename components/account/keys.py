"""A customer managed KMS key with rotation, a key policy and an alias, protected like the data it encrypts."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.account.policy_documents import Statement, key_policy


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """Arguments of `EncryptionKey`."""

    alias: str
    """Name after `alias/`, for example `shop-prod-database`."""
    description: str
    account: Account
    service_statements: Sequence[Statement] = ()
    """What AWS services may do with the key, in addition to what the account's IAM policies allow."""
    protect: bool = True
    retain: bool = False
    """Whether the key stays in AWS when the stack is destroyed, because images or snapshots encrypted with it stay."""
    deletion_window_days: int = 30
    """Days (7-30) until a deleted key, and with it everything encrypted with it, is lost for good."""


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
