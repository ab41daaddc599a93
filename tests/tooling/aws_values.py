"""Resources that AWS accepts, and changes to them that it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.providers.wire import UNKNOWN, Json, Value

BUDGET = "budgets/budget:Budget"
CERTIFICATE = "acm/certificate:Certificate"
RULE = "cloudwatch/eventRule:EventRule"
TARGET = "cloudwatch/eventTarget:EventTarget"
ALARM = "cloudwatch/metricAlarm:MetricAlarm"
LOG_GROUP = "cloudwatch/logGroup:LogGroup"
ADDRESS = "ec2/eip:Eip"
FLOW_LOG = "ec2/flowLog:FlowLog"
TEMPLATE = "ec2/launchTemplate:LaunchTemplate"
NAT = "ec2/natGateway:NatGateway"
ROUTE = "ec2/route:Route"
GROUP = "ec2/securityGroup:SecurityGroup"
GROUP_RULE = "ec2/securityGroupRule:SecurityGroupRule"
SUBNET = "ec2/subnet:Subnet"
VPC = "ec2/vpc:Vpc"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"
REPOSITORY = "ecr/repository:Repository"
ENTRY = "eks/accessEntry:AccessEntry"
ACCESS = "eks/accessPolicyAssociation:AccessPolicyAssociation"
ADDON = "eks/addon:Addon"
CLUSTER = "eks/cluster:Cluster"
NODES = "eks/nodeGroup:NodeGroup"
IDENTITY = "eks/podIdentityAssociation:PodIdentityAssociation"
CACHE_PARAMETERS = "elasticache/parameterGroup:ParameterGroup"
CACHE = "elasticache/replicationGroup:ReplicationGroup"
CACHE_SUBNETS = "elasticache/subnetGroup:SubnetGroup"
PROFILE = "iam/instanceProfile:InstanceProfile"
OIDC = "iam/openIdConnectProvider:OpenIdConnectProvider"
POLICY = "iam/policy:Policy"
ROLE = "iam/role:Role"
ROLE_POLICY = "iam/rolePolicy:RolePolicy"
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"
ALIAS = "kms/alias:Alias"
KEY = "kms/key:Key"
DATABASE = "rds/instance:Instance"
DATABASE_EVENTS = "rds/eventSubscription:EventSubscription"
DATABASE_PARAMETERS = "rds/parameterGroup:ParameterGroup"
DATABASE_SUBNETS = "rds/subnetGroup:SubnetGroup"
RECORD = "route53/record:Record"
ZONE = "route53/zone:Zone"
BUCKET = "s3/bucket:Bucket"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
OWNERSHIP = "s3/bucketOwnershipControls:BucketOwnershipControls"
BUCKET_POLICY = "s3/bucketPolicy:BucketPolicy"
ENCRYPTION = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
VERSIONING = "s3/bucketVersioning:BucketVersioning"
SECRET = "secretsmanager/secret:Secret"
TOPIC = "sns/topic:Topic"
SUBSCRIPTION = "sns/topicSubscription:TopicSubscription"
QUEUE = "sqs/queue:Queue"
EGRESS = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS = "vpc/securityGroupIngressRule:SecurityGroupIngressRule"
FIREWALL = "wafv2/webAcl:WebAcl"
FIREWALL_LOG = "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"


def policy(**statement: Value) -> str:
    allow: Json = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::files/*"], **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


def trust(**statement: Value) -> str:
    allow: Json = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": "ec2.amazonaws.com"}}
    return json.dumps({"Version": "2012-10-17", "Statement": [{**allow, **statement}]})


_SEEN: Json = {"cloudwatchMetricsEnabled": True, "metricName": "rate", "sampledRequestsEnabled": False}
_FIREWALL_RULE: Json = {
    "name": "rate",
    "priority": 1,
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP"}},
    "visibilityConfig": _SEEN,
}
_TCP: Json = {"securityGroupId": UNKNOWN, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/8"}

ACCEPTED: Mapping[str, Json] = {
    BUDGET: {
        "name": "monthly",
        "budgetType": "COST",
        "timeUnit": "MONTHLY",
        "limitAmount": "100",
        "limitUnit": "USD",
        "metrics": "UnblendedCost",
        "filterExpression": {"ands": [{"tags": {"key": "Project", "values": ["shop"]}}]},
        "notifications": [
            {
                "notificationType": "ACTUAL",
                "comparisonOperator": "GREATER_THAN",
                "threshold": 80,
                "thresholdType": "PERCENTAGE",
                "subscriberSnsTopicArns": [UNKNOWN],
            }
        ],
    },
    ALARM: {
        "name": "cpu",
        "namespace": "AWS/RDS",
        "metricName": "CPUUtilization",
        "dimensions": {"DBInstanceIdentifier": "d"},
        "statistic": "Average",
        "period": 300,
        "evaluationPeriods": 3,
        "comparisonOperator": "GreaterThanThreshold",
        "threshold": 90,
        "treatMissingData": "ignore",
        "okActions": [UNKNOWN],
    },
    TOPIC: {"name": "alarms", "kmsMasterKeyId": UNKNOWN, "policy": UNKNOWN},
    SUBSCRIPTION: {"topic": UNKNOWN, "protocol": "email", "endpoint": "ops@example.com"},
    DATABASE_EVENTS: {"name": "events", "snsTopic": UNKNOWN, "sourceType": "db-instance", "sourceIds": ["d"]},
    CERTIFICATE: {"domainName": "api.example.com", "validationMethod": "DNS", "keyAlgorithm": "RSA_2048"},
    RULE: {"name": "rule", "scheduleExpression": "rate(5 minutes)"},
    TARGET: {"rule": "rule", "arn": UNKNOWN, "targetId": "queue"},
    LOG_GROUP: {"name": "/aws/eks/c/cluster", "retentionInDays": 365},
    ADDRESS: {"domain": "vpc"},
    FLOW_LOG: {"vpcId": UNKNOWN, "trafficType": "ALL", "logDestinationType": "cloud-watch-logs"},
    TEMPLATE: {
        "name": "nodes",
        "instanceType": "m6i.xlarge",
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp3", "volumeSize": 50}}],
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
    },
    NAT: {"subnetId": UNKNOWN, "allocationId": UNKNOWN},
    ROUTE: {"routeTableId": UNKNOWN, "destinationCidrBlock": "0.0.0.0/0", "gatewayId": UNKNOWN},
    GROUP: {"name": "nodes", "description": "Nodes of the cluster", "vpcId": UNKNOWN},
    GROUP_RULE: {
        "type": "ingress",
        "protocol": "tcp",
        "fromPort": 443,
        "toPort": 443,
        "securityGroupId": UNKNOWN,
        "cidrBlocks": ["10.0.0.0/8"],
    },
    SUBNET: {"vpcId": UNKNOWN, "cidrBlock": "10.0.0.0/24", "availabilityZone": "ap-northeast-1a"},
    VPC: {"cidrBlock": "10.0.0.0/16"},
    ENDPOINT: {"vpcId": UNKNOWN, "serviceName": "com.amazonaws.ap-northeast-1.s3", "vpcEndpointType": "Gateway"},
    REPOSITORY: {"name": "team/service", "encryptionConfigurations": [{"encryptionType": "AES256"}]},
    ENTRY: {"clusterName": "c", "principalArn": "arn:aws:iam::123456789012:role/admin", "type": "STANDARD"},
    ACCESS: {
        "clusterName": "c",
        "principalArn": UNKNOWN,
        "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        "accessScope": {"type": "namespace", "namespaces": ["dev"]},
    },
    ADDON: {"clusterName": "c", "addonName": "coredns", "resolveConflictsOnUpdate": "OVERWRITE"},
    CLUSTER: {
        "name": "c",
        "roleArn": UNKNOWN,
        "vpcConfig": {"subnetIds": [UNKNOWN, UNKNOWN]},
        "version": "1.36",
        "enabledClusterLogTypes": ["api", "audit"],
    },
    NODES: {
        "clusterName": "c",
        "nodeRoleArn": UNKNOWN,
        "subnetIds": UNKNOWN,
        "amiType": "AL2023_x86_64_STANDARD",
        "instanceTypes": ["t3.large"],
        "scalingConfig": {"desiredSize": 2, "maxSize": 3, "minSize": 1},
        "updateConfig": {"maxUnavailable": 1},
    },
    IDENTITY: {"clusterName": "c", "namespace": "dev", "serviceAccount": "s", "roleArn": UNKNOWN},
    CACHE_PARAMETERS: {"name": "p", "family": "valkey8", "parameters": [{"name": "maxmemory-policy", "value": "x"}]},
    CACHE: {
        "description": "Cache",
        "replicationGroupId": "cache",
        "engine": "valkey",
        "engineVersion": "8.1",
        "nodeType": "cache.t4g.micro",
        "numCacheClusters": 2,
        "automaticFailoverEnabled": True,
        "transitEncryptionEnabled": True,
        "snapshotWindow": "17:00-18:00",
    },
    CACHE_SUBNETS: {"name": "s", "description": "Subnets", "subnetIds": [UNKNOWN]},
    PROFILE: {"name": "nodes", "role": UNKNOWN},
    OIDC: {"url": "https://token.actions.githubusercontent.com", "clientIdLists": ["sts.amazonaws.com"]},
    POLICY: {"name": "read", "policy": policy()},
    ROLE: {"name": "nodes", "assumeRolePolicy": trust(), "maxSessionDuration": 3600},
    ROLE_POLICY: {"name": "read", "role": "nodes", "policy": policy()},
    ATTACHMENT: {"role": "nodes", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"},
    ALIAS: {"name": "alias/data", "targetKeyId": UNKNOWN},
    KEY: {"deletionWindowInDays": 30, "policy": policy(Principal="*", Resource="*", Action="kms:*")},
    DATABASE: {
        "identifier": "db",
        "engine": "postgres",
        "engineVersion": "17.6",
        "instanceClass": "db.t4g.medium",
        "allocatedStorage": 20,
        "storageType": "gp3",
        "storageEncrypted": True,
        "kmsKeyId": UNKNOWN,
        "backupRetentionPeriod": 30,
        "port": 5432,
        "maintenanceWindow": "sun:18:30-sun:19:30",
        "manageMasterUserPassword": True,
    },
    DATABASE_PARAMETERS: {"name": "p", "family": "postgres17", "description": "Parameters"},
    DATABASE_SUBNETS: {"name": "s", "description": "Subnets", "subnetIds": [UNKNOWN]},
    RECORD: {"zoneId": UNKNOWN, "name": "api.example.com", "type": "A", "ttl": 300, "records": ["192.0.2.1"]},
    ZONE: {"name": "example.com"},
    BUCKET: {"bucket": "files-of-the-team"},
    LIFECYCLE: {
        "bucket": "files-of-the-team",
        "rules": [
            {
                "id": "old",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "noncurrentVersionExpiration": {"noncurrentDays": 30},
            }
        ],
    },
    OWNERSHIP: {"bucket": "files-of-the-team", "rule": {"objectOwnership": "BucketOwnerEnforced"}},
    BUCKET_POLICY: {"bucket": "files-of-the-team", "policy": policy(Principal="*")},
    ENCRYPTION: {
        "bucket": "files-of-the-team",
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": UNKNOWN}}],
    },
    VERSIONING: {"bucket": "files-of-the-team", "versioningConfiguration": {"status": "Enabled"}},
    SECRET: {"name": "team/dev/service", "recoveryWindowInDays": 7},
    QUEUE: {"name": "events", "messageRetentionSeconds": 300},
    EGRESS: _TCP,
    INGRESS: _TCP,
    FIREWALL: {
        "name": "edge",
        "scope": "REGIONAL",
        "defaultAction": {"allow": {}},
        "rules": [_FIREWALL_RULE],
        "visibilityConfig": _SEEN,
    },
    FIREWALL_LOG: {
        "resourceArn": UNKNOWN,
        "logDestinationConfigs": [UNKNOWN],
        "loggingFilter": {
            "defaultBehavior": "DROP",
            "filters": [
                {
                    "behavior": "KEEP",
                    "requirement": "MEETS_ANY",
                    "conditions": [{"actionCondition": {"action": "BLOCK"}}],
                }
            ],
        },
    },
}


@dataclass(frozen=True)
class Wrong:
    """A change that makes an accepted resource a refused one: the property that is named, and words of the remedy.

    None removes an input.
    """

    type: str
    change: Json
    property: str
    remedy: str


def _statement(**change: Value) -> Json:
    return {
        "rules": [
            {**_FIREWALL_RULE, "statement": {"rateBasedStatement": {"limit": 2000, "aggregateKeyType": "IP", **change}}}
        ]
    }


def _rule(**change: Value) -> Json:
    return {"rules": [{"id": "old", "status": "Enabled", **change}]}


REFUSED = (
    Wrong(BUDGET, {"timeUnit": "WEEKLY"}, "timeUnit", "MONTHLY"),
    Wrong(BUDGET, {"metrics": "Cost"}, "metrics", "UnblendedCost"),
    Wrong(BUDGET, {"budgetType": None}, "budgetType", "is missing"),
    Wrong(BUDGET, {"notifications": [{"notificationType": "SPENT"}]}, "notifications[0].notificationType", "ACTUAL"),
    Wrong(ALARM, {"statistic": "Mean"}, "statistic", "Average"),
    Wrong(ALARM, {"comparisonOperator": "Above"}, "comparisonOperator", "GreaterThanThreshold"),
    Wrong(ALARM, {"treatMissingData": "ok"}, "treatMissingData", "notBreaching"),
    Wrong(TOPIC, {"name": "shop alarms"}, "name", "letters"),
    Wrong(SUBSCRIPTION, {"protocol": "mail"}, "protocol", "email"),
    Wrong(DATABASE_EVENTS, {"sourceType": "instance"}, "sourceType", "db-instance"),
    Wrong(CERTIFICATE, {"validationMethod": "MAIL"}, "validationMethod", "EMAIL"),
    Wrong(CERTIFICATE, {"keyAlgorithm": "RSA_512"}, "keyAlgorithm", "RSA_2048"),
    Wrong(
        CERTIFICATE,
        {"options": {"certificateTransparencyLoggingPreference": "ON"}},
        "options.certificateTransparencyLoggingPreference",
        "ENABLED, DISABLED",
    ),
    Wrong(RULE, {"scheduleExpression": "every day"}, "scheduleExpression", "rate"),
    Wrong(RULE, {"state": "ON"}, "state", "ENABLED"),
    Wrong(TARGET, {"targetId": "a b"}, "targetId", "match"),
    Wrong(TARGET, {"retryPolicy": {"maximumRetryAttempts": 186}}, "retryPolicy.maximumRetryAttempts", "185"),
    Wrong(LOG_GROUP, {"retentionInDays": 366}, "retentionInDays", "365"),
    Wrong(LOG_GROUP, {"name": "all logs"}, "name", "match"),
    Wrong(LOG_GROUP, {"logGroupClass": "CHEAP"}, "logGroupClass", "INFREQUENT_ACCESS"),
    Wrong(LOG_GROUP, {"tags": {"aws:owner": "team"}}, "tags.aws:owner", "match"),
    Wrong(ADDRESS, {"domain": "vpcs"}, "domain", "standard, vpc"),
    Wrong(FLOW_LOG, {"trafficType": "BOTH"}, "trafficType", "ACCEPT, ALL, REJECT"),
    Wrong(FLOW_LOG, {"logDestinationType": "cloudwatch"}, "logDestinationType", "cloud-watch-logs"),
    Wrong(FLOW_LOG, {"maxAggregationInterval": 120}, "maxAggregationInterval", "60, 600"),
    Wrong(TEMPLATE, {"instanceType": "m6i.xlargee"}, "instanceType", "m6i.xlarge"),
    Wrong(
        TEMPLATE,
        {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeType": "gp5"}}]},
        "blockDeviceMappings[0].ebs.volumeType",
        "gp3",
    ),
    Wrong(TEMPLATE, {"metadataOptions": {"httpTokens": "always"}}, "metadataOptions.httpTokens", "required"),
    Wrong(
        TEMPLATE, {"metadataOptions": {"httpPutResponseHopLimit": 65}}, "metadataOptions.httpPutResponseHopLimit", "64"
    ),
    Wrong(
        TEMPLATE, {"tagSpecifications": [{"resourceType": "volumes"}]}, "tagSpecifications[0].resourceType", "volume"
    ),
    Wrong(TEMPLATE, {"imageId": "ami-latest"}, "imageId", "match"),
    Wrong(NAT, {"connectivityType": "internet"}, "connectivityType", "public"),
    Wrong(ROUTE, {"destinationCidrBlock": "0.0.0.0"}, "destinationCidrBlock", "10.0.0.0/16"),
    Wrong(ROUTE, {"natGatewayId": UNKNOWN}, "", "exclude each other"),
    Wrong(GROUP, {"name": "sg-nodes"}, "name", "must not start with sg-"),
    Wrong(GROUP, {"description": "x" * 256}, "description", "at most 255"),
    Wrong(GROUP, {"description": "From the café"}, "description", "match"),
    Wrong(GROUP_RULE, {"protocol": "tcpp"}, "protocol", "tcp"),
    Wrong(GROUP_RULE, {"cidrBlocks": ["10.0.0.0/8", "10.1.0.0/33"]}, "cidrBlocks[1]", "IPv4 network"),
    Wrong(SUBNET, {"cidrBlock": "10.0.0.0/29"}, "cidrBlock", "between /16 and /28"),
    Wrong(SUBNET, {"availabilityZone": "ap-northeast-1z"}, "availabilityZone", "ap-northeast-1a"),
    Wrong(VPC, {"cidrBlock": "10.0.0.0/8"}, "cidrBlock", "between /16 and /28"),
    Wrong(VPC, {"cidrBlock": "10.0.0.1/16"}, "cidrBlock", "IPv4 network"),
    Wrong(VPC, {"instanceTenancy": "shared"}, "instanceTenancy", "default"),
    Wrong(VPC, {"cidrBlock": None}, "cidrBlock", "is missing"),
    Wrong(ENDPOINT, {"vpcEndpointType": "Iface"}, "vpcEndpointType", "Interface"),
    Wrong(REPOSITORY, {"name": "Team/service"}, "name", "match"),
    Wrong(REPOSITORY, {"imageTagMutability": "FIXED"}, "imageTagMutability", "IMMUTABLE"),
    Wrong(
        REPOSITORY,
        {"encryptionConfigurations": [{"encryptionType": "AES128"}]},
        "encryptionConfigurations[0].encryptionType",
        "AES256",
    ),
    Wrong(ENTRY, {"type": "USER"}, "type", "STANDARD"),
    Wrong(ENTRY, {"principalArn": "admin"}, "principalArn", "ARN of a role"),
    Wrong(ACCESS, {"accessScope": {"type": "namespaces"}}, "accessScope.type", "namespace, cluster"),
    Wrong(ADDON, {"resolveConflictsOnUpdate": "FORCE"}, "resolveConflictsOnUpdate", "OVERWRITE"),
    Wrong(CLUSTER, {"enabledClusterLogTypes": ["api", "audits"]}, "enabledClusterLogTypes[1]", "audit"),
    Wrong(CLUSTER, {"accessConfig": {"authenticationMode": "IAM"}}, "accessConfig.authenticationMode", "API"),
    Wrong(CLUSTER, {"version": "1"}, "version", "match"),
    Wrong(CLUSTER, {"upgradePolicy": {"supportType": "LONG"}}, "upgradePolicy.supportType", "EXTENDED"),
    Wrong(CLUSTER, {"vpcConfig": None}, "vpcConfig", "is missing"),
    Wrong(NODES, {"amiType": "AL2023_x86_64"}, "amiType", "AL2023_x86_64_STANDARD"),
    Wrong(NODES, {"instanceTypes": ["t3.large", "t3.larger"]}, "instanceTypes[1]", "t3.large"),
    Wrong(NODES, {"taints": [{"key": "gpu", "effect": "NoSchedule"}]}, "taints[0].effect", "NO_SCHEDULE"),
    Wrong(
        NODES,
        {"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 33}},
        "updateConfig.maxUnavailablePercentage",
        "exclude each other",
    ),
    Wrong(
        NODES,
        {"updateConfig": {"maxUnavailablePercentage": 101}},
        "updateConfig.maxUnavailablePercentage",
        "the maximum is 100",
    ),
    Wrong(IDENTITY, {"serviceAccount": None}, "serviceAccount", "is missing"),
    Wrong(CACHE_PARAMETERS, {"family": "valkey99"}, "family", "valkey8"),
    Wrong(CACHE, {"nodeType": "cache.t4g.mikro"}, "nodeType", "cache.t4g.micro"),
    Wrong(CACHE, {"engine": "valky"}, "engine", "valkey"),
    Wrong(CACHE, {"engineVersion": "8.9"}, "engineVersion", "8.1"),
    Wrong(CACHE, {"numCacheClusters": 7}, "numCacheClusters", "the maximum is 6"),
    Wrong(CACHE, {"numCacheClusters": 1}, "numCacheClusters", "the minimum is 2"),
    Wrong(CACHE, {"replicationGroupId": "c" * 41}, "replicationGroupId", "at most 40"),
    Wrong(CACHE, {"snapshotWindow": "5pm"}, "snapshotWindow", "17:00-18:00"),
    Wrong(CACHE, {"transitEncryptionEnabled": None}, "transitEncryptionEnabled", "is missing"),
    Wrong(CACHE_SUBNETS, {"subnetIds": ["subnet-a"]}, "subnetIds[0]", "match"),
    Wrong(PROFILE, {"name": "all nodes"}, "name", "match"),
    Wrong(OIDC, {"thumbprintLists": ["abc"]}, "thumbprintLists[0]", "at least 40"),
    Wrong(POLICY, {"policy": policy(Effect="Permit")}, "policy.Statement[0].Effect", "Allow, Deny"),
    Wrong(POLICY, {"policy": policy(Actions=["s3:PutObject"])}, "policy.Statement[0].Actions", "mean Action"),
    Wrong(ROLE, {"maxSessionDuration": 1800}, "maxSessionDuration", "the minimum is 3600"),
    Wrong(ROLE, {"name": "r" * 65}, "name", "at most 64"),
    Wrong(ROLE, {"assumeRolePolicy": trust(Effect="Yes")}, "assumeRolePolicy.Statement[0].Effect", "Allow, Deny"),
    Wrong(ROLE_POLICY, {"policy": policy().replace("2012-10-17", "2012-10-18")}, "policy.Version", "2012-10-17"),
    Wrong(ATTACHMENT, {"policyArn": "AdministratorAccess"}, "policyArn", "match"),
    Wrong(ALIAS, {"name": "data"}, "name", "alias/"),
    Wrong(ALIAS, {"name": "alias/aws/data"}, "name", "AWS's own"),
    Wrong(KEY, {"deletionWindowInDays": 31}, "deletionWindowInDays", "the maximum is 30"),
    Wrong(KEY, {"customerMasterKeySpec": "RSA_1024"}, "customerMasterKeySpec", "RSA_2048"),
    Wrong(DATABASE, {"instanceClass": "db.t4g.mediun"}, "instanceClass", "db.t4g.medium"),
    Wrong(DATABASE, {"kmsKeyId": "data"}, "kmsKeyId", "AWS::KMS::Key.Arn"),
    Wrong(DATABASE, {"engine": "postgresql"}, "engine", "postgres"),
    Wrong(DATABASE, {"engineVersion": "17.99"}, "engineVersion", "17.9"),
    Wrong(DATABASE, {"backupRetentionPeriod": 36}, "backupRetentionPeriod", "the maximum is 35"),
    Wrong(DATABASE, {"storageType": "gp4"}, "storageType", "gp3"),
    Wrong(DATABASE, {"storageEncrypted": False}, "storageEncrypted", "true"),
    Wrong(DATABASE, {"monitoringInterval": 45}, "monitoringInterval", "30, 60"),
    Wrong(DATABASE, {"port": 70000}, "port", "the maximum is 65535"),
    Wrong(DATABASE, {"maintenanceWindow": "sunday"}, "maintenanceWindow", "sun:18:30"),
    Wrong(DATABASE, {"identifier": "1db"}, "identifier", "match"),
    Wrong(DATABASE, {"password": UNKNOWN}, "password", "exclude each other"),
    Wrong(DATABASE, {"enabledCloudwatchLogsExports": ["postgres"]}, "enabledCloudwatchLogsExports[0]", "postgresql"),
    Wrong(DATABASE_PARAMETERS, {"family": "postgres99"}, "family", "postgres17"),
    Wrong(DATABASE_SUBNETS, {"subnetIds": None}, "subnetIds", "is missing"),
    Wrong(FLOW_LOG, {"vpcId": None}, "vpcId", "is missing"),
    Wrong(TARGET, {"arn": None}, "arn", "is missing"),
    Wrong(RECORD, {"zoneId": None}, "zoneId", "is missing"),
    Wrong(RECORD, {"type": "AAA"}, "type", "AAAA"),
    Wrong(RECORD, {"records": ["192.0.2.256"]}, "records[0]", "IPv4 address"),
    Wrong(RECORD, {"type": "CNAME", "records": ["a.example.com", "b.example.com"]}, "records", "at most 1"),
    Wrong(ZONE, {"name": "x" * 1025}, "name", "at most 1024"),
    Wrong(BUCKET, {"bucket": "Files"}, "bucket", "match"),
    Wrong(LIFECYCLE, _rule(status="On"), "rules[0].status", "Enabled, Disabled"),
    Wrong(
        LIFECYCLE,
        _rule(transitions=[{"storageClass": "COLD", "days": 3}]),
        "rules[0].transitions[0].storageClass",
        "GLACIER",
    ),
    Wrong(OWNERSHIP, {"rule": {"objectOwnership": "Mine"}}, "rule.objectOwnership", "BucketOwnerEnforced"),
    Wrong(BUCKET_POLICY, {"policy": policy(Principal="*", Effect="No")}, "policy.Statement[0].Effect", "Allow, Deny"),
    Wrong(
        ENCRYPTION,
        {"rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES128"}}]},
        "rules[0].applyServerSideEncryptionByDefault.sseAlgorithm",
        "AES256",
    ),
    Wrong(VERSIONING, {"versioningConfiguration": {"status": "On"}}, "versioningConfiguration.status", "Suspended"),
    Wrong(SECRET, {"name": "team secret"}, "name", "letters"),
    Wrong(SECRET, {"recoveryWindowInDays": 3}, "recoveryWindowInDays", "7"),
    Wrong(QUEUE, {"messageRetentionSeconds": 30}, "messageRetentionSeconds", "the minimum is 60"),
    Wrong(QUEUE, {"visibilityTimeoutSeconds": 43201}, "visibilityTimeoutSeconds", "the maximum is 43200"),
    Wrong(EGRESS, {"fromPort": -2}, "fromPort", "the minimum is -1"),
    Wrong(EGRESS, {"cidrIpv6": "::/0"}, "", "exclude each other"),
    Wrong(INGRESS, {"toPort": 70000}, "toPort", "the maximum is 65535"),
    Wrong(INGRESS, {"ipProtocol": "tpc"}, "ipProtocol", "tcp"),
    Wrong(INGRESS, {"cidrIpv4": "10.0.0.0/33"}, "cidrIpv4", "10.0.0.0/16"),
    Wrong(INGRESS, {"cidrIpv4": None}, "cidrIpv4", "is missing"),
    Wrong(INGRESS, {"toPort": None}, "toPort", "is missing"),
    Wrong(FIREWALL, {"scope": "REGION"}, "scope", "REGIONAL"),
    Wrong(FIREWALL, _statement(limit=5), "rules[0].statement.rateBasedStatement.limit", "the minimum is 10"),
    Wrong(FIREWALL, _statement(aggregateKeyType="IPS"), "rules[0].statement.rateBasedStatement.aggregateKeyType", "IP"),
    Wrong(
        FIREWALL_LOG,
        {"loggingFilter": {"defaultBehavior": "DROP", "filters": []}},
        "loggingFilter.filters",
        "at least 1",
    ),
)
