"""The shapes of AWS's ids, ARNs and computed outputs, by resource type (without the leading `aws:`).

Placeholders are `{account} {region} {id} {name} {path} {partition}`, `{hex8} {hex17} {HEX32} {uuid} {digits10} {ip}`
(generated) and `{in[property]}`. Outputs without an entry get a plausible value of their type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sandbox.providers.wire import Value

Template: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class Shape:
    """One type: templates for the id, the ARN and further outputs (nested as the outputs are)."""

    id: str = ""
    arn: str = ""
    out: Template = field(default_factory=dict[str, Value])


_CERTIFICATE = "{certificate}"
_EC2 = "arn:aws:ec2:{region}:{account}:"
_IAM = "arn:aws:iam::{account}:"
_RDS = "arn:aws:rds:{region}:{account}:"
_CACHE = "arn:aws:elasticache:{region}:{account}:"
_EKS = "arn:aws:eks:{region}:{account}:"
_ELB = "arn:aws:elasticloadbalancing:{region}:{account}:"
_WAF = "arn:aws:wafv2:{region}:{account}:regional/"
_NAME_SERVERS: list[Value] = [
    f"ns-{{digits3}}.awsdns-0{n}.{top}" for n, top in enumerate(("com", "net", "org", "co.uk"))
]

_NETWORK: dict[str, Shape] = {
    "ec2/vpc:Vpc": Shape(
        "vpc-0{hex16}",
        _EC2 + "vpc/{id}",
        {
            "defaultSecurityGroupId": "sg-0{hex16}",
            "mainRouteTableId": "rtb-0{hex16}",
            "defaultRouteTableId": "rtb-0{hex16}",
            "defaultNetworkAclId": "acl-0{hex16}",
            "dhcpOptionsId": "dopt-0{hex16}",
            "instanceTenancy": "default",
            "enableDnsSupport": True,
        },
    ),
    "ec2/subnet:Subnet": Shape("subnet-0{hex16}", _EC2 + "subnet/{id}", {"availabilityZoneId": "{zone_id}"}),
    "ec2/internetGateway:InternetGateway": Shape("igw-0{hex16}", _EC2 + "internet-gateway/{id}"),
    "ec2/internetGatewayAttachment:InternetGatewayAttachment": Shape("{in[internetGatewayId]}:{in[vpcId]}"),
    "ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": Shape("eigw-0{hex16}"),
    "ec2/natGateway:NatGateway": Shape(
        "nat-0{hex16}",
        "",
        {
            "publicIp": "{ip}",
            "privateIp": "10.0.0.{octet}",
            "networkInterfaceId": "eni-0{hex16}",
            "associationId": "eipassoc-0{hex16}",
            "connectivityType": "public",
        },
    ),
    "ec2/eip:Eip": Shape(
        "eipalloc-0{hex16}",
        _EC2 + "elastic-ip/{id}",
        {"allocationId": "{id}", "publicIp": "{ip}", "publicDns": "", "domain": "vpc", "publicIpv4Pool": "amazon"},
    ),
    "ec2/routeTable:RouteTable": Shape("rtb-0{hex16}", _EC2 + "route-table/{id}"),
    "ec2/defaultRouteTable:DefaultRouteTable": Shape("{in[defaultRouteTableId]}", _EC2 + "route-table/{id}"),
    "ec2/route:Route": Shape("r-{in[routeTableId]}{digits10}", "", {"state": "active", "origin": "CreateRoute"}),
    "ec2/routeTableAssociation:RouteTableAssociation": Shape("rtbassoc-0{hex16}"),
    "ec2/mainRouteTableAssociation:MainRouteTableAssociation": Shape("rtbassoc-0{hex16}"),
    "ec2/networkAcl:NetworkAcl": Shape("acl-0{hex16}", _EC2 + "network-acl/{id}"),
    "ec2/defaultNetworkAcl:DefaultNetworkAcl": Shape("{in[defaultNetworkAclId]}", _EC2 + "network-acl/{id}"),
    "ec2/securityGroup:SecurityGroup": Shape(
        "sg-0{hex16}", _EC2 + "security-group/{id}", {"description": "Managed by Pulumi"}
    ),
    "ec2/defaultSecurityGroup:DefaultSecurityGroup": Shape(
        "{default_group}",
        _EC2 + "security-group/{id}",
        {"name": "default", "description": "default VPC security group"},
    ),
    "ec2/securityGroupRule:SecurityGroupRule": Shape("sgrule-{digits10}", "", {"securityGroupRuleId": "sgr-0{hex16}"}),
    "ec2/flowLog:FlowLog": Shape(
        "fl-0{hex16}",
        _EC2 + "vpc-flow-log/{id}",
        {"logFormat": "${{version}} ${{account-id}} ${{interface-id}} ${{srcaddr}} ${{dstaddr}} ${{action}}"},
    ),
    "ec2/vpcEndpoint:VpcEndpoint": Shape(
        "vpce-0{hex16}",
        _EC2 + "vpc-endpoint/{id}",
        {"state": "available", "prefixListId": "pl-{hex8}", "vpcEndpointType": "Gateway", "ipAddressType": "ipv4"},
    ),
    "ec2/launchTemplate:LaunchTemplate": Shape(
        "lt-0{hex16}",
        _EC2 + "launch-template/{id}",
        {"latestVersion": "{version}", "defaultVersion": 1},
    ),
    "vpc/securityGroupIngressRule:SecurityGroupIngressRule": Shape(
        "sgr-0{hex16}", _EC2 + "security-group-rule/{id}", {"securityGroupRuleId": "{id}"}
    ),
    "vpc/securityGroupEgressRule:SecurityGroupEgressRule": Shape(
        "sgr-0{hex16}", _EC2 + "security-group-rule/{id}", {"securityGroupRuleId": "{id}"}
    ),
    "lb/loadBalancer:LoadBalancer": Shape(
        "{arn}", _ELB + "loadbalancer/app/{name}/{hex16}", {"dnsName": "{name}-{digits10}.{region}.elb.amazonaws.com"}
    ),
    "lb/targetGroup:TargetGroup": Shape("{arn}", _ELB + "targetgroup/{name}/{hex16}"),
}

_EDGE: dict[str, Shape] = {
    "acm/certificate:Certificate": Shape(
        "{arn}",
        "arn:aws:acm:{region}:{account}:certificate/{uuid}",
        {"domainValidationOptions": "{validations}", "status": "PENDING_VALIDATION", "type": "AMAZON_ISSUED"},
    ),
    "acm/certificateValidation:CertificateValidation": Shape("{uuid}"),
    "route53/zone:Zone": Shape(
        "Z0{HEX18}",
        "arn:aws:route53:::hostedzone/{id}",
        {"zoneId": "{id}", "nameServers": _NAME_SERVERS, "primaryNameServer": _NAME_SERVERS[0]},
    ),
    "route53/record:Record": Shape(
        "{in[zoneId]}_{record}_{in[type]}_{in[setIdentifier]}", "", {"fqdn": "{record}", "allowOverwrite": False}
    ),
    "wafv2/webAcl:WebAcl": Shape("{uuid}", _WAF + "webacl/{name}/{id}", {"applicationIntegrationUrl": ""}),
    "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": Shape("{in[resourceArn]}"),
    "wafv2/ipSet:IpSet": Shape("{uuid}", _WAF + "ipset/{name}/{id}"),
}

_IDENTITY: dict[str, Shape] = {
    "iam/role:Role": Shape(
        "{name}", _IAM + "role{path}{name}", {"uniqueId": "AROA{HEX17}", "path": "/", "maxSessionDuration": 3600}
    ),
    "iam/policy:Policy": Shape(
        "{arn}", _IAM + "policy{path}{name}", {"policyId": "ANPA{HEX17}", "path": "/", "attachmentCount": 0}
    ),
    "iam/rolePolicy:RolePolicy": Shape("{in[role]}:{name}"),
    "iam/rolePolicyAttachment:RolePolicyAttachment": Shape("{in[role]}/{in[policyArn]}"),
    "iam/instanceProfile:InstanceProfile": Shape("{name}", _IAM + "instance-profile{path}{name}", {"path": "/"}),
    "iam/openIdConnectProvider:OpenIdConnectProvider": Shape(
        "{arn}", _IAM + "oidc-provider/{issuer}", {"thumbprintLists": ["{hex40}"]}
    ),
    "iam/user:User": Shape("{name}", _IAM + "user{path}{name}"),
    "iam/group:Group": Shape("{name}", _IAM + "group{path}{name}"),
    "kms/key:Key": Shape(
        "{uuid}",
        "arn:aws:kms:{region}:{account}:key/{id}",
        {"keyId": "{id}", "keyUsage": "ENCRYPT_DECRYPT", "customerMasterKeySpec": "SYMMETRIC_DEFAULT"},
    ),
    "kms/alias:Alias": Shape("{name}", "arn:aws:kms:{region}:{account}:{name}"),
    "secretsmanager/secret:Secret": Shape("{arn}", "arn:aws:secretsmanager:{region}:{account}:secret:{name}-{hex6}"),
    "secretsmanager/secretVersion:SecretVersion": Shape("{in[secretId]}|{uuid}", "{in[secretId]}"),
    "secretsmanager/secretPolicy:SecretPolicy": Shape("{in[secretArn]}"),
    "ssm/parameter:Parameter": Shape("{name}", "arn:aws:ssm:{region}:{account}:parameter/{name}", {"version": 1}),
}

_CLUSTER: dict[str, Shape] = {
    "eks/cluster:Cluster": Shape(
        "{name}",
        _EKS + "cluster/{name}",
        {
            "endpoint": "https://{cluster}.gr7.{region}.eks.amazonaws.com",
            "certificateAuthority": {"data": _CERTIFICATE},
            "identities": [{"oidcs": [{"issuer": "https://oidc.eks.{region}.amazonaws.com/id/{cluster}"}]}],
            "vpcConfig": {"clusterSecurityGroupId": "sg-0{hex16}", "vpcId": "{subnet_vpc}"},
            "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
            "platformVersion": "eks.1",
            "status": "ACTIVE",
            "version": "1.36",
        },
    ),
    "eks/nodeGroup:NodeGroup": Shape(
        "{in[clusterName]}:{name}",
        _EKS + "nodegroup/{in[clusterName]}/{name}/{uuid}",
        {
            "status": "ACTIVE",
            "resources": [
                {
                    "autoscalingGroups": [{"name": "eks-{name}-{uuid}"}],
                    "remoteAccessSecurityGroupId": "",
                }
            ],
        },
    ),
    "eks/addon:Addon": Shape(
        "{in[clusterName]}:{in[addonName]}", _EKS + "addon/{in[clusterName]}/{in[addonName]}/{uuid}"
    ),
    "eks/accessEntry:AccessEntry": Shape(
        "{in[clusterName]}:{in[principalArn]}", _EKS + "access-entry/{in[clusterName]}/role/{account}/{uuid}"
    ),
    "eks/accessPolicyAssociation:AccessPolicyAssociation": Shape(
        "{in[clusterName]}#{in[principalArn]}#{in[policyArn]}"
    ),
    "eks/podIdentityAssociation:PodIdentityAssociation": Shape(
        "a-{hex17}", _EKS + "podidentityassociation/{in[clusterName]}/{id}", {"associationId": "{id}"}
    ),
    "eks/fargateProfile:FargateProfile": Shape("{in[clusterName]}:{name}", "", {"status": "ACTIVE"}),
}

_DATA: dict[str, Shape] = {
    "ecr/repository:Repository": Shape(
        "{name}",
        "arn:aws:ecr:{region}:{account}:repository/{name}",
        {"repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}", "registryId": "{account}"},
    ),
    "ecr/lifecyclePolicy:LifecyclePolicy": Shape("{in[repository]}", "", {"registryId": "{account}"}),
    "ecr/repositoryPolicy:RepositoryPolicy": Shape("{in[repository]}", "", {"registryId": "{account}"}),
    "ecr/registryScanningConfiguration:RegistryScanningConfiguration": Shape("{account}"),
    "rds/instance:Instance": Shape(
        "db-{HEX26}",
        _RDS + "db:{name}",
        {
            "address": "{name}.{hex12}.{region}.rds.amazonaws.com",
            "endpoint": "{name}.{hex12}.{region}.rds.amazonaws.com:{port}",
            "port": "{port}",
            "resourceId": "{id}",
            "hostedZoneId": "Z24O6O9L7SGTNB",
            "masterUserSecrets": [
                {
                    "secretArn": "arn:aws:secretsmanager:{region}:{account}:secret:rds!{id}-{hex6}",
                    "secretStatus": "active",
                    "kmsKeyId": "{in[masterUserSecretKmsKeyId]}",
                }
            ],
            "status": "available",
            "caCertIdentifier": "rds-ca-rsa2048-g1",
            "engineVersionActual": "{in[engineVersion]}",
            "networkType": "IPV4",
        },
    ),
    "rds/subnetGroup:SubnetGroup": Shape("{name}", _RDS + "subgrp:{name}", {"vpcId": "{subnet_vpc}"}),
    "rds/parameterGroup:ParameterGroup": Shape("{name}", _RDS + "pg:{name}"),
    "rds/eventSubscription:EventSubscription": Shape("{name}", _RDS + "es:{name}"),
    "rds/optionGroup:OptionGroup": Shape("{name}", _RDS + "og:{name}"),
    "elasticache/replicationGroup:ReplicationGroup": Shape(
        "{name}",
        _CACHE + "replicationgroup:{name}",
        {
            "primaryEndpointAddress": "{tls}.{name}.{hex6}.{cache_region}.cache.amazonaws.com",
            "readerEndpointAddress": "{tls_reader}.{name}.{hex6}.{cache_region}.cache.amazonaws.com",
            "configurationEndpointAddress": "",
            "port": 6379,
        },
    ),
    "elasticache/subnetGroup:SubnetGroup": Shape("{name}", _CACHE + "subnetgroup:{name}", {"vpcId": "{subnet_vpc}"}),
    "elasticache/parameterGroup:ParameterGroup": Shape("{name}", _CACHE + "parametergroup:{name}"),
    "elasticache/user:User": Shape("{in[userId]}", _CACHE + "user:{id}"),
    "elasticache/userGroup:UserGroup": Shape("{in[userGroupId]}", _CACHE + "usergroup:{id}"),
    "s3/bucket:Bucket": Shape(
        "{name}",
        "arn:aws:s3:::{name}",
        {
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
            "bucketRegion": "{region}",
            "hostedZoneId": "Z2M4EHUR26P7ZW",
        },
    ),
    "cloudwatch/logGroup:LogGroup": Shape(
        "{name}", "arn:aws:logs:{region}:{account}:log-group:{name}", {"logGroupClass": "STANDARD"}
    ),
    "codebuild/project:Project": Shape("{arn}", "arn:aws:codebuild:{region}:{account}:project/{name}"),
    "codebuild/webhook:Webhook": Shape("{in[projectName]}"),
    "cloudwatch/metricAlarm:MetricAlarm": Shape("{name}", "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
    "sns/topic:Topic": Shape("{arn}", "arn:aws:sns:{region}:{account}:{name}"),
    "sns/topicSubscription:TopicSubscription": Shape("{arn}", "{in[topic]}:{uuid}"),
    "sqs/queue:Queue": Shape(
        "https://sqs.{region}.amazonaws.com/{account}/{name}",
        "arn:aws:sqs:{region}:{account}:{name}",
        {"url": "https://sqs.{region}.amazonaws.com/{account}/{name}"},
    ),
    "backup/vault:Vault": Shape("{name}", "arn:aws:backup:{region}:{account}:backup-vault:{name}"),
    "backup/plan:Plan": Shape("{uuid}", "arn:aws:backup:{region}:{account}:backup-plan:{id}", {"version": "{hex32}"}),
    "backup/selection:Selection": Shape("{uuid}"),
    "budgets/budget:Budget": Shape("{account}:{name}", "arn:aws:budgets::{account}:budget/{name}"),
}

SHAPES: Mapping[str, Shape] = {**_NETWORK, **_EDGE, **_IDENTITY, **_CLUSTER, **_DATA}
