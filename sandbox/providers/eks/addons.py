"""The children of pulumi-eks other than the control plane: add-ons, access entries, the OIDC provider."""

from __future__ import annotations

import hashlib
import json

from sandbox.providers.eks.cni import cni_configuration
from sandbox.providers.eks.monitor import Arg, Monitor, Registered, applied, applied_if_given, opened
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, reveal, text

_ADDON = "aws:eks/addon:Addon"
_ENTRY = "aws:eks/accessEntry:AccessEntry"
_ASSOCIATION = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
_OIDC_PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"


def make_kube_proxy(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> None:
    """Register kube-proxy unless it is disabled."""
    options = monitor.arg("kubeProxyAddonOptions")
    if dig(options.value, "enabled") is not False:
        args = _addon(monitor, "kube-proxy", cluster, options, "version")
        monitor.resource(_ADDON, f"{name}-kube-proxy", parent, args)


def make_coredns(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> None:
    """Register CoreDNS if it is enabled expressly: without pulumi-eks' nodes it is off by default."""
    options = monitor.arg("corednsAddonOptions")
    if dig(options.value, "enabled") is True or dig(options.value, "configurationValues"):
        monitor.resource(_ADDON, f"{name}-coredns", parent, _addon(monitor, "coredns", cluster, options, "version"))


def make_vpc_cni(
    monitor: Monitor,
    name: str,
    parent: Registered,
    cluster: Registered,
    *,
    kubernetes: Registered,
    entries: list[Registered],
) -> Registered | None:
    """Register vpc-cni in a component of its own, unless the default one of EKS is used; that component."""
    if monitor.plain("useDefaultVpcCni") is True:
        return None
    options = monitor.arg("vpcCniOptions")
    inputs = {
        **{key: Arg(value, options.needs) for key, value in mapping(options.value).items()},
        "clusterName": cluster.get("name"),
        "clusterVersion": cluster.get("version"),
        "tags": monitor.arg("tags"),
    }
    holder = monitor.component(
        "eks:index:VpcCniAddon",
        f"{name}-vpc-cni",
        parent,
        inputs,
        after={entry.urn for entry in entries},
        kubernetes=kubernetes,
    )
    args = _addon(monitor, "vpc-cni", cluster, options, "addonVersion")
    args["configurationValues"] = applied(_cni_text, options)
    args["serviceAccountRoleArn"] = Arg(dig(options.value, "serviceAccountRoleArn"), options.needs)
    addon = monitor.resource(_ADDON, f"{name}-vpc-cni", holder, args)
    monitor.outputs(holder, {"addon": addon.ref()})
    return holder


def make_access_entries(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> list[Registered]:
    """Register each entry with its policies; the entries."""
    entries: list[Registered] = []
    for key, entry in monitor.entries("accessEntries").items():
        given = {field: opened(value) for field, value in mapping(entry).items()}
        principal = given.get("principalArn", Arg())
        args = {
            "clusterName": cluster.get("name"),
            "principalArn": principal,
            "kubernetesGroups": given.get("kubernetesGroups", Arg()),
            "tags": given.get("tags", Arg()),
            "type": given.get("type", Arg()),
            "userName": given.get("username", Arg()),
        }
        registered = monitor.resource(_ENTRY, f"{name}-{key}", parent, args, after={cluster.urn})
        entries.append(registered)
        for policy, association in mapping(mapping(entry).get("accessPolicies")).items():
            args = {
                "accessScope": opened(mapping(association).get("accessScope")),
                "clusterName": cluster.get("name"),
                "policyArn": opened(mapping(association).get("policyArn")),
                "principalArn": principal,
            }
            monitor.resource(_ASSOCIATION, f"{name}-{key}-{policy}", registered, args, after={registered.urn})
    return entries


def make_oidc_provider(monitor: Monitor, name: str, parent: Registered, cluster: Registered) -> Registered:
    """Register the cluster's issuer with IAM, with an invented thumbprint: pulumi-eks reads it from the network."""
    issuer = issuer_of(cluster)
    args = {
        "clientIdLists": Arg(["sts.amazonaws.com"]),
        "thumbprintLists": Arg([hashlib.sha1(b"oidc.eks").hexdigest()]),  # noqa: S324  has the form of a thumbprint
        "url": issuer,
    }
    return monitor.resource(_OIDC_PROVIDER, f"{name}-oidcProvider", parent, args)


def issuer_of(cluster: Registered) -> Arg:
    """The URL of the cluster's OIDC issuer."""

    def first(identities: Value) -> Value:
        oidcs = dig(identities[0], "oidcs") if isinstance(identities, list) and identities else None
        return text(oidcs[0], "issuer") if isinstance(oidcs, list) and oidcs else ""

    return applied(first, cluster.get("identities"))


def _addon(monitor: Monitor, addon: str, cluster: Registered, options: Arg, version: str) -> dict[str, Arg]:
    values = Arg(dig(options.value, "configurationValues"), options.needs)
    return {
        "addonName": Arg(addon),
        "addonVersion": _version(monitor, addon, cluster, options, version),
        "clusterName": cluster.get("name"),
        "configurationValues": applied_if_given(_as_text, values),
        "preserve": Arg(True),
        "resolveConflictsOnCreate": Arg(text(options.value, "resolveConflictsOnCreate") or "OVERWRITE"),
        "resolveConflictsOnUpdate": Arg(text(options.value, "resolveConflictsOnUpdate") or "OVERWRITE"),
        "tags": monitor.arg("tags"),
    }


def _version(monitor: Monitor, addon: str, cluster: Registered, options: Arg, version: str) -> Arg:
    """The version in the options, otherwise the newest one for the cluster's version."""
    given = dig(options.value, version)
    if given:
        return Arg(given, options.needs)
    kubernetes = cluster.get("version")
    if kubernetes.value == UNKNOWN:
        return Arg(UNKNOWN)
    query: Json = {"addonName": addon, "kubernetesVersion": reveal(kubernetes.value), "mostRecent": True}
    newest = monitor.invoke("aws:eks/getAddonVersion:getAddonVersion", query)
    return Arg(newest.get("version"), kubernetes.needs)


def _cni_text(options: Value) -> Value:
    return _as_text(cni_configuration(options))


def _as_text(values: Value) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
