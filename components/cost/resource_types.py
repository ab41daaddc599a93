"""How AWS charges for each type of resource that the program creates, or why it does not.

Each type is in one of three tables. A type in none of them has no known price, and is reported.
"""

from collections.abc import Iterable, Mapping

AWS_PACKAGES = ("aws:", "eks:")
"""Resources of other packages are objects of Kubernetes, and random values and keys in the state: AWS charges none."""

PRICED: Mapping[str, str] = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": "each",
    "aws:ec2/eip:Eip": "hours of a public address",
    "aws:ec2/natGateway:NatGateway": "hours; data by use",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "hours of interface endpoints in each zone, data by use; gateways are free",
    "aws:eks/cluster:Cluster": "hours of the control plane",
    "aws:eks/nodeGroup:NodeGroup": "hours of nodes, and their volumes",
    "aws:elasticache/replicationGroup:ReplicationGroup": "hours of nodes; snapshots by use",
    "aws:kms/key:Key": "each; requests by use",
    "aws:rds/instance:Instance": "hours, storage, the entry of the master password; backups by use",
    "aws:route53/zone:Zone": "each; queries by use",
    "aws:secretsmanager/secret:Secret": "each; requests by use",
    "aws:wafv2/webAcl:WebAcl": "each, and each rule; requests by use",
    "eks:index:Cluster": "as its cluster",
}
"""Types with a line in the estimate."""

BY_USE: Mapping[str, str] = {
    "aws:cloudwatch/logGroup:LogGroup": "data written, and kept",
    "aws:codebuild/project:Project": "minutes of jobs",
    "aws:ec2/flowLog:FlowLog": "data written",
    "aws:ec2/internetGateway:InternetGateway": "data to the internet",
    "aws:ecr/repository:Repository": "images kept; basic scans are free",
    "aws:s3/bucket:Bucket": "objects kept, and requests",
    "aws:sns/topicSubscription:TopicSubscription": "messages; the first 1,000 mails of a month are free",
    "aws:sqs/queue:Queue": "requests",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "data written",
}
"""Types that are charged by use only."""

FREE: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "aws:iam/instanceProfile:InstanceProfile",
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            "aws:iam/policy:Policy",
            "aws:iam/role:Role",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        ),
        "IAM is free",
    ),
    **dict.fromkeys(
        (
            "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
            "aws:ec2/route:Route",
            "aws:ec2/routeTable:RouteTable",
            "aws:ec2/routeTableAssociation:RouteTableAssociation",
            "aws:ec2/securityGroup:SecurityGroup",
            "aws:ec2/subnet:Subnet",
            "aws:ec2/vpc:Vpc",
            "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        ),
        "a VPC is free; what moves data through it is not",
    ),
    **dict.fromkeys(
        (
            "aws:codebuild/webhook:Webhook",
            "aws:ec2/launchTemplate:LaunchTemplate",
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            "aws:eks/accessEntry:AccessEntry",
            "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
            "aws:eks/podIdentityAssociation:PodIdentityAssociation",
            "aws:elasticache/parameterGroup:ParameterGroup",
            "aws:elasticache/subnetGroup:SubnetGroup",
            "aws:kms/alias:Alias",
            "aws:rds/eventSubscription:EventSubscription",
            "aws:rds/parameterGroup:ParameterGroup",
            "aws:rds/subnetGroup:SubnetGroup",
            "aws:route53/record:Record",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketLogging:BucketLogging",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
            "aws:secretsmanager/secretVersion:SecretVersion",
            "aws:sqs/queuePolicy:QueuePolicy",
        ),
        "a setting of a resource that is charged itself",
    ),
    "aws:acm/certificate:Certificate": "public certificates are free",
    "aws:acm/certificateValidation:CertificateValidation": "public certificates are free",
    "aws:budgets/budget:Budget": "budgets without actions are free",
    "aws:cloudwatch/eventRule:EventRule": "events of AWS itself are free",
    "aws:cloudwatch/eventTarget:EventTarget": "events of AWS itself are free",
    "aws:eks/addon:Addon": "its pods run on the nodes",
    "aws:sns/topic:Topic": "its messages are charged by subscription",
}
"""Types that cost nothing, with the reason."""


def unknown(types: Iterable[str]) -> list[str]:
    """Types of AWS's resources that are in no table."""
    return sorted({name for name in types if name.startswith(AWS_PACKAGES)} - {*PRICED, *BY_USE, *FREE})
