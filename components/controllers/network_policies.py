"""Network policies of the platform's own namespaces: closed but for what controllers and Jobs do (pure).

Few policies, each for many pods: every controller talks to the API server, to AWS and to nobody else; Reloader, which
reads every Secret, to the API server alone. As in
`argocd_policies`, the way out excludes no private range (AWS's private endpoints lie there), only the metadata service.
Ports are the pods' own. Sources: the charts' values, "Pod Identity" and "Network policies" of the EKS user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgsDict,
    NetworkPolicyIngressRuleArgsDict,
    NetworkPolicyPeerArgsDict,
    NetworkPolicyPortArgsDict,
    NetworkPolicySpecArgsDict,
)

from components.argocd.network_policies import ANYWHERE, API_SERVER_PORTS, DNS, HTTPS, METADATA_SERVICE, NAME
from components.config.controllers import OperatorsConfig
from components.controllers.pods import PLATFORM_NAMESPACE
from components.controllers.prometheus import PROMETHEUS_PORT
from components.controllers.values import METRICS_PORTS
from components.environments.network_policies import (
    DEFAULT_DENY,
    MONITORING_NAMESPACE,
    NAMESPACE_LABEL,
    POD_IDENTITY_AGENT,
)

WEBHOOKS = {"aws-load-balancer-controller": 9443, "external-secrets-webhook": 10250}
"""Who answers the API server's questions about objects, and on which port."""
ADAPTER, ADAPTER_PORT = "prometheus-adapter", 6443
KUBELET_PORT = 10250
ALERTMANAGER, PROMETHEUS, ROLLOUTS = "alertmanager", "prometheus", "argo-rollouts"
RELOADER = "reloader"

Policies = Mapping[str, NetworkPolicySpecArgsDict]


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Where the control plane is, as address ranges; None where that is not known: anywhere."""

    control_plane_cidrs: Sequence[pulumi.Input[str]] | None
    """From where the API server calls webhooks and aggregated APIs."""
    api_server_cidrs: Sequence[pulumi.Input[str]] | None
    """Where pods reach API server and kubelets: the ranges of VPC and Services."""


def platform_policies(settings: OperatorsConfig, reach: Reach) -> Policies:
    """Policies of the controllers' namespace, by name."""
    ports = (HTTPS,) if reach.api_server_cidrs else API_SERVER_PORTS
    metrics = _from([_namespace(MONITORING_NAMESPACE)], *sorted(set(METRICS_PORTS.values())))
    outside = [_to([_range(POD_IDENTITY_AGENT)], 80), _to([_outside()], *ports)]
    found: dict[str, NetworkPolicySpecArgsDict] = {
        "controllers": _policy({}, ingress=[metrics], egress=[_dns(), *outside])
    }
    if settings.reloader is not None:
        # Policies add up: a pod is kept from what all may reach only by another selection of "all".
        others: LabelSelectorArgsDict = {
            "match_expressions": [{"key": NAME, "operator": "NotIn", "values": [RELOADER]}]
        }
        found = {
            "controllers": _policy({}, ingress=[metrics], egress=[_dns()]),
            "outside": {"pod_selector": others, "policy_types": ["Egress"], "egress": outside},
            RELOADER: _policy({NAME: RELOADER}, egress=[_to(_ranges(reach.api_server_cidrs), *ports)]),
        }
    answering = {
        "aws-load-balancer-controller": settings.load_balancer_controller,
        "external-secrets-webhook": settings.external_secrets,
    }
    for name, wanted in answering.items():
        if wanted is not None:
            found[name] = _policy({NAME: name}, ingress=[_from(_ranges(reach.control_plane_cidrs), WEBHOOKS[name])])
    if settings.rollouts is not None and settings.prometheus is not None:
        peer = _namespace(MONITORING_NAMESPACE, PROMETHEUS)
        found["analysis"] = _policy({NAME: ROLLOUTS}, egress=[_to([peer], PROMETHEUS_PORT)])
    return found


def monitoring_policies(settings: OperatorsConfig, reach: Reach) -> Policies:
    """Policies of the namespace of Prometheus, by name; its pods talk to each other."""
    ports = (HTTPS,) if reach.api_server_cidrs else API_SERVER_PORTS
    control_plane = _ranges(reach.api_server_cidrs)
    within: NetworkPolicyPeerArgsDict = {"pod_selector": {}}
    found: dict[str, NetworkPolicySpecArgsDict] = {
        "monitoring": _policy(
            {}, ingress=[{"from_": [within]}], egress=[_dns(), {"to": [within]}, _to(control_plane, *ports)]
        ),
        # Services choose the ports of their metrics themselves; each must let Prometheus in by a policy of its own.
        "scrapes": _policy(
            {NAME: PROMETHEUS}, egress=[{"to": [{"namespace_selector": {}}]}, _to(control_plane, KUBELET_PORT)]
        ),
        "alerts": _policy({NAME: ALERTMANAGER}, egress=[_to([_outside()], HTTPS)]),
        "adapter": _policy({NAME: ADAPTER}, ingress=[_from(_ranges(reach.control_plane_cidrs), ADAPTER_PORT)]),
    }
    if settings.rollouts is not None:
        peer = _namespace(PLATFORM_NAMESPACE, ROLLOUTS)
        found["analysis"] = _policy({NAME: PROMETHEUS}, ingress=[_from([peer], PROMETHEUS_PORT)])
    return found


def data_policies(pods: str, cidrs: Sequence[str], port: int) -> Policies:
    """Policies of the namespace of Jobs that log in to the database: those pods reach it, and nothing reaches them."""
    return {
        DEFAULT_DENY: _policy({}),
        pods: _policy({NAME: pods}, egress=[_dns(), _to([_range(cidr) for cidr in cidrs], port)]),
    }


def _policy(
    labels: Mapping[str, str],
    *,
    ingress: Sequence[NetworkPolicyIngressRuleArgsDict] = (),
    egress: Sequence[NetworkPolicyEgressRuleArgsDict] = (),
) -> NetworkPolicySpecArgsDict:
    """Both directions for every pod; for chosen pods only the directions with rules, which add to the former."""
    directions = {"Ingress": ingress or not labels, "Egress": egress or not labels}
    spec: NetworkPolicySpecArgsDict = {
        "pod_selector": {"match_labels": dict(labels)} if labels else {},
        "policy_types": [direction for direction, named in directions.items() if named],
    }
    if ingress:
        spec["ingress"] = ingress
    if egress:
        spec["egress"] = egress
    return spec


def _from(peers: Sequence[NetworkPolicyPeerArgsDict], *ports: int) -> NetworkPolicyIngressRuleArgsDict:
    return {"from_": peers, "ports": [_port(port) for port in ports]}


def _to(peers: Sequence[NetworkPolicyPeerArgsDict], *ports: int) -> NetworkPolicyEgressRuleArgsDict:
    return {"to": peers, "ports": [_port(port) for port in ports]}


def _dns() -> NetworkPolicyEgressRuleArgsDict:
    peer: NetworkPolicyPeerArgsDict = {
        "namespace_selector": {"match_labels": {NAMESPACE_LABEL: "kube-system"}},
        "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},
    }
    return {"to": [peer], "ports": [_port(DNS), _port(DNS, "UDP")]}


def _namespace(namespace: str, pods: str | None = None) -> NetworkPolicyPeerArgsDict:
    """All pods of a namespace, or those with that name."""
    peer: NetworkPolicyPeerArgsDict = {"namespace_selector": {"match_labels": {NAMESPACE_LABEL: namespace}}}
    if pods is not None:
        peer["pod_selector"] = {"match_labels": {NAME: pods}}
    return peer


def _ranges(cidrs: Sequence[pulumi.Input[str]] | None) -> Sequence[NetworkPolicyPeerArgsDict]:
    return [_outside()] if cidrs is None else [_range(cidr) for cidr in cidrs]


def _range(cidr: pulumi.Input[str]) -> NetworkPolicyPeerArgsDict:
    return {"ip_block": {"cidr": cidr}}


def _outside() -> NetworkPolicyPeerArgsDict:
    """Every address but the one that hands out the node's credentials."""
    return {"ip_block": {"cidr": ANYWHERE, "except_": [METADATA_SERVICE]}}


def _port(port: int, protocol: str = "TCP") -> NetworkPolicyPortArgsDict:
    return {"port": port, "protocol": protocol}
