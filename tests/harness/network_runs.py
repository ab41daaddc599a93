"""Runs of the network component that its tests share: one like production's, one like staging's."""

import json
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws

from components.account.account import Account
from components.config.network import NetworkConfig
from components.network.network import Network, NetworkArgs
from tests.harness.harness import Run, run_program
from tests.harness.mock_outputs import mock_outputs

ACCOUNT = "025434362120"
REGION = "ap-northeast-1"
ZONES = [f"{REGION}a", f"{REGION}c", f"{REGION}d"]
GROUP = "/vpc/nova-prod/flow-logs"
GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{GROUP}"

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
NAT = "aws:ec2/natGateway:NatGateway"
EIP = "aws:ec2/eip:Eip"
IGW = "aws:ec2/internetGateway:InternetGateway"
TABLE = "aws:ec2/routeTable:RouteTable"
ROUTE = "aws:ec2/route:Route"
ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP_TYPE = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FLOW_LOG = "aws:ec2/flowLog:FlowLog"
KEY = "aws:kms/key:Key"


def settings(**changes: Any) -> NetworkConfig:
    given: dict[str, Any] = {"cidr": "10.30.0.0/16", "zones": ZONES, **changes}
    return NetworkConfig.model_validate_json(json.dumps(given))


def program(config: NetworkConfig, cluster: str | None, protect: bool) -> None:
    account = Account(account_id=ACCOUNT, region=REGION, permissions_boundary_name="platform-boundary")
    network = Network(
        "net",
        NetworkArgs(name="nova-prod", settings=config, account=account, cluster_name=cluster, protect=protect),
    )
    # In place of the cluster.
    aws.ec2.PlacementGroup("after", strategy="spread", opts=pulumi.ResourceOptions(depends_on=network.egress))
    pulumi.export(
        "network",
        {
            "vpc": network.vpc_id,
            "cidr": network.cidr,
            "publicIds": network.public_subnet_ids,
            "privateIds": network.private_subnet_ids,
            "publicCidrs": network.public_cidrs,
            "privateCidrs": network.private_cidrs,
        },
    )


def make(cluster: str | None = "nova-prod", *, protect: bool = True, preview: bool = False, **changes: Any) -> Run:
    config = settings(**changes)
    return run_program(lambda: program(config, cluster, protect), preview=preview)


@cache
def per_zone() -> Run:
    return make(interfaceEndpoints=["ecr.api", "sts"], flowLogs={"retentionDays": 365})


@cache
def single() -> Run:
    return make(natGateways="single", flowLogs={"customerManagedKey": False}, protect=False)


def id_of(run: Run, type_: str, name: str) -> str:
    """The mocked id of a resource, which other resources have in their inputs."""
    resource = run.one(type_, name)
    return mock_outputs(type_, name, resource.inputs)[0]


def statements(text: str) -> list[dict[str, Any]]:
    return json.loads(text)["Statement"]
