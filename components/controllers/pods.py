"""Pods of the optional controllers: the sizes that their charts are given and that quotas and capacity guard count.

As with Argo CD, a size stands here once for each container. CPU is in millicores, memory in MiB. There are two pods of
whatever elects a leader: a controller that is gone with its node makes no load balancer, secret or node meanwhile.
Sources: the charts' values of 2026, the projects' own sizing advice for clusters of tens of nodes.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from components.argocd.pods import Size, Workload
from components.sizing.capacity import PodGroup

if TYPE_CHECKING:  # the rules of the configuration count these pods: at run time they import this file
    from components.config.controllers import NodeScaling, OperatorsConfig

PLATFORM_NAMESPACE = "platform"
"""Namespace of every controller but Prometheus and what belongs to it."""

REPLICAS = 2
"""Pods of a controller that elects a leader."""
SINGLE = 1

EXTERNAL_SECRETS = Size(cpu=25, memory=128, cpu_limit=250, memory_limit=256)
EXTERNAL_SECRETS_WEBHOOK = Size(cpu=10, memory=64, cpu_limit=100, memory_limit=128)
EXTERNAL_SECRETS_CERTIFICATES = Size(cpu=10, memory=64, cpu_limit=100, memory_limit=128)
RELOADER = Size(cpu=10, memory=64, cpu_limit=100, memory_limit=256)
"""Keeps a hash of each Secret and ConfigMap that it watches, and the objects themselves while it starts."""
LOAD_BALANCER_CONTROLLER = Size(cpu=50, memory=128, cpu_limit=500, memory_limit=256)
EXTERNAL_DNS = Size(cpu=25, memory=64, cpu_limit=250, memory_limit=128)
ROLLOUTS = Size(cpu=50, memory=128, cpu_limit=500, memory_limit=256)
CLUSTER_AUTOSCALER = Size(cpu=50, memory=256, cpu_limit=500, memory_limit=512)
"""Keeps the whole cluster in memory to try where pods would fit."""
KARPENTER = Size(cpu=200, memory=512, cpu_limit=1000, memory_limit=1024)
"""The same, and every instance type with its price."""

PROMETHEUS = Size(cpu=250, memory=1024, cpu_limit=1000, memory_limit=2048)
"""About 200,000 series: tens of nodes and hundreds of pods."""
CONFIG_RELOADER = Size(cpu=10, memory=32, cpu_limit=100, memory_limit=64)
"""Beside Prometheus and Alertmanager, and once before each of them starts."""
ALERTMANAGER = Size(cpu=10, memory=64, cpu_limit=100, memory_limit=128)
PROMETHEUS_OPERATOR = Size(cpu=50, memory=128, cpu_limit=250, memory_limit=256)
GRAFANA = Size(cpu=50, memory=192, cpu_limit=500, memory_limit=384)
GRAFANA_SIDECAR = Size(cpu=10, memory=96, cpu_limit=100, memory_limit=160)
"""Loads dashboards, and another one data sources."""
KUBE_STATE_METRICS = Size(cpu=10, memory=96, cpu_limit=100, memory_limit=192)
PROMETHEUS_ADAPTER = Size(cpu=50, memory=128, cpu_limit=250, memory_limit=256)


def platform_workloads(operators: "OperatorsConfig", scaling: "NodeScaling") -> tuple[Workload, ...]:
    """Pods in the namespace `platform`."""
    found: list[Workload] = []
    if operators.external_secrets is not None:
        found += [
            _pods("external-secrets", REPLICAS, {"external-secrets": EXTERNAL_SECRETS}),
            _pods("external-secrets-webhook", REPLICAS, {"webhook": EXTERNAL_SECRETS_WEBHOOK}),
            _pods("external-secrets-cert-controller", SINGLE, {"cert-controller": EXTERNAL_SECRETS_CERTIFICATES}),
        ]
    if operators.reloader is not None:
        found.append(_pods("reloader", REPLICAS, {"reloader": RELOADER}))
    if operators.load_balancer_controller is not None:
        name = "aws-load-balancer-controller"
        found.append(_pods(name, REPLICAS, {name: LOAD_BALANCER_CONTROLLER}))
    if operators.external_dns is not None:  # elects no leader: two would write the same records
        found.append(_pods("external-dns", SINGLE, {"external-dns": EXTERNAL_DNS}))
    if operators.rollouts is not None:
        found.append(_pods("argo-rollouts", REPLICAS, {"argo-rollouts": ROLLOUTS}))
    if scaling == "clusterAutoscaler":
        found.append(_pods("cluster-autoscaler", REPLICAS, {"aws-cluster-autoscaler": CLUSTER_AUTOSCALER}))
    if scaling == "karpenter":
        found.append(_pods("karpenter", REPLICAS, {"controller": KARPENTER}))
    return tuple(found)


def monitoring_workloads(operators: "OperatorsConfig") -> tuple[Workload, ...]:
    """Pods in the namespace `monitoring`."""
    if operators.prometheus is None:
        return ()
    reloader = {"config-reloader": CONFIG_RELOADER}
    sidecars = {"grafana-sc-dashboard": GRAFANA_SIDECAR, "grafana-sc-datasources": GRAFANA_SIDECAR}
    return (
        _pods("prometheus", SINGLE, {"prometheus": PROMETHEUS, **reloader}),
        _pods("alertmanager", SINGLE, {"alertmanager": ALERTMANAGER, **reloader}),
        _pods("prometheus-operator", SINGLE, {"kube-prometheus-stack": PROMETHEUS_OPERATOR}),
        _pods("grafana", SINGLE, {"grafana": GRAFANA, **sidecars}),
        _pods("kube-state-metrics", SINGLE, {"kube-state-metrics": KUBE_STATE_METRICS}),
        _pods("prometheus-adapter", REPLICAS, {"prometheus-adapter": PROMETHEUS_ADAPTER}),
    )


def operator_pods(operators: "OperatorsConfig", scaling: "NodeScaling") -> tuple[PodGroup, ...]:
    """Every pod of the optional controllers, as the capacity guard counts it."""
    workloads = (*platform_workloads(operators, scaling), *monitoring_workloads(operators))
    return tuple(workload.group for workload in workloads)


def _pods(name: str, pods: int, containers: Mapping[str, Size]) -> Workload:
    return Workload(name=name, pods=pods, containers=containers)
