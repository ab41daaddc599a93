"""What the parts of a network share: name prefixes, account, VPC and parent."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account


@dataclass(frozen=True, kw_only=True)
class NetworkScope:
    """The network that a resource belongs to."""

    name: str
    """Prefix of logical names."""
    display_name: str
    """Prefix of names shown in AWS, for example `shop-staging`."""
    account: Account
    vpc: aws.ec2.Vpc
    parent: pulumi.Resource

    @property
    def child(self) -> pulumi.ResourceOptions:
        """Resource options of a child of the network."""
        return pulumi.ResourceOptions(parent=self.parent)
