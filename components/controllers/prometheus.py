"""Helm values of Prometheus, Grafana, Alertmanager and the adapter for autoscalers (pure).

The node exporter is left out: it needs the node's network, processes and files, and no namespace here allows that. What
a node uses is known from the kubelet. Pods are scraped by their `prometheus.io` annotations, so that a service needs no
object of Prometheus. The operator's admission webhook is left out too: a rule that is wrong is reported by Prometheus.
Sources: charts kube-prometheus-stack 88 and prometheus-adapter 5, Prometheus' configuration reference.
"""

from collections.abc import Mapping

from components.config.controllers import PrometheusConfig
from components.controllers import pods
from components.controllers.values import CONTAINER_SECURITY, ONE_AT_A_TIME, POD_SECURITY
from components.sizing.quantities import MEBIBYTES_PER_GIBIBYTE

NAME = "monitoring"
"""Full name of what kube-prometheus-stack makes: the Service is `monitoring-prometheus`."""
PROMETHEUS_PORT = 9090
REVISION_LABEL = "rollouts_pod_template_hash"
"""Label of figures that come from a Rollout's pods: which revision the pod is of."""
USED_PERCENT = 85
"""Of the volume: the rest is for the log that Prometheus writes ahead."""

COUNTER = "http_requests_total"
REQUESTS_PER_SECOND = "http_requests_per_second"
"""What autoscalers ask for; made of the counter, for each pod."""
RATE_WINDOW = "2m"


def prometheus_values(settings: PrometheusConfig, *, storage_class: str | None) -> Mapping[str, object]:
    """Values of the chart kube-prometheus-stack. `storage_class` None: the cluster's default."""
    return {
        "alertmanager": {"alertmanagerSpec": {"resources": pods.ALERTMANAGER.resources}},
        # EKS runs these out of reach, and kube-proxy shows its figures to its node alone.
        "kubeControllerManager": {"enabled": False},
        "kubeEtcd": {"enabled": False},
        "kubeProxy": {"enabled": False},
        "kubeScheduler": {"enabled": False},
        "fullnameOverride": NAME,
        "grafana": _grafana(),
        "kube-state-metrics": {"resources": pods.KUBE_STATE_METRICS.resources},
        "nodeExporter": {"enabled": False},
        "prometheus": {"prometheusSpec": _prometheus(settings, storage_class)},
        "prometheusOperator": {
            "admissionWebhooks": {"enabled": False},
            "prometheusConfigReloader": {"resources": pods.CONFIG_RELOADER.resources},
            "resources": pods.PROMETHEUS_OPERATOR.resources,
            "tls": {"enabled": False},
        },
    }


def adapter_values(*, namespace: str) -> Mapping[str, object]:
    """Values of the chart prometheus-adapter: one custom metric, requests per second of a pod."""
    return {
        "fullnameOverride": "prometheus-adapter",
        "podDisruptionBudget": {"enabled": True, **ONE_AT_A_TIME},
        "podSecurityContext": POD_SECURITY,
        "prometheus": {"port": PROMETHEUS_PORT, "url": f"http://{NAME}-prometheus.{namespace}.svc"},
        "replicas": pods.REPLICAS,
        "resources": pods.PROMETHEUS_ADAPTER.resources,
        # CPU and memory come from metrics-server; the chart's other rules would turn every series into a metric.
        "rules": {"custom": [_requests_per_second()], "default": False},
        "securityContext": CONTAINER_SECURITY,
    }


def _requests_per_second() -> Mapping[str, object]:
    return {
        "metricsQuery": f"sum(rate(<<.Series>>{{<<.LabelMatchers>>}}[{RATE_WINDOW}])) by (<<.GroupBy>>)",
        "name": {"as": REQUESTS_PER_SECOND, "matches": f"^{COUNTER}$"},
        "resources": {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}},
        "seriesQuery": f'{COUNTER}{{namespace!="",pod!=""}}',
    }


def _prometheus(settings: PrometheusConfig, storage_class: str | None) -> Mapping[str, object]:
    used_mib = settings.storage_gib * MEBIBYTES_PER_GIBIBYTE * USED_PERCENT // 100
    claim: dict[str, object] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": f"{settings.storage_gib}Gi"}},
    }
    if storage_class is not None:
        claim["storageClassName"] = storage_class
    # Rules and monitors of every namespace count, not only those of this release.
    everywhere = {f"{kind}SelectorNilUsesHelmValues": False for kind in ("podMonitor", "rule", "serviceMonitor")}
    return {
        "additionalScrapeConfigs": [_annotated_pods()],
        # The claim goes while its driver is still there: a volume that is left over costs money for ever.
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Delete", "whenScaled": "Retain"},
        "resources": pods.PROMETHEUS.resources,
        "retention": f"{settings.retention_days}d",
        "retentionSize": f"{used_mib}MiB",
        "storageSpec": {"volumeClaimTemplate": {"spec": claim}},
        **everywhere,
    }


def _annotated_pods() -> Mapping[str, object]:
    """A scrape job for pods with `prometheus.io/scrape: "true"`, and `path`, `port` and `scheme` if they say so."""
    annotation, label = "__meta_kubernetes_pod_annotation_prometheus_io_", "__meta_kubernetes_pod_"

    def taken(source: str, target: str) -> Mapping[str, object]:
        return {"action": "replace", "regex": "(.+)", "source_labels": [source], "target_label": target}

    rules: list[Mapping[str, object]] = [
        {"action": "keep", "regex": "true", "source_labels": [f"{annotation}scrape"]},
        {"action": "drop", "regex": "Pending|Succeeded|Failed", "source_labels": [f"{label}phase"]},
        taken(f"{annotation}scheme", "__scheme__"),
        taken(f"{annotation}path", "__metrics_path__"),
        {
            "action": "replace",
            "regex": r"([^:]+)(?::\d+)?;(\d+)",
            "replacement": "$1:$2",
            "source_labels": ["__address__", f"{annotation}port"],
            "target_label": "__address__",
        },
        taken("__meta_kubernetes_namespace", "namespace"),
        taken(f"{label}name", "pod"),
        taken(f"{label}label_app_kubernetes_io_name", "service"),
        # Argo Rollouts' label: a canary's pods and the others' differ in nothing else.
        taken(f"{label}label_rollouts_pod_template_hash", REVISION_LABEL),
    ]
    return {
        "job_name": "annotated-pods",
        "kubernetes_sd_configs": [{"role": "pod"}],
        "relabel_configs": rules,
    }


def _grafana() -> Mapping[str, object]:
    """Grafana without a way in from outside: `kubectl port-forward`; the password of `admin` is made by the chart."""
    return {
        # The chart's own default is known to everybody; without one it makes a random password and keeps it.
        "adminPassword": "",
        "containerSecurityContext": CONTAINER_SECURITY,
        "resources": pods.GRAFANA.resources,
        "sidecar": {"resources": pods.GRAFANA_SIDECAR.resources, "securityContext": CONTAINER_SECURITY},
        "testFramework": {"enabled": False},
    }
