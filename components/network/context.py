"""What the parts of a network share: their names, their VPC and their parent."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.account.account import Account


@dataclass(frozen=True, kw_only=True)
class NetworkScope:
    """Where a part of a network belongs."""

    name: str
    """Prefix of the resources' names in the program."""
    display_name: str
    """Prefix of what people see, for example `shop-staging`."""
    account: Account
    vpc: aws.ec2.Vpc
    parent: pulumi.Resource

    @property
    def child(self) -> pulumi.ResourceOptions:
        """Options of a resource of the network."""
        return pulumi.ResourceOptions(parent=self.parent)
