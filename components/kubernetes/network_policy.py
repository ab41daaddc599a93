"""NetworkPolicy specs from peers and ports, as the API server stores them: each port with its protocol (pure).

The VPC CNI evaluates a packet before kube-proxy rewrites its address: a pod that calls the API server needs both the
VPC's range and the Services' range. Ports are those of the pods.
Sources: Kubernetes, "Network Policies"; Amazon EKS user guide, "Limit Pod traffic".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pulumi

from components.kubernetes.names import NAMESPACE_LABEL

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict as Selector
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict as Egress
    from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict as Ingress
    from pulumi_kubernetes.networking.v1 import NetworkPolicyPeerArgsDict as Peer
    from pulumi_kubernetes.networking.v1 import NetworkPolicyPortArgsDict as Port
    from pulumi_kubernetes.networking.v1 import NetworkPolicySpecArgsDict as Policy
else:  # the SDK takes a second to load, and validation imports this module by way of the controllers' sizes
    Selector = Egress = Ingress = Peer = Port = Policy = dict

Policies = Mapping[str, Policy]
"""Specs by the name of the NetworkPolicy."""

DNS, HTTPS = 53, 443
API_SERVER_PORTS = (HTTPS, 6443)
"""EKS serves on 443; a local cluster on 6443 behind its Service."""
METADATA_SERVICE = "169.254.169.254/32"
"""Hands out the node's credentials."""
PRIVATE_RANGES = ("10.0.0.0/8", "100.64.0.0/10", METADATA_SERVICE, "172.16.0.0/12", "192.168.0.0/16")
"""Not the internet: private ranges (RFC 1918, RFC 6598) and the EC2 metadata service."""
POD_IDENTITY_AGENT, POD_IDENTITY_PORT = "169.254.170.23/32", 80
"""Hands out the credentials of EKS Pod Identity; nothing answers there on a cluster without it."""

DEFAULT_DENY = "default-deny"
INGRESS, EGRESS = "Ingress", "Egress"


def selector(labels: Mapping[str, str]) -> Selector:
    """Pods with these labels; all pods of the namespace without labels."""
    return {"match_labels": dict(labels)} if labels else {}


def pods(labels: Mapping[str, str]) -> Peer:
    """Pods of the same namespace with these labels; all of them without labels."""
    return {"pod_selector": selector(labels)}


def namespace(name: str, labels: Mapping[str, str] | None = None) -> Peer:
    """Pods of another namespace, all of them without labels."""
    peer: Peer = {"namespace_selector": {"match_labels": {NAMESPACE_LABEL: name}}}
    if labels is not None:
        peer["pod_selector"] = selector(labels)
    return peer


def kube_dns() -> Peer:
    """The cluster's DNS server."""
    return namespace("kube-system", {"k8s-app": "kube-dns"})


def cidrs(ranges: Iterable[pulumi.Input[str]]) -> list[Peer]:
    """Address ranges: for callers and targets without labels, such as load balancers and databases."""
    return [{"ip_block": {"cidr": cidr}} for cidr in ranges]


def internet(*, without: Sequence[str] = (METADATA_SERVICE,)) -> Peer:
    """Every IPv4 address except some ranges. Pods that call AWS reach private ones too: its endpoints in the VPC."""
    return {"ip_block": {"cidr": "0.0.0.0/0", "except_": list(without)}}


def cidrs_or_internet(ranges: Sequence[pulumi.Input[str]] | None) -> list[Peer]:
    """The ranges, or everywhere on a cluster where they are not known."""
    return [internet()] if ranges is None else cidrs(ranges)


def tcp(port: int) -> Port:
    """One TCP port."""
    return {"port": port, "protocol": "TCP"}


def udp(port: int) -> Port:
    """One UDP port."""
    return {"port": port, "protocol": "UDP"}


def allow_from(peers: Sequence[Peer], *ports: int) -> Ingress:
    """TCP ports that these peers may call; all ports without any."""
    return {"from_": peers, "ports": [tcp(port) for port in ports]} if ports else {"from_": peers}


def allow_to(peers: Sequence[Peer], *ports: int) -> Egress:
    """TCP ports of these peers that may be called; all ports without any."""
    return {"to": peers, "ports": [tcp(port) for port in ports]} if ports else {"to": peers}


def allow_dns() -> Egress:
    """Name resolution."""
    return {"to": [kube_dns()], "ports": [tcp(DNS), udp(DNS)]}


def policy(
    pod_selector: Selector,
    *,
    ingress: Sequence[Ingress] = (),
    egress: Sequence[Egress] = (),
    isolate: bool = False,
) -> Policy:
    """A policy for the selected pods. A direction without rules is left to the other policies of the pods.

    `isolate`: close both directions except for the rules. Rules of several policies add up.
    """
    directions = {INGRESS: isolate or bool(ingress), EGRESS: isolate or bool(egress)}
    spec: Policy = {
        "pod_selector": pod_selector,
        "policy_types": [direction for direction, named in directions.items() if named],
    }
    if ingress:
        spec["ingress"] = ingress
    if egress:
        spec["egress"] = egress
    return spec
