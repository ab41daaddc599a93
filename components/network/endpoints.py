"""VPC endpoints: traffic to AWS services that does not leave the VPC.

The S3 gateway endpoint is free and always created. Its policy allows reads with any credentials (image layers and
packages come from buckets of AWS and third parties, often through presigned URLs) and everything else with this
account's credentials on this account's buckets only, so data cannot be exfiltrated to another account. The interface
endpoints take this account's credentials only.
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from components.account.policy_documents import Statement, document
from components.network.context import NetworkScope

HTTPS = 443
_ACTIONS = {
    "monitoring": ["cloudwatch:*"],
    "sts": ["sts:AssumeRole", "sts:GetCallerIdentity", "sts:TagSession"],
}
"""Actions of an endpoint, unless they are all that start with its name. Logins at STS from outside have no account."""


def s3_policy(account_id: str) -> str:
    """Policy of the S3 endpoint. IAM and bucket policies still apply."""
    return document(
        [
            Statement(
                sid="ReadObjects",
                actions=["s3:GetObject", "s3:GetObjectVersion"],
                resources=["arn:aws:s3:::*/*"],
                principal={"AWS": "*"},
            ),
            Statement(
                sid="OwnBuckets",
                actions=["s3:*"],
                resources=["*"],
                principal={"AWS": "*"},
                condition={"StringEquals": {"aws:PrincipalAccount": account_id, "aws:ResourceAccount": account_id}},
            ),
        ]
    )


def own_credentials(service: str, account_id: str) -> str:
    """Policy of a service's interface endpoint."""
    return document(
        [
            Statement(
                sid="OwnCredentials",
                actions=_ACTIONS.get(service, [f"{service.partition('.')[0]}:*"]),
                resources=["*"],
                principal={"AWS": "*"},
                condition={"StringEquals": {"aws:PrincipalAccount": account_id}},
            )
        ]
    )


def s3_endpoint(scope: NetworkScope, route_table_ids: Sequence[pulumi.Input[str]]) -> None:
    """Gateway endpoint for S3 in the given route tables."""
    aws.ec2.VpcEndpoint(
        f"{scope.name}-s3",
        vpc_id=scope.vpc.id,
        service_name=f"com.amazonaws.{scope.account.region}.s3",
        vpc_endpoint_type="Gateway",
        route_table_ids=route_table_ids,
        policy=s3_policy(scope.account.account_id),
        tags={"Name": f"{scope.display_name}-s3"},
        opts=scope.child,
    )


def interface_endpoints(scope: NetworkScope, services: Sequence[str], subnet_ids: Sequence[pulumi.Input[str]]) -> None:
    """An interface endpoint for each service (for example `ecr.api`) in all given subnets, with private DNS.

    They share one security group. It has no egress rule because endpoints never open connections.
    """
    group = aws.ec2.SecurityGroup(
        f"{scope.name}-endpoints",
        vpc_id=scope.vpc.id,
        description="Interface endpoints of AWS services",
        tags={"Name": f"{scope.display_name}-endpoints"},
        opts=scope.child,
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{scope.name}-endpoints-https",
        security_group_id=group.id,
        description="HTTPS from inside the VPC",
        cidr_ipv4=scope.vpc.cidr_block,
        ip_protocol="tcp",
        from_port=HTTPS,
        to_port=HTTPS,
        opts=scope.child,
    )
    for service in services:
        aws.ec2.VpcEndpoint(
            f"{scope.name}-{service}",
            vpc_id=scope.vpc.id,
            service_name=f"com.amazonaws.{scope.account.region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=subnet_ids,
            security_group_ids=[group.id],
            policy=own_credentials(service, scope.account.account_id),
            tags={"Name": f"{scope.display_name}-{service}"},
            opts=scope.child,
        )
