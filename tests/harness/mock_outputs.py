"""Plausible computed outputs of AWS, EKS, Kubernetes and random, and answers to the invokes that a program may use.

One table has the id and the computed outputs by type token. Strings are templates with `account`, `region`, `name` (the
physical name), `hex` (17 digits), `hex8` and `uuid`, which derive from type and logical name: every run has the same.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.harness.mock_outputs_edge import certificate_outputs

ACCOUNT = "025434362120"
REGION = "ap-northeast-1"
ZONES = {f"{REGION}a": "apne1-az4", f"{REGION}c": "apne1-az1", f"{REGION}d": "apne1-az2"}
ISSUER = "https://oidc.eks.{region}.amazonaws.com/id/{hex8}"


@dataclass(frozen=True)
class Ref:
    """An output that is a resource of its own (an `aws.eks.Cluster` inside the EKS component)."""

    type: str
    name: str
    inputs: dict[str, Any] = field(default_factory=dict[str, Any])


def _arn(service: str, resource: str, where: str = "{region}:{account}") -> str:
    return f"arn:aws:{service}:{where}:{resource}"


PEMS = {"privateKeyPem": "RSA PRIVATE", "privateKeyPemPkcs8": "PRIVATE", "publicKeyPem": "PUBLIC"}

# type: (id, computed outputs). Other types get a generic id, name and ARN.
TABLE: dict[str, tuple[str, dict[str, Any]]] = {
    "aws:ec2/vpc:Vpc": (
        "vpc-{hex}",
        {
            "arn": _arn("ec2", "vpc/vpc-{hex}"),
            "defaultSecurityGroupId": "sg-{hex}",
            "defaultRouteTableId": "rtb-{hex}",
            "mainRouteTableId": "rtb-{hex}",
            "defaultNetworkAclId": "acl-{hex}",
        },
    ),
    "aws:ec2/subnet:Subnet": ("subnet-{hex}", {"arn": _arn("ec2", "subnet/subnet-{hex}")}),
    "aws:ec2/internetGateway:InternetGateway": ("igw-{hex}", {}),
    "aws:ec2/natGateway:NatGateway": ("nat-{hex}", {"publicIp": "203.0.113.7", "networkInterfaceId": "eni-{hex}"}),
    "aws:ec2/eip:Eip": ("eipalloc-{hex}", {"allocationId": "eipalloc-{hex}", "publicIp": "203.0.113.7"}),
    "aws:ec2/routeTable:RouteTable": ("rtb-{hex}", {"arn": _arn("ec2", "route-table/rtb-{hex}")}),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": ("rtb-{hex}", {}),
    "aws:ec2/route:Route": ("r-{hex}", {}),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("rtbassoc-{hex}", {}),
    "aws:ec2/securityGroup:SecurityGroup": ("sg-{hex}", {"arn": _arn("ec2", "security-group/sg-{hex}")}),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ("sg-{hex}", {}),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ("sgr-{hex}", {"securityGroupRuleId": "sgr-{hex}"}),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ("sgr-{hex}", {"securityGroupRuleId": "sgr-{hex}"}),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpce-{hex}", {"prefixListId": "pl-{hex8}"}),
    "aws:ec2/flowLog:FlowLog": ("fl-{hex}", {}),
    "aws:ec2/launchTemplate:LaunchTemplate": ("lt-{hex}", {"latestVersion": 1, "defaultVersion": 1}),
    "aws:kms/key:Key": ("{uuid}", {"keyId": "{uuid}", "arn": _arn("kms", "key/{uuid}")}),
    "aws:kms/alias:Alias": ("{name}", {"arn": _arn("kms", "{name}")}),
    "aws:cloudwatch/logGroup:LogGroup": ("{name}", {"arn": _arn("logs", "log-group:{name}")}),
    "aws:iam/role:Role": ("{name}", {"arn": _arn("iam", "role/{name}", ":{account}"), "uniqueId": "AROA{hex8}"}),
    "aws:iam/policy:Policy": (_arn("iam", "policy/{name}", ":{account}"), {"policyId": "ANPA{hex8}"}),
    "aws:iam/instanceProfile:InstanceProfile": (
        "{name}",
        {"arn": _arn("iam", "instance-profile/{name}", ":{account}")},
    ),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (_arn("iam", "oidc-provider/{host}", ":{account}"), {}),
    "aws:ecr/repository:Repository": (
        "{name}",
        {
            "arn": _arn("ecr", "repository/{name}"),
            "registryId": "{account}",
            "repositoryUrl": "{account}.dkr.ecr.{region}.amazonaws.com/{name}",
        },
    ),
    "aws:eks/cluster:Cluster": (
        "{name}",
        {
            "arn": _arn("eks", "cluster/{name}"),
            "endpoint": "https://{hex8}.gr7.{region}.eks.amazonaws.com",
            "certificateAuthority": {"data": "bW9ja2VkLWNlcnRpZmljYXRl"},
            "identities": [{"oidcs": [{"issuer": ISSUER}]}],
            "vpcConfig": {"clusterSecurityGroupId": "sg-{hex}", "vpcId": "vpc-{hex}"},
            "status": "ACTIVE",
        },
    ),
    "aws:eks/nodeGroup:NodeGroup": (
        "{clusterName}:{nodeGroupName}",
        {
            "nodeGroupName": "{nodeGroupName}",
            "arn": _arn("eks", "nodegroup/{clusterName}/{nodeGroupName}/{uuid}"),
            "resources": [{"autoscalingGroups": [{"name": "eks-{nodeGroupName}-{uuid}"}]}],
            "status": "ACTIVE",
        },
    ),
    "aws:eks/addon:Addon": (
        "{clusterName}:{addonName}",
        {"arn": _arn("eks", "addon/{clusterName}/{addonName}/{uuid}")},
    ),
    "aws:eks/accessEntry:AccessEntry": (
        "{clusterName}:{principalArn}",
        {"accessEntryArn": _arn("eks", "access-entry/{uuid}")},
    ),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": (
        "a-{hex}",
        {"associationId": "a-{hex}", "associationArn": _arn("eks", "podidentityassociation/{clusterName}/a-{hex}")},
    ),
    "aws:rds/instance:Instance": (
        "db-{hex8}",
        {
            "arn": _arn("rds", "db:{name}"),
            "identifier": "{name}",
            "resourceId": "db-{hex8}",
            "address": "{name}.{hex8}.{region}.rds.amazonaws.com",
            "endpoint": "{name}.{hex8}.{region}.rds.amazonaws.com:{port}",
            "port": "{port}",
            "masterUserSecrets": [
                {"secretArn": _arn("secretsmanager", "secret:rds!db-{uuid}-{hex8}"), "secretStatus": "active"}
            ],
        },
    ),
    "aws:rds/subnetGroup:SubnetGroup": ("{name}", {"arn": _arn("rds", "subgrp:{name}")}),
    "aws:rds/parameterGroup:ParameterGroup": ("{name}", {"arn": _arn("rds", "pg:{name}")}),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "{name}",
        {
            "arn": _arn("elasticache", "replicationgroup:{name}"),
            "replicationGroupId": "{name}",
            "primaryEndpointAddress": "master.{name}.{hex8}.apne1.cache.amazonaws.com",
            "readerEndpointAddress": "replica.{name}.{hex8}.apne1.cache.amazonaws.com",
            "memberClusters": ["{name}-001"],
            "port": 6379,
        },
    ),
    "aws:elasticache/subnetGroup:SubnetGroup": ("{name}", {"arn": _arn("elasticache", "subnetgroup:{name}")}),
    "aws:elasticache/parameterGroup:ParameterGroup": ("{name}", {"arn": _arn("elasticache", "parametergroup:{name}")}),
    "aws:secretsmanager/secret:Secret": (_arn("secretsmanager", "secret:{name}-{hex8}"), {}),
    "aws:secretsmanager/secretVersion:SecretVersion": ("{uuid}", {"versionId": "{uuid}"}),
    "aws:s3/bucket:Bucket": (
        "{name}",
        {
            "bucket": "{name}",
            "arn": "arn:aws:s3:::{name}",
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
        },
    ),
    "aws:sns/topic:Topic": (_arn("sns", "{name}"), {}),
    "aws:sqs/queue:Queue": ("https://sqs.{region}.amazonaws.com/{account}/{name}", {"arn": _arn("sqs", "{name}")}),
    "aws:backup/vault:Vault": ("{name}", {"arn": _arn("backup", "backup-vault:{name}")}),
    "random:index/randomId:RandomId": (
        "{hex8}",
        {"hex": "{hex8}", "b64Url": "q83vEg", "b64Std": "q83vEg==", "dec": "2882400018"},
    ),
    "random:index/randomPassword:RandomPassword": ("none", {"result": "{password}", "bcryptHash": "$2a$10${hex}"}),
    "random:index/randomString:RandomString": ("{password}", {"result": "{password}"}),
    "random:index/randomUuid:RandomUuid": ("{uuid}", {"result": "{uuid}"}),
    "random:index/randomPet:RandomPet": ("quick-fox-{hex8}", {}),
    "tls:index/selfSignedCert:SelfSignedCert": ("{hex}", {"certPem": "-----BEGIN CERTIFICATE-----\n"}),
    "tls:index/privateKey:PrivateKey": ("{hex}", {key: f"-----BEGIN {kind} KEY-----\n" for key, kind in PEMS.items()}),
}

# Inputs with a resource's physical name, in order of preference.
NAMES = ("name", "identifier", "replicationGroupId", "bucket", "clusterName")


def mock_outputs(type: str, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:  # noqa: A002 the engine's word
    """Id and computed outputs of a resource. Inputs are not overridden; nested objects are merged."""
    if type.startswith("kubernetes:"):
        return _kubernetes(type, name, inputs)
    if type == "eks:index:Cluster":
        return "", _eks_component(name, inputs)
    facts = _facts(type, name, inputs)
    service, _, kind = type.partition(":")[2].partition("/")
    generic = (
        "{name}",
        {"arn": _arn(service, f"{kind.partition(':')[0]}/{{name}}")} if type.startswith("aws:") else {},
    )
    physical, computed = TABLE.get(type, generic)
    outputs: dict[str, Any] = {"name": "{name}", "region": "{region}"} if type.startswith("aws:") else {}
    if physical.startswith("arn:"):
        outputs["arn"] = physical
    if type == "aws:acm/certificate:Certificate":
        outputs |= certificate_outputs(inputs)
    return physical.format(**facts), _under(_fill(outputs | computed, facts), inputs)


def mock_invoke(token: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Answer invokes about AWS itself, and about an account that has a VPC and nothing else. ValueError for others."""
    region = args.get("region", REGION)
    answers: dict[str, dict[str, Any]] = {
        "aws:index/getCallerIdentity:getCallerIdentity": {
            "accountId": ACCOUNT,
            "arn": f"arn:aws:iam::{ACCOUNT}:user/mock",
            "userId": "AIDAMOCK",
            "id": ACCOUNT,
        },
        "aws:index/getRegion:getRegion": {"name": region, "region": region, "endpoint": f"ec2.{region}.amazonaws.com"},
        "aws:index/getPartition:getPartition": {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "id": "aws",
            "reverseDnsPrefix": "com.amazonaws",
        },
        "aws:index/getAvailabilityZones:getAvailabilityZones": {
            "names": list(ZONES),
            "zoneIds": list(ZONES.values()),
            "groupNames": [REGION],
        },
        "aws:ec2/getVpcs:getVpcs": {"ids": ["vpc-1"]},
        "aws:cloudwatch/getLogGroups:getLogGroups": {"arns": [], "logGroupNames": []},
        "aws:eks/getClusters:getClusters": {"names": []},
    }
    if token not in answers:
        raise ValueError(f"no answer to {token} {dict(args)}: add it to mock_invoke in tests/harness/mock_outputs.py")
    return {"id": region, **answers[token]}


def _facts(type_: str, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    digest = hashlib.sha256(f"{type_}::{name}".encode()).hexdigest()
    prefix = next(
        (inputs[key] for key in ("namePrefix", "bucketPrefix", "identifierPrefix") if key in inputs), f"{name}-"
    )
    physical = next((inputs[key] for key in NAMES if isinstance(inputs.get(key), str)), f"{prefix}{digest[:7]}")
    length = int(inputs.get("length", 20))
    known = {key: value for key, value in inputs.items() if isinstance(value, str | int)}
    defaults = {"clusterName": "cluster", "nodeGroupName": f"{name}-{digest[:7]}", "port": 5432}
    return {
        **defaults,
        **known,
        "host": str(inputs.get("url", "")).removeprefix("https://"),
        "account": ACCOUNT,
        "region": inputs.get("region", REGION),
        "name": physical,
        "hex": digest[:17],
        "hex8": digest[:8],
        "uuid": f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}",
        "password": (digest * (length // len(digest) + 1))[:length],
    }


def _fill(template: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        return {key: _fill(value, facts) for key, value in cast("dict[str, Any]", template).items()}
    if isinstance(template, list):
        return [_fill(item, facts) for item in cast("list[Any]", template)]
    if not isinstance(template, str):
        return template
    whole = template.removeprefix("{").removesuffix("}")
    return facts[whole] if whole in facts else template.format(**facts)  # a number stays a number


def _under(computed: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The computed values with the inputs over them, without values that are only inputs."""
    joined: dict[str, Any] = {}
    for key, value in computed.items():
        given = inputs.get(key)
        if isinstance(value, dict) and isinstance(given, dict):
            joined[key] = cast("dict[str, Any]", value) | cast("dict[str, Any]", given)
        elif given is None:
            joined[key] = value
    return joined


def _kubernetes(type_: str, name: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    facts = _facts(type_, name, {})
    if type_ == "kubernetes:helm.sh/v3:Release":
        release, namespace = inputs.get("name", facts["name"]), inputs.get("namespace", "default")
        status = {"name": release, "namespace": namespace, "status": "deployed", "revision": 1}
        return f"{namespace}/{release}", {"name": release, "status": status}
    generated = {"name": facts["name"], "uid": facts["uuid"], "resourceVersion": "1", "generation": 1}
    metadata: dict[str, Any] = generated | inputs.get("metadata", {})
    path = [metadata["namespace"]] if "namespace" in metadata else []
    return "/".join([*path, metadata["name"]]), {"metadata": metadata}


def _eks_component(name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Outputs of pulumi-eks' Cluster; `eksCluster` refers to a resource that the monitor creates."""
    nested = f"{name}-eksCluster"
    given = {key: inputs[key] for key in ("name", "version", "tags") if key in inputs}
    cluster_type = "aws:eks/cluster:Cluster"
    cluster_name, cluster = mock_outputs(cluster_type, nested, given)
    server = {"server": cluster["endpoint"], "certificate-authority-data": cluster["certificateAuthority"]["data"]}
    token = ["eks", "get-token", "--cluster-name", cluster_name]
    login = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": token}
    kubeconfig = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "aws",
        "clusters": [{"name": "kubernetes", "cluster": server}],
        "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
        "users": [{"name": "aws", "user": {"exec": login}}],
    }
    issuer = cluster["identities"][0]["oidcs"][0]["issuer"]
    return {
        "eksCluster": Ref(cluster_type, nested, given),
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig, sort_keys=True),
        "clusterSecurityGroupId": cluster["vpcConfig"]["clusterSecurityGroupId"],
        "nodeSecurityGroupId": ""
        if inputs.get("skipDefaultSecurityGroups")
        else f"sg-{_facts('node', name, {})['hex']}",
        "instanceRoles": [],
        "oidcIssuer": issuer,
        "oidcProviderUrl": issuer,
    }
