"""AWS's data sources that a platform program uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sandbox.providers.account import Account, Record
from sandbox.providers.aws.regions import zone_id, zones
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, Value, mapping, text

VPCS = "aws:ec2/getVpcs:getVpcs"
_Answer = Callable[[Json, str, str], Json]
_Listing = Callable[[Account, Json, str], Json]


def answer(account: Account, token: str, args: Json, number: str, region: str) -> Json:
    """The result of a data source in an account (its number) and a region. Raises Refused for an unknown one."""
    computed = _COMPUTED.get(token)
    if computed:
        return {**args, **computed(args, number, region)}
    listing = _LISTINGS.get(token)
    if listing:
        return {**args, **listing(account, args, f"{number}/{region}")}
    lookup = _LOOKUPS.get(token)
    if lookup is None:
        raise Refused("", f"the sandbox does not simulate the invoke {token}")
    type_, argument = lookup
    for scope in (number, f"{number}/{region}"):
        for record in account.all(type_, scope):
            if text(args, argument) in (record.id, text(record.outputs, argument)):
                return {**record.outputs, "id": record.id}
    raise Refused("NotFoundException", f"{type_} {text(args, argument)!r} does not exist in account {number}")


def _identity(args: Json, number: str, region: str) -> Json:
    del args, region
    return {
        "accountId": number,
        "arn": f"arn:aws:sts::{number}:assumed-role/sandbox/sandbox",
        "id": number,
        "userId": "AROASANDBOX:sandbox",
    }


def _region(args: Json, number: str, region: str) -> Json:
    del args, number
    return {
        "id": region,
        "name": region,
        "region": region,
        "description": region,
        "endpoint": f"ec2.{region}.amazonaws.com",
    }


def _zones(args: Json, number: str, region: str) -> Json:
    del args, number
    names: list[Value] = list(zones(region))
    ids: list[Value] = [zone_id(zone) for zone in zones(region)]
    return {"id": region, "region": region, "names": names, "zoneIds": ids, "groupNames": [region]}


def _partition(args: Json, number: str, region: str) -> Json:
    del args, number, region
    return {"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}


def _prefix_list(args: Json, number: str, region: str) -> Json:
    name = text(args, "name")
    return {
        "id": f"pl-{sum(name.encode()):08x}",
        "name": name,
        "arn": f"arn:aws:ec2:{region}:aws:prefix-list/pl-{sum(name.encode()):08x}",
        "ownerId": number,
        "addressFamily": "IPv4",
        "entries": [],
        "maxEntries": 0,
        "version": 1,
        "tags": {},
    }


def _addon_version(args: Json, number: str, region: str) -> Json:
    del number
    version = f"v{text(args, 'kubernetesVersion') or '1.36'}.0-eksbuild.1"
    return {"id": text(args, "addonName"), "version": version, "region": region}


def _policy_document(args: Json, number: str, region: str) -> Json:
    del number, region
    statements = args.get("statements")
    listed = [_statement(mapping(item)) for item in statements] if isinstance(statements, list) else []
    document = {"Version": text(args, "version") or "2012-10-17", "Statement": listed}
    return {
        "id": str(len(listed)),
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _statement(given: Json) -> Json:
    statement: Json = {"Effect": text(given, "effect") or "Allow"}
    if given.get("sid"):
        statement["Sid"] = given["sid"]
    for name, key in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        values = given.get(name)
        if isinstance(values, list) and values:
            statement[key] = values[0] if len(values) == 1 else values
    for name, key in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        entries = given.get(name)
        if isinstance(entries, list) and entries:
            statement[key] = {text(entry, "type"): mapping(entry).get("identifiers") for entry in entries}
    conditions: Json = {}
    entries = given.get("conditions")
    for entry in entries if isinstance(entries, list) else []:
        tests = mapping(conditions.setdefault(text(entry, "test"), {}))
        tests[text(entry, "variable")] = mapping(entry).get("values")
    if conditions:
        statement["Condition"] = conditions
    return statement


def _vpcs(account: Account, args: Json, scope: str) -> Json:
    wanted = mapping(args.get("tags")).items()
    found = account.all("aws:ec2/vpc:Vpc", scope)
    return {"id": scope, "ids": [vpc.id for vpc in found if wanted <= mapping(vpc.outputs.get("tagsAll")).items()]}


def _clusters(account: Account, args: Json, scope: str) -> Json:
    del args
    return {"id": scope, "names": [record.id for record in account.all("aws:eks/cluster:Cluster", scope)]}


def _node_groups(account: Account, args: Json, scope: str) -> Json:
    cluster = text(args, "clusterName")
    if account.get(scope, "aws:eks/cluster:Cluster", cluster) is None:
        raise Refused("ResourceNotFoundException", f"No cluster found for name: {cluster}.")
    groups = _node_groups_of(account, cluster, scope)
    return {"id": cluster, "names": [text(group.outputs, "nodeGroupName") for group in groups]}


def _node_group(account: Account, args: Json, scope: str) -> Json:
    cluster, name = text(args, "clusterName"), text(args, "nodeGroupName")
    for group in _node_groups_of(account, cluster, scope):
        if text(group.outputs, "nodeGroupName") == name:
            return {**group.outputs, "id": group.id, "scalingConfigs": [mapping(group.outputs.get("scalingConfig"))]}
    raise Refused("ResourceNotFoundException", f"No node group found for name: {name}.")


def _node_groups_of(account: Account, cluster: str, scope: str) -> list[Record]:
    groups = account.all("aws:eks/nodeGroup:NodeGroup", scope)
    return [group for group in groups if text(group.inputs, "clusterName") == cluster]


def _log_groups(account: Account, args: Json, scope: str) -> Json:
    prefix = text(args, "logGroupNamePrefix")
    found = [group for group in account.all("aws:cloudwatch/logGroup:LogGroup", scope) if group.id.startswith(prefix)]
    return {
        "id": prefix,
        "arns": [text(group.outputs, "arn") for group in found],
        "logGroupNames": [group.id for group in found],
    }


_LISTINGS: Mapping[str, _Listing] = {
    "aws:cloudwatch/getLogGroups:getLogGroups": _log_groups,
    VPCS: _vpcs,
    "aws:eks/getClusters:getClusters": _clusters,
    "aws:eks/getNodeGroup:getNodeGroup": _node_group,
    "aws:eks/getNodeGroups:getNodeGroups": _node_groups,
}

_COMPUTED: Mapping[str, _Answer] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getAvailabilityZones:getAvailabilityZones": _zones,
    "aws:index/getPartition:getPartition": _partition,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": _prefix_list,
    "aws:ec2/getPrefixList:getPrefixList": _prefix_list,
    "aws:eks/getAddonVersion:getAddonVersion": _addon_version,
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
}

# Lookups of existing resources: the type, and the argument that identifies one.
_LOOKUPS: Mapping[str, tuple[str, str]] = {
    "aws:ec2/getVpc:getVpc": ("aws:ec2/vpc:Vpc", "id"),
    "aws:ecr/getRepository:getRepository": ("aws:ecr/repository:Repository", "name"),
    "aws:eks/getCluster:getCluster": ("aws:eks/cluster:Cluster", "name"),
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": (
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "url",
    ),
    "aws:iam/getRole:getRole": ("aws:iam/role:Role", "name"),
    "aws:kms/getKey:getKey": ("aws:kms/key:Key", "keyId"),
    "aws:kms/getAlias:getAlias": ("aws:kms/alias:Alias", "name"),
    "aws:secretsmanager/getSecret:getSecret": ("aws:secretsmanager/secret:Secret", "name"),
}
