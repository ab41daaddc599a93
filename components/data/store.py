"""What the database and the cache have in common: who reaches them, what encrypts them, what a deletion leaves behind.

Nobody can read a final snapshot whose key is gone, so a key that encrypts one is left standing when the stack goes;
its alias goes, because the next life of the stack wants the name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import logs_may_use_key

AWS_OWN_KEY = "aws"
"""Stands for the key of AWS where the stack has none of its own."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """One data store while it is being built: its component, its names and what protects it."""

    component: pulumi.ComponentResource
    name: str
    """Name of the component: prefix of its children."""
    label: str
    """Prefix of what people see, for example `shop-staging-database`."""
    account: Account
    protect: bool
    final_snapshot: bool

    def child(self) -> pulumi.ResourceOptions:
        """Options of a child that can be made again without a loss."""
        return pulumi.ResourceOptions(parent=self.component)

    def kept(self) -> pulumi.ResourceOptions:
        """Options of a child that holds data, or without which data cannot be read or named."""
        return pulumi.ResourceOptions(parent=self.component, protect=self.protect)

    def security_group(self, vpc_id: pulumi.Input[str], port: int, client: pulumi.Input[str]) -> aws.ec2.SecurityGroup:
        """A group that lets the group `client` in on `port`; there is no other way in, and none out."""
        group = aws.ec2.SecurityGroup(
            self.name,
            description=f"{self.label}: in from the nodes, nothing out",
            vpc_id=vpc_id,
            tags={"Name": self.label},
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-clients",
            description="From the nodes",
            security_group_id=group.id,
            referenced_security_group_id=client,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            opts=self.child(),
        )
        return group

    def key(self, log_prefix: str) -> EncryptionKey:
        """A key for the data, the snapshots and the log groups whose names start with `log_prefix`."""
        return EncryptionKey(
            f"{self.name}-key",
            EncryptionKeyArgs(
                alias=self.label,
                description=f"Data, snapshots and logs of {self.label}",
                account=self.account,
                service_statements=[logs_may_use_key(self.account.account_id, self.account.region, log_prefix)],
                protect=self.protect,
                retain=self.final_snapshot,
            ),
            pulumi.ResourceOptions(parent=self.component),
        )

    def log_groups(
        self, prefix: str, kinds: Sequence[str], retention_days: int, key: EncryptionKey | None
    ) -> list[aws.cloudwatch.LogGroup]:
        """A log group `<prefix><kind>` for each kind, with a retention: one that AWS makes by itself never expires."""
        return [
            aws.cloudwatch.LogGroup(
                f"{self.name}-{kind}",
                name=f"{prefix}{kind}",
                retention_in_days=retention_days,
                kms_key_id=key.arn if key else None,
                opts=self.child(),
            )
            for kind in kinds
        ]

    def final_snapshot_identifier(self, replaced_by: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str] | None:
        """Name of the snapshot that a deletion leaves, or None where it leaves none.

        A name can be taken once. `replaced_by` holds what makes AWS replace the store: a new store gets a new name, and
        an old one keeps its own, so that no run shows a difference.
        """
        if not self.final_snapshot:
            return None
        life = random.RandomId(f"{self.name}-life", byte_length=4, keepers=dict(replaced_by), opts=self.kept())
        return pulumi.Output.concat(self.label, "-final-", life.hex)
