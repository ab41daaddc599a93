"""Where a stack lives: its AWS account and its network."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.config.base import Section
from components.config.types import AccountId, IamName, Ipv4Cidr, LogRetentionDays, NatGateways, Region, Zone

InterfaceEndpoint = Literal[
    "ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager", "ec2", "kms", "ssm", "ssmmessages", "ec2messages",
    "elasticloadbalancing", "autoscaling", "eks", "eks-auth", "monitoring", "sqs", "sns",
]  # fmt: skip


def _each_once(services: tuple[InterfaceEndpoint, ...]) -> tuple[InterfaceEndpoint, ...]:
    for position, service in enumerate(services):
        if service in services[:position]:
            raise ValueError(f"{service} is there twice. Take one away.")
    return services


class AwsConfig(Section):
    """The account that a stack may touch. The provider refuses every other."""

    account_id: AccountId = Field(description="AWS account, quoted.")
    region: Region = Field(description="AWS region.")
    permissions_boundary: IamName | None = Field(
        default=None,
        description="Name of an IAM policy of the account that caps every role this stack makes. A deploy role needs "
        "it: without a cap, who can make roles can make an administrator.",
    )


class FlowLogsConfig(Section):
    """Records of all accepted and rejected traffic of the VPC."""

    retention_days: LogRetentionDays = Field(default=30, description="Days that CloudWatch Logs keeps them.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts them with a key of the stack instead of AWS's own."
    )


class NetworkConfig(Section):
    """One VPC with a public and a private subnet in each zone."""

    cidr: Ipv4Cidr = Field(description="Network of the VPC, /16 to /21, inside the private ranges.")
    zones: tuple[Zone, ...] = Field(min_length=2, max_length=3, description="Two or three availability zones.")
    nat_gateways: NatGateways = Field(
        default=NatGateways.PER_ZONE,
        description="`perZone` survives the loss of a zone; `single` costs less and loses all egress with its zone.",
    )
    interface_endpoints: Annotated[tuple[InterfaceEndpoint, ...], AfterValidator(_each_once)] = Field(
        default=(),
        description="AWS services reached without leaving the VPC, for example `ecr.api`; each costs by the hour.",
    )
    flow_logs: FlowLogsConfig = Field(default=FlowLogsConfig(), description="Flow logs of the VPC.")
