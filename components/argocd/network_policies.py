"""Network policies of the Argo CD installation: nothing passes but what each component needs (pure, no resources).

The VPC CNI judges a packet before kube-proxy rewrites its address: who talks to the API server needs both the VPC's
range and the Services' range. For the same reason the way out names no private range as an exception: an exception
would outweigh the rule for DNS. Ports are the pods' own; Redis and repo-server have the same ones on their Services.
Sources: Argo CD's own policies (manifests/base), "Limit Pod traffic" of the EKS user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.config.argocd import ArgoCdConfig
from components.environments.network_policies import MONITORING_NAMESPACE, NAMESPACE_LABEL

ANYWHERE = "0.0.0.0/0"
METADATA_SERVICE = "169.254.169.254/32"

DNS, HTTPS, SSH, REDIS, SENTINEL = 53, 443, 22, 6379, 26379
API_SERVER_PORTS = (HTTPS, 6443)
"""EKS serves on 443; a local cluster on 6443 behind its Service."""
SERVER, REPO_SERVER = 8080, 8081

NAME = "app.kubernetes.io/name"
CONTROLLER = {NAME: "argocd-application-controller"}
APPLICATION_SET = {NAME: "argocd-applicationset-controller"}
NOTIFICATIONS = {NAME: "argocd-notifications-controller"}
REPOSITORIES = {NAME: "argocd-repo-server"}
USER_INTERFACE = {NAME: "argocd-server"}
SECRET_INIT = {NAME: "argocd-redis-secret-init"}
REDIS_SINGLE = {NAME: "argocd-redis"}
# The chart redis-ha labels its pods in its own way.
REDIS_NODES = {"app": "redis-ha", "release": "argocd"}
REDIS_PROXIES = {"app": "redis-ha-haproxy", "release": "argocd"}

REPO_SERVER_CLIENTS = (APPLICATION_SET, CONTROLLER, NOTIFICATIONS, USER_INTERFACE)
REDIS_CLIENTS = (CONTROLLER, REPOSITORIES, USER_INTERFACE)

Labels = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Opening:
    """TCP ports (unless said otherwise) that are open to, or from, the peers."""

    peers: Sequence[NetworkPolicyPeerArgsDict]
    ports: Sequence[int]
    protocols: Sequence[str] = ("TCP",)


def argocd_policies(
    settings: ArgoCdConfig, api_server_cidrs: Sequence[pulumi.Input[str]] | None, *, previews: bool = False
) -> Mapping[str, NetworkPolicySpecArgsDict]:
    """Policies by name. `api_server_cidrs`: where the API server is reached, IPv4; None where that is not known.

    `previews`: whether ApplicationSets ask GitHub for pull requests.
    """
    networks = [_addresses(cidr) for cidr in api_server_cidrs] if api_server_cidrs else [_outside()]
    api_server = Opening(peers=networks, ports=(HTTPS,) if api_server_cidrs else API_SERVER_PORTS)
    repo_server = Opening(peers=[_pods(REPOSITORIES)], ports=(REPO_SERVER,))
    redis_pods = REDIS_PROXIES if settings.high_availability else REDIS_SINGLE
    redis = Opening(peers=[_pods(redis_pods)], ports=(REDIS,))
    https = Opening(peers=[_outside()], ports=(HTTPS,))
    git = Opening(peers=[_outside()], ports=(HTTPS, SSH))
    # Users come by `kubectl port-forward` (from the node, always allowed) unless there is an address to come to.
    users = [Opening(peers=networks, ports=(SERVER,))] if settings.has_address else []
    sign_in = [https] if settings.sso else []
    return {
        "default-deny": _policy({}, egress=[_dns()]),
        "application-controller": _policy(
            CONTROLLER, ingress=[_scrapes(8082)], egress=[api_server, repo_server, redis]
        ),
        "applicationset-controller": _policy(
            APPLICATION_SET,
            ingress=[_scrapes(8080)],
            egress=[api_server, repo_server, *([https] if previews else [])],
        ),
        "notifications-controller": _policy(
            NOTIFICATIONS, ingress=[_scrapes(9001)], egress=[api_server, repo_server, https]
        ),
        "repo-server": _policy(
            REPOSITORIES,
            ingress=[
                Opening(peers=[_pods(client) for client in REPO_SERVER_CLIENTS], ports=(REPO_SERVER,)),
                _scrapes(8084),
            ],
            egress=[redis, git],
        ),
        "server": _policy(
            USER_INTERFACE, ingress=[*users, _scrapes(8083)], egress=[api_server, repo_server, redis, *sign_in]
        ),
        "redis-secret-init": _policy(SECRET_INIT, egress=[api_server]),
        **(_redis_ha() if settings.high_availability else {"redis": _policy(REDIS_SINGLE, ingress=[_redis_clients()])}),
    }


def _redis_ha() -> Mapping[str, NetworkPolicySpecArgsDict]:
    """The proxies stand where Redis stood; behind them the nodes talk to each other and to nobody else."""
    nodes = Opening(peers=[_pods(REDIS_NODES)], ports=(REDIS, SENTINEL))
    callers = Opening(peers=[_pods(REDIS_NODES), _pods(REDIS_PROXIES)], ports=(REDIS, SENTINEL))
    return {
        "redis-ha-haproxy": _policy(REDIS_PROXIES, ingress=[_redis_clients(), _scrapes(9101)], egress=[nodes]),
        "redis-ha-server": _policy(REDIS_NODES, ingress=[callers], egress=[nodes]),
    }


def _redis_clients() -> Opening:
    return Opening(peers=[_pods(client) for client in REDIS_CLIENTS], ports=(REDIS,))


def _scrapes(port: int) -> Opening:
    monitoring: NetworkPolicyPeerArgsDict = {
        "namespace_selector": {"match_labels": {NAMESPACE_LABEL: MONITORING_NAMESPACE}}
    }
    return Opening(peers=[monitoring], ports=(port,))


def _dns() -> Opening:
    peer: NetworkPolicyPeerArgsDict = {
        "namespace_selector": {"match_labels": {NAMESPACE_LABEL: "kube-system"}},
        "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
    }
    return Opening(peers=[peer], ports=(DNS,), protocols=("TCP", "UDP"))


def _pods(labels: Labels) -> NetworkPolicyPeerArgsDict:
    return {"pod_selector": {"match_labels": dict(labels)}}


def _addresses(cidr: pulumi.Input[str]) -> NetworkPolicyPeerArgsDict:
    return {"ip_block": {"cidr": cidr}}


def _outside() -> NetworkPolicyPeerArgsDict:
    """Every address but the one that hands out the node's credentials."""
    return {"ip_block": {"cidr": ANYWHERE, "except_": [METADATA_SERVICE]}}


def _ports(opening: Opening) -> list[NetworkPolicyPortArgsDict]:
    return [{"port": port, "protocol": protocol} for port in opening.ports for protocol in opening.protocols]


def _policy(
    labels: Labels, *, ingress: Sequence[Opening] = (), egress: Sequence[Opening] = ()
) -> NetworkPolicySpecArgsDict:
    """Both directions closed but for the openings; a rule without openings is left out, as the API server stores it."""
    inbound: list[NetworkPolicyIngressRuleArgsDict] = [{"from_": o.peers, "ports": _ports(o)} for o in ingress]
    outbound: list[NetworkPolicyEgressRuleArgsDict] = [{"to": o.peers, "ports": _ports(o)} for o in egress]
    spec: NetworkPolicySpecArgsDict = {
        "pod_selector": {"match_labels": dict(labels)} if labels else {},
        "policy_types": ["Ingress", "Egress"],
    }
    if inbound:
        spec["ingress"] = inbound
    if outbound:
        spec["egress"] = outbound
    return spec
