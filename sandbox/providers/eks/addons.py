"""The children of pulumi-eks other than the control plane: add-ons, access entries, the OIDC provider."""

from __future__ import annotations

import json

from sandbox.providers.eks.monitor import Arg, Monitor, Registered
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, reveal, text

_ADDON = "aws:eks/addon:Addon"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"


def make_addons(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> Registered | None:
    """Register kube-proxy and vpc-cni unless disabled; the parent of vpc-cni. CoreDNS needs nodes and is not here."""
    proxy = _value(monitor, "kubeProxyAddonOptions")
    if dig(proxy, "enabled") is not False:
        monitor.resource(_ADDON, f"{name}-kube-proxy", parent, _addon("kube-proxy", cluster, proxy, "version"))
    if _value(monitor, "useDefaultVpcCni") is True:
        return None
    options = _value(monitor, "vpcCniOptions")
    holder = monitor.component("eks:index:VpcCniAddon", f"{name}-vpc-cni", parent)
    monitor.resource(_ADDON, f"{name}-vpc-cni", holder, _addon("vpc-cni", cluster, options, "addonVersion"))
    return holder


def make_access_entries(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> None:
    """Register each entry with its policies."""
    cluster_name = cluster.out(cluster.state.get("name"))
    entries = monitor.args.get("accessEntries", Arg())
    for key, entry in mapping(entries.value).items():
        principal = dig(entry, "principalArn")
        args = {
            "clusterName": cluster_name,
            "principalArn": Arg(principal, entries.needs),
            "kubernetesGroups": Arg(dig(entry, "kubernetesGroups")),
            "tags": Arg(dig(entry, "tags")),
            "type": Arg(dig(entry, "type")),
            "userName": Arg(dig(entry, "username")),
        }
        registered = monitor.resource(_ENTRY, f"{name}-{key}", parent, args)
        for policy, association in mapping(dig(entry, "accessPolicies")).items():
            args = {
                "accessScope": Arg(dig(association, "accessScope")),
                "clusterName": cluster_name,
                "policyArn": Arg(dig(association, "policyArn")),
                "principalArn": Arg(principal, entries.needs | {registered.urn}),
            }
            monitor.resource(_ASSOCIATION, f"{name}-{key}-{policy}", parent, args)


def make_oidc_provider(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> Registered:
    """Register the cluster's issuer with IAM."""
    args = {"clientIdLists": Arg(["sts.amazonaws.com"]), "url": cluster.out(issuer_of(cluster.state))}
    type_ = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
    return monitor.resource(type_, f"{name}-oidcProvider", parent, args)


def issuer_of(cluster: Json) -> str:
    """The URL of the cluster's OIDC issuer."""
    identities = cluster.get("identities")
    if not isinstance(identities, list) or not identities:
        return UNKNOWN
    oidcs = dig(identities[0], "oidcs")
    return text(oidcs[0], "issuer") if isinstance(oidcs, list) and oidcs else UNKNOWN


def _addon(addon: str, cluster: Registered, options: Value, version: str) -> dict[str, Arg]:
    values = mapping(dig(options, "configurationValues"))
    if dig(options, "enableNetworkPolicy") is not None:
        values = {**values, "enableNetworkPolicy": json.dumps(dig(options, "enableNetworkPolicy"))}
    return {
        "addonName": Arg(addon),
        "addonVersion": Arg(dig(options, version) or "v1.0.0-eksbuild.1"),
        "clusterName": cluster.out(cluster.state.get("name")),
        "configurationValues": Arg(json.dumps(values, sort_keys=True) if values else None),
        "resolveConflictsOnCreate": Arg(text(options, "resolveConflictsOnCreate") or "OVERWRITE"),
        "resolveConflictsOnUpdate": Arg(text(options, "resolveConflictsOnUpdate") or "OVERWRITE"),
        "serviceAccountRoleArn": Arg(dig(options, "serviceAccountRoleArn")),
    }


def _value(monitor: Monitor, name: str) -> Value:
    return reveal(monitor.args.get(name, Arg()).value)
