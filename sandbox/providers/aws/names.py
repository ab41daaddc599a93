"""The property of each AWS type that gets a generated name, and its maximum length.

A type without an entry is named by `name` if its class has that as an input and as an output that is always set.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.providers.naming import NameRule
from sandbox.providers.schema import Schema

_PREFIXED = "namePrefix"

NAMES: Mapping[str, NameRule | None] = {
    "ec2/securityGroup:SecurityGroup": NameRule("name", 255, instead=_PREFIXED),
    "ec2/launchTemplate:LaunchTemplate": NameRule("name", 125, instead=_PREFIXED),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": None,
    "lb/loadBalancer:LoadBalancer": NameRule("name", 32, instead=_PREFIXED),
    "lb/targetGroup:TargetGroup": NameRule("name", 32, instead=_PREFIXED),
    "route53/zone:Zone": None,
    "route53/record:Record": None,
    "iam/role:Role": NameRule("name", 64, instead=_PREFIXED),
    "iam/rolePolicy:RolePolicy": NameRule("name", 128, instead=_PREFIXED),
    "iam/policy:Policy": NameRule("name", 128, instead=_PREFIXED),
    "iam/instanceProfile:InstanceProfile": NameRule("name", 128, instead=_PREFIXED),
    "kms/alias:Alias": NameRule("name", 256, prefix="alias/", instead=_PREFIXED),
    "secretsmanager/secret:Secret": NameRule("name", 512, instead=_PREFIXED),
    "ecr/repository:Repository": NameRule("name", 256),
    "eks/cluster:Cluster": NameRule("name", 100),
    "eks/nodeGroup:NodeGroup": NameRule("nodeGroupName", 63, instead="nodeGroupNamePrefix"),
    "eks/fargateProfile:FargateProfile": NameRule("fargateProfileName", 63),
    "rds/instance:Instance": NameRule("identifier", 63, lower=True, instead="identifierPrefix"),
    "rds/cluster:Cluster": NameRule("clusterIdentifier", 63, lower=True, instead="clusterIdentifierPrefix"),
    "rds/eventSubscription:EventSubscription": NameRule("name", 255, instead=_PREFIXED),
    "rds/subnetGroup:SubnetGroup": NameRule("name", 255, lower=True, instead=_PREFIXED),
    "rds/parameterGroup:ParameterGroup": NameRule("name", 255, lower=True, instead=_PREFIXED),
    "rds/optionGroup:OptionGroup": NameRule("name", 255, lower=True, instead=_PREFIXED),
    "elasticache/replicationGroup:ReplicationGroup": NameRule("replicationGroupId", 40, lower=True),
    "elasticache/subnetGroup:SubnetGroup": NameRule("name", 255, lower=True),
    "elasticache/parameterGroup:ParameterGroup": NameRule("name", 255, lower=True),
    "s3/bucket:Bucket": NameRule("bucket", 63, lower=True, instead="bucketPrefix"),
    "cloudwatch/logGroup:LogGroup": NameRule("name", 512, instead=_PREFIXED),
    "cloudwatch/metricAlarm:MetricAlarm": NameRule("name", 255),
    "codebuild/project:Project": NameRule("name", 150),
    "sns/topic:Topic": NameRule("name", 256, instead=_PREFIXED),
    "backup/vault:Vault": NameRule("name", 50),
    "budgets/budget:Budget": NameRule("name", 100, instead=_PREFIXED),
}


def name_rule(type_: str, schema: Schema) -> NameRule | None:
    """The rule for a type (without `aws:`)."""
    if type_ in NAMES:
        return NAMES[type_]
    output = schema.outputs.get("name")
    return NameRule("name") if "name" in schema.inputs and output is not None and not output.optional else None
