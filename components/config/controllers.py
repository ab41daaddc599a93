"""Controllers of the cluster that a stack may want: each is one pinned Helm release with its own identity."""

from enum import StrEnum

from pydantic import Field

from components.config.base import Section
from components.config.types import ExactVersion


class NodeScaling(StrEnum):
    """Who adds and removes nodes."""

    NONE = "none"
    CLUSTER_AUTOSCALER = "clusterAutoscaler"
    KARPENTER = "karpenter"


class ExternalSecretsConfig(Section):
    """External Secrets: makes Kubernetes Secrets from AWS Secrets Manager."""

    chart_version: ExactVersion = Field(default="2.13.0", description="Version of the chart external-secrets.")


class ReloaderConfig(Section):
    """Reloader: restarts the pods that read a Secret or ConfigMap when it changes."""

    chart_version: ExactVersion = Field(default="2.2.17", description="Version of the chart reloader.")


class LoadBalancerControllerConfig(Section):
    """AWS Load Balancer Controller: makes load balancers for Ingresses."""

    chart_version: ExactVersion = Field(
        default="3.5.0", description="Version of the chart aws-load-balancer-controller."
    )


class ExternalDnsConfig(Section):
    """external-dns: writes the records of Ingress hosts into the zone of `edge`."""

    chart_version: ExactVersion = Field(default="1.21.1", description="Version of the chart external-dns.")


class RolloutsConfig(Section):
    """Argo Rollouts: canary and blue-green deployments through the load balancer."""

    chart_version: ExactVersion = Field(default="2.41.0", description="Version of the chart argo-rollouts.")


class PrometheusConfig(Section):
    """Prometheus with Grafana and alerts, and the adapter that gives its figures to autoscalers."""

    chart_version: ExactVersion = Field(default="88.6.4", description="Version of the chart kube-prometheus-stack.")
    adapter_chart_version: ExactVersion = Field(default="5.3.0", description="Version of the chart prometheus-adapter.")
    retention_days: int = Field(default=15, ge=1, le=365, description="Days that figures are kept.")
    storage_gib: int = Field(default=20, ge=1, le=16384, description="Volume of Prometheus in GiB.")


class ClusterAutoscalerConfig(Section):
    """Cluster Autoscaler, where `cluster.nodes.scaling` chooses it."""

    chart_version: ExactVersion = Field(default="9.59.0", description="Version of the chart cluster-autoscaler.")


class KarpenterConfig(Section):
    """Karpenter, where `cluster.nodes.scaling` chooses it."""

    chart_version: ExactVersion = Field(default="1.14.1", description="Version of the chart karpenter.")


class OperatorsConfig(Section):
    """Optional controllers; what is absent is not installed. Who scales nodes is said in `cluster.nodes.scaling`."""

    external_secrets: ExternalSecretsConfig | None = Field(default=None, description="Secrets from Secrets Manager.")
    reloader: ReloaderConfig | None = Field(
        default=None, description="Restarts after a changed Secret or ConfigMap (docs/secrets.md)."
    )
    load_balancer_controller: LoadBalancerControllerConfig | None = Field(default=None, description="Load balancers.")
    external_dns: ExternalDnsConfig | None = Field(default=None, description="DNS records.")
    rollouts: RolloutsConfig | None = Field(default=None, description="Progressive delivery.")
    prometheus: PrometheusConfig | None = Field(default=None, description="Metrics, also for autoscalers.")
    cluster_autoscaler: ClusterAutoscalerConfig = Field(
        default=ClusterAutoscalerConfig(), description="Chart of the Cluster Autoscaler."
    )
    karpenter: KarpenterConfig = Field(default=KarpenterConfig(), description="Chart of Karpenter.")
