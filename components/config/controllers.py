"""Optional controllers of the cluster: each is one pinned Helm release with its own service account."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, field_validator
from pydantic_core import PydanticKnownError

from components.config.base import Section
from components.config.types import exact_version
from components.config.versions import (
    ARGO_ROLLOUTS_CHART,
    CLUSTER_AUTOSCALER_CHART,
    CLUSTER_AUTOSCALER_IMAGE_TAGS,
    EXTERNAL_DNS_CHART,
    EXTERNAL_SECRETS_CHART,
    KARPENTER_CHART,
    KUBE_PROMETHEUS_STACK_CHART,
    LOAD_BALANCER_CONTROLLER_CHART,
    PROMETHEUS_ADAPTER_CHART,
    RELOADER_CHART,
)


class NodeScaling(StrEnum):
    """Autoscaler of the nodes; its section in `operators` has the same name."""

    NONE = "none"
    CLUSTER_AUTOSCALER = "clusterAutoscaler"
    KARPENTER = "karpenter"


class ExternalSecretsConfig(Section):
    """External Secrets: syncs Kubernetes Secrets from AWS Secrets Manager."""

    chart_version: Annotated[str, exact_version(EXTERNAL_SECRETS_CHART)] = Field(
        default=EXTERNAL_SECRETS_CHART, description="Version of the chart external-secrets."
    )


class ReloaderConfig(Section):
    """Reloader: restarts pods when a Secret or ConfigMap that they use changes."""

    chart_version: Annotated[str, exact_version(RELOADER_CHART)] = Field(
        default=RELOADER_CHART, description="Version of the chart reloader."
    )


class LoadBalancerControllerConfig(Section):
    """AWS Load Balancer Controller: creates load balancers for Ingresses."""

    chart_version: Annotated[str, exact_version(LOAD_BALANCER_CONTROLLER_CHART)] = Field(
        default=LOAD_BALANCER_CONTROLLER_CHART, description="Version of the chart aws-load-balancer-controller."
    )


class ExternalDnsConfig(Section):
    """external-dns: creates records for the hosts of Ingresses in the hosted zone of `edge`."""

    chart_version: Annotated[str, exact_version(EXTERNAL_DNS_CHART)] = Field(
        default=EXTERNAL_DNS_CHART, description="Version of the chart external-dns."
    )


class RolloutsConfig(Section):
    """Argo Rollouts: canary and blue-green deployments through the load balancer."""

    chart_version: Annotated[str, exact_version(ARGO_ROLLOUTS_CHART)] = Field(
        default=ARGO_ROLLOUTS_CHART, description="Version of the chart argo-rollouts."
    )


class PrometheusConfig(Section):
    """Prometheus with Grafana and alerts, and the adapter that provides its metrics to autoscalers."""

    chart_version: Annotated[str, exact_version(KUBE_PROMETHEUS_STACK_CHART)] = Field(
        default=KUBE_PROMETHEUS_STACK_CHART, description="Version of the chart kube-prometheus-stack."
    )
    adapter_chart_version: Annotated[str, exact_version(PROMETHEUS_ADAPTER_CHART)] = Field(
        default=PROMETHEUS_ADAPTER_CHART, description="Version of the chart prometheus-adapter."
    )
    retention_days: int = Field(default=15, ge=1, le=365, description="Retention of metrics, in days.")
    storage_gib: int = Field(default=20, ge=1, le=16384, description="Size of Prometheus's volume in GiB.")


class ClusterAutoscalerConfig(Section):
    """Cluster Autoscaler, if `cluster.nodes.scaling` selects it."""

    chart_version: Annotated[str, exact_version(CLUSTER_AUTOSCALER_CHART)] = Field(
        default=CLUSTER_AUTOSCALER_CHART, description="Version of the chart cluster-autoscaler."
    )
    image_tag: Annotated[str, exact_version(max(CLUSTER_AUTOSCALER_IMAGE_TAGS.values()))] | None = Field(
        default=None,
        description="Tag of the image, of the cluster's minor version; by default the pinned one.",
    )

    def tag(self, kubernetes_version: str) -> str:
        """The image's tag: from this section, or pinned for the Kubernetes version, for example `1.36`."""
        return self.image_tag or CLUSTER_AUTOSCALER_IMAGE_TAGS[kubernetes_version]


class KarpenterConfig(Section):
    """Karpenter, if `cluster.nodes.scaling` selects it."""

    chart_version: Annotated[str, exact_version(KARPENTER_CHART)] = Field(
        default=KARPENTER_CHART, description="Version of the chart karpenter."
    )


class OperatorsConfig(Section):
    """Optional controllers, each installed if its section is there. `cluster.nodes.scaling` selects the autoscaler."""

    model_config = ConfigDict(validate_default=False)  # `_written` is for what is written

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

    @field_validator("*", mode="before")
    @classmethod
    def _written(cls, section: object) -> object:
        """The section of a controller. `reloader:` without a value would mean none, and looks as if it meant one."""
        if section is None:
            raise PydanticKnownError("dict_type")
        return section
