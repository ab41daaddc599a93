"""Limits that AWS documents and its CloudFormation schemas leave to the service: JSON Schemas, by CloudFormation type.

Their source is the API reference of the action that creates the resource (`CreateDBInstance`, …). `message` says in
words what a pattern means. Only what a schema or cfn-lint lacks belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.providers.aws.regions import zones
from sandbox.providers.wire import Json, Value


def _pattern(pattern: str, message: str) -> Json:
    return {"pattern": pattern, "message": {"pattern": message}}


def _enum(values: str) -> Json:
    return {"enum": list[Value](values.split())}


def _properties(**properties: Json) -> Json:
    return {"properties": dict[str, Value](properties)}


_PORT: Json = {"maximum": 65535}
_PROTOCOL: Json = {"enum": ["tcp", "udp", "icmp", "icmpv6", "-1", *(str(number) for number in range(256))]}
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_DAILY = _pattern(f"^{_TIME}-{_TIME}$", "it must be a time of day in UTC, such as 17:00-18:00")
_WEEKLY = _pattern(
    f"(?i)^{_DAY}:{_TIME}-{_DAY}:{_TIME}$", "it must be a time of the week in UTC, such as sun:18:30-sun:19:30"
)
_VPC_NETWORK = _pattern(r"/(1[6-9]|2[0-8])$", "it must be a network between /16 and /28")
_PREFIXED = _pattern(r"/\d+$", "it must be a network, such as 10.0.0.0/16 or 2001:db8::/56")
_SUBNETS: Json = {"items": {"format": "AWS::EC2::Subnet.Id"}}
_GROUP_TEXT: Json = {
    "maxLength": 255,
    **_pattern(
        r"^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]*$", "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$* are allowed"
    ),
}
_RULE = _properties(
    CidrIp=_PREFIXED, CidrIpv6=_PREFIXED, FromPort=_PORT, ToPort=_PORT, IpProtocol=_PROTOCOL, Description=_GROUP_TEXT
)
_ROUTE_TARGETS: list[Value] = [
    "CarrierGatewayId",
    "CoreNetworkArn",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "OdbNetworkArn",
    "TransitGatewayId",
    "VpcEndpointId",
    "VpcPeeringConnectionId",
]
_POLICY_NAME = _pattern(r"^[\w+=,.@-]{1,128}$", "1 to 128 letters, digits and +=,.@-_ are allowed")
_RSA_AND_EC = "RSA_1024 RSA_2048 RSA_3072 RSA_4096 EC_prime256v1 EC_secp384r1 EC_secp521r1"
_RDS_FAMILY = _pattern(
    r"^(postgres(9\.[3-6]|1[0-8])|mysql(5\.[5-7]|8\.[04])|mariadb1[01]\.\d+"
    r"|(aurora|oracle|sqlserver|db2|custom)-.+)$",
    "it must be a family of RDS, such as postgres17 or mysql8.4",
)

SUPPLEMENTS: Mapping[str, Json] = {
    "AWS::Budgets::Budget": {
        "definitions": {
            "BudgetData": _properties(
                BudgetName=_pattern(r"^[^:\\]{1,100}$", "1 to 100 characters without colon and backslash are allowed"),
                BudgetType=_enum(
                    "COST RI_COVERAGE RI_UTILIZATION SAVINGS_PLANS_COVERAGE SAVINGS_PLANS_UTILIZATION USAGE"
                ),
                Metrics={
                    "items": _enum(
                        "AmortizedCost BlendedCost Hours NetAmortizedCost NetUnblendedCost NormalizedUsageAmount "
                        "UnblendedCost UsageQuantity"
                    )
                },
                TimeUnit=_enum("ANNUALLY CUSTOM DAILY MONTHLY QUARTERLY"),
            ),
            "Notification": _properties(
                ComparisonOperator=_enum("EQUAL_TO GREATER_THAN LESS_THAN"),
                NotificationType=_enum("ACTUAL FORECASTED"),
                ThresholdType=_enum("ABSOLUTE_VALUE PERCENTAGE"),
            ),
        }
    },
    "AWS::CertificateManager::Certificate": _properties(
        KeyAlgorithm=_enum(_RSA_AND_EC),
        ValidationMethod=_enum("DNS EMAIL HTTP"),
    ),
    "AWS::CloudWatch::Alarm": _properties(
        AlarmDescription={"maxLength": 1024},
        ComparisonOperator=_enum(
            "GreaterThanOrEqualToThreshold GreaterThanThreshold GreaterThanUpperThreshold "
            "LessThanLowerOrGreaterThanUpperThreshold LessThanLowerThreshold LessThanOrEqualToThreshold "
            "LessThanThreshold"
        ),
        Statistic=_enum("Average Maximum Minimum SampleCount Sum"),
        TreatMissingData=_enum("breaching ignore missing notBreaching"),
    ),
    "AWS::EC2::FlowLog": _properties(MaxAggregationInterval={"enum": [60, 600]}),
    "AWS::EC2::LaunchTemplate": {
        **_properties(
            LaunchTemplateName={
                "minLength": 3,
                "maxLength": 128,
                **_pattern(r"^[a-zA-Z0-9().\-/_]+$", "letters, digits and ().-/_ are allowed"),
            }
        ),
        "definitions": {"MetadataOptions": _properties(HttpPutResponseHopLimit={"minimum": 1, "maximum": 64})},
    },
    "AWS::EC2::Route": {
        **_properties(
            DestinationCidrBlock={"format": "ipv4-network", **_PREFIXED},
            DestinationIpv6CidrBlock={"format": "ipv6-network", **_PREFIXED},
        ),
        "requiredXor": _ROUTE_TARGETS,
    },
    "AWS::EC2::SecurityGroup": _properties(
        GroupName={"maxLength": 255, **_pattern("^(?!sg-)", "it must not start with sg-")},
    ),
    "AWS::EC2::SecurityGroupEgress": _RULE,
    "AWS::EC2::SecurityGroupIngress": _RULE,
    "AWS::EC2::Subnet": _properties(CidrBlock={"format": "ipv4-network", **_VPC_NETWORK}),
    "AWS::EC2::VPC": _properties(CidrBlock=_VPC_NETWORK),
    "AWS::EKS::AccessEntry": _properties(
        PrincipalArn=_pattern(r"^arn:aws[a-z-]*:(iam|sts)::\d{12}:", "it must be the ARN of a role or user"),
        Type=_enum("STANDARD EC2 EC2_LINUX EC2_WINDOWS FARGATE_LINUX HYBRID_LINUX HYPERPOD_LINUX"),
    ),
    "AWS::EKS::Cluster": {"definitions": {"EncryptionConfig": _properties(Resources={"items": _enum("secrets")})}},
    "AWS::EKS::Nodegroup": {
        "definitions": {"UpdateConfig": {"dependentExcluded": {"MaxUnavailable": ["MaxUnavailablePercentage"]}}}
    },
    "AWS::ElastiCache::ParameterGroup": _properties(
        CacheParameterGroupFamily=_enum(
            "memcached1.4 memcached1.5 memcached1.6 "
            "redis2.6 redis2.8 redis3.2 redis4.0 redis5.0 redis6.x redis7 valkey7 valkey8 valkey9"
        )
    ),
    "AWS::ElastiCache::ReplicationGroup": {
        **_properties(
            Port={"minimum": 1, **_PORT},
            PreferredMaintenanceWindow=_WEEKLY,
            ReplicationGroupId={
                "maxLength": 40,
                **_pattern(
                    "^[a-zA-Z](-?[a-zA-Z0-9])*$",
                    "letters, digits and single hyphens are allowed, and it must start with a letter",
                ),
            },
            SnapshotRetentionLimit={"minimum": 0, "maximum": 35},
            SnapshotWindow=_DAILY,
            TransitEncryptionMode=_enum("preferred required"),
        ),
        "if": {"properties": {"AutomaticFailoverEnabled": {"const": True}}, "required": ["AutomaticFailoverEnabled"]},
        "then": {
            "properties": {
                "NumCacheClusters": {
                    "minimum": 2,
                    "message": {"minimum": "the minimum is 2 with automaticFailoverEnabled"},
                }
            }
        },
    },
    "AWS::ElastiCache::SubnetGroup": _properties(SubnetIds=_SUBNETS),
    "AWS::IAM::ManagedPolicy": _properties(ManagedPolicyName=_POLICY_NAME),
    "AWS::IAM::RolePolicy": _properties(PolicyName=_POLICY_NAME),
    "AWS::KMS::Alias": _properties(
        AliasName=_pattern("^(?!alias/aws/)", "names that start with alias/aws/ are AWS's own")
    ),
    "AWS::RDS::DBInstance": {
        **_properties(
            CACertificateIdentifier=_enum("rds-ca-rsa2048-g1 rds-ca-rsa4096-g1 rds-ca-ecc384-g1"),
            EnableCloudwatchLogsExports={
                "items": _enum(
                    "agent alert audit diag.log error general iam-db-auth-error listener notify.log oemagent "
                    "postgresql slowquery trace upgrade"
                )
            },
            EngineLifecycleSupport=_enum("open-source-rds-extended-support open-source-rds-extended-support-disabled"),
            LicenseModel=_enum(
                "bring-your-own-license bring-your-own-media general-public-license license-included "
                "marketplace-license postgresql-license"
            ),
            MonitoringInterval={"enum": [0, 1, 5, 10, 15, 30, 60]},
            NetworkType=_enum("DUAL IPV4"),
            PerformanceInsightsRetentionPeriod={"enum": [7, *range(31, 714, 31), 731]},
            Port={"minimum": 1150, **_PORT},
            PreferredBackupWindow=_DAILY,
            PreferredMaintenanceWindow=_WEEKLY,
            StorageType=_enum("standard gp2 gp3 io1 io2"),
        ),
        "dependentExcluded": {"ManageMasterUserPassword": ["MasterUserPassword"]},
    },
    "AWS::RDS::DBParameterGroup": _properties(Family=_RDS_FAMILY),
    "AWS::RDS::DBSubnetGroup": _properties(SubnetIds=_SUBNETS),
    "AWS::RDS::EventSubscription": _properties(
        SourceType=_enum(
            "blue-green-deployment custom-engine-version db-cluster db-cluster-snapshot db-instance db-parameter-group "
            "db-proxy db-security-group db-shard-group db-snapshot zero-etl"
        )
    ),
    "AWS::Route53::RecordSet": _properties(
        TTL={"minimum": 0, "maximum": 2147483647},
        Type=_enum("A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT"),
    ),
    "AWS::SecretsManager::Secret": _properties(
        Name=_pattern("^[a-zA-Z0-9/_+=.@-]+$", "letters, digits and /_+=.@- are allowed"),
        RecoveryWindowInDays={"enum": [0, *range(7, 31)]},
    ),
    "AWS::SNS::Subscription": _properties(
        Protocol=_enum("application email email-json firehose http https lambda sms sqs")
    ),
    "AWS::SNS::Topic": _properties(
        TopicName=_pattern(r"^[\w-]{1,256}(\.fifo)?$", "1 to 256 letters, digits, hyphens and underscores are allowed")
    ),
    "AWS::WAFv2::WebACL": {
        "definitions": {
            "DefaultAction": {"requiredXor": ["Allow", "Block"]},
            "OverrideAction": {"requiredXor": ["Count", "None"]},
        }
    },
}


def supplement(schema: Json, type_: str, region: str) -> None:
    """Add the limits of a type to its schema."""
    _merge(schema, SUPPLEMENTS.get(type_, {}))
    if type_ == "AWS::EC2::Subnet":
        _merge(schema, _properties(AvailabilityZone={"enum": list[Value](zones(region))}))


def _merge(schema: Json, extra: Json) -> None:
    if any(key in schema and not isinstance(value, dict) for key, value in extra.items()):
        both = schema.setdefault("allOf", [])
        assert isinstance(both, list)  # noqa: S101  a schema's allOf is one
        both.append(extra)
        return
    for key, value in extra.items():
        own = schema.setdefault(key, {} if isinstance(value, dict) else value)
        if isinstance(own, dict) and isinstance(value, dict):
            _merge(own, value)
