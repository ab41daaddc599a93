"""Which of AWS's CloudFormation resources a Pulumi type is, and where the names of their properties differ.

A property without an entry has CloudFormation's name with other capitals, or without a plural s (`dbSubnetGroupName`:
`DBSubnetGroupName`, `encryptionConfigurations`: `EncryptionConfiguration`). The shape follows from the schema: a list
or an object, tags as a map or as a list, a policy as text or as an object.
`python -m tools.aws_schemas` checks the table against the SDK and the schemas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.providers.wire import Json, Value

Names = Mapping[str, str]


@dataclass(frozen=True)
class Counterpart:
    """One CloudFormation type that judges a Pulumi type.

    Keys of `names` are Pulumi's paths without positions (`vpcConfig.subnetIds`). Values are CloudFormation's names in
    the same object; after a slash, paths from the root (`/Logging.EnabledTypes[].Type`, where `[]` is an element for
    each of the value's); empty if the object's properties are those of its parent in CloudFormation.
    """

    type: str
    names: Names = field(default_factory=dict[str, str])
    part: bool = False
    """The Pulumi type is only a part of the CloudFormation type, so what that requires is not missing."""
    implied: Json = field(default_factory=dict[str, Value])
    """CloudFormation properties with the value that the Pulumi type implies."""
    only: bool = False
    """Judges the properties in `names` and no others; none is missing."""


PROVIDER = "only the provider uses it; AWS has no such property"
PREFIX = "the provider adds a suffix to it"
WRITE_ONLY = "a secret that is not stored, and its version"
INLINE = "deprecated or alternative form of a resource of its own, which is judged"
LATER = "changes the resource after its creation; CloudFormation has no such property"
ELSEWHERE = "CloudFormation has it in another resource"
MISSING = "CloudFormation does not offer it"
CONDITION = "a condition of the call, not a setting"
OUTPUT = "AWS sets it; the SDK lists it among the inputs"
IMPORTED = "CloudFormation cannot import certificates"

NOT_JUDGED_ANYWHERE: Mapping[str, str] = {
    "region": "the provider's region, which it replaces, selects the schema",
    "tagsAll": PROVIDER,
    "namePrefix": PREFIX,
    "forceDestroy": PROVIDER,
    "skipDestroy": PROVIDER,
    "timeouts": PROVIDER,
}


def _nothing(names: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), reason)


def _inside(parent: str, names: str) -> dict[str, str]:
    return {name: f"/{parent}.{name[:1].upper()}{name[1:]}" for name in names.split()}


_GROUP = "securityGroupId"
_DESCRIPTION = "Managed by Pulumi"
"""The provider's own description, where AWS requires one."""
_LOGGED = "eniId regionalNatGatewayId subnetId transitGatewayAttachmentId transitGatewayId vpcId"
_LAUNCHED = _inside(
    "LaunchTemplateData",
    "blockDeviceMappings capacityReservationSpecification cpuOptions creditSpecification disableApiStop "
    "disableApiTermination ebsOptimized enclaveOptions hibernationOptions iamInstanceProfile imageId "
    "instanceInitiatedShutdownBehavior instanceMarketOptions instanceRequirements instanceType kernelId keyName "
    "licenseSpecifications maintenanceOptions metadataOptions monitoring networkInterfaces networkPerformanceOptions "
    "placement privateDnsNameOptions ramDiskId tagSpecifications userData",
)
_PROVIDERS_RULES = {"revokeRulesOnDelete": PROVIDER}

COUNTERPARTS: Mapping[str, Sequence[Counterpart]] = {
    "acm/certificate:Certificate": (
        Counterpart(
            "AWS::CertificateManager::Certificate",
            {
                "options": "",
                "options.export": "CertificateExport",
                "validationOptions": "DomainValidationOptions",
            },
        ),
    ),
    "acm/certificateValidation:CertificateValidation": (),
    "budgets/budget:Budget": (
        Counterpart(
            "AWS::Budgets::Budget",
            {
                **_inside("Budget", "autoAdjustData billingViewArn budgetType costTypes filterExpression timeUnit"),
                "name": "/Budget.BudgetName",
                "limitAmount": "/Budget.BudgetLimit.Amount",
                "limitUnit": "/Budget.BudgetLimit.Unit",
                "metrics": "/Budget.Metrics[]",
                "timePeriodStart": "/Budget.TimePeriod.Start",
                "timePeriodEnd": "/Budget.TimePeriod.End",
                "tags": "ResourceTags",
            },
        ),
        Counterpart(
            "AWS::Budgets::Budget",
            {
                "notifications": "/NotificationsWithSubscribers",
                **{
                    f"notifications.{name[:1].lower()}{name[1:]}": f"Notification.{name}"
                    for name in ("ComparisonOperator", "NotificationType", "Threshold", "ThresholdType")
                },
                "notifications.subscriberEmailAddresses": "Subscribers[].Address",
                "notifications.subscriberSnsTopicArns": "Subscribers[].Address",
            },
            only=True,
        ),
    ),
    "cloudwatch/eventRule:EventRule": (Counterpart("AWS::Events::Rule"),),
    "cloudwatch/eventTarget:EventTarget": (
        Counterpart(
            "AWS::Events::Rule",
            {
                "arn": "/Targets[].Arn",
                "targetId": "/Targets[].Id",
                "roleArn": "/Targets[].RoleArn",
                "input": "/Targets[].Input",
                "inputPath": "/Targets[].InputPath",
                "deadLetterConfig": "/Targets[].DeadLetterConfig",
                "retryPolicy": "/Targets[].RetryPolicy",
                "retryPolicy.maximumEventAgeInSeconds": "MaximumEventAgeInSeconds",
                "sqsTarget": "/Targets[].SqsParameters",
                "kinesisTarget": "/Targets[].KinesisParameters",
            },
            part=True,
        ),
    ),
    "cloudwatch/metricAlarm:MetricAlarm": (Counterpart("AWS::CloudWatch::Alarm", {"name": "AlarmName"}),),
    "cloudwatch/logGroup:LogGroup": (Counterpart("AWS::Logs::LogGroup", {"name": "LogGroupName"}),),
    "codebuild/project:Project": (
        Counterpart(
            "AWS::CodeBuild::Project",
            {
                "buildTimeout": "TimeoutInMinutes",
                "queuedTimeout": "QueuedTimeoutInMinutes",
                "projectVisibility": "Visibility",
            },
        ),
    ),
    "codebuild/webhook:Webhook": (
        Counterpart(
            "AWS::CodeBuild::Project",
            _inside("Triggers", "buildType pullRequestBuildPolicy scopeConfiguration") | {"projectName": "Name"},
            part=True,
        ),
    ),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": (Counterpart("AWS::EC2::SecurityGroup", part=True),),
    "ec2/eip:Eip": (Counterpart("AWS::EC2::EIP", {"instance": "InstanceId"}),),
    "ec2/flowLog:FlowLog": (
        Counterpart(
            "AWS::EC2::FlowLog",
            {"iamRoleArn": "DeliverLogsPermissionArn", **dict.fromkeys(_LOGGED.split(), "ResourceId")},
            implied={"ResourceType": "VPC"},
        ),
    ),
    "ec2/internetGateway:InternetGateway": (Counterpart("AWS::EC2::InternetGateway"),),
    "ec2/launchTemplate:LaunchTemplate": (
        Counterpart(
            "AWS::EC2::LaunchTemplate",
            {
                "name": "LaunchTemplateName",
                "description": "VersionDescription",
                **_LAUNCHED,
                "securityGroupNames": "/LaunchTemplateData.SecurityGroups",
                "vpcSecurityGroupIds": "/LaunchTemplateData.SecurityGroupIds",
                "networkInterfaces.securityGroups": "Groups",
                "networkInterfaces.ipv4AddressCount": "SecondaryPrivateIpAddressCount",
                "networkInterfaces.ipv4Addresses": "PrivateIpAddresses[].PrivateIpAddress",
            },
        ),
    ),
    "ec2/natGateway:NatGateway": (Counterpart("AWS::EC2::NatGateway", {"privateIp": "PrivateIpAddress"}),),
    "ec2/route:Route": (Counterpart("AWS::EC2::Route", {"egressOnlyGatewayId": "EgressOnlyInternetGatewayId"}),),
    "ec2/routeTable:RouteTable": (Counterpart("AWS::EC2::RouteTable"),),
    "ec2/routeTableAssociation:RouteTableAssociation": (
        Counterpart("AWS::EC2::SubnetRouteTableAssociation", part=True),
    ),
    "ec2/securityGroup:SecurityGroup": (
        Counterpart(
            "AWS::EC2::SecurityGroup",
            {"description": "GroupDescription", "name": "GroupName"},
            implied={"GroupDescription": _DESCRIPTION},
        ),
    ),
    "ec2/securityGroupRule:SecurityGroupRule": (
        Counterpart(
            "AWS::EC2::SecurityGroupIngress",
            {
                "protocol": "IpProtocol",
                "sourceSecurityGroupId": "SourceSecurityGroupId",
                _GROUP: "GroupId",
            },
            part=True,
        ),
        Counterpart(
            "AWS::EC2::SecurityGroup",
            {
                "cidrBlocks": "/SecurityGroupIngress[].CidrIp",
                "ipv6CidrBlocks": "/SecurityGroupIngress[].CidrIpv6",
                "prefixListIds": "/SecurityGroupIngress[].SourcePrefixListId",
            },
            only=True,
        ),
    ),
    "ec2/subnet:Subnet": (
        Counterpart(
            "AWS::EC2::Subnet",
            {
                "enableResourceNameDnsARecordOnLaunch": "/PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord",
                "enableResourceNameDnsAaaaRecordOnLaunch": (
                    "/PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord"
                ),
                "privateDnsHostnameTypeOnLaunch": "/PrivateDnsNameOptionsOnLaunch.HostnameType",
            },
        ),
    ),
    "ec2/vpc:Vpc": (Counterpart("AWS::EC2::VPC"),),
    "ec2/vpcEndpoint:VpcEndpoint": (Counterpart("AWS::EC2::VPCEndpoint", {"policy": "PolicyDocument"}),),
    "ecr/lifecyclePolicy:LifecyclePolicy": (
        Counterpart(
            "AWS::ECR::Repository", {"policy": "/LifecyclePolicy.LifecyclePolicyText", "repository": "RepositoryName"}
        ),
    ),
    "ecr/repository:Repository": (
        Counterpart(
            "AWS::ECR::Repository",
            {
                "name": "RepositoryName",
                "imageTagMutabilityExclusionFilters.filter": "ImageTagMutabilityExclusionFilterValue",
                "imageTagMutabilityExclusionFilters.filterType": "ImageTagMutabilityExclusionFilterType",
            },
        ),
    ),
    "eks/accessEntry:AccessEntry": (Counterpart("AWS::EKS::AccessEntry"),),
    "eks/accessPolicyAssociation:AccessPolicyAssociation": (
        Counterpart(
            "AWS::EKS::AccessEntry",
            {
                "policyArn": "/AccessPolicies[].PolicyArn",
                "accessScope": "/AccessPolicies[].AccessScope",
            },
        ),
    ),
    "eks/addon:Addon": (
        Counterpart(
            "AWS::EKS::Addon", {"resolveConflictsOnCreate": "ResolveConflicts", "preserve": "PreserveOnDelete"}
        ),
        Counterpart("AWS::EKS::Addon", {"resolveConflictsOnUpdate": "ResolveConflicts"}, only=True),
    ),
    "eks/cluster:Cluster": (
        Counterpart(
            "AWS::EKS::Cluster",
            {
                "vpcConfig": "ResourcesVpcConfig",
                "enabledClusterLogTypes": "/Logging.ClusterLogging.EnabledTypes[].Type",
                "forceUpdateVersion": "Force",
            },
        ),
    ),
    "eks/nodeGroup:NodeGroup": (
        Counterpart(
            "AWS::EKS::Nodegroup",
            {
                "nodeRoleArn": "NodeRole",
                "subnetIds": "Subnets",
                "forceUpdateVersion": "ForceUpdateEnabled",
                "remoteAccess.sourceSecurityGroupIds": "SourceSecurityGroups",
            },
        ),
        Counterpart(
            "AWS::EC2::EC2Fleet",
            {"instanceTypes": "/LaunchTemplateConfigs[].Overrides[].InstanceType"},
            only=True,
        ),
    ),
    "eks/podIdentityAssociation:PodIdentityAssociation": (Counterpart("AWS::EKS::PodIdentityAssociation"),),
    "elasticache/parameterGroup:ParameterGroup": (
        Counterpart(
            "AWS::ElastiCache::ParameterGroup",
            {"family": "CacheParameterGroupFamily", "name": "CacheParameterGroupName", "parameters": "Properties"},
            implied={"Description": _DESCRIPTION},
        ),
    ),
    "elasticache/replicationGroup:ReplicationGroup": (
        Counterpart(
            "AWS::ElastiCache::ReplicationGroup",
            {
                "description": "ReplicationGroupDescription",
                "logDeliveryConfigurations.destination": "DestinationDetails.CloudWatchLogsDetails.LogGroup",
                "maintenanceWindow": "PreferredMaintenanceWindow",
                "nodeType": "CacheNodeType",
                "parameterGroupName": "CacheParameterGroupName",
                "securityGroupNames": "CacheSecurityGroupNames",
                "subnetGroupName": "CacheSubnetGroupName",
            },
        ),
        # cfn-lint knows the classes and versions of nodes only as those of a cluster.
        Counterpart(
            "AWS::ElastiCache::CacheCluster",
            {"nodeType": "CacheNodeType", "engine": "Engine", "engineVersion": "EngineVersion"},
            only=True,
        ),
    ),
    "elasticache/subnetGroup:SubnetGroup": (
        Counterpart(
            "AWS::ElastiCache::SubnetGroup", {"name": "CacheSubnetGroupName"}, implied={"Description": _DESCRIPTION}
        ),
    ),
    "iam/instanceProfile:InstanceProfile": (
        Counterpart("AWS::IAM::InstanceProfile", {"name": "InstanceProfileName", "role": "Roles"}, part=True),
    ),
    "iam/openIdConnectProvider:OpenIdConnectProvider": (Counterpart("AWS::IAM::OIDCProvider"),),
    "iam/policy:Policy": (
        Counterpart("AWS::IAM::ManagedPolicy", {"policy": "PolicyDocument", "name": "ManagedPolicyName"}),
    ),
    "iam/role:Role": (
        Counterpart(
            "AWS::IAM::Role",
            {
                "assumeRolePolicy": "AssumeRolePolicyDocument",
                "inlinePolicies": "Policies",
                "inlinePolicies.name": "PolicyName",
                "inlinePolicies.policy": "PolicyDocument",
                "name": "RoleName",
            },
        ),
    ),
    "iam/rolePolicy:RolePolicy": (
        Counterpart(
            "AWS::IAM::RolePolicy", {"policy": "PolicyDocument", "role": "RoleName", "name": "PolicyName"}, part=True
        ),
    ),
    "iam/rolePolicyAttachment:RolePolicyAttachment": (
        Counterpart("AWS::IAM::Role", {"policyArn": "/ManagedPolicyArns[]", "role": "RoleName"}, part=True),
    ),
    "kms/alias:Alias": (Counterpart("AWS::KMS::Alias", {"name": "AliasName"}),),
    "kms/key:Key": (
        Counterpart(
            "AWS::KMS::Key",
            {
                "customerMasterKeySpec": "KeySpec",
                "deletionWindowInDays": "PendingWindowInDays",
                "isEnabled": "Enabled",
                "policy": "KeyPolicy",
            },
        ),
    ),
    "rds/eventSubscription:EventSubscription": (
        Counterpart("AWS::RDS::EventSubscription", {"name": "SubscriptionName", "snsTopic": "SnsTopicArn"}),
    ),
    "rds/instance:Instance": (
        Counterpart(
            "AWS::RDS::DBInstance",
            {
                "instanceClass": "DBInstanceClass",
                "backupWindow": "PreferredBackupWindow",
                "caCertIdentifier": "CACertificateIdentifier",
                "enabledCloudwatchLogsExports": "EnableCloudwatchLogsExports",
                "iamDatabaseAuthenticationEnabled": "EnableIAMDatabaseAuthentication",
                "identifier": "DBInstanceIdentifier",
                "maintenanceWindow": "PreferredMaintenanceWindow",
                "masterUserSecretKmsKeyId": "/MasterUserSecret.KmsKeyId",
                "parameterGroupName": "DBParameterGroupName",
                "password": "MasterUserPassword",
                "performanceInsightsEnabled": "EnablePerformanceInsights",
                "replicateSourceDb": "SourceDBInstanceIdentifier",
                "snapshotIdentifier": "DBSnapshotIdentifier",
                "username": "MasterUsername",
                "vpcSecurityGroupIds": "VPCSecurityGroups",
                "restoreToPointInTime": "",
            },
        ),
    ),
    "rds/parameterGroup:ParameterGroup": (
        Counterpart(
            "AWS::RDS::DBParameterGroup", {"name": "DBParameterGroupName"}, implied={"Description": _DESCRIPTION}
        ),
    ),
    "rds/subnetGroup:SubnetGroup": (
        Counterpart(
            "AWS::RDS::DBSubnetGroup",
            {"description": "DBSubnetGroupDescription", "name": "DBSubnetGroupName"},
            implied={"DBSubnetGroupDescription": _DESCRIPTION},
        ),
    ),
    "route53/record:Record": (
        Counterpart(
            "AWS::Route53::RecordSet",
            {
                "zoneId": "HostedZoneId",
                "records": "ResourceRecords",
                "aliases": "AliasTarget",
                "aliases.name": "DNSName",
                "aliases.zoneId": "HostedZoneId",
                "cidrRoutingPolicy": "CidrRoutingConfig",
                "failoverRoutingPolicies": "",
                "failoverRoutingPolicies.type": "/Failover",
                "geolocationRoutingPolicies": "GeoLocation",
                "geolocationRoutingPolicies.continent": "ContinentCode",
                "geolocationRoutingPolicies.country": "CountryCode",
                "geolocationRoutingPolicies.subdivision": "SubdivisionCode",
                "geoproximityRoutingPolicy": "GeoProximityLocation",
                "latencyRoutingPolicies": "",
                "latencyRoutingPolicies.region": "/Region",
                "multivalueAnswerRoutingPolicy": "MultiValueAnswer",
                "weightedRoutingPolicies": "",
                "weightedRoutingPolicies.weight": "/Weight",
            },
        ),
    ),
    "route53/zone:Zone": (
        Counterpart("AWS::Route53::HostedZone", {"comment": "/HostedZoneConfig.Comment", "tags": "HostedZoneTags"}),
    ),
    "s3/bucket:Bucket": (Counterpart("AWS::S3::Bucket", {"bucket": "BucketName", "bucketPrefix": "BucketNamePrefix"}),),
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        Counterpart(
            "AWS::S3::Bucket",
            {
                "bucket": "BucketName",
                "rules": "/LifecycleConfiguration.Rules",
                "transitionDefaultMinimumObjectSize": "/LifecycleConfiguration.TransitionDefaultMinimumObjectSize",
                "rules.expiration": "",
                "rules.expiration.date": "ExpirationDate",
                "rules.expiration.days": "ExpirationInDays",
                "rules.filter": "",
                "rules.filter.and": "",
                "rules.filter.and.tags": "TagFilters",
                "rules.filter.tag": "TagFilters",
                "rules.noncurrentVersionTransitions.noncurrentDays": "TransitionInDays",
                "rules.transitions.date": "TransitionDate",
                "rules.transitions.days": "TransitionInDays",
            },
        ),
    ),
    "s3/bucketOwnershipControls:BucketOwnershipControls": (
        Counterpart("AWS::S3::Bucket", {"bucket": "BucketName", "rule": "/OwnershipControls.Rules"}),
    ),
    "s3/bucketLogging:BucketLogging": (
        Counterpart(
            "AWS::S3::Bucket",
            {
                "bucket": "BucketName",
                "targetBucket": "/LoggingConfiguration.DestinationBucketName",
                "targetPrefix": "/LoggingConfiguration.LogFilePrefix",
                "targetObjectKeyFormat": "/LoggingConfiguration.TargetObjectKeyFormat",
            },
        ),
    ),
    "s3/bucketPolicy:BucketPolicy": (Counterpart("AWS::S3::BucketPolicy", {"policy": "PolicyDocument"}),),
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        Counterpart(
            "AWS::S3::Bucket",
            {
                "bucket": "BucketName",
                **_inside(
                    "PublicAccessBlockConfiguration",
                    "blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets",
                ),
            },
        ),
    ),
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        Counterpart(
            "AWS::S3::Bucket",
            {
                "bucket": "BucketName",
                "rules": "/BucketEncryption.ServerSideEncryptionConfiguration",
                "rules.applyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault",
                "rules.blockedEncryptionTypes": "BlockedEncryptionTypes.EncryptionType",
            },
        ),
    ),
    "s3/bucketVersioning:BucketVersioning": (Counterpart("AWS::S3::Bucket", {"bucket": "BucketName"}),),
    "secretsmanager/secret:Secret": (Counterpart("AWS::SecretsManager::Secret", {"replicas": "ReplicaRegions"}),),
    "secretsmanager/secretVersion:SecretVersion": (Counterpart("AWS::SecretsManager::Secret", {"secretId": "Id"}),),
    "sns/topic:Topic": (
        Counterpart("AWS::SNS::Topic", {"name": "TopicName"}),
        Counterpart("AWS::SNS::TopicPolicy", {"policy": "PolicyDocument"}, only=True),
    ),
    "sns/topicSubscription:TopicSubscription": (Counterpart("AWS::SNS::Subscription", {"topic": "TopicArn"}),),
    "sqs/queue:Queue": (
        Counterpart(
            "AWS::SQS::Queue",
            {
                "maxMessageSize": "MaximumMessageSize",
                "messageRetentionSeconds": "MessageRetentionPeriod",
                "name": "QueueName",
                "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
                "visibilityTimeoutSeconds": "VisibilityTimeout",
            },
        ),
        Counterpart("AWS::SQS::QueuePolicy", {"policy": "PolicyDocument"}, only=True),
    ),
    "sqs/queuePolicy:QueuePolicy": (
        Counterpart("AWS::SQS::QueuePolicy", {"policy": "PolicyDocument", "queueUrl": "Queues"}),
    ),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        Counterpart(
            "AWS::EC2::SecurityGroupEgress",
            {
                _GROUP: "GroupId",
                "cidrIpv4": "CidrIp",
                "prefixListId": "DestinationPrefixListId",
                "referencedSecurityGroupId": "DestinationSecurityGroupId",
            },
        ),
    ),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        Counterpart(
            "AWS::EC2::SecurityGroupIngress",
            {
                _GROUP: "GroupId",
                "cidrIpv4": "CidrIp",
                "prefixListId": "SourcePrefixListId",
                "referencedSecurityGroupId": "SourceSecurityGroupId",
            },
        ),
    ),
    "wafv2/webAcl:WebAcl": (Counterpart("AWS::WAFv2::WebACL"),),
    "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (Counterpart("AWS::WAFv2::LoggingConfiguration"),),
}
"""By Pulumi's type without `aws:`. A type without a counterpart calls nothing in AWS that has a schema."""

NOT_JUDGED: Mapping[str, Mapping[str, str]] = {
    "acm/certificate:Certificate": {
        **_nothing("certificateBody certificateChain privateKey privateKeyWo privateKeyWoVersion", IMPORTED),
        "earlyRenewalDuration": PROVIDER,
    },
    "acm/certificateValidation:CertificateValidation": _nothing(
        "certificateArn validationRecordFqdns", "waits for a certificate and creates nothing"
    ),
    "budgets/budget:Budget": {
        "accountId": "the provider's account",
        **_nothing("costFilters plannedLimits", "a map without a schema in CloudFormation"),
        **_nothing(
            "autoAdjustData.historicalOptions.lookbackAvailablePeriods autoAdjustData.lastAutoAdjustTime", OUTPUT
        ),
    },
    "cloudwatch/eventRule:EventRule": {"isEnabled": "deprecated form of `state`"},
    "cloudwatch/eventTarget:EventTarget": {
        "rule": "the name of a rule that is judged itself",
        "eventBusName": "the name of a bus, which AWS compares with the rule's",
        **_nothing(
            "appsyncTarget batchTarget ecsTarget httpTarget inputTransformer redshiftTarget runCommandTargets "
            "sagemakerPipelineTarget",
            "a target other than a queue or a stream",
        ),
    },
    "cloudwatch/metricAlarm:MetricAlarm": {"metricQueries": "other metrics than one, in a form of its own"},
    "codebuild/project:Project": _nothing(
        "artifacts.bucketOwnerAccess logsConfig.s3Logs.bucketOwnerAccess secondaryArtifacts.bucketOwnerAccess", MISSING
    ),
    "codebuild/webhook:Webhook": {
        **_nothing("branchFilter manualCreation", MISSING),
        "filterGroups": "a list without a schema in CloudFormation",
    },
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": _nothing("egress ingress", INLINE) | _PROVIDERS_RULES,
    "ec2/eip:Eip": _nothing("associateWithPrivateIp networkInterface", ELSEWHERE) | {"customerOwnedIpv4Pool": MISSING},
    "ec2/internetGateway:InternetGateway": {"vpcId": ELSEWHERE},
    "ec2/launchTemplate:LaunchTemplate": {
        **_nothing("defaultVersion updateDefaultVersion", LATER),
        "secondaryInterfaces": MISSING,
        "tags": "tags of the template itself, which CloudFormation has in `TagSpecifications`",
    },
    "ec2/routeTable:RouteTable": _nothing("propagatingVgws routes", INLINE),
    "ec2/routeTableAssociation:RouteTableAssociation": {"gatewayId": ELSEWHERE},
    "ec2/securityGroup:SecurityGroup": _nothing("egress ingress", INLINE) | _PROVIDERS_RULES,
    "ec2/securityGroupRule:SecurityGroupRule": {
        "type": "chooses between two CloudFormation types whose properties have the same rules",
        "self": "the provider replaces it with the group's id",
    },
    "ec2/subnet:Subnet": _nothing("customerOwnedIpv4Pool mapCustomerOwnedIpOnLaunch", MISSING),
    "ec2/vpc:Vpc": {
        "enableNetworkAddressUsageMetrics": MISSING,
        **_nothing(
            "assignGeneratedIpv6CidrBlock ipv6CidrBlock ipv6CidrBlockNetworkBorderGroup ipv6IpamPoolId "
            "ipv6NetmaskLength",
            ELSEWHERE,
        ),
    },
    "ec2/vpcEndpoint:VpcEndpoint": {"autoAccept": LATER, "subnetConfigurations": MISSING},
    "ecr/repository:Repository": {"forceDelete": PROVIDER},
    "eks/cluster:Cluster": {
        "defaultAddonsToRemoves": LATER,
        **_nothing("vpcConfig.clusterSecurityGroupId vpcConfig.vpcId", OUTPUT),
    },
    "eks/nodeGroup:NodeGroup": {"nodeGroupNamePrefix": PREFIX},
    "elasticache/replicationGroup:ReplicationGroup": {
        "applyImmediately": LATER,
        "authTokenUpdateStrategy": LATER,
        "finalSnapshotIdentifier": PROVIDER,
        **_nothing("authTokenWo authTokenWoVersion", WRITE_ONLY),
        **_nothing("nodeGroupConfigurations.primaryOutpostArn nodeGroupConfigurations.replicaOutpostArns", MISSING),
    },
    "iam/instanceProfile:InstanceProfile": {"tags": MISSING},
    "iam/policy:Policy": {"delayAfterPolicyCreationInMs": PROVIDER, "tags": MISSING},
    "iam/role:Role": {"forceDetachPolicies": PROVIDER},
    "kms/key:Key": _nothing("customKeyStoreId xksKeyId", MISSING),
    "rds/instance:Instance": {
        **_nothing("blueGreenUpdate skipFinalSnapshot finalSnapshotIdentifier upgradeStorageConfig", PROVIDER),
        **_nothing("passwordWo passwordWoVersion", WRITE_ONLY),
        "identifierPrefix": PREFIX,
        **_nothing("customerOwnedIpEnabled s3Import warningEventCategories", MISSING),
    },
    "route53/record:Record": {"allowOverwrite": PROVIDER},
    "route53/zone:Zone": {"enableAcceleratedRecovery": MISSING},
    "s3/bucket:Bucket": _nothing(
        "accelerationStatus acl corsRules grants lifecycleRules logging objectLockConfiguration policy "
        "replicationConfiguration requestPayer serverSideEncryptionConfiguration versioning website",
        INLINE,
    ),
    "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {"expectedBucketOwner": CONDITION},
    "s3/bucketLogging:BucketLogging": {"expectedBucketOwner": CONDITION, "targetGrants": MISSING},
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {
        "expectedBucketOwner": CONDITION
    },
    "s3/bucketVersioning:BucketVersioning": {
        **_nothing("expectedBucketOwner mfa", CONDITION),
        "versioningConfiguration.mfaDelete": MISSING,
    },
    "secretsmanager/secret:Secret": {
        "forceOverwriteReplicaSecret": PROVIDER,
        "policy": ELSEWHERE,
        **_nothing("replicas.lastAccessedDate replicas.status replicas.statusMessage", OUTPUT),
    },
    "secretsmanager/secretVersion:SecretVersion": {
        **_nothing("secretStringWo secretStringWoVersion", WRITE_ONLY),
        **_nothing("secretBinary versionStages", MISSING),
    },
    "sns/topic:Topic": {
        "deliveryPolicy": MISSING,
        **dict.fromkeys(
            (
                f"{protocol}{setting}"
                for protocol in ("application", "firehose", "http", "lambda", "sqs")
                for setting in ("FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate")
            ),
            "a list by protocol in CloudFormation",
        ),
    },
    "sns/topicSubscription:TopicSubscription": _nothing("confirmationTimeoutInMinutes endpointAutoConfirms", PROVIDER),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": {"tags": MISSING},
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": {"tags": MISSING},
    "wafv2/webAcl:WebAcl": {
        "ruleJson": "another form of `rules`",
        "customResponseBodies": "a map by key in CloudFormation",
    },
}
"""Properties (also nested, as paths without positions) that no schema judges, with the reason."""
