"""The VPC of a stack."""

from typing import Literal

from pydantic import Field

from components.config.base import Section
from components.config.types import Ipv4Cidr, LogRetentionDays, NatGateways, UniqueList

InterfaceEndpoint = Literal[
    "ecr.api", "ecr.dkr", "sts", "logs", "secretsmanager", "ec2", "kms", "ssm", "ssmmessages", "ec2messages",
    "elasticloadbalancing", "autoscaling", "eks", "eks-auth", "monitoring", "sqs", "sns",
]  # fmt: skip


class FlowLogsConfig(Section):
    """VPC flow logs of all accepted and rejected traffic."""

    retention_days: LogRetentionDays = Field(default=30, description="Retention in CloudWatch Logs, in days.")
    customer_managed_key: bool = Field(
        default=True, description="Encrypts the logs with a key of the stack instead of an AWS owned key."
    )


class NetworkConfig(Section):
    """One VPC with a public, a private and a control plane subnet in each zone."""

    cidr: Ipv4Cidr = Field(description="CIDR of the VPC: private, /16 to /21.", examples=["10.0.0.0/16"])
    zones: tuple[str, ...] = Field(min_length=2, max_length=3, description="Two or three availability zones.")
    nat_gateways: NatGateways = Field(
        default=NatGateways.PER_ZONE,
        description="`perZone` tolerates the loss of a zone; `single` costs less, but egress depends on one zone.",
    )
    interface_endpoints: UniqueList[InterfaceEndpoint] = Field(
        default=(),
        description="AWS services with an interface endpoint in the VPC, for example `ecr.api`; each is billed hourly.",
    )
    flow_logs: FlowLogsConfig = Field(default=FlowLogsConfig(), description="Flow logs of the VPC.")
