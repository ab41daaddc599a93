"""Optional controllers of the cluster: each is one pinned Helm release with its own service account."""

from enum import StrEnum

from pydantic import Field

from components.config.base import Section
from components.config.types import ExactVersion


class NodeScaling(StrEnum):
    """Autoscaler of the nodes."""

    NONE = "none"
    CLUSTER_AUTOSCALER = "clusterAutoscaler"
    KARPENTER = "karpenter"


class ExternalSecretsConfig(Section):
    """External Secrets: syncs Kubernetes Secrets from AWS Secrets Manager."""

    chart_version: ExactVersion = Field(default="2.13.0", description="Version of the chart external-secrets.")


class ReloaderConfig(Section):
    """Reloader: restarts pods when a Secret or ConfigMap that they use changes."""

    chart_version: ExactVersion = Field(default="2.2.17", description="Version of the chart reloader.")


class LoadBalancerControllerConfig(Section):
    """AWS Load Balancer Controller: creates load balancers for Ingresses."""

    chart_version: ExactVersion = Field(
        default="3.5.0", description="Version of the chart aws-load-balancer-controller."
    )


class ExternalDnsConfig(Section):
    """external-dns: creates records for the hosts of Ingresses in the hosted zone of `edge`."""

    chart_version: ExactVersion = Field(default="1.21.1", description="Version of the chart external-dns.")


class RolloutsConfig(Section):
    """Argo Rollouts: canary and blue-green deployments through the load balancer."""

    chart_version: ExactVersion = Field(default="2.41.0", description="Version of the chart argo-rollouts.")


class PrometheusConfig(Section):
    """Prometheus with Grafana and alerts, and the adapter that provides its metrics to autoscalers."""

    chart_version: ExactVersion = Field(default="88.6.4", description="Version of the chart kube-prometheus-stack.")
    adapter_chart_version: ExactVersion = Field(default="5.3.0", description="Version of the chart prometheus-adapter.")
    retention_days: int = Field(default=15, ge=1, le=365, description="Retention of metrics, in days.")
    storage_gib: int = Field(default=20, ge=1, le=16384, description="Size of Prometheus's volume in GiB.")


class ClusterAutoscalerConfig(Section):
    """Cluster Autoscaler, if `cluster.nodes.scaling` selects it."""

    chart_version: ExactVersion = Field(default="9.59.0", description="Version of the chart cluster-autoscaler.")


class KarpenterConfig(Section):
    """Karpenter, if `cluster.nodes.scaling` selects it."""

    chart_version: ExactVersion = Field(default="1.14.1", description="Version of the chart karpenter.")


class OperatorsConfig(Section):
    """Optional controllers, each installed if its section is there. `cluster.nodes.scaling` selects the autoscaler."""

    external_secrets: ExternalSecretsConfig | None = Field(default=None, description="Secrets from Secrets Manager.")
    reloader: ReloaderConfig | None = Field(
        default=None, description="Restarts when a Secret or ConfigMap changes (docs/secrets.md)."
    )
    load_balancer_controller: LoadBalancerControllerConfig | None = Field(default=None, description="Load balancers.")
    external_dns: ExternalDnsConfig | None = Field(default=None, description="DNS records.")
    rollouts: RolloutsConfig | None = Field(default=None, description="Progressive delivery.")
    prometheus: PrometheusConfig | None = Field(default=None, description="Metrics, also for autoscalers.")
    cluster_autoscaler: ClusterAutoscalerConfig = Field(
        default=ClusterAutoscalerConfig(), description="Chart of the Cluster Autoscaler."
    )
    karpenter: KarpenterConfig = Field(default=KarpenterConfig(), description="Chart of Karpenter.")
