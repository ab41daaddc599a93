"""A simulated AWS account, for tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox.providers.account import Account
from sandbox.providers.aws.package import Aws
from sandbox.providers.aws.schemas.judge import Judge
from sandbox.providers.package import Call, Refused
from sandbox.providers.schema import Schemas
from sandbox.providers.wire import Json, Value

REGION = "ap-northeast-1"
SETTINGS: Json = {
    "region": REGION,
    "allowedAccountIds": ["025434362120"],
    "defaultTags": {"tags": {"Owner": "platform", "Stage": "dev"}},
}
VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
REPOSITORY = "aws:ecr/repository:Repository"
ROLE = "aws:iam/role:Role"
CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
DATABASE = "aws:rds/instance:Instance"
BUCKET = "aws:s3/bucket:Bucket"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"
SECRET = "aws:secretsmanager/secret:Secret"


class Cloud:
    """An account with the aws package."""

    def __init__(self, folder: Path, judge: Judge | None = None) -> None:
        self.account = Account(folder / "account.db")
        self.aws = Aws(self.account, Schemas("aws", folder), judge)

    def call(self, type_: str, name: str, settings: Json = SETTINGS) -> Call:
        return Call(f"urn:pulumi:dev::project::{type_}::{name}", type_, name, settings)

    def create(self, type_: str, name: str, inputs: Json) -> tuple[str, Json]:
        checked, failures = self.aws.check(self.call(type_, name), {}, inputs)
        assert failures == []
        return self.aws.create(self.call(type_, name), checked, preview=False)

    def preview(self, type_: str, name: str, inputs: Json) -> Json:
        checked, _ = self.aws.check(self.call(type_, name), {}, inputs)
        return self.aws.create(self.call(type_, name), checked, preview=True)[1]

    def delete(self, type_: str, name: str, id_: str) -> None:
        self.aws.delete(self.call(type_, name), id_)

    def network(self) -> tuple[str, str]:
        vpc, _ = self.create(VPC, "net", {"cidrBlock": "10.0.0.0/16"})
        subnet, _ = self.create(
            SUBNET, "a", {"vpcId": vpc, "cidrBlock": "10.0.0.0/24", "availabilityZone": f"{REGION}a"}
        )
        return vpc, subnet

    def cluster(self, subnet: str, **more: Value) -> str:
        inputs: Json = {"name": "demo", "roleArn": "arn", "vpcConfig": {"subnetIds": [subnet]}, **more}
        return self.create(CLUSTER, "c", inputs)[0]


def refusal(operation: Callable[[], object]) -> str:
    """The error code with which the operation is refused."""
    with pytest.raises(Refused) as refused:
        operation()
    return refused.value.code
