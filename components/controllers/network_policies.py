"""Network policies of the controllers' namespaces, from the facts in each controller's module (pure, no resources).

Few policies, each for many pods: a controller reaches the API server and AWS. One that does not call AWS, such as
Reloader, which reads every Secret, reaches the API server only.
Sources: the charts' values; Amazon EKS user guide, "Pod Identity" and "Network policies".
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.config.controllers import NodeScaling, OperatorsConfig
from components.controllers import prometheus, rollouts
from components.controllers.controller import controllers, enabled_controllers
from components.kubernetes.names import MONITORING_NAMESPACE, NAME_LABEL, PLATFORM_NAMESPACE
from components.kubernetes.network_policy import (
    API_SERVER_PORTS,
    HTTPS,
    POD_IDENTITY_AGENT,
    POD_IDENTITY_PORT,
    Policies,
    Policy,
    Selector,
    allow_dns,
    allow_from,
    allow_to,
    cidrs,
    cidrs_or_internet,
    internet,
    namespace,
    policy,
    selector,
)


@dataclass(frozen=True, kw_only=True)
class ControlPlaneCidrs:
    """Address ranges of the control plane; None where they are not known, which opens the rule to every address."""

    control_plane_cidrs: Sequence[pulumi.Input[str]] | None
    """From these the API server calls webhooks and aggregated APIs."""
    api_server_cidrs: Sequence[pulumi.Input[str]] | None
    """In these pods reach the API server and the kubelets: the ranges of VPC and Services."""

    @property
    def api_server_ports(self) -> tuple[int, ...]:
        """443 on EKS; an existing cluster may serve on another port."""
        return (HTTPS,) if self.api_server_cidrs else API_SERVER_PORTS


def platform_policies(settings: OperatorsConfig, scaling: NodeScaling, ranges: ControlPlaneCidrs) -> Policies:
    """Policies of the namespace `platform` by name."""
    enabled = [found for found in enabled_controllers(settings, scaling) if found.namespace == PLATFORM_NAMESPACE]
    ports = sorted(
        {controller.metrics_port for controller in controllers().values() if controller.metrics_port is not None}
    )
    metrics = allow_from([namespace(MONITORING_NAMESPACE)], *ports)
    outside = [
        allow_to(cidrs([POD_IDENTITY_AGENT]), POD_IDENTITY_PORT),
        allow_to([internet()], *ranges.api_server_ports),
    ]
    inside_only = [controller.name for controller in enabled if not controller.calls_aws]
    policies: dict[str, Policy] = {}
    if inside_only:
        # Policies add up, so the pods that reach the outside are selected without these.
        policies["controllers"] = policy({}, ingress=[metrics], egress=[allow_dns()])
        others: Selector = {"match_expressions": [{"key": NAME_LABEL, "operator": "NotIn", "values": inside_only}]}
        policies["outside"] = policy(others, egress=outside)
        for name in inside_only:
            to_api_server = allow_to(cidrs_or_internet(ranges.api_server_cidrs), *ranges.api_server_ports)
            policies[name] = policy(selector({NAME_LABEL: name}), egress=[to_api_server])
    else:
        policies["controllers"] = policy({}, ingress=[metrics], egress=[allow_dns(), *outside])
    for controller in enabled:
        for name, port in controller.webhooks.items():
            from_api_server = allow_from(cidrs_or_internet(ranges.control_plane_cidrs), port)
            policies[name] = policy(selector({NAME_LABEL: name}), ingress=[from_api_server])
    if _analyses(settings):
        peer = namespace(MONITORING_NAMESPACE, prometheus.PROMETHEUS_PODS)
        policies["analysis"] = policy(selector({NAME_LABEL: rollouts.NAME}), egress=[allow_to([peer], prometheus.PORT)])
    return policies


def monitoring_policies(settings: OperatorsConfig, ranges: ControlPlaneCidrs) -> Policies:
    """Policies of the namespace `monitoring` by name."""
    policies = prometheus.network_policies(ranges.control_plane_cidrs, ranges.api_server_cidrs, ranges.api_server_ports)
    if not _analyses(settings):
        return policies
    peer = namespace(PLATFORM_NAMESPACE, {NAME_LABEL: rollouts.NAME})
    analysis = policy(selector(prometheus.PROMETHEUS_PODS), ingress=[allow_from([peer], prometheus.PORT)])
    return {**policies, "analysis": analysis}


def _analyses(settings: OperatorsConfig) -> bool:
    """Whether Argo Rollouts asks Prometheus about canaries."""
    return settings.rollouts is not None and settings.prometheus is not None
