"""NetworkPolicy specs of an environment, from the catalogue: nothing is open but what a service says that it needs.

Four policies serve every pod, however many services there are; each service adds at most one. An address range opens to
every pod that lives in it, whatever its namespace: on EKS pods have addresses of the private subnets. So callers are
named by label, and ranges stand for what has no labels (load balancers, databases, the control plane).
Written as the API server stores them: every port with its protocol. Source: Kubernetes, "Network Policies".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

if TYPE_CHECKING:  # at run time the configuration's rules import this module, and not the other way round
    from components.config.catalogue import ServiceConfig
    from components.config.extra_workloads import StoreInNamespace

SERVICE_LABEL = "app.kubernetes.io/name"
"""Every pod of a service (its Jobs too) carries this label with the service's name: by it the policies know the pod."""

NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Label that the API server gives to every namespace."""

MONITORING_NAMESPACE = "monitoring"
DEFAULT_DENY = "default-deny"
HTTPS_PORT = 443
POD_IDENTITY_AGENT = "169.254.170.23/32"
"""Where EKS Pod Identity hands out credentials; on a cluster without it nothing answers."""

NOT_THE_INTERNET = ("10.0.0.0/8", "100.64.0.0/10", "169.254.169.254/32", "172.16.0.0/12", "192.168.0.0/16")
"""Private ranges (RFC 1918, RFC 6598) and the EC2 metadata service."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What lies around an environment's pods, as address ranges and ports; an empty sequence opens nothing."""

    ingress_cidrs: Sequence[str]
    """Public subnets: load balancers call public services from there."""
    control_plane_cidrs: Sequence[str]
    """Subnets of the control plane's network interfaces: smoke tests reach services through the API server's proxy.
    Where nodes share these subnets, every pod of the cluster reaches every service's port."""
    data_cidrs: Sequence[str]
    """Private subnets with database and cache; empty on a local cluster."""
    endpoint_cidrs: Sequence[str]
    """Private subnets with VPC interface endpoints, which take the place of AWS's public addresses."""
    database_port: int | None
    cache_port: int | None
    database_in_namespace: StoreInNamespace | None = None
    """Pods of the namespace that are its database, in place of `data_cidrs`."""
    cache_in_namespace: StoreInNamespace | None = None

    @property
    def stores(self) -> frozenset[str]:
        """Names of the namespace's own database and cache, which no smoke test asks."""
        return frozenset(found.app for found in (self.database_in_namespace, self.cache_in_namespace) if found)


def network_policies(
    services: Sequence[ServiceConfig], around: Surroundings
) -> Mapping[str, NetworkPolicySpecArgsDict]:
    """Specs by object name, the shared ones first. A service that neither listens nor calls gets none of its own.

    KeyError when a service calls one that is not in the catalogue; the configuration's rules report that earlier.
    """
    databases = [service.name for service in services if service.database is not None]
    caches = [service.name for service in services if service.cache]
    found: dict[str, NetworkPolicySpecArgsDict] = {
        DEFAULT_DENY: {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
        "shared-egress": _shared_egress(around),
    }
    for name, port, store, users in (
        ("database", around.database_port, around.database_in_namespace, databases),
        ("cache", around.cache_port, around.cache_in_namespace, caches),
    ):
        if store is not None and users:
            found[f"{name}-egress"] = _egress_of(users, _peers([store.app]), store.port)
            found[f"{name}-ingress"] = {
                "pod_selector": _pods_of(store.app),
                "policy_types": ["Ingress"],
                "ingress": [{"from_": _peers(sorted(users)), "ports": [_tcp(store.port)]}],
            }
        elif port is not None and users and around.data_cidrs:
            found[f"{name}-egress"] = _egress_of(users, _ranges(around.data_cidrs), port)
    for service in services:
        policy = service_policy(service, services, around)
        if policy is not None:
            found[f"allow-{service.name}"] = policy
    return found


def service_policy(
    service: ServiceConfig, services: Sequence[ServiceConfig], around: Surroundings
) -> NetworkPolicySpecArgsDict | None:
    """Who may call a service's port and whom it may call; None when neither is anybody."""
    ingress, egress = _ingress(service, services, around), _egress(service, services)
    if not ingress and not egress:
        return None
    policy: NetworkPolicySpecArgsDict = {
        "pod_selector": _pods_of(service.name),
        "policy_types": [*(["Ingress"] if ingress else []), *(["Egress"] if egress else [])],
    }
    if ingress:
        policy["ingress"] = ingress
    if egress:
        policy["egress"] = egress
    return policy


def _shared_egress(around: Surroundings) -> NetworkPolicySpecArgsDict:
    """What every pod may reach: DNS, its AWS credentials, and HTTPS outside of the private networks."""
    dns: NetworkPolicyPeerArgsDict = {
        "namespace_selector": {"match_labels": {NAMESPACE_LABEL: "kube-system"}},
        "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
    }
    outside: NetworkPolicyPeerArgsDict = {"ip_block": {"cidr": "0.0.0.0/0", "except_": list(NOT_THE_INTERNET)}}
    return {
        "pod_selector": {},
        "policy_types": ["Egress"],
        "egress": [
            {"to": [dns], "ports": [{"port": 53, "protocol": "UDP"}, _tcp(53)]},
            {"to": _ranges([POD_IDENTITY_AGENT]), "ports": [_tcp(80)]},
            {"to": [outside, *_ranges(around.endpoint_cidrs)], "ports": [_tcp(HTTPS_PORT)]},
        ],
    }


def _ingress(
    service: ServiceConfig, services: Sequence[ServiceConfig], around: Surroundings
) -> list[NetworkPolicyIngressRuleArgsDict]:
    if service.port is None:
        return []
    peers = _peers(caller.name for caller in services if service.name in caller.calls)
    if service.metrics_path is not None:
        peers.append({"namespace_selector": {"match_labels": {NAMESPACE_LABEL: MONITORING_NAMESPACE}}})
    peers += _ranges(around.ingress_cidrs if service.public else ())
    if service.name not in around.stores:
        peers += _ranges(around.control_plane_cidrs)
    # A rule without peers would let everybody in.
    return [{"from_": peers, "ports": [_tcp(service.port)]}] if peers else []


def _egress(service: ServiceConfig, services: Sequence[ServiceConfig]) -> list[NetworkPolicyEgressRuleArgsDict]:
    ports = {other.name: other.port for other in services}
    rules: list[NetworkPolicyEgressRuleArgsDict] = []
    for called in sorted(set(service.calls)):
        port = ports[called]
        if port is not None:
            rules.append({"to": _peers([called]), "ports": [_tcp(port)]})
    return rules


def _egress_of(users: Sequence[str], to: list[NetworkPolicyPeerArgsDict], port: int) -> NetworkPolicySpecArgsDict:
    """Users of a database or cache may reach it."""
    return {
        "pod_selector": {"match_expressions": [{"key": SERVICE_LABEL, "operator": "In", "values": sorted(users)}]},
        "policy_types": ["Egress"],
        "egress": [{"to": to, "ports": [_tcp(port)]}],
    }


def _pods_of(service: str) -> LabelSelectorArgsDict:
    return {"match_labels": {SERVICE_LABEL: service}}


def _peers(services: Iterable[str]) -> list[NetworkPolicyPeerArgsDict]:
    return [{"pod_selector": _pods_of(service)} for service in services]


def _ranges(cidrs: Iterable[str]) -> list[NetworkPolicyPeerArgsDict]:
    return [{"ip_block": {"cidr": cidr}} for cidr in cidrs]


def _tcp(port: int) -> NetworkPolicyPortArgsDict:
    return {"port": port, "protocol": "TCP"}
