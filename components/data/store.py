"""What the database and the cache have in common: network access, encryption, and what a deletion leaves behind.

A final snapshot cannot be restored without its key, so a key that encrypts one is retained when the stack is destroyed;
its alias is deleted so that a re-created stack can reuse the name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from components.account.account import Account
from components.account.keys import EncryptionKey, EncryptionKeyArgs
from components.account.policy_documents import logs_may_use_key

AWS_MANAGED_KEY = "aws"
"""Placeholder for AWS's key where the stack has no customer managed key."""


@dataclass(frozen=True, kw_only=True)
class StoreNetwork:
    """Where a data store is, and who may connect to it."""

    vpc_id: pulumi.Input[str]
    subnet_ids: pulumi.Input[Sequence[pulumi.Input[str]]]
    """Private subnets in at least two zones."""
    client_security_group_id: pulumi.Input[str]
    """Security group of the nodes."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """One data store under construction: its component, names and protection."""

    component: pulumi.ComponentResource
    name: str
    """Name of the component, prefix of its children's logical names."""
    label: str
    """Prefix of names shown in AWS, for example `shop-staging-database`."""
    account: Account
    protect: bool
    final_snapshot: bool

    def child(self) -> pulumi.ResourceOptions:
        """Options of a child that can be re-created without losing data."""
        return pulumi.ResourceOptions(parent=self.component)

    def protected(self) -> pulumi.ResourceOptions:
        """Options of a child that holds data, or that the data depends on."""
        return pulumi.ResourceOptions(parent=self.component, protect=self.protect)

    def security_group(self, network: StoreNetwork, port: int) -> aws.ec2.SecurityGroup:
        """A security group with ingress from the clients on `port` only, and no egress."""
        group = aws.ec2.SecurityGroup(
            self.name,
            description=f"{self.label}: in from the nodes, nothing out",
            vpc_id=network.vpc_id,
            tags={"Name": self.label},
            opts=self.child(),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self.name}-clients",
            description="From the nodes",
            security_group_id=group.id,
            referenced_security_group_id=network.client_security_group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            opts=self.child(),
        )
        return group

    def key(self, log_prefix: str) -> EncryptionKey:
        """A key for data, snapshots, and log groups whose names start with `log_prefix`."""
        return EncryptionKey(
            f"{self.name}-key",
            EncryptionKeyArgs(
                alias=self.label,
                description=f"Data, snapshots and logs of {self.label}",
                account=self.account,
                service_statements=[logs_may_use_key(self.account, log_prefix)],
                protect=self.protect,
                retain=self.final_snapshot,
            ),
            pulumi.ResourceOptions(parent=self.component),
        )

    def log_groups(
        self, prefix: str, kinds: Sequence[str], retention_days: int, key: EncryptionKey | None
    ) -> list[aws.cloudwatch.LogGroup]:
        """A log group `<prefix><kind>` for each kind, because log groups that AWS creates never expire."""
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
        """Name of the final snapshot, or None without one.

        Snapshot names must be unique. `replaced_by`: the inputs whose change makes AWS replace the store. Only then
        does the name change, so that other runs show no diff.
        """
        if not self.final_snapshot:
            return None
        suffix = random.RandomId(f"{self.name}-life", byte_length=4, keepers=dict(replaced_by), opts=self.protected())
        return pulumi.Output.concat(self.label, "-final-", suffix.hex)
